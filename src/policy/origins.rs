//! The origins a relying party accepts (§7.1 steps 9 to 11, §7.2 steps 12 to 14, §13.5.9).

use alloc::{
    borrow::ToOwned as _,
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    builder::OriginPolicyBuilder,
    origin::{Origin, OwnedOrigin, Scheme},
    rp_id::RpId,
    scope::{Scope, scope},
    shown,
    subdomains::SubdomainPolicy,
    top_origins::{self, EmbeddingError, TopOrigins},
};

/// Which origins and which embeddings are accepted for one RP ID. Made by [`OriginPolicy::builder`], valid ever
/// after.
///
/// Checks allocate nothing unless they fail.
#[derive(Clone, Debug)]
pub struct OriginPolicy {
    pub(super) rp_id: RpId,
    pub(super) listed: Vec<OwnedOrigin>,
    pub(super) any_port: bool,
    pub(super) localhost: bool,
    pub(super) subdomains: Option<SubdomainPolicy>,
    pub(super) related: Vec<OwnedOrigin>,
    pub(super) native: Vec<String>,
    pub(super) development: Vec<OwnedOrigin>,
    pub(super) cross_origin: bool,
    pub(super) top_origins: TopOrigins,
}

/// An origin that is not expected (§7.1 step 9, §7.2 step 12).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// The policy does not accept it.
    #[error("the origin {found:?} is not accepted for the RP ID {rp_id:?}: {scope}")]
    NotAccepted {
        /// The origin.
        found: String,
        /// The RP ID.
        rp_id: String,
        /// Whether it could be accepted, and how.
        scope: Scope,
    },
    /// The ceremony began on another one.
    #[error("the origin {found:?} is not {bound:?}, on which the ceremony began")]
    NotBound {
        /// The origin.
        found: String,
        /// The one to which the ceremony is bound.
        bound: String,
    },
}

impl OriginError {
    /// `origin`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "origin"
    }
}

impl OriginPolicy {
    /// A policy for passkeys of `rp_id`, to which accepted origins are to be added.
    #[must_use]
    pub fn builder(rp_id: &RpId) -> OriginPolicyBuilder {
        OriginPolicyBuilder::new(rp_id)
    }

    /// The RP ID.
    #[must_use]
    pub const fn rp_id(&self) -> &RpId {
        &self.rp_id
    }

    /// The origins that are accepted one by one, as text: listed, related, native and development ones.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        let web = self.listed.iter().chain(&self.related).chain(&self.development);
        web.map(|origin| origin.borrowed().to_string()).chain(self.native.iter().cloned())
    }

    /// §7.1 step 9, §7.2 step 12: `origin` is expected. If the ceremony was bound to an origin when it began,
    /// only that very one is, and it still has to be accepted.
    ///
    /// # Errors
    ///
    /// The origin is not accepted, or not the one the ceremony is bound to.
    pub fn check_origin(&self, origin: &str, bound: Option<&str>) -> Result<(), OriginError> {
        if !self.accepts(origin) {
            return Err(OriginError::NotAccepted {
                found: shown(origin),
                rp_id: self.rp_id.to_string(),
                scope: scope(&self.rp_id, origin),
            });
        }
        match bound {
            Some(bound) if bound != origin => {
                Err(OriginError::NotBound { found: shown(origin), bound: shown(bound) })
            }
            _ => Ok(()),
        }
    }

    /// §7.1 steps 10 and 11, §7.2 steps 13 and 14: being embedded is expected, and so is the outermost page.
    ///
    /// # Errors
    ///
    /// [`EmbeddingError::CrossOrigin`] if no embedding is expected, [`EmbeddingError::TopOrigin`] if it is, but not
    /// in that page.
    pub fn check_embedding(
        &self,
        origin: &str,
        cross_origin: Option<bool>,
        top_origin: Option<&str>,
    ) -> Result<(), EmbeddingError> {
        let accepted = &self.top_origins;
        top_origins::check(self.cross_origin, accepted, origin, cross_origin, top_origin)
    }

    /// The origin to bind a ceremony to, from the `Origin` header of the request that begins it.
    ///
    /// # Errors
    ///
    /// The policy does not accept this origin.
    pub fn bind_to_origin(&self, origin: &str) -> Result<String, OriginError> {
        self.check_origin(origin, None)?;
        Ok(origin.to_owned())
    }

    /// The origin to bind a ceremony to, from the `Host` header (`:authority`) of the request that begins it:
    /// the `https` origin of this host, or else the `http` one, whichever is accepted. Where a policy accepts both,
    /// as it may for `localhost`, use [`bind_to_origin`](Self::bind_to_origin).
    ///
    /// Behind a proxy, take the header that the browser sent, and only if the proxy vouches for it.
    ///
    /// # Errors
    ///
    /// The policy accepts no origin of this host.
    pub fn bind_to_host(&self, host: &str) -> Result<String, OriginError> {
        // Host names have no case (RFC 9110 §4.2.3), origins have.
        let host = host.to_ascii_lowercase();
        let origin_with = |scheme: Scheme| {
            let default_port = format!(":{}", scheme.default_port());
            let host = host.strip_suffix(&default_port).unwrap_or(&host);
            self.bind_to_origin(&format!("{}://{host}", scheme.as_str()))
        };
        origin_with(Scheme::Https).or_else(|error| origin_with(Scheme::Http).map_err(|_| error))
    }

    fn accepts(&self, text: &str) -> bool {
        if self.native.iter().any(|native| native == text) {
            return true;
        }
        let Ok(origin) = Origin::parse(text) else { return false };
        self.listed.iter().any(|listed| self.is_listed(listed, &origin))
            || self.related.iter().chain(&self.development).any(|exact| exact.is(&origin))
            || (self.localhost && origin.is_http_localhost())
            || self.is_accepted_subdomain(&origin)
    }

    fn is_listed(&self, listed: &OwnedOrigin, origin: &Origin<'_>) -> bool {
        if self.any_port { listed.is_but_for_port(origin) } else { listed.is(origin) }
    }

    fn is_accepted_subdomain(&self, origin: &Origin<'_>) -> bool {
        let Some(subdomains) = &self.subdomains else { return false };
        origin.scheme() == Scheme::Https
            && (self.any_port || origin.port() == Scheme::Https.default_port())
            && subdomains.accepts(origin.host(), self.rp_id.as_str())
    }
}
