//! Building an origin policy, with all problems reported together.

use super::{
    domain,
    errors::{PolicyError, PolicyErrors},
    native::{self, android_origin},
    origin::{self, Origin, OwnedOrigin, Scheme},
    origins::OriginPolicy,
    rp_id::RpId,
    scope::{Scope, scope},
    shown,
    subdomains::{self, SubdomainPolicy},
    top_origins::TopOrigins,
};
use alloc::{
    collections::BTreeSet,
    string::{String, ToString as _},
    vec::Vec,
};

/// Builds an [`OriginPolicy`]. Only what is added here is accepted.
///
/// Write origins as browsers serialize them: `https://example.com`, lower case, punycode, no default port, no path.
/// [`build`](Self::build) rejects other spellings and suggests the correct one.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
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

impl OriginPolicy {
    /// Starts building a policy for passkeys of `rp_id`. Add the origins to accept.
    pub fn builder(rp_id: &RpId) -> OriginPolicyBuilder {
        OriginPolicyBuilder {
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
}

impl OriginPolicyBuilder {
    /// Accepts exactly this origin: on the RP ID's host or below it, with `https`, or with `http` on `localhost` or
    /// below it.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Accepts exactly these origins. See [`origin`](Self::origin).
    pub fn origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Accepts `https` origins below the RP ID, on port 443.
    pub fn subdomains(mut self, subdomains: SubdomainPolicy) -> Self {
        self.subdomains = Some(subdomains);
        self
    }

    /// Sets whether the port of [`origin`](Self::origin)s and [`subdomains`](Self::subdomains) is ignored, as browsers
    /// ignore it. By default it is not ignored, because another port may be another service.
    pub const fn any_port(mut self, any_port: bool) -> Self {
        self.any_port = any_port;
        self
    }

    /// Accepts the RP ID's own host and everything below it on any port without TLS, for development. Only for the RP
    /// ID `localhost`, which has nothing below it, or one like `app.localhost`.
    ///
    /// ```
    /// use relying_party::policy::{OriginPolicy, RpId};
    /// let policy = OriginPolicy::builder(&RpId::new("app.localhost")?).localhost().build()?;
    /// assert!(policy.check_origin("http://app.localhost:3000", None).is_ok());
    /// assert!(policy.check_origin("http://localhost:3000", None).is_err());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub const fn localhost(mut self) -> Self {
        self.localhost = true;
        self
    }

    /// Accepts an `https` origin outside the RP ID's scope, which browsers only allow if it is listed at
    /// `/.well-known/webauthn` (§5.11). [`related_origins`](OriginPolicy::related_origins) lists these origins in the
    /// order in which they were added.
    pub fn related_origin(mut self, origin: impl Into<String>) -> Self {
        self.related.push(origin.into());
        self
    }

    /// Accepts an Android app, by its signing certificate's SHA-256 fingerprint or by its origin. See
    /// [`android_origin`].
    pub fn android_app(mut self, fingerprint: impl Into<String>) -> Self {
        self.android.push(fingerprint.into());
        self
    }

    /// Accepts another opaque origin, compared as a whole, such as that of a Chrome extension.
    ///
    /// An extension can use the RP ID of a web site for which it has host permissions, or its own ID.
    ///
    /// ```
    /// use relying_party::policy::{OriginPolicy, RpId};
    /// let extension = "chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio";
    /// let site = OriginPolicy::builder(&RpId::new("example.com")?)
    ///     .origin("https://example.com")
    ///     .native_origin(extension)
    ///     .build()?;
    /// let own = OriginPolicy::builder(&RpId::new("jnpfkofnigkaocfcdcdppaokjkmhjcio")?)
    ///     .native_origin(extension)
    ///     .build()?;
    /// assert!(site.check_origin(extension, None).is_ok() && own.check_origin(extension, None).is_ok());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn native_origin(mut self, origin: impl Into<String>) -> Self {
        self.native.push(origin.into());
        self
    }

    /// Sets whether use in cross-origin frames is expected. The default is no. Level 2 clients do not report which page
    /// embeds them. If the client does report it, [`top_origins`](Self::top_origins) decides.
    pub const fn allow_cross_origin(mut self, allow: bool) -> Self {
        self.cross_origin = allow;
        self
    }

    /// Sets which pages may embed ours. Has no effect unless [`allow_cross_origin`](Self::allow_cross_origin) is on.
    pub fn top_origins(mut self, top_origins: TopOrigins) -> Self {
        self.top_origins = top_origins;
        self
    }

    /// Accepts an origin without TLS that is not `localhost`, such as `http://your-domain.test:8080`, at or below the
    /// RP ID.
    ///
    /// **Danger**: anyone on the network path can run script on such an origin and use what users do there to sign in.
    /// Browsers refuse such origins unless started with a switch like `--unsafely-treat-insecure-origin-as-secure`.
    /// This is for tests on one machine. For development, `localhost` needs no exception. Never use it in production.
    pub fn danger_insecure_development_origin(mut self, origin: impl Into<String>) -> Self {
        self.development.push(origin.into());
        self
    }

    /// Builds the policy.
    ///
    /// # Errors
    ///
    /// Returns all problems, not just the first.
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
        if self.localhost && !self.rp_id.is_loopback() {
            errors.push(PolicyError::LocalhostOfOtherRpId { rp_id: self.rp_id.to_string() });
        }
        if let Some(policy) = &self.subdomains {
            self.check_subdomains(policy, &mut errors);
        }
        if let TopOrigins::Listed(origins) = &self.top_origins {
            keep(&mut errors, origins, top_origin);
        }
        if self.accepts_nothing() {
            let write = if self.rp_id.is_loopback() {
                "localhost()".into()
            } else if let Some(origin) = self.rp_id.extension_origin() {
                alloc::format!("native_origin({origin:?})")
            } else {
                alloc::format!("origin(\"https://{}\")", self.rp_id)
            };
            errors.push(PolicyError::NoOrigin { write });
        }
        if errors.is_empty() { Ok(policy) } else { Err(PolicyErrors::new(errors)) }
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
            && !origin.is_http_loopback()
            && self.rp_id.extension_origin().is_none()
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
        let mut origins = keep(errors, &self.android, |text| self.native(android_origin(text)?));
        origins.extend(keep(errors, &self.native, |text| self.native(native::checked(text)?)));
        origins
    }

    /// The passkeys of an extension only work in that extension.
    fn native(&self, origin: String) -> Result<String, PolicyError> {
        match scope(&self.rp_id, &origin) {
            scope @ Scope::Never(_) => Err(PolicyError::OutOfScope {
                found: shown(&origin),
                rp_id: self.rp_id.to_string(),
                scope,
            }),
            _ => Ok(origin),
        }
    }

    fn check_subdomains(&self, policy: &SubdomainPolicy, errors: &mut Vec<PolicyError>) {
        let rp_id = self.rp_id.as_str();
        if self.rp_id.is_localhost() {
            errors.push(PolicyError::SubdomainsOfLocalhost);
            return;
        }
        if self.rp_id.extension_origin().is_some() {
            errors.push(PolicyError::SubdomainsOfExtension { rp_id: self.rp_id.to_string() });
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
        let except = policy.except_under.iter().map(String::as_str).collect::<BTreeSet<_>>();
        // Invalid host names were already reported.
        for host in only.iter().filter(|host| domain::check(host).is_ok()) {
            let unreachable =
                !policy.within_depth(host, rp_id) || subdomains::is_under_any(host, &except);
            if unreachable {
                errors.push(PolicyError::UnreachableSubdomain { found: shown(host) });
            }
        }
    }
}

/// Keeps the valid texts, and adds the others to the errors.
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
        } else if text.starts_with(native::ANDROID) {
            PolicyError::NotWeb { found: shown(text), method: "android_app" }
        } else if native::is_native(text) && origin::spelling(text).is_none() {
            PolicyError::NotWeb { found: shown(text), method: "native_origin" }
        } else {
            PolicyError::Malformed { found: shown(text), reason, write: origin::spelling(text) }
        }
    })
}

/// Frames can only use passkeys if every page around them is secure (§5.10), so a top origin must be `https` or on
/// localhost.
fn top_origin(text: &str) -> Result<(), PolicyError> {
    let origin = web_origin(text)?;
    if origin.scheme() == Scheme::Http && !origin.is_http_loopback() {
        return Err(PolicyError::InsecureTopOrigin { found: shown(text) });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
