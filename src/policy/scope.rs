//! Would a passkey of this RP ID work on that origin, and if not, why not? (§5.1.3, §5.11)

use core::fmt;

use super::{
    domain::{self, LOCALHOST},
    native,
    origin::{InvalidOrigin, Origin, Scheme},
    rp_id::RpId,
};

/// Whether browsers allow an RP ID to be used on an origin, and what the relying party must do for it.
///
/// `Display` and [`Scope::explanation`] return a sentence for developers. [`scope`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Yes. The host is the RP ID, with `https`, or on `localhost` or below it. Browsers ignore the port. Or the RP ID
    /// is a Chrome extension's ID, and this is its origin.
    Yes,
    /// The host is below the RP ID. Browsers allow it, and the relying party's policy must accept it.
    NeedsSubdomainPolicy,
    /// The host is outside the RP ID's scope. Browsers only allow it if it is listed at the RP ID's
    /// `/.well-known/webauthn`.
    NeedsRelatedOrigins(OutsideScope),
    /// The origin belongs to a native app or a browser extension. The platform decides by the app's association with
    /// the RP ID's domain, the browser by the extension's host permissions.
    NativeApp,
    /// No browser ever allows this RP ID to be used there.
    Never(UnusableOrigin),
}

/// How a host is outside an RP ID's scope. [`scope`](crate::policy::scope) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutsideScope {
    /// The RP ID is below the host: `example.com` for the RP ID `accounts.example.com`.
    Parent,
    /// Both are below one registrable domain: `staging2.example.com` for the RP ID `staging1.example.com`. Only
    /// recognized with the feature `public-suffix`.
    Sibling,
    /// The host has another registrable domain.
    OtherDomain,
}

/// Why an origin can never be used with an RP ID. [`scope`](crate::policy::scope) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnusableOrigin {
    /// It is not an origin as browsers serialize it.
    Malformed(InvalidOrigin),
    /// It is `http`, and the host is neither `localhost` nor below it.
    Insecure,
    /// The RP ID is `localhost`, but the host is not.
    RpIdIsLocalhost,
    /// The host is `localhost` or below it, but the RP ID does not work there.
    HostIsLocalhost,
    /// The RP ID is the ID of a Chrome extension, and this is another origin.
    RpIdIsExtension,
    /// The host is a public suffix or has only one label. Related origins need a registrable domain.
    NotRegistrable,
}

/// Returns whether passkeys of `rp_id` would work on `origin`.
///
/// `http://app.localhost` works with the RP ID `app.localhost`, at least in Chrome and Firefox, although §5.1.3 only
/// exempts the host `localhost` from `https`. It does not work with the RP ID `localhost`, which has nothing below it.
///
/// ```
/// use relying_party::policy::{RpId, Scope, scope};
/// let rp_id = RpId::new("example.com")?;
/// assert_eq!(scope(&rp_id, "https://example.com:8443"), Scope::Yes);
/// assert_eq!(scope(&rp_id, "https://accounts.example.com"), Scope::NeedsSubdomainPolicy);
/// assert_eq!(scope(&RpId::new("app.localhost")?, "http://app.localhost:3000"), Scope::Yes);
/// println!("{}", scope(&rp_id, "https://example.net"));
/// # Ok::<(), relying_party::policy::InvalidRpId>(())
/// ```
#[must_use]
pub fn scope(rp_id: &RpId, origin: &str) -> Scope {
    if let Some(own) = rp_id.extension_origin() {
        let other = Scope::Never(UnusableOrigin::RpIdIsExtension);
        return if origin == own { Scope::Yes } else { other };
    }
    let parsed = match Origin::parse(origin) {
        Ok(parsed) => parsed,
        Err(_) if native::is_native(origin) => return Scope::NativeApp,
        Err(reason) => return Scope::Never(UnusableOrigin::Malformed(reason)),
    };
    let host = parsed.host();
    if rp_id.is_localhost() && host != LOCALHOST {
        return Scope::Never(UnusableOrigin::RpIdIsLocalhost);
    }
    if domain::is_loopback(host) && !domain::is_in_scope(host, rp_id.as_str()) {
        return Scope::Never(UnusableOrigin::HostIsLocalhost);
    }
    if parsed.scheme() == Scheme::Http && !parsed.is_http_loopback() {
        return Scope::Never(UnusableOrigin::Insecure);
    }
    if host == rp_id.as_str() {
        return Scope::Yes;
    }
    if domain::is_in_scope(host, rp_id.as_str()) {
        return Scope::NeedsSubdomainPolicy;
    }
    if domain::is_public_suffix(host) {
        return Scope::Never(UnusableOrigin::NotRegistrable);
    }
    Scope::NeedsRelatedOrigins(outside(rp_id, host))
}

fn outside(rp_id: &RpId, host: &str) -> OutsideScope {
    let registrable = domain::registrable_domain(host);
    if domain::labels_below(rp_id.as_str(), host).is_some() {
        OutsideScope::Parent
    } else if registrable.is_some() && registrable == domain::registrable_domain(rp_id.as_str()) {
        OutsideScope::Sibling
    } else {
        OutsideScope::OtherDomain
    }
}

impl Scope {
    /// Returns a sentence for developers. [`Display`](fmt::Display) also says what is wrong with a malformed origin.
    #[must_use]
    pub const fn explanation(&self) -> &'static str {
        match self {
            Self::Yes => "passkeys of this RP ID work on this origin if the policy accepts it",
            Self::NeedsSubdomainPolicy => {
                "passkeys of this RP ID work on this origin, which is below it, if the policy accepts it: \
                 by a subdomain policy or as a listed origin"
            }
            Self::NeedsRelatedOrigins(OutsideScope::Parent) => {
                "the RP ID is below this origin's host, and a parent is out of scope: use the parent as the \
                 RP ID, which works on both, or list this origin at the RP ID's /.well-known/webauthn"
            }
            Self::NeedsRelatedOrigins(OutsideScope::Sibling) => {
                "this origin's host is a sibling of the RP ID, outside its scope: use the domain they share as \
                 the RP ID, which works on both, or list this origin at the RP ID's /.well-known/webauthn"
            }
            Self::NeedsRelatedOrigins(OutsideScope::OtherDomain) => {
                "this origin is on a different domain than the RP ID: passkeys only work there if it is \
                 listed at the RP ID's /.well-known/webauthn (related origins)"
            }
            Self::NativeApp => {
                "this is the origin of a native app or a browser extension: the platform asks the RP ID's \
                 domain whether the app belongs to it (assetlinks.json, apple-app-site-association), the browser \
                 checks the extension's host permissions, and the policy must accept it"
            }
            Self::Never(UnusableOrigin::Malformed(_)) => {
                "this is not an origin as browsers write it, scheme://host or scheme://host:port"
            }
            Self::Never(UnusableOrigin::Insecure) => {
                "browsers only offer passkeys on https; for development use the RP ID localhost, on \
                 http://localhost with any port"
            }
            Self::Never(UnusableOrigin::RpIdIsLocalhost) => {
                "passkeys of the RP ID localhost only work on localhost, neither below it nor elsewhere; on \
                 app.localhost use the RP ID app.localhost"
            }
            Self::Never(UnusableOrigin::HostIsLocalhost) => {
                "on localhost only passkeys of the RP ID localhost work, and below it those of the host's \
                 name or of a parent other than localhost"
            }
            Self::Never(UnusableOrigin::RpIdIsExtension) => {
                "the RP ID is the ID of a Chrome extension, and only works in that extension"
            }
            Self::Never(UnusableOrigin::NotRegistrable) => {
                "this origin's host is a public suffix or has only one label: only its own name \
                 could be its RP ID"
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explanation())?;
        match self {
            Self::Never(UnusableOrigin::Malformed(reason)) => write!(f, ": {reason}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;
    use crate::policy::InvalidDomain;

    fn verdict(rp_id: &str, origin: &str) -> Scope {
        scope(&RpId::new(rp_id).unwrap(), origin)
    }

    /// The examples of §13.4.9, and edge cases around them.
    #[test]
    fn scope_is_the_rp_ids_host_and_everything_below_on_any_port() {
        for (rp_id, origin, expected) in [
            ("login.example.com", "https://login.example.com:1337", Scope::Yes),
            ("example.com", "https://login.example.com:1337", Scope::NeedsSubdomainPolicy),
            ("example.com", "https://c.b.a.example.com", Scope::NeedsSubdomainPolicy),
            ("localhost", "http://localhost", Scope::Yes),
            ("localhost", "http://localhost:3000", Scope::Yes),
            ("localhost", "https://localhost:8443", Scope::Yes),
            ("app.localhost", "https://app.localhost", Scope::Yes),
            ("app.localhost", "http://app.localhost", Scope::Yes),
            ("app.localhost", "http://app.localhost:3000", Scope::Yes),
            ("app.localhost", "http://a.app.localhost:3000", Scope::NeedsSubdomainPolicy),
        ] {
            assert_eq!(verdict(rp_id, origin), expected, "{rp_id} {origin}");
        }
    }

    #[test]
    fn other_https_hosts_need_related_origins() {
        for (rp_id, origin, outside) in [
            ("m.login.example.com", "https://login.example.com:1337", OutsideScope::Parent),
            ("a.example.com", "https://example.com", OutsideScope::Parent),
            ("example.com", "https://evil-example.com", OutsideScope::OtherDomain),
            ("example.com", "https://example.com.evil.net", OutsideScope::OtherDomain),
            ("example.com", "https://example.net", OutsideScope::OtherDomain),
        ] {
            let expected = Scope::NeedsRelatedOrigins(outside);
            assert_eq!(verdict(rp_id, origin), expected, "{rp_id} {origin}");
        }
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn siblings_share_a_registrable_domain() {
        let sibling = Scope::NeedsRelatedOrigins(OutsideScope::Sibling);
        assert_eq!(verdict("a.example.com", "https://b.example.com"), sibling);
        let strangers = Scope::NeedsRelatedOrigins(OutsideScope::OtherDomain);
        assert_eq!(verdict("me.github.io", "https://you.github.io"), strangers);
        assert_eq!(verdict("amazonaws.com", "https://bucket.s3.amazonaws.com"), strangers);
    }

    #[test]
    fn origins_that_no_browser_allows_are_never_in_scope() {
        use UnusableOrigin as Why;
        for (rp_id, origin, why) in [
            ("example.com", "http://example.com", Why::Insecure),
            ("example.com", "http://a.example.com:8080", Why::Insecure),
            ("localhost.example.com", "http://localhost.example.com", Why::Insecure),
            ("a.localhost", "http://b.localhost", Why::HostIsLocalhost),
            ("a.b.localhost", "http://b.localhost", Why::HostIsLocalhost),
            ("example.com", "http://app.localhost", Why::HostIsLocalhost),
            ("example.com", "https://app.localhost", Why::HostIsLocalhost),
            ("localhost", "http://app.localhost:3000", Why::RpIdIsLocalhost),
            ("localhost", "https://example.com", Why::RpIdIsLocalhost),
            ("example.com", "http://localhost:3000", Why::HostIsLocalhost),
            ("example.com", "https://localhost", Why::HostIsLocalhost),
            ("app.localhost", "http://localhost:3000", Why::HostIsLocalhost),
            ("example.com", "https://com", Why::NotRegistrable),
            ("example.com", "https://intranet", Why::NotRegistrable),
            ("example.com", "https://example.com/", Why::Malformed(InvalidOrigin::Path)),
            ("example.com", "null", Why::Malformed(InvalidOrigin::Scheme)),
            ("example.com", "file:///x", Why::Malformed(InvalidOrigin::Scheme)),
            ("example.com", "https://[::1]", Why::Malformed(InvalidDomain::IpAddress.into())),
            ("example.com", "android:apk-key-hash:x", Why::Malformed(InvalidOrigin::Scheme)),
        ] {
            assert_eq!(verdict(rp_id, origin), Scope::Never(why), "{rp_id} {origin}");
        }
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn public_suffix_cannot_be_a_related_origin() {
        for origin in ["https://co.uk", "https://github.io"] {
            assert_eq!(
                verdict("example.com", origin),
                Scope::Never(UnusableOrigin::NotRegistrable)
            );
        }
    }

    #[test]
    fn platforms_decide_on_native_apps() {
        assert_eq!(verdict("example.com", "chrome-extension://abcdefgh"), Scope::NativeApp);
    }

    #[test]
    fn rp_id_of_an_extension_only_works_in_that_extension() {
        let id = "jnpfkofnigkaocfcdcdppaokjkmhjcio";
        let own = alloc::format!("chrome-extension://{id}");
        assert_eq!(verdict(id, &own), Scope::Yes);
        for other in [
            alloc::format!("https://{id}"),
            alloc::format!("http://{id}"),
            alloc::format!("{own}/"),
            own.replace('j', "a"),
            "https://example.com".into(),
            "http://localhost".into(),
            "null".into(),
        ] {
            let never = Scope::Never(UnusableOrigin::RpIdIsExtension);
            assert_eq!(verdict(id, &other), never, "{other}");
        }
        assert_eq!(verdict("example.com", &own), Scope::NativeApp, "by its host permissions");
    }

    #[test]
    fn reasons_for_never_in_scope_are_distinguished() {
        use UnusableOrigin as Why;
        let texts = [
            Why::Malformed(InvalidOrigin::Path),
            Why::Insecure,
            Why::RpIdIsLocalhost,
            Why::HostIsLocalhost,
            Why::NotRegistrable,
            Why::RpIdIsExtension,
        ]
        .map(|why| Scope::Never(why).to_string());
        for (at, text) in texts.iter().enumerate() {
            assert!(!texts[..at].contains(text), "{text}");
        }
        assert!(texts[4].contains("public suffix"), "{}", texts[4]);
    }

    #[test]
    fn malformed_origin_is_explained() {
        let text = verdict("example.com", "https://example.com:443").to_string();
        assert!(text.ends_with(": browsers omit the default port"), "{text}");
    }
}
