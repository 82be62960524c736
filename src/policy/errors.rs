//! What can be wrong with an origin policy.

use alloc::string::String;

use super::{
    advice, domain::InvalidDomain, native::InvalidNativeOrigin, origin::InvalidOrigin, scope::Scope,
};
use crate::error_list::error_list;

/// A problem with a policy. [The module](crate::policy) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The policy would accept no origin.
    #[error("the policy accepts no origin; add {write}")]
    NoOrigin {
        /// The call that is probably missing.
        write: String,
    },
    /// The text is not a web origin as browsers serialize it.
    #[error("the origin {found:?} is not written as browsers write it: {reason}{}", advice(.write.as_deref()))]
    Malformed {
        /// The text.
        found: String,
        /// What is wrong with it.
        reason: InvalidOrigin,
        /// The correct spelling, if known.
        write: Option<String>,
    },
    /// The text is a pattern instead of an origin.
    #[error(
        "the origin {found:?} is a pattern, which is not supported; accept subdomains with `subdomains`"
    )]
    Wildcard {
        /// The text.
        found: String,
    },
    /// The text is a native app's origin among web origins.
    #[error("{found:?} is not a web origin; accept it with `{method}`")]
    NotWeb {
        /// The text.
        found: String,
        /// The method of the [builder](super::OriginPolicyBuilder) that accepts it: `android_app` or `native_origin`.
        method: &'static str,
    },
    /// No browser allows the RP ID to be used there, or only as a related origin.
    #[error("the origin {found:?} cannot be accepted for the RP ID {rp_id:?} in this way: {scope}")]
    OutOfScope {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
        /// Why not.
        scope: Scope,
    },
    /// The related origin is in the RP ID's scope, where it would use up one of few entries.
    #[error(
        "the origin {found:?} is already in the scope of the RP ID {rp_id:?}; accept it with `origin`"
    )]
    NotRelated {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
    },
    /// The text is not a native app's origin.
    #[error(transparent)]
    Native(#[from] InvalidNativeOrigin),
    /// The exception for development is not valid, or not for this RP ID.
    #[error(
        "the development origin {found:?} is not an http origin at or below the RP ID {rp_id:?}; https ones, \
         http://localhost and everything below it need no exception"
    )]
    NotForDevelopment {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
    },
    /// `localhost()` was called for an RP ID that is neither `localhost` nor below it.
    #[error(
        "on http://localhost only the RP ID \"localhost\" works, and on http://app.localhost only \"app.localhost\", not {rp_id:?}"
    )]
    LocalhostOfOtherRpId {
        /// The RP ID.
        rp_id: String,
    },
    /// There is a subdomain policy for the RP ID `localhost`.
    #[error("the RP ID \"localhost\" has no subdomains")]
    SubdomainsOfLocalhost,
    /// There is a subdomain policy for the RP ID of a Chrome extension.
    #[error("the RP ID {rp_id:?} is the ID of a Chrome extension, which has no subdomains")]
    SubdomainsOfExtension {
        /// The RP ID.
        rp_id: String,
    },
    /// The depth is 0.
    #[error("a subdomain depth of 0 accepts no subdomain; 1 accepts a.example.com for example.com")]
    SubdomainDepth,
    /// The list of hosts to accept is empty.
    #[error("the list of accepted subdomains is empty; omit it to accept all subdomains")]
    NoSubdomain,
    /// A host of a subdomain policy is not a domain name.
    #[error("the subdomain {found:?} is not a host: {reason}")]
    SubdomainHost {
        /// The text.
        found: String,
        /// What is wrong with it.
        reason: InvalidDomain,
    },
    /// A host of a subdomain policy is not below the RP ID.
    #[error("the subdomain {found:?} is not below the RP ID {rp_id:?}")]
    NotBelow {
        /// The host.
        found: String,
        /// The RP ID.
        rp_id: String,
    },
    /// An accepted host is excluded by the depth or the exceptions of the same policy.
    #[error("the subdomain {found:?} is accepted, but excluded by the depth or an exception")]
    UnreachableSubdomain {
        /// The host.
        found: String,
    },
    /// A top origin does not use TLS.
    #[error("the top origin {found:?} is not https; frames cannot use passkeys in such a page")]
    InsecureTopOrigin {
        /// The origin.
        found: String,
    },
}

error_list! {
    /// All problems of a policy, at least one, grouped by the kind of what was added. `Display` writes one line for
    /// each. [The module](crate::policy) has an example.
    PolicyErrors of PolicyError
}

impl IntoIterator for PolicyErrors {
    type Item = PolicyError;
    type IntoIter = alloc::vec::IntoIter<PolicyError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
