//! The origins that a relying party accepts (§7.1 steps 9 to 11, §7.2 steps 12 to 14, §13.5.9).

use alloc::{
    borrow::ToOwned as _,
    collections::BTreeSet,
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    domain,
    origin::{Origin, OwnedOrigin, Scheme},
    rp_id::RpId,
    scope::{Scope, scope},
    shown,
    subdomains::SubdomainPolicy,
    top_origins::{self, EmbeddingError, TopOrigins},
};

/// Which origins and which embeddings are accepted for one RP ID. Created by [`OriginPolicy::builder`], and always
/// valid.
///
/// Checks do not allocate unless they fail. [The module](crate::policy) has an example.
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

/// The origin is not expected (§7.1 step 9, §7.2 step 12). [The module](crate::policy) has an example.
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
    /// The ceremony began on another origin.
    #[error("the origin {found:?} is not {bound:?}, on which the ceremony began")]
    NotBound {
        /// The origin.
        found: String,
        /// The origin that the ceremony is bound to.
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
    /// The RP ID.
    #[must_use]
    pub const fn rp_id(&self) -> &RpId {
        &self.rp_id
    }

    /// The individually accepted origins, as text: listed, related, native and development ones.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        self.listed_whole().map(str::to_owned)
    }

    /// Checks that `origin` is expected (§7.1 step 9, §7.2 step 12). If the ceremony was bound to an origin when it
    /// began, only that origin is expected, and it must still be accepted.
    ///
    /// # Errors
    ///
    /// If the origin is not accepted, or is not the one that the ceremony is bound to.
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

    /// Checks that being embedded is expected, and that the top origin is (§7.1 steps 10 and 11, §7.2 steps 13 and 14).
    ///
    /// # Errors
    ///
    /// [`EmbeddingError::CrossOrigin`] if no embedding is expected, [`EmbeddingError::TopOrigin`] if embedding is
    /// expected, but not in that page.
    pub fn check_embedding(
        &self,
        origin: &str,
        cross_origin: Option<bool>,
        top_origin: Option<&str>,
    ) -> Result<(), EmbeddingError> {
        let accepted = &self.top_origins;
        top_origins::check(self.cross_origin, accepted, origin, cross_origin, top_origin)
    }

    /// Returns the origin to bind a ceremony to, from the `Origin` header of the request that begins it.
    ///
    /// # Errors
    ///
    /// If the policy does not accept this origin.
    pub fn bind_to_origin(&self, origin: &str) -> Result<String, OriginError> {
        self.check_origin(origin, None)?;
        Ok(origin.to_owned())
    }

    /// Returns the origin to bind a ceremony to, from the `Host` header (`:authority`) of the request that begins it:
    /// the `https` origin of this host if it is accepted, otherwise the `http` one. If a policy accepts both, as it may
    /// for `localhost`, use [`bind_to_origin`](Self::bind_to_origin).
    ///
    /// Behind a proxy, use the header that the browser sent, and only if the proxy vouches for it.
    ///
    /// # Errors
    ///
    /// If the policy accepts no origin of this host.
    pub fn bind_to_host(&self, host: &str) -> Result<String, OriginError> {
        // Host names are case-insensitive (RFC 9110 §4.2.3), origins are not.
        let host = host.to_ascii_lowercase();
        let origin_with = |scheme: Scheme| {
            let default_port = format!(":{}", scheme.default_port());
            let host = host.strip_suffix(&default_port).unwrap_or(&host);
            self.bind_to_origin(&format!("{}://{host}", scheme.as_str()))
        };
        origin_with(Scheme::Https).or_else(|error| origin_with(Scheme::Http).map_err(|_| error))
    }

    /// Individually listed origins are compared as text, since an origin has only one spelling. The other rules parse
    /// it.
    fn accepts(&self, text: &str) -> bool {
        if self.listed_whole().any(|listed| listed == text) {
            return true;
        }
        let Ok(origin) = Origin::parse(text) else { return false };
        (self.any_port && self.listed.iter().any(|listed| listed.is_but_for_port(&origin)))
            || self.accepts_by_rule(&origin)
    }

    /// Returns whether an origin is accepted without being listed.
    fn accepts_by_rule(&self, origin: &Origin<'_>) -> bool {
        (self.localhost && self.is_own_loopback(origin)) || self.is_accepted_subdomain(origin)
    }

    /// The same verdicts as [`check_origin`](Self::check_origin), for checking many origins.
    pub(super) fn verdicts(&self) -> Verdicts<'_> {
        let any_port = self.listed.iter().filter(|_| self.any_port);
        Verdicts {
            policy: self,
            listed: self.listed_whole().collect(),
            on_any_port: any_port.map(OwnedOrigin::scheme_and_host).collect(),
        }
    }

    fn listed_whole(&self) -> impl Iterator<Item = &str> {
        let web = self.listed.iter().chain(&self.related).chain(&self.development);
        web.map(OwnedOrigin::as_str).chain(self.native.iter().map(String::as_str))
    }

    /// Whether the origin has no TLS and is on the RP ID or below it, where the RP ID is `localhost` or below that.
    fn is_own_loopback(&self, origin: &Origin<'_>) -> bool {
        origin.is_http_loopback() && domain::is_in_scope(origin.host(), self.rp_id.as_str())
    }

    fn is_accepted_subdomain(&self, origin: &Origin<'_>) -> bool {
        let Some(subdomains) = &self.subdomains else { return false };
        origin.scheme() == Scheme::Https
            && (self.any_port || origin.port() == Scheme::Https.default_port())
            && subdomains.accepts(origin.host(), self.rp_id.as_str())
    }
}

/// A policy that does not have to search its lists for each origin.
pub(super) struct Verdicts<'a> {
    policy: &'a OriginPolicy,
    listed: BTreeSet<&'a str>,
    on_any_port: BTreeSet<(&'static str, &'a str)>,
}

impl Verdicts<'_> {
    /// Returns whether the policy accepts an origin, given with its text.
    pub(super) fn accept(&self, text: &str, origin: &Origin<'_>) -> bool {
        self.listed.contains(text)
            || self.on_any_port.contains(&(origin.scheme().as_str(), origin.host()))
            || self.policy.accepts_by_rule(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::OriginPolicyBuilder;

    const ORIGIN: &str = "https://example.com";

    fn builder() -> OriginPolicyBuilder {
        OriginPolicy::builder(&RpId::new("example.com").unwrap())
    }

    fn accepts(policy: &OriginPolicy, origin: &str) -> bool {
        policy.check_origin(origin, None).is_ok()
    }

    /// Origins that no policy for example.com accepts.
    const OTHERS: [&str; 66] = [
        // other domains
        "https://evil-example.com",
        "https://notexample.com",
        "https://example.com.evil.net",
        "https://example.co",
        "https://example.comm",
        "https://xample.com",
        "https://example.net",
        "https://examp1e.com",
        "https://com",
        "https://sub.evil-example.com",
        "https://a.notexample.com",
        // user names
        "https://example.com@evil.net",
        "https://example.com:443@evil.net",
        "https://evil.net@example.com",
        "https://@example.com",
        "https://a:b@sub.example.com",
        // spelling
        "https://example.com.",
        "https://sub.example.com.",
        "https://EXAMPLE.com",
        "https://Sub.example.com",
        "HTTPS://example.com",
        "Https://sub.example.com",
        "https://example.com:443",
        "https://sub.example.com:443",
        "https://example.com:0443",
        "https://example.com:",
        "https://example.com:65979",
        "https://example.com:443:443",
        "https://example.com:-1",
        "https://example.com:x",
        " https://example.com",
        "https://example.com ",
        "https://example.com\n",
        "https://example.com\0",
        "https://exam\tple.com",
        "https:example.com",
        "https:/example.com",
        "https:///example.com",
        "https:\\\\example.com",
        "//example.com",
        "example.com",
        "sub.example.com",
        // what is not part of an origin
        "https://example.com/",
        "https://sub.example.com/",
        "https://example.com/x",
        "https://example.com?x",
        "https://example.com#x",
        "https://evil.net/.example.com",
        "https://evil.net?.example.com",
        "https://evil.net#.example.com",
        "https://evil.net\\.example.com",
        // invalid hosts
        "https://",
        "https://.example.com",
        "https://a..example.com",
        "https://a_b.example.com",
        "https://%65xample.com",
        "https://*.example.com",
        "https://-a.example.com",
        "https://ex\u{430}mple.com",
        "https://s\u{fc}b.example.com",
        "https://example\u{3002}com",
        "https://127.0.0.1",
        "https://[::1]",
        "https://93.184.216.34:443",
        "",
        "null",
    ];

    /// Abuse case 14: regardless of what else the policy accepts.
    #[test]
    fn rejects_every_other_spelling_and_every_look_alike() {
        let exact = builder().origin(ORIGIN).build().unwrap();
        let widest = builder()
            .origin(ORIGIN)
            .subdomains(SubdomainPolicy::any())
            .any_port(true)
            .related_origin("https://example.org")
            .native_origin("chrome-extension://abcdefgh")
            .danger_insecure_development_origin("http://dev.example.com:8080")
            .build()
            .unwrap();
        assert_eq!(widest.rp_id().as_str(), "example.com");
        assert!(accepts(&exact, ORIGIN) && accepts(&widest, "https://sub.example.com:8443"));
        let long_label = format!("https://{}.example.com", "a".repeat(64));
        let long_host = format!("https://{}example.com", "a.".repeat(122));
        let huge = format!("https://{}.example.com", "a".repeat(1_000_000));
        let others = OTHERS.iter().copied().chain([&*long_label, &long_host, &huge]);
        for origin in others {
            assert!(!accepts(&exact, origin), "{origin:?}");
            assert!(!accepts(&widest, origin), "{origin:?}");
        }
    }

    /// CVE-2026-30964 reduced origins to hosts.
    #[test]
    fn rejects_other_schemes_and_other_ports() {
        let policy = builder().origin(ORIGIN).subdomains(SubdomainPolicy::any()).build().unwrap();
        for host in ["example.com", "sub.example.com"] {
            assert!(accepts(&policy, &format!("https://{host}")));
            for scheme in
                ["http", "ws", "wss", "ftp", "file", "chrome-extension", "httpss", "xhttps"]
            {
                assert!(!accepts(&policy, &format!("{scheme}://{host}")), "{scheme}");
            }
            for port in [0, 1, 80, 444, 8443, 65535] {
                assert!(!accepts(&policy, &format!("https://{host}:{port}")), "{port}");
            }
        }
    }

    #[test]
    fn port_is_ignored_where_the_policy_says_so() {
        let policy = builder()
            .origin(ORIGIN)
            .subdomains(SubdomainPolicy::any())
            .related_origin("https://example.org")
            .any_port(true)
            .build()
            .unwrap();
        for port in ["", ":80", ":8443", ":65535"] {
            assert!(accepts(&policy, &format!("https://example.com{port}")));
            assert!(accepts(&policy, &format!("https://sub.example.com{port}")));
            assert!(!accepts(&policy, &format!("http://example.com{port}")), "scheme still counts");
            assert!(!accepts(&policy, &format!("http://sub.example.com{port}")));
        }
        assert!(
            !accepts(&policy, "https://example.org:8443"),
            "browsers compare a related origin's port"
        );
    }

    #[test]
    fn listed_subdomain_accepts_neither_its_parent_nor_its_children() {
        let policy = builder().origin("https://login.example.com:8443").build().unwrap();
        assert!(accepts(&policy, "https://login.example.com:8443"));
        for other in ["https://login.example.com", ORIGIN, "https://a.login.example.com:8443"] {
            assert!(!accepts(&policy, other), "{other}");
        }
    }

    #[test]
    fn native_origin_is_compared_as_a_whole() {
        let hash = "pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfgoGLcc";
        let origin = format!("android:apk-key-hash:{hash}");
        let policy = builder().android_app(&*origin).build().unwrap();
        assert!(accepts(&policy, &origin));
        for other in [
            hash.to_owned(),
            format!("{origin}="),
            format!("{origin} "),
            origin.to_uppercase(),
            origin.replace('-', "+"),
            "android:apk-key-hash:".to_owned(),
            format!("android:apk-key-hash:{}", "A".repeat(43)),
            ORIGIN.to_owned(),
        ] {
            assert!(!accepts(&policy, &other), "{other}");
        }
    }

    #[test]
    fn error_says_how_to_fix_it() {
        let policy = builder().origin(ORIGIN).build().unwrap();
        let error = policy.check_origin("https://a.example.com", None).unwrap_err();
        assert_eq!(error.code(), "origin");
        let expected = OriginError::NotAccepted {
            found: "https://a.example.com".into(),
            rp_id: "example.com".into(),
            scope: Scope::NeedsSubdomainPolicy,
        };
        assert_eq!(error, expected);
        assert!(error.to_string().contains("subdomain policy"));
    }

    #[test]
    fn error_is_short_enough_for_logs() {
        let policy = builder().origin(ORIGIN).build().unwrap();
        let hostile = format!("https://\n\u{1b}[31m{}", "x".repeat(100_000));
        let error = policy.check_origin(&hostile, Some(&hostile)).unwrap_err().to_string();
        assert!(error.len() < 800 && !error.contains(['\n', '\u{1b}']), "{error}");
    }

    #[test]
    fn bound_ceremony_only_accepts_its_origin() {
        let other = "https://www.example.com";
        let policy = builder().origin(ORIGIN).origin(other).build().unwrap();
        assert_eq!(policy.check_origin(ORIGIN, Some(ORIGIN)), Ok(()));
        let refused = policy.check_origin(other, Some(ORIGIN));
        let expected = OriginError::NotBound { found: other.into(), bound: ORIGIN.into() };
        assert_eq!(refused, Err(expected));
    }

    #[test]
    fn bound_origin_must_be_accepted_by_the_policy_too() {
        let policy = builder().origin(ORIGIN).build().unwrap();
        let evil = "https://evil.net";
        let refused = policy.check_origin(evil, Some(evil));
        assert!(matches!(refused, Err(OriginError::NotAccepted { .. })));
    }

    #[test]
    fn ceremony_can_only_be_bound_to_an_accepted_origin() {
        let policy = builder().origin(ORIGIN).origin("https://example.com:8443").build().unwrap();
        assert_eq!(policy.bind_to_origin(ORIGIN).as_deref(), Ok(ORIGIN));
        assert!(policy.bind_to_origin("https://evil.net").is_err());
        for (host, origin) in [
            ("example.com", Some(ORIGIN)),
            ("Example.COM", Some(ORIGIN)),
            ("example.com:443", Some(ORIGIN)),
            ("example.com:8443", Some("https://example.com:8443")),
            ("example.com:80", None),
            ("example.com.", None),
            ("evil.net", None),
            ("example.com@evil.net", None),
            ("evil.net/example.com", None),
            ("example.com/", None),
            ("https://example.com", None),
            ("", None),
        ] {
            assert_eq!(policy.bind_to_host(host).ok().as_deref(), origin, "{host}");
        }
    }

    #[test]
    fn host_without_tls_is_bound_to_http_where_that_is_accepted() {
        let rp_id = RpId::new("localhost").unwrap();
        let policy = OriginPolicy::builder(&rp_id).localhost().build().unwrap();
        assert_eq!(policy.bind_to_host("localhost:3000").as_deref(), Ok("http://localhost:3000"));
        assert_eq!(policy.bind_to_host("localhost:80").as_deref(), Ok("http://localhost"));
    }

    #[test]
    fn accepts_extension_by_its_origin() {
        let id = "jnpfkofnigkaocfcdcdppaokjkmhjcio";
        let origin = format!("chrome-extension://{id}");
        let rp_id = RpId::new(id).unwrap();
        let policy = OriginPolicy::builder(&rp_id).native_origin(&origin).build().unwrap();
        assert!(accepts(&policy, &origin));
        for other in [format!("https://{id}"), format!("{origin}/"), origin.replace('j', "a")] {
            assert!(!accepts(&policy, &other), "{other}");
        }
    }

    /// The table itself is in `top_origins`. This checks that the builder's settings are applied.
    #[test]
    fn embedding_follows_the_policy() {
        let partner = "https://partner.example";
        let strict = builder().origin(ORIGIN).build().unwrap();
        let listed = TopOrigins::listed([partner]);
        let open =
            builder().origin(ORIGIN).allow_cross_origin(true).top_origins(listed).build().unwrap();
        assert_eq!(strict.check_embedding(ORIGIN, Some(false), None), Ok(()));
        let refused = strict.check_embedding(ORIGIN, Some(true), None);
        assert!(matches!(refused, Err(EmbeddingError::CrossOrigin { .. })));
        assert_eq!(open.check_embedding(ORIGIN, Some(true), Some(partner)), Ok(()));
        let refused = open.check_embedding(ORIGIN, Some(true), Some(ORIGIN));
        assert!(matches!(refused, Err(EmbeddingError::TopOrigin { .. })));
    }

    #[test]
    fn accepted_origins_are_listed_as_text() {
        let policy = builder()
            .related_origin("https://example.org")
            .origin("https://example.com:8443")
            .native_origin("chrome-extension://abcdefgh")
            .danger_insecure_development_origin("http://example.com")
            .build()
            .unwrap();
        assert_eq!(
            policy.origins().collect::<Vec<_>>(),
            [
                "https://example.com:8443",
                "https://example.org",
                "http://example.com",
                "chrome-extension://abcdefgh"
            ]
        );
    }
}
