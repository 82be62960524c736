//! Many tenants: finds the relying party of a request by the request's host name.
//!
//! Each tenant is a [`RelyingParty`] with its RP ID, and all share one store. A passkey belongs to an account *at an RP
//! ID*. A ceremony or a [proof](crate::VerificationProof) belongs to the relying party that began it. Every flow checks
//! both. So a request to one tenant cannot change or reveal what another tenant has.
//!
//! There is one exception: a flow takes a ceremony from the store before it checks the ceremony. So a request to any
//! tenant can use up an open ceremony if it has the ceremony's ID, and the user must start over. The ID is derived from
//! a random challenge, and only the browser that began the ceremony has it.
//!
//! ```
//! # #[cfg(all(feature = "getrandom", feature = "memory-store"))] {
//! use std::sync::Arc;
//!
//! use relying_party::{Passkeys, RelyingParty, UserHandle, store::MemoryStore, tenants::Tenants};
//!
//! let store = Arc::new(MemoryStore::new());
//! let tenants = Tenants::builder()
//!     .tenant(
//!         RelyingParty::builder("bakery.example", "Bakery").origin("https://bakery.example").build()?,
//!         ["bakery.example", "www.bakery.example"],
//!     )
//!     .tenant(
//!         RelyingParty::builder("library.example", "Library").origin("https://library.example").build()?,
//!         ["library.example"],
//!     )
//!     .build()?
//!     .map(|rp| Passkeys::new(rp, Arc::clone(&store)));
//!
//! // The `Host` header of a request, as the browser sent it.
//! let passkeys = tenants.find("Library.example:443").expect("a tenant");
//! assert_eq!(passkeys.relying_party().rp_id().as_str(), "library.example");
//! let listed = passkeys.list(UserHandle::generate()?).blocking()?;
//! # assert!(listed.passkeys.is_empty());
//! // Answer 421 (Misdirected Request) to a host that no tenant has.
//! assert!(tenants.find("evil.example").is_none());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod errors;

use alloc::{borrow::ToOwned as _, collections::BTreeMap, string::String, vec::Vec};

pub use self::{
    builder::TenantsBuilder,
    errors::{TenantError, TenantErrors},
};
use crate::{limits::HOST_MAX, relying_party::RelyingParty};

/// Relying parties by host name. [The module](self) has an example.
///
/// `T` is what you keep for each tenant: at first the relying party, then what [`map`](Self::map) turns it into.
#[derive(Clone, Debug)]
pub struct Tenants<T = RelyingParty> {
    tenants: Vec<T>,
    /// Indices into `tenants`.
    hosts: BTreeMap<String, usize>,
}

impl Tenants {
    /// Starts a registry without tenants.
    pub fn builder() -> TenantsBuilder {
        TenantsBuilder::default()
    }
}

impl<T> Tenants<T> {
    /// Returns the tenant to which a request belongs, from its `Host` header (`:authority`), or `None` if no tenant has
    /// the host. Reject such a request; do not fall back to one of the tenants.
    ///
    /// Case, a final dot and a port do not matter. Apart from that, the host must equal one of the tenant's host names.
    ///
    /// Behind a proxy, pass the host that the browser asked for, and take it from another header only if the proxy sets
    /// that header on every request.
    #[must_use]
    pub fn find(&self, host: &str) -> Option<&T> {
        self.hosts.get(&name_in(host)?).and_then(|index| self.tenants.get(*index))
    }

    /// Returns all tenants, in the order in which they were added.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.tenants.iter()
    }

    /// Turns each tenant into something else, such as `Passkeys` over the shared store.
    #[must_use]
    pub fn map<U>(self, make: impl FnMut(T) -> U) -> Tenants<U> {
        Tenants { tenants: self.tenants.into_iter().map(make).collect(), hosts: self.hosts }
    }
}

impl<'a, T> IntoIterator for &'a Tenants<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Returns the name in `host [ ":" port ]` (RFC 9110 §7.2) in the spelling of the registry. The name is not checked,
/// because it is only looked up.
fn name_in(host: &str) -> Option<String> {
    if host.len() > HOST_MAX {
        return None;
    }
    let name = match host.rsplit_once(':') {
        None => host,
        // RFC 3986 §3.2.3: the port may be empty.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (port.is_empty() || port.parse::<u16>().is_ok()).then_some(name)?
        }
        Some(_) => return None,
    };
    let mut name = name.strip_suffix('.').unwrap_or(name).to_owned();
    name.make_ascii_lowercase();
    Some(name)
}
