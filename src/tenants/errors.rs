//! Mistakes in a registry, all reported together.

use alloc::string::String;

use crate::{error_list::error_list, policy::InvalidOrigin};

/// A mistake in a registry of tenants. [`TenantsBuilder::build`](super::TenantsBuilder::build) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TenantError {
    /// A host name is not a domain name as browsers write it: without scheme, port and final dot, in lower case.
    #[error("the host name {host:?} of a tenant cannot be used: {reason}")]
    Host {
        /// The host name.
        host: String,
        /// What is wrong with it.
        reason: InvalidOrigin,
    },
    /// Two tenants have the same host name, or one has it twice.
    #[error("the host name {host:?} is there twice")]
    HostTwice {
        /// The host name.
        host: String,
    },
    /// Two tenants have the same RP ID. They would share their passkeys, and with them their users.
    #[error("two tenants have the RP ID {rp_id:?}, so they would share their users")]
    RpIdTwice {
        /// The RP ID.
        rp_id: String,
    },
    /// A tenant has no host name, so no request would reach it.
    #[error("the tenant with the RP ID {rp_id:?} has no host name")]
    NoHost {
        /// The RP ID.
        rp_id: String,
    },
    /// A tenant accepts responses from pages on a host of another tenant. A script on these pages could sign in as any
    /// user of the first tenant.
    #[error(
        "the tenant with the RP ID {rp_id:?} accepts responses from pages on {host:?}, which belongs to another \
         tenant; exclude that host from its origins, or call `allow_pages` if both are yours"
    )]
    ForeignPages {
        /// The RP ID of the tenant that accepts the responses.
        rp_id: String,
        /// The host of the other tenant.
        host: String,
    },
}

error_list! {
    /// All mistakes in a registry, at least one. `Display` writes one line for each.
    /// [`TenantsBuilder::build`](super::TenantsBuilder::build) has an example.
    TenantErrors of TenantError
}
