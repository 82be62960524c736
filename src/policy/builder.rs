//! Building an origin policy, with every problem reported at once.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt;

use super::{
    advice,
    domain::{self, InvalidDomain},
    native::{self, InvalidNativeOrigin, android_origin},
    origin::{self, InvalidOrigin, Origin, OwnedOrigin, Scheme},
    origins::OriginPolicy,
    rp_id::RpId,
    scope::{Scope, scope},
    shown,
    subdomains::{self, SubdomainPolicy},
    top_origins::TopOrigins,
};

/// What is to become an [`OriginPolicy`]. Nothing is accepted but what is added here.
///
/// Origins are written as browsers serialise them: `https://example.com`, lower case, punycode, no default port,
/// no path. [`build`](Self::build) refuses other spellings and names the right one.
#[derive(Clone, Debug)]
#[must_use = "a builder is of no use until it is built"]
pub struct OriginPolicyBuilder {
    rp_id: RpId,
    origins: Vec<String>,
    any_port: bool,
    localhost: bool,
    subdomains: Option<SubdomainPolicy>,
    related: Vec<String>,
    android: Vec<String>,
    native: Vec<String>,
    development: Vec<String>,
    cross_origin: bool,
    top_origins: TopOrigins,
}

impl OriginPolicyBuilder {
    pub(super) fn new(rp_id: &RpId) -> Self {
        Self {
            rp_id: rp_id.clone(),
            origins: Vec::new(),
            any_port: false,
            localhost: false,
            subdomains: None,
            related: Vec::new(),
            android: Vec::new(),
            native: Vec::new(),
            development: Vec::new(),
            cross_origin: false,
            top_origins: TopOrigins::None,
        }
    }

    /// Accepts exactly this origin: on the RP ID's host or below it, `https`, or `http://localhost`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Accepts exactly these origins; see [`origin`](Self::origin).
    pub fn origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Accepts `https` origins below the RP ID, on port 443.
    pub fn subdomains(mut self, subdomains: SubdomainPolicy) -> Self {
        self.subdomains = Some(subdomains);
        self
    }

    /// Whether the port of [`origin`](Self::origin)s and [`subdomains`](Self::subdomains) is ignored, as browsers
    /// ignore it. Another port may be another service: not by default.
    pub const fn any_port(mut self, any_port: bool) -> Self {
        self.any_port = any_port;
        self
    }

    /// Accepts `http://localhost` on any port, for development. Only for the RP ID `localhost`.
    pub const fn localhost(mut self) -> Self {
        self.localhost = true;
        self
    }

    /// Accepts an `https` origin outside the RP ID's scope, which browsers only allow if it is listed at
    /// `/.well-known/webauthn` (§5.11). Their order is the document's:
    /// [`related_origins`](OriginPolicy::related_origins).
    pub fn related_origin(mut self, origin: impl Into<String>) -> Self {
        self.related.push(origin.into());
        self
    }

    /// Accepts an Android app, by its signing certificate's SHA-256 fingerprint or its origin; see
    /// [`android_origin`].
    pub fn android_app(mut self, fingerprint: impl Into<String>) -> Self {
        self.android.push(fingerprint.into());
        self
    }

    /// Accepts another opaque origin, compared as a whole: `chrome-extension://…`, say.
    pub fn native_origin(mut self, origin: impl Into<String>) -> Self {
        self.native.push(origin.into());
        self
    }

    /// Whether use in cross-origin frames is expected. Not by default. Level 2 clients do not tell in whose page
    /// they are embedded; where they do tell, [`top_origins`](Self::top_origins) decides.
    pub const fn allow_cross_origin(mut self, allow: bool) -> Self {
        self.cross_origin = allow;
        self
    }

    /// In whose pages ours may be embedded. Without effect unless
    /// [`allow_cross_origin`](Self::allow_cross_origin) is on.
    pub fn top_origins(mut self, top_origins: TopOrigins) -> Self {
        self.top_origins = top_origins;
        self
    }

    /// Accepts an origin without TLS that is not `localhost`, `http://your-domain.test:8080`, at or below the RP ID.
    ///
    /// **Danger**: whoever is on the network path can run script on such an origin and sign in with what users do
    /// there. Browsers refuse it, unless started with a switch like `--unsafely-treat-insecure-origin-as-secure`.
    /// It is for tests on one machine; for development, `localhost` needs no exception. Never in production.
    pub fn danger_insecure_development_origin(mut self, origin: impl Into<String>) -> Self {
        self.development.push(origin.into());
        self
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, not the first thing only.
    pub fn build(self) -> Result<OriginPolicy, PolicyErrors> {
        let mut errors = Vec::new();
        let policy = OriginPolicy {
            listed: keep(&mut errors, &self.origins, |text| self.listed(text)),
            related: keep(&mut errors, &self.related, |text| self.related(text)),
            development: keep(&mut errors, &self.development, |text| self.development(text)),
            native: self.native_origins(&mut errors),
            rp_id: self.rp_id.clone(),
            any_port: self.any_port,
            localhost: self.localhost,
            subdomains: self.subdomains.clone(),
            cross_origin: self.cross_origin,
            top_origins: self.top_origins.clone(),
        };
        if self.localhost && !self.rp_id.is_localhost() {
            errors.push(PolicyError::LocalhostOfOtherRpId { rp_id: self.rp_id.to_string() });
        }
        if let Some(policy) = &self.subdomains {
            self.check_subdomains(policy, &mut errors);
        }
        if let TopOrigins::Listed(origins) = &self.top_origins {
            keep(&mut errors, origins, |text| top_origin(text));
        }
        if self.accepts_nothing() {
            let write = if self.rp_id.is_localhost() {
                "localhost()".into()
            } else {
                alloc::format!("origin(\"https://{}\")", self.rp_id)
            };
            errors.push(PolicyError::NoOrigin { write });
        }
        if errors.is_empty() { Ok(policy) } else { Err(PolicyErrors(errors)) }
    }

    fn accepts_nothing(&self) -> bool {
        let lists = [&self.origins, &self.related, &self.android, &self.native, &self.development];
        lists.into_iter().all(Vec::is_empty) && self.subdomains.is_none() && !self.localhost
    }

    fn listed(&self, text: &str) -> Result<OwnedOrigin, PolicyError> {
        let origin = web_origin(text)?;
        match scope(&self.rp_id, text) {
            Scope::Yes | Scope::NeedsSubdomainPolicy => Ok(origin.into()),
            scope => Err(PolicyError::OutOfScope {
                found: shown(text),
                rp_id: self.rp_id.to_string(),
                scope,
            }),
        }
    }

    fn related(&self, text: &str) -> Result<OwnedOrigin, PolicyError> {
        let origin = web_origin(text)?;
        match scope(&self.rp_id, text) {
            Scope::NeedsRelatedOrigins(_) => Ok(origin.into()),
            Scope::Yes | Scope::NeedsSubdomainPolicy => {
                Err(PolicyError::NotRelated { found: shown(text), rp_id: self.rp_id.to_string() })
            }
            scope => Err(PolicyError::OutOfScope {
                found: shown(text),
                rp_id: self.rp_id.to_string(),
                scope,
            }),
        }
    }

    fn development(&self, text: &str) -> Result<OwnedOrigin, PolicyError> {
        let origin = web_origin(text)?;
        let needs_the_exception = origin.scheme() == Scheme::Http
            && !origin.is_http_localhost()
            && domain::is_in_scope(origin.host(), self.rp_id.as_str());
        if !needs_the_exception {
            return Err(PolicyError::NotForDevelopment {
                found: shown(text),
                rp_id: self.rp_id.to_string(),
            });
        }
        Ok(origin.into())
    }

    fn native_origins(&self, errors: &mut Vec<PolicyError>) -> Vec<String> {
        let mut origins =
            keep(errors, &self.android, |text| android_origin(text).map_err(Into::into));
        origins
            .extend(keep(errors, &self.native, |text| native::checked(text).map_err(Into::into)));
        origins
    }

    fn check_subdomains(&self, policy: &SubdomainPolicy, errors: &mut Vec<PolicyError>) {
        let rp_id = self.rp_id.as_str();
        if self.rp_id.is_localhost() {
            errors.push(PolicyError::SubdomainsOfLocalhost);
            return;
        }
        if policy.max_depth == Some(0) {
            errors.push(PolicyError::SubdomainDepth);
        }
        let only = policy.only_under.as_deref();
        if only.is_some_and(<[_]>::is_empty) {
            errors.push(PolicyError::NoSubdomain);
        }
        let only = only.unwrap_or_default();
        for host in only.iter().chain(&policy.except_under) {
            let rp_id = || self.rp_id.to_string();
            if let Err(reason) = domain::check(host).and_then(|()| domain::check_punycode(host)) {
                errors.push(PolicyError::SubdomainHost { found: shown(host), reason });
            } else if domain::labels_below(host, self.rp_id.as_str()).is_none() {
                errors.push(PolicyError::NotBelow { found: shown(host), rp_id: rp_id() });
            }
        }
        for host in only {
            let unreachable = !policy.within_depth(host, rp_id)
                || subdomains::is_under(host, &policy.except_under);
            if unreachable {
                errors.push(PolicyError::UnreachableSubdomain { found: shown(host) });
            }
        }
    }
}

/// What of the texts is right; what is not goes to the errors.
fn keep<T>(
    errors: &mut Vec<PolicyError>,
    texts: &[String],
    check: impl Fn(&str) -> Result<T, PolicyError>,
) -> Vec<T> {
    let kept = texts.iter().filter_map(|text| check(text).map_err(|error| errors.push(error)).ok());
    kept.collect()
}

fn web_origin(text: &str) -> Result<Origin<'_>, PolicyError> {
    let parsed = Origin::parse(text).and_then(|origin| {
        domain::check_punycode(origin.host())?;
        Ok(origin)
    });
    parsed.map_err(|reason| {
        if text.contains('*') {
            PolicyError::Wildcard { found: shown(text) }
        } else if native::is_native(text) && origin::spelling(text).is_none() {
            PolicyError::NotWeb { found: shown(text) }
        } else {
            PolicyError::Malformed { found: shown(text), reason, write: origin::spelling(text) }
        }
    })
}

/// Frames only have passkeys if every page around them is secure (§5.10), so a top origin is `https` or on localhost.
fn top_origin(text: &str) -> Result<(), PolicyError> {
    let origin = web_origin(text)?;
    if origin.scheme() == Scheme::Http && !origin.is_http_localhost() {
        return Err(PolicyError::InsecureTopOrigin { found: shown(text) });
    }
    Ok(())
}

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
