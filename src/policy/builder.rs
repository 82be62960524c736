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
mod tests {
    use alloc::format;

    use super::*;
    use crate::policy::InvalidOrigin;

    fn builder(rp_id: &str) -> OriginPolicyBuilder {
        OriginPolicy::builder(&RpId::new(rp_id).unwrap())
    }

    /// Returns the errors, one per line.
    fn refusal(builder: OriginPolicyBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let errors = builder("example.com")
            .origin("https://example.com/")
            .origin("https://example.com")
            .origin("https://evil-example.com")
            .related_origin("https://www.example.com")
            .android_app("AB:CD")
            .native_origin("null")
            .localhost()
            .subdomains(SubdomainPolicy::any().max_depth(0).except_under(["example.net"]))
            .allow_cross_origin(true)
            .top_origins(TopOrigins::listed(["http://partner.example"]))
            .danger_insecure_development_origin("https://example.com")
            .build()
            .unwrap_err();
        assert_eq!(errors.iter().count(), 10);
        let text = errors.to_string();
        assert_eq!(text.lines().count(), 10);
        for found in [
            "\"https://example.com/\"",
            "write \"https://example.com\"",
            "evil-example.com",
            "www.example.com",
            "AB:CD",
            "null",
            "localhost",
            "depth of 0",
            "example.net",
            "http://partner.example",
            "development",
        ] {
            assert!(text.contains(found), "{found}: {text}");
        }
        assert_eq!(
            (&errors).into_iter().cloned().collect::<Vec<_>>(),
            errors.iter().cloned().collect::<Vec<_>>()
        );
    }

    #[test]
    fn policy_that_accepts_nothing_is_refused() {
        assert_eq!(
            refusal(builder("example.com").allow_cross_origin(true).any_port(true)),
            "the policy accepts no origin; add origin(\"https://example.com\")"
        );
        assert_eq!(refusal(builder("localhost")), "the policy accepts no origin; add localhost()");
    }

    #[test]
    fn misspelled_origin_is_refused_and_the_right_spelling_is_named() {
        for text in [
            "https://example.com/",
            "https://example.com/login?a#b",
            "https://example.com:443",
            "HTTPS://example.com",
            "https://EXAMPLE.com",
            "https://example.com.",
            "example.com",
            " https://example.com",
            "https://example.com\n",
            "https://example.com:0443",
        ] {
            let refused = refusal(builder("example.com").origin(text));
            assert!(refused.ends_with("; write \"https://example.com\""), "{text:?}: {refused}");
        }
    }

    #[cfg(feature = "idna")]
    #[test]
    fn origin_beyond_ascii_is_refused_and_its_punycode_is_named() {
        let refused = refusal(builder("xn--bcher-kva.example").origin("https://Bücher.example"));
        assert!(refused.ends_with("; write \"https://xn--bcher-kva.example\""), "{refused}");
        // A Cyrillic а: not the domain it looks like.
        let refused = refusal(builder("apple.com").origin("https://\u{430}pple.com"));
        assert!(refused.ends_with("; write \"https://xn--pple-43d.com\""), "{refused}");
        let refused = refusal(builder("example.com").origin("https://xn--a.example.com"));
        assert!(refused.contains("not valid punycode"), "{refused}");
        let hosts = SubdomainPolicy::only_under(["xn--a.example.com"]);
        let refused = refusal(builder("example.com").subdomains(hosts));
        assert!(refused.contains("not valid punycode"), "{refused}");
    }

    #[test]
    fn origin_that_no_browser_could_use_is_refused() {
        for (rp_id, origin) in [
            ("example.com", "http://example.com"),
            ("example.com", "https://example.net"),
            ("example.com", "https://evil-example.com"),
            ("example.com", "https://example.com.evil.net"),
            ("example.com", "https://com"),
            ("example.com", "http://localhost:3000"),
            ("example.com", "https://localhost"),
            ("accounts.example.com", "https://example.com"),
            ("accounts.example.com", "https://www.example.com"),
            ("localhost", "https://example.com"),
            ("localhost", "http://app.localhost:3000"),
            ("app.localhost", "http://localhost:3000"),
            ("app.localhost", "http://other.localhost:3000"),
            ("jnpfkofnigkaocfcdcdppaokjkmhjcio", "https://example.com"),
            ("jnpfkofnigkaocfcdcdppaokjkmhjcio", "https://jnpfkofnigkaocfcdcdppaokjkmhjcio"),
        ] {
            let rp = RpId::new(rp_id).unwrap();
            let errors = OriginPolicy::builder(&rp).origin(origin).build().unwrap_err();
            let scope = scope(&rp, origin);
            let expected =
                PolicyError::OutOfScope { found: origin.into(), rp_id: rp_id.into(), scope };
            assert_eq!(errors.into_iter().collect::<Vec<_>>(), [expected]);
        }
        for origin in [
            "https://127.0.0.1",
            "https://127.1",
            "https://[::1]:8443",
            "https://my_app.example.com",
            "https://example.com@evil.net",
            "https://example.com:443@evil.net",
            "null",
            "https://",
            "file:///x",
            "data:text/html,x",
            "ftp://example.com",
        ] {
            let refused = builder("example.com").origin(origin).build().unwrap_err();
            assert!(
                refused.iter().all(|error| matches!(
                    error,
                    PolicyError::Malformed { write: None, .. } | PolicyError::NotWeb { .. }
                )),
                "{origin}: {refused}"
            );
        }
    }

    /// No other problem is reported, because no such policy can be right.
    #[test]
    fn localhost_has_no_subdomains() {
        let deep = SubdomainPolicy::only_under(["example.net"]).max_depth(0);
        assert_eq!(
            refusal(builder("localhost").localhost().subdomains(deep)),
            "the RP ID \"localhost\" has no subdomains"
        );
    }

    #[test]
    fn pattern_is_refused_and_the_subdomain_policy_is_named() {
        let refused = refusal(builder("example.com").origin("https://*.example.com"));
        assert!(refused.contains("`subdomains`"), "{refused}");
    }

    #[test]
    fn native_origin_among_web_origins_is_refused_and_the_reverse() {
        // The method is suggested even if the hash is invalid.
        for hash in ["A".repeat(43), "x".into(), String::new()] {
            let native = format!("android:apk-key-hash:{hash}");
            let refused = refusal(builder("example.com").origin(&native));
            assert_eq!(
                refused,
                format!("{native:?} is not a web origin; accept it with `android_app`")
            );
        }
        let extension = "chrome-extension://jnpfkofnigkaocfcdcdppaokjkmhjcio";
        let refused = refusal(builder("example.com").origin(extension));
        assert_eq!(
            refused,
            format!("{extension:?} is not a web origin; accept it with `native_origin`")
        );
        let refused = refusal(builder("example.com").native_origin("https://example.com"));
        assert!(refused.contains("`origin`"), "{refused}");
    }

    #[test]
    fn related_origin_is_https_and_outside_the_scope() {
        assert!(builder("example.com").related_origin("https://example.net:8443").build().is_ok());
        assert!(builder("a.example.com").related_origin("https://example.com").build().is_ok());
        for origin in [
            "https://example.com",
            "https://www.example.com:8443",
            "http://example.net",
            "http://localhost",
            "https://intranet",
            "https://example.net/",
            "https://10.0.0.1",
        ] {
            assert!(builder("example.com").related_origin(origin).build().is_err(), "{origin}");
        }
        let on_localhost = builder("localhost").related_origin("https://example.com");
        assert!(on_localhost.build().is_err());
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn related_origin_has_a_registrable_domain() {
        for origin in ["https://co.uk", "https://github.io"] {
            assert!(builder("example.com").related_origin(origin).build().is_err(), "{origin}");
        }
    }

    #[test]
    fn localhost_needs_an_rp_id_on_localhost_or_below_it() {
        assert!(builder("localhost").localhost().build().is_ok());
        assert!(builder("app.localhost").localhost().build().is_ok());
        for rp_id in ["your-domain.test", "localhost.example.com"] {
            let refused = refusal(builder(rp_id).localhost());
            assert!(refused.contains(rp_id), "{refused}");
        }
    }

    #[test]
    fn extension_only_has_its_own_origin() {
        let id = "jnpfkofnigkaocfcdcdppaokjkmhjcio";
        let own = format!("chrome-extension://{id}");
        assert!(builder(id).native_origin(&own).build().is_ok());
        let refused = refusal(builder(id));
        assert_eq!(refused, format!("the policy accepts no origin; add native_origin({own:?})"));
        let other = || builder(id).native_origin(&own);
        for refused in [
            other().native_origin(own.replace('j', "a")),
            other().android_app("00".repeat(32)),
            other().subdomains(SubdomainPolicy::any()),
            other().localhost(),
            other().related_origin("https://example.com"),
            other().danger_insecure_development_origin(format!("http://{id}")),
        ] {
            assert_eq!(refused.build().unwrap_err().iter().count(), 1);
        }
    }

    #[test]
    fn insecure_origin_needs_the_explicit_exception() {
        let origin = "http://your-domain.test:8080";
        assert!(builder("your-domain.test").origin(origin).build().is_err());
        let policy =
            builder("your-domain.test").danger_insecure_development_origin(origin).build().unwrap();
        assert_eq!(policy.check_origin(origin, None), Ok(()));
        for other in [
            "http://your-domain.test",
            "http://your-domain.test:8081",
            "https://your-domain.test:8080",
            "http://a.your-domain.test:8080",
        ] {
            assert!(policy.check_origin(other, None).is_err(), "{other}");
        }
        for (rp_id, other) in [
            ("your-domain.test", "https://your-domain.test"),
            ("your-domain.test", "http://other.test:8080"),
            ("your-domain.test", "http://localhost:8080"),
            ("your-domain.test", "http://127.0.0.1:8080"),
            ("localhost", "http://localhost:8080"),
        ] {
            let refused = builder(rp_id).danger_insecure_development_origin(other).build();
            assert!(refused.is_err(), "{other}");
        }
    }

    #[test]
    fn rejects_subdomain_policies_that_make_no_sense() {
        let any = SubdomainPolicy::any;
        for (policy, error) in [
            (any().max_depth(0), "depth of 0"),
            (SubdomainPolicy::only_under::<String>([]), "empty"),
            (SubdomainPolicy::only_under(["example.com"]), "is not below"),
            (SubdomainPolicy::only_under(["a.example.net"]), "is not below"),
            (SubdomainPolicy::only_under(["A.example.com"]), "lower case"),
            (any().except_under(["example.com"]), "is not below"),
            (any().except_under(["evil-example.com"]), "is not below"),
            (any().except_under(["*.example.com"]), "'*'"),
            (any().except_under(["https://a.example.com"]), "':'"),
            (SubdomainPolicy::only_under(["b.a.example.com"]).max_depth(1), "excluded"),
            (
                SubdomainPolicy::only_under(["b.a.example.com"]).except_under(["a.example.com"]),
                "excluded",
            ),
        ] {
            let refused = refusal(builder("example.com").subdomains(policy));
            assert!(refused.contains(error), "{error}: {refused}");
            assert_eq!(refused.lines().count(), 1, "{refused}");
        }
        let refused = refusal(builder("localhost").subdomains(any()));
        assert!(refused.contains("no subdomains"), "{refused}");
    }

    #[test]
    fn top_origins_are_secure_web_origins() {
        let with = |origin: &str| {
            let policy = builder("example.com").origin("https://example.com");
            policy.top_origins(TopOrigins::listed([origin])).build()
        };
        for origin in ["https://partner.example:8443", "http://localhost:3000"] {
            assert!(with(origin).is_ok(), "{origin}");
        }
        for origin in ["http://partner.example", "https://partner.example/", "null", "*", ""] {
            assert!(with(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn long_text_is_cut_in_errors() {
        let long = format!("https://{}", "ä".repeat(100_000));
        assert!(refusal(builder("example.com").origin(long)).len() < 3000);
    }

    #[test]
    fn error_keeps_the_reason_and_suggests_a_spelling() {
        let errors = builder("example.com").origin("https://example.com:443").build().unwrap_err();
        let expected = PolicyError::Malformed {
            found: "https://example.com:443".into(),
            reason: InvalidOrigin::DefaultPort,
            write: Some("https://example.com".into()),
        };
        assert_eq!(errors.into_iter().next(), Some(expected));
    }
}
