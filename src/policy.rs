//! Where a passkey works: RP IDs, origins and the policy that a relying party holds them against
//! (§5.1.3, §5.11, §13.5.8, §13.5.9).
//!
//! A policy that exists is valid: [`OriginPolicyBuilder::build`] reports every problem it finds, and refuses
//! what no browser could ever use. [`scope`] answers beforehand whether passkeys of an RP ID would work on an
//! origin, and if not, why.
//!
//! Origins are parsed and compared as scheme, host and port, hosts label by label; never by prefix, suffix or
//! substring. They are taken in one spelling only, the ASCII serialisation that browsers send.
//!
//! ```
//! use relying_party::policy::{OriginPolicy, RpId, SubdomainPolicy};
//! let rp_id = RpId::new("example.com")?;
//! let policy = OriginPolicy::builder(&rp_id)
//!     .origin("https://example.com")
//!     .subdomains(SubdomainPolicy::any().max_depth(1).except_under(["usercontent.example.com"]))
//!     .build()?;
//! assert!(policy.check_origin("https://accounts.example.com", None).is_ok());
//! assert!(policy.check_origin("https://evil-example.com", None).is_err());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod builder;
mod domain;
#[cfg(test)]
mod domain_table;
mod errors;
mod native;
mod origin;
mod origins;
mod related;
mod rp_id;
mod scope;
mod subdomains;
mod top_origins;

pub use builder::OriginPolicyBuilder;
pub use domain::InvalidDomain;
pub use errors::{PolicyError, PolicyErrors};
pub use native::{InvalidNativeOrigin, android_origin};
pub use origin::{InvalidOrigin, Origin, Scheme};
pub use origins::{OriginError, OriginPolicy};
pub use related::{RelatedOrigins, RelatedOriginsFinding};
pub use rp_id::{InvalidRpId, RpId};
pub use scope::{OutsideScope, Scope, UnusableOrigin, scope};
pub use subdomains::SubdomainPolicy;
pub use top_origins::{EmbeddingError, TopOrigins};

use alloc::{borrow::ToOwned as _, format, string::String};

use crate::limits::SHOWN_MAX;

/// What was found, cut to a length fit for logs. Errors print it with `{:?}`, which escapes control characters.
fn shown(text: &str) -> String {
    if text.len() <= SHOWN_MAX {
        return text.to_owned();
    }
    let kept = text.char_indices().take_while(|(at, char)| at + char.len_utf8() <= SHOWN_MAX);
    format!("{}…", kept.map(|(_, char)| char).collect::<String>())
}

/// `; write "…"`, if the right spelling is known.
fn advice(write: Option<&str>) -> String {
    write.map(|write| format!("; write {write:?}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_text_is_cut_between_characters() {
        assert_eq!(shown(&"a".repeat(300)), "a".repeat(300));
        assert_eq!(shown(&"a".repeat(301)), format!("{}…", "a".repeat(300)));
        assert_eq!(shown(&format!("a{}", "ä".repeat(150))), format!("a{}…", "ä".repeat(149)));
    }
}
