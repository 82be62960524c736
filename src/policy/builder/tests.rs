//! Which policies cannot be built, and what their errors say.

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
        let expected = PolicyError::OutOfScope { found: origin.into(), rp_id: rp_id.into(), scope };
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
