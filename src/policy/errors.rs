//! What can be wrong with an origin policy.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{
    advice, domain::InvalidDomain, native::InvalidNativeOrigin, origin::InvalidOrigin, scope::Scope,
};

/// One thing that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Nothing would be accepted.
    #[error("the policy accepts no origin; add {write}")]
    NoOrigin {
        /// The call that is probably missing.
        write: String,
    },
    /// Not a web origin as browsers serialise it.
    #[error("the origin {found:?} is not written as browsers do: {reason}{}", advice(.write.as_deref()))]
    Malformed {
        /// The text.
        found: String,
        /// What is wrong with it.
        reason: InvalidOrigin,
        /// The right spelling, if it can be told.
        write: Option<String>,
    },
    /// A pattern instead of an origin.
    #[error(
        "the origin {found:?} is a pattern, and there are none; subdomains are accepted by `subdomains`"
    )]
    Wildcard {
        /// The text.
        found: String,
    },
    /// A native app's origin among web origins.
    #[error(
        "{found:?} is no web origin; a native app's is accepted by `android_app` or `native_origin`"
    )]
    NotWeb {
        /// The text.
        found: String,
    },
    /// No browser lets the RP ID be used there, or only as a related origin.
    #[error("the origin {found:?} cannot be accepted for the RP ID {rp_id:?} in this way: {scope}")]
    OutOfScope {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
        /// Why not.
        scope: Scope,
    },
    /// A related origin that lies in the RP ID's scope, where it would use up one of few places.
    #[error(
        "the origin {found:?} is in the scope of the RP ID {rp_id:?} already; accept it by `origin`"
    )]
    NotRelated {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
    },
    /// Not a native app's origin.
    #[error(transparent)]
    Native(#[from] InvalidNativeOrigin),
    /// An exception for development that is none, or not for this RP ID.
    #[error(
        "the development origin {found:?} is not an http origin at or below the RP ID {rp_id:?}; https ones and \
         http://localhost need no exception"
    )]
    NotForDevelopment {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
    },
    /// `localhost()` for an RP ID that is not `localhost`.
    #[error("on http://localhost only the RP ID \"localhost\" works, not {rp_id:?}")]
    LocalhostOfOtherRpId {
        /// The RP ID.
        rp_id: String,
    },
    /// A subdomain policy for the RP ID `localhost`.
    #[error("the RP ID \"localhost\" has no subdomains")]
    SubdomainsOfLocalhost,
    /// A depth of 0.
    #[error("a subdomain depth of 0 accepts no subdomain; 1 accepts a.example.com for example.com")]
    SubdomainDepth,
    /// An empty list of hosts to accept.
    #[error("the list of accepted subdomains is empty; leave it out to accept every one")]
    NoSubdomain,
    /// A host of a subdomain policy that is no domain name.
    #[error("the subdomain {found:?} is no host: {reason}")]
    SubdomainHost {
        /// The text.
        found: String,
        /// What is wrong with it.
        reason: InvalidDomain,
    },
    /// A host of a subdomain policy that does not lie below the RP ID.
    #[error("the subdomain {found:?} does not lie below the RP ID {rp_id:?}")]
    NotBelow {
        /// The host.
        found: String,
        /// The RP ID.
        rp_id: String,
    },
    /// An accepted host that the depth or the exceptions of the same policy rule out.
    #[error("the subdomain {found:?} is accepted, and ruled out by the depth or an exception")]
    UnreachableSubdomain {
        /// The host.
        found: String,
    },
    /// A top origin without TLS.
    #[error("the top origin {found:?} is not https; in such a page no frame has passkeys")]
    InsecureTopOrigin {
        /// The origin.
        found: String,
    },
}

/// All that is wrong with a policy, at least one thing. `Display` gives one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyErrors(Vec<PolicyError>);

impl PolicyErrors {
    /// The caller has at least one error.
    pub(super) const fn new(errors: Vec<PolicyError>) -> Self {
        Self(errors)
    }

    /// The errors, by the kind of what was added.
    pub fn iter(&self) -> core::slice::Iter<'_, PolicyError> {
        self.0.iter()
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for PolicyErrors {}

impl IntoIterator for PolicyErrors {
    type Item = PolicyError;
    type IntoIter = alloc::vec::IntoIter<PolicyError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a PolicyErrors {
    type Item = &'a PolicyError;
    type IntoIter = core::slice::Iter<'a, PolicyError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
