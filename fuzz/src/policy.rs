//! RP IDs, origins and policies, compared with the `url` crate.

use relying_party::policy::{
    Origin, OriginPolicy, RelatedOrigins, RpId, Scope, SubdomainPolicy, android_origin, scope,
};
use url::{Host, Url};

/// An RP ID is a domain as browsers write it, and has at least two labels unless it is `localhost` or the ID of a
/// Chrome extension.
pub(super) fn rp_id(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let rp_id = match RpId::new(text) {
        Ok(rp_id) => rp_id,
        // The advice in an error must cope with hostile text too.
        Err(error) => return drop(error.to_string()),
    };
    assert_eq!(rp_id.as_str(), text);
    assert_eq!(Host::parse(text).unwrap(), Host::Domain(text.to_owned()));
    assert!(text.len() <= 253 && text.split('.').all(|label| (1..=63).contains(&label.len())));
    let is_extension_id =
        text.len() == 32 && text.bytes().all(|byte| (b'a'..=b'p').contains(&byte));
    assert!(text == "localhost" || is_extension_id || text.contains('.'));
}

/// An accepted origin is written as a browser would write it.
pub(super) fn origin(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(origin) = android_origin(text) {
        assert_eq!(android_origin(&origin).unwrap(), origin);
    }
    let Ok(origin) = Origin::parse(text) else { return };
    assert_eq!(origin.to_string(), text);
    // The `url` crate refuses punycode that does not decode. The crate compares origins as text only.
    let Ok(url) = Url::parse(text) else {
        assert!(text.contains("xn--"), "{text:?}");
        return;
    };
    assert_eq!(url.origin().ascii_serialization(), text);
    assert_eq!(url.host(), Some(Host::Domain(origin.host())));
    assert_eq!(url.port_or_known_default(), Some(origin.port()));
}

/// A policy for `example.com` with subdomains only accepts `https` origins at or below `example.com`.
pub(super) fn origin_policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let policy = OriginPolicy::builder(&RpId::new("example.com").unwrap())
        .origin("https://example.com")
        .subdomains(SubdomainPolicy::any().max_depth(3).except_under(["user.example.com"]))
        .build()
        .unwrap();
    match policy.check_origin(text, None) {
        Ok(()) => {
            let host = text.strip_prefix("https://").expect("https");
            let below = host.strip_suffix("example.com").expect("in scope");
            assert!(below.is_empty() || below.ends_with('.'), "{text:?}");
            let is_excepted = below == "user." || below.ends_with(".user.");
            assert!(below.split('.').count() <= 4 && !is_excepted, "{text:?}");
            assert!(
                policy.check_origin(text, Some("https://other.example.com")).is_err()
                    || text == "https://other.example.com"
            );
        }
        Err(error) => drop(error.to_string()),
    }
    let _ = (policy.bind_to_host(text), policy.bind_to_origin(text));
    for cross_origin in [None, Some(false), Some(true)] {
        let embedded = policy.check_embedding("https://example.com", cross_origin, Some(text));
        assert!(embedded.is_err() || cross_origin != Some(true), "embedding was not allowed");
    }
}

/// Two lines, RP ID and origin: if an origin can be configured, the explanation does not rule it out, and the policy
/// accepts exactly this origin.
pub(super) fn scope_of(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (rp_id, origin) = text.split_once('\n').unwrap_or(("example.com", text));
    let Ok(rp_id) = RpId::new(rp_id) else { return };
    let found = scope(&rp_id, origin);
    assert!(!found.to_string().is_empty());
    let policy = OriginPolicy::builder(&rp_id).origin(origin).build();
    match (&policy, found) {
        (Ok(policy), _) => {
            assert!(policy.check_origin(origin, None).is_ok());
            assert!(policy.check_origin(&format!("{origin}.evil.example"), None).is_err());
            assert!(policy.check_origin(&format!("{origin}/"), None).is_err());
        }
        (Err(error), Scope::Yes) => panic!("{origin:?} is in scope and refused: {error}"),
        (Err(error), _) => drop(error.to_string()),
    }
    if let Scope::Never(_) = found {
        assert!(policy.is_err(), "{origin:?} can be configured although no browser uses it");
    }
    let related = OriginPolicy::builder(&rp_id).related_origin(origin).build();
    if let Ok(related) = related {
        assert!(related.check_origin(origin, None).is_ok());
    }
}

/// Any document of related origins: the lint's findings can be printed.
pub(super) fn related_origins(data: &[u8]) {
    let Ok(document) = serde_json::from_slice::<RelatedOrigins>(data) else { return };
    let policy = OriginPolicy::builder(&RpId::new("example.com").unwrap())
        .origin("https://example.com")
        .related_origin("https://example.net")
        .build()
        .unwrap();
    for finding in document.lint(&policy) {
        assert!(!finding.to_string().is_empty());
    }
    assert!(document.labels().len() <= document.origins().len());
}
