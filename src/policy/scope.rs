//! Would a passkey of this RP ID work on that origin, and if not, why? (§5.1.3, §5.11)

use core::fmt;

use super::{
    domain::{self, LOCALHOST},
    native,
    origin::{InvalidOrigin, Origin, Scheme},
    rp_id::RpId,
};

/// Whether browsers let an RP ID be used on an origin, and what the relying party has to do for it.
///
/// `Display` and [`Scope::explanation`] give a sentence for a developer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Yes: the host is the RP ID, with `https`, or `localhost`. The port does not matter to browsers.
    Yes,
    /// The host lies below the RP ID: browsers allow it, the relying party's policy has to accept it.
    NeedsSubdomainPolicy,
    /// The host lies elsewhere: only if it is listed at the RP ID's `/.well-known/webauthn`.
    NeedsRelatedOrigins(OutsideScope),
    /// A native app's origin: the platform decides by the app's association with the RP ID's domain.
    NativeApp,
    /// No browser ever lets this RP ID be used there.
    Never(UnusableOrigin),
}

/// How a host lies outside an RP ID's scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutsideScope {
    /// The RP ID lies below the host: `example.com` for RP ID `accounts.example.com`.
    Parent,
    /// Both lie below one registrable domain: `staging2.example.com` for RP ID `staging1.example.com`. Told apart
    /// with feature `public-suffix` only.
    Sibling,
    /// Another registrable domain.
    OtherDomain,
}

/// Why an origin cannot be used with an RP ID at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnusableOrigin {
    /// It is no origin as browsers serialise it.
    Malformed(InvalidOrigin),
    /// `http`, and the host is not `localhost`.
    Insecure,
    /// The RP ID is `localhost` and the host is not.
    RpIdIsLocalhost,
    /// The host is `localhost` and the RP ID is not.
    HostIsLocalhost,
    /// The host is a public suffix or has one label only; related origins need a registrable domain.
    NotRegistrable,
}

/// Whether passkeys of `rp_id` would work on `origin`.
///
/// Subdomains of `localhost` (`http://app.localhost`) are [`Never`](Scope::Never): §5.1.3 exempts the host
/// `localhost` only from `https`, though some browsers go further.
///
/// ```
/// use relying_party::policy::{RpId, Scope, scope};
/// let rp_id = RpId::new("example.com")?;
/// assert_eq!(scope(&rp_id, "https://example.com:8443"), Scope::Yes);
/// assert_eq!(scope(&rp_id, "https://accounts.example.com"), Scope::NeedsSubdomainPolicy);
/// println!("{}", scope(&rp_id, "https://example.net"));
/// # Ok::<(), relying_party::policy::InvalidRpId>(())
/// ```
#[must_use]
pub fn scope(rp_id: &RpId, origin: &str) -> Scope {
    let parsed = match Origin::parse(origin) {
        Ok(parsed) => parsed,
        Err(_) if native::is_native(origin) => return Scope::NativeApp,
        Err(reason) => return Scope::Never(UnusableOrigin::Malformed(reason)),
    };
    let host = parsed.host();
    if rp_id.is_localhost() && host != LOCALHOST {
        return Scope::Never(UnusableOrigin::RpIdIsLocalhost);
    }
    if host == LOCALHOST && !rp_id.is_localhost() {
        return Scope::Never(UnusableOrigin::HostIsLocalhost);
    }
    if parsed.scheme() == Scheme::Http && !parsed.is_http_localhost() {
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
    /// A sentence for a developer. [`Display`](fmt::Display) adds what is wrong with a malformed origin.
    #[must_use]
    pub const fn explanation(&self) -> &'static str {
        match self {
            Self::Yes => "passkeys of this RP ID work on this origin, where the policy accepts it",
            Self::NeedsSubdomainPolicy => {
                "passkeys of this RP ID work on this origin, which lies below it, where the policy accepts it: \
                 by a subdomain policy or as an origin of its own"
            }
            Self::NeedsRelatedOrigins(OutsideScope::Parent) => {
                "the RP ID lies below this origin's host, and a parent is out of scope: use the parent as the \
                 RP ID, which works on both, or list this origin at the RP ID's /.well-known/webauthn"
            }
            Self::NeedsRelatedOrigins(OutsideScope::Sibling) => {
                "this origin's host is a sibling of the RP ID, out of its scope: use the domain they share as \
                 the RP ID, which works on both, or list this origin at the RP ID's /.well-known/webauthn"
            }
            Self::NeedsRelatedOrigins(OutsideScope::OtherDomain) => {
                "this origin belongs to another domain than the RP ID: passkeys only work there if it is \
                 listed at the RP ID's /.well-known/webauthn (related origins)"
            }
            Self::NativeApp => {
                "this is a native app's origin: the platform asks the RP ID's domain whether the app belongs \
                 to it (assetlinks.json, apple-app-site-association), and the policy has to accept it"
            }
            Self::Never(UnusableOrigin::Malformed(_)) => {
                "this is no origin as browsers write it, scheme://host or scheme://host:port"
            }
            Self::Never(UnusableOrigin::Insecure) => {
                "browsers offer passkeys on https only; for development use the RP ID localhost, on \
                 http://localhost with any port"
            }
            Self::Never(UnusableOrigin::RpIdIsLocalhost) => {
                "passkeys of the RP ID localhost work on localhost only, neither below it nor elsewhere"
            }
            Self::Never(UnusableOrigin::HostIsLocalhost) => {
                "on localhost only passkeys of the RP ID localhost work"
            }
            Self::Never(UnusableOrigin::NotRegistrable) => {
                "this origin's host is a public suffix or has one label only: nothing but its own name \
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

    /// §13.4.9's examples, and the edges around them.
    #[test]
    fn scope_is_the_rp_ids_host_and_what_lies_below_on_any_port() {
        for (rp_id, origin, expected) in [
            ("login.example.com", "https://login.example.com:1337", Scope::Yes),
            ("example.com", "https://login.example.com:1337", Scope::NeedsSubdomainPolicy),
            ("example.com", "https://c.b.a.example.com", Scope::NeedsSubdomainPolicy),
            ("localhost", "http://localhost", Scope::Yes),
            ("localhost", "http://localhost:3000", Scope::Yes),
            ("localhost", "https://localhost:8443", Scope::Yes),
            ("app.localhost", "https://app.localhost", Scope::Yes),
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
    fn what_no_browser_allows_is_never_in_scope() {
        use UnusableOrigin as Why;
        for (rp_id, origin, why) in [
            ("example.com", "http://example.com", Why::Insecure),
            ("example.com", "http://a.example.com:8080", Why::Insecure),
            ("app.localhost", "http://app.localhost:3000", Why::Insecure),
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
    fn native_apps_are_judged_by_their_platform() {
        assert_eq!(verdict("example.com", "chrome-extension://abcdefgh"), Scope::NativeApp);
    }

    #[test]
    fn what_is_never_in_scope_is_told_apart() {
        use UnusableOrigin as Why;
        let texts = [
            Why::Malformed(InvalidOrigin::Path),
            Why::Insecure,
            Why::RpIdIsLocalhost,
            Why::HostIsLocalhost,
            Why::NotRegistrable,
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
        assert!(text.ends_with(": browsers leave out the default port"), "{text}");
    }
}
