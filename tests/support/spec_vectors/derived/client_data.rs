//! Client data, whose rules are the same in both ceremonies (§7.1 steps 5 to 11, §7.2 steps 8 to 14).

use std::collections::BTreeMap;

use relying_party::test_authenticator::ClientData;
use serde_json::{Value, json};

use super::TampersClientData;

/// Origins that look like `https://example.org` but are not.
const ORIGINS: [(&str, &str); 36] = [
    ("http", "http://example.org"),
    ("other", "https://example.com"),
    ("port", "https://example.org:8443"),
    ("default-port", "https://example.org:443"),
    ("port-empty", "https://example.org:"),
    ("subdomain", "https://login.example.org"),
    ("subdomain-empty", "https://.example.org"),
    ("parent", "https://org"),
    ("suffix-trap", "https://example.org.evil.example"),
    ("prefix-trap", "https://evilexample.org"),
    ("prefix-trap-hyphen", "https://evil-example.org"),
    ("userinfo-trap", "https://example.org@evil.example"),
    ("userinfo-port-trap", "https://example.org:443@evil.example"),
    ("userinfo", "https://user@example.org"),
    ("trailing-dot", "https://example.org."),
    ("trailing-slash", "https://example.org/"),
    ("path", "https://example.org/login"),
    ("query", "https://example.org?evil.example"),
    ("fragment", "https://example.org#evil.example"),
    ("backslash", "https://example.org\\.evil.example"),
    ("upper-case-host", "https://EXAMPLE.org"),
    ("upper-case-scheme", "HTTPS://example.org"),
    ("homograph", "https://ex\u{430}mple.org"),
    ("homograph-punycode", "https://xn--exmple-4nf.org"),
    ("full-width", "https://example\u{ff0e}org"),
    ("white-space", " https://example.org"),
    ("new-line", "https://example.org\n"),
    ("nul", "https://example.org\0"),
    ("null", "null"),
    ("empty", ""),
    ("host-only", "example.org"),
    ("no-slashes", "https:example.org"),
    ("file", "file://example.org"),
    ("extension", "chrome-extension://example.org"),
    ("android", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("ip-address", "https://127.0.0.1"),
];

/// Origins that are not an https subdomain of `example.org`.
const NO_SUBDOMAINS: [(&str, &str); 10] = [
    ("http", "http://login.example.org"),
    ("port", "https://login.example.org:8443"),
    ("prefix-trap", "https://evilexample.org"),
    ("suffix-trap", "https://login.example.org.evil.example"),
    ("userinfo-trap", "https://login.example.org@evil.example"),
    ("userinfo", "https://evil.example@login.example.org"),
    ("path-trap", "https://evil.example/.example.org"),
    ("query-trap", "https://evil.example?.example.org"),
    ("empty-label", "https://.example.org"),
    ("trailing-dot", "https://login.example.org."),
];

/// Origins that differ from `https://example.org` in more than the port.
const NO_PORTS: [(&str, &str); 6] = [
    ("http", "http://example.org:8443"),
    ("subdomain", "https://login.example.org:8443"),
    ("suffix-trap", "https://example.org.evil.example:8443"),
    ("userinfo-trap", "https://example.org:8443@evil.example"),
    ("too-large", "https://example.org:65536"),
    ("not-a-number", "https://example.org:8443a"),
];

pub(super) fn derive(cases: &mut impl TampersClientData) {
    challenge(cases);
    origin(cases);
    framing(cases);
    encoding(cases);
}

fn challenge(cases: &mut impl TampersClientData) {
    cases.client_data("challenge-other", "challenge", "another challenge", |it| {
        it.challenge.replace_range(..1, if it.challenge.starts_with('A') { "B" } else { "A" });
    });
    cases.client_data("challenge-prefix", "challenge", "the challenge without its end", |it| {
        it.challenge.truncate(22);
    });
    cases.client_data("challenge-longer", "challenge", "the challenge and more", |it| {
        it.challenge.push_str("AAAA");
    });
    cases.client_data("challenge-empty", "challenge", "an empty challenge", |it| {
        it.challenge.clear();
    });
    cases.client_data("challenge-twice-encoded", "challenge", "base64url of base64url", |it| {
        it.challenge = super::case::base64url(it.challenge.as_bytes());
    });
}

fn origin(cases: &mut impl TampersClientData) {
    for (name, origin) in ORIGINS {
        cases.client_data(
            &format!("origin-{name}"),
            "origin",
            "an origin that is not configured",
            |it| it.origin = origin.into(),
        );
    }
    let mut subdomains = cases.under_setting(|case| case["rp"]["allow_subdomains"] = json!(true));
    for (name, origin) in NO_SUBDOMAINS {
        subdomains.client_data(
            &format!("subdomain-{name}"),
            "origin",
            "subdomains are allowed, and this is not one over https",
            |it| it.origin = origin.into(),
        );
    }
    for (name, origin) in
        [("one-label", "https://login.example.org"), ("labels", "https://a.b.c.example.org")]
    {
        subdomains.client_data(
            &format!("subdomain-{name}"),
            "ok",
            "a subdomain, and subdomains are allowed",
            |it| it.origin = origin.into(),
        );
    }
    drop(subdomains);
    let mut ports = cases.under_setting(|case| case["rp"]["allow_any_port"] = json!(true));
    for (name, origin) in NO_PORTS {
        ports.client_data(
            &format!("port-{name}"),
            "origin",
            "any port is allowed, and this differs in more, or is none",
            |it| it.origin = origin.into(),
        );
    }
    ports.client_data("port-other", "ok", "another port, and any is allowed", |it| {
        it.origin = "https://example.org:8443".into();
    });
}

/// `crossOrigin` and `topOrigin` in every combination with what is allowed.
fn framing(cases: &mut impl TampersClientData) {
    cases.client_data("cross-origin-absent", "ok", "crossOrigin is left out", |it| {
        it.cross_origin = None;
    });
    cases.client_data("cross-origin", "cross_origin", "framed, and that is not allowed", |it| {
        it.cross_origin = Some(true);
    });
    for (name, cross_origin) in [("absent", None), ("false", Some(false)), ("true", Some(true))] {
        cases.client_data(
            &format!("top-origin-cross-origin-{name}"),
            "cross_origin",
            "topOrigin is there, and framing is not allowed",
            |it| {
                it.cross_origin = cross_origin;
                it.top_origin = Some("https://example.com".into());
            },
        );
    }
    let mut framed = cases.under_setting(|case| {
        case["rp"]["allow_cross_origin"] = json!(true);
        case["rp"]["top_origins"] = json!(["https://example.com"]);
    });
    framed.client_data("framed-cross-origin", "ok", "framed, as old clients say it", |it| {
        it.cross_origin = Some(true);
    });
    framed.client_data("framed-not", "ok", "framing is allowed, not demanded", |_| ());
    framed.client_data("framed-top-origin", "ok", "framed by the page that may", |it| {
        it.cross_origin = Some(true);
        it.top_origin = Some("https://example.com".into());
    });
    for (name, top_origin) in [
        ("other", "https://evil.example"),
        ("http", "http://example.com"),
        ("port", "https://example.com:8443"),
        ("subdomain", "https://www.example.com"),
        ("suffix-trap", "https://example.com.evil.example"),
        ("trailing-slash", "https://example.com/"),
        ("null", "null"),
        ("empty", ""),
    ] {
        framed.client_data(
            &format!("top-origin-{name}"),
            "top_origin",
            "framed by a page that may not",
            |it| {
                it.cross_origin = Some(true);
                it.top_origin = Some(top_origin.into());
            },
        );
    }
}

fn encoding(cases: &mut impl TampersClientData) {
    cases.client_data("client-data-bom", "ok", "a byte order mark, which decoding drops", |it| {
        it.raw = Some([b"\xef\xbb\xbf", it.to_bytes().as_slice()].concat());
    });
    cases.client_data("client-data-reordered", "ok", "members in another order", |it| {
        let members = members(it);
        it.raw = Some(serde_json::to_vec(&members).unwrap());
    });
    cases.client_data("client-data-spaces", "ok", "white space between the members", |it| {
        let members = members(it);
        it.raw = Some(serde_json::to_vec_pretty(&members).unwrap());
    });
    cases.client_data("client-data-token-binding", "ok", "the reserved tokenBinding", |it| {
        it.extra.push(("tokenBinding".into(), json!({"status": "supported"})));
    });
    cases.client_data("client-data-unknown-members", "ok", "members of the future", |it| {
        it.extra.push(("new".into(), json!({"origin": ["https://evil.example", 1, null]})));
        it.extra.push(("Type".into(), json!("webauthn.other")));
    });
    cases.client_data("client-data-escapes", "ok", "the origin in JSON escapes", |it| {
        let text = String::from_utf8(it.to_bytes()).unwrap();
        it.raw = Some(text.replace("https://", "\\u0068ttps:\\/\\/").into_bytes());
    });
    for (name, raw) in [
        ("empty", &b""[..]),
        ("null", b"null"),
        ("array", b"[]"),
        ("string", b"\"webauthn.get\""),
        ("no-members", b"{}"),
        ("only-opened", b"{"),
        ("not-text", &[0xff, 0xfe, 0x00]),
    ] {
        cases.client_data(
            &format!("client-data-{name}"),
            "malformed",
            "no JSON object with the required members",
            |it| it.raw = Some(raw.to_vec()),
        );
    }
    cases.client_data("client-data-truncated", "malformed", "the last byte is missing", |it| {
        let mut raw = it.to_bytes();
        raw.pop();
        it.raw = Some(raw);
    });
    cases.client_data("client-data-trailing", "malformed", "something follows the object", |it| {
        it.raw = Some([it.to_bytes().as_slice(), b"{}"].concat());
    });
    for member in ["type", "challenge", "origin"] {
        cases.client_data(
            &format!("client-data-no-{member}"),
            "malformed",
            "a required member is missing",
            |it| {
                let mut members = members(it);
                members.remove(member).unwrap();
                it.raw = Some(serde_json::to_vec(&members).unwrap());
            },
        );
    }
    for (member, value) in [
        ("type", json!(1)),
        ("challenge", json!([])),
        ("origin", json!({})),
        ("crossOrigin", json!("true")),
        ("topOrigin", json!(1)),
    ] {
        cases.client_data(
            &format!("client-data-{member}-of-other-type"),
            "malformed",
            "a member of another JSON type",
            |it| {
                let mut members = members(it);
                members.insert(member.into(), value);
                it.raw = Some(serde_json::to_vec(&members).unwrap());
            },
        );
    }
}

/// The members, sorted by name, which is a different order than clients use.
fn members(client_data: &ClientData) -> BTreeMap<String, Value> {
    serde_json::from_slice(&client_data.to_bytes()).unwrap()
}
