//! Where passkeys work: RP IDs, origins, policies, related origins.

use relying_party::policy::{
    Origin, OriginPolicy, OriginPolicyBuilder, RelatedOrigins, RpId, SubdomainPolicy, TopOrigins,
    android_origin, scope,
};

use super::{Case, Prepared, framed, json::reads, numbered, repeated, text::text};

pub(super) fn cases() -> Vec<Case> {
    let rp_id = |bytes: &[u8]| RpId::new(text(bytes)).is_ok();
    let origin = |bytes: &[u8]| Origin::parse(text(bytes)).is_ok();
    let check = |bytes: &[u8]| policy().check_origin(text(bytes), None).is_ok();
    let mut cases = vec![
        Case::bytes(
            "policy::scope",
            "labels",
            |size| repeated(b"https://", b"a.", size),
            |bytes| {
                scope(&RpId::new("example.com").unwrap(), text(bytes))
                    == relying_party::policy::Scope::Yes
            },
        ),
        Case::bytes(
            "OriginPolicy::bind_to_host",
            "labels",
            |size| repeated(b"", b"A.", size),
            |bytes| policy().bind_to_host(text(bytes)).is_ok(),
        )
        .memory(8),
        Case::bytes(
            "OriginPolicy::bind_to_origin",
            "labels",
            |size| repeated(b"https://", b"a.", size),
            |bytes| policy().bind_to_origin(text(bytes)).is_ok(),
        ),
        Case::bytes(
            "OriginPolicy::check_embedding",
            "labels",
            |size| repeated(b"https://", b"a.", size),
            |bytes| {
                policy()
                    .check_embedding("https://example.com", Some(true), Some(text(bytes)))
                    .is_ok()
            },
        ),
        Case::bytes(
            "policy::android_origin",
            "pairs of digits",
            |size| repeated(b"", b"00:", size),
            |bytes| android_origin(text(bytes)).is_ok(),
        ),
        Case::bytes(
            "policy::android_origin",
            "a long hash",
            |size| repeated(b"android:apk-key-hash:", b"AAAA", size),
            |bytes| android_origin(text(bytes)).is_ok(),
        ),
        Case::bytes("RelatedOrigins from JSON", "origins", related_json, |bytes| {
            reads::<RelatedOrigins>(bytes)
        })
        .memory(8)
        .accepted(),
        Case::prepared("RelatedOrigins::labels", "a label for each origin", |size| {
            let origins = RelatedOrigins::new(domains(size));
            Prepared::new(size, move || !origins.labels().is_empty())
        })
        .memory(8)
        .accepted(),
        Case::prepared("RelatedOrigins::lint", "listed and not accepted", |size| {
            let (origins, policy) = (RelatedOrigins::new(domains(size)), policy());
            Prepared::new(size, move || origins.lint(&policy).is_empty())
        })
        .memory(64),
        Case::prepared("RelatedOrigins::lint", "one half listed, the other accepted", |size| {
            let policy =
                domains(size / 2).into_iter().fold(builder(), OriginPolicyBuilder::related_origin);
            let origins = numbered(size / 2, |number| format!("https://b{number}.net"));
            let (origins, policy) = (RelatedOrigins::new(origins), policy.build().unwrap());
            Prepared::new(size, move || origins.lint(&policy).is_empty())
        })
        .memory(64),
        Case::prepared("RelatedOrigins::lint", "listed and accepted", |size| {
            let policy =
                domains(size / 2).into_iter().fold(builder(), OriginPolicyBuilder::related_origin);
            let (origins, policy) =
                (RelatedOrigins::new(domains(size / 2)), policy.build().unwrap());
            Prepared::new(size, move || origins.lint(&policy).is_empty())
        })
        .memory(64),
        Case::prepared("OriginPolicy::check_origin", "a long list of accepted origins", |size| {
            let origins = numbered(size, |number| format!("https://a{number}.example.com"));
            let policy = builder().origins(origins).any_port(true).build().unwrap();
            Prepared::new(size, move || policy.check_origin("https://example.net", None).is_ok())
        }),
        built("accepted origins", |size| {
            builder().origins(numbered(size, |number| format!("https://a{number}.example.com")))
        })
        .accepted(),
        built("origins that are misspelled", |size| {
            builder().origins(numbered(size, |number| format!("HTTPS://A{number}.example.com/")))
        })
        .memory(32),
        built("one long misspelled origin", |size| {
            builder().origin(String::from_utf8(repeated(b"HTTPS://", b"A.", size)).unwrap())
        })
        .memory(16),
        built("related origins", |size| {
            domains(size).into_iter().fold(builder(), OriginPolicyBuilder::related_origin)
        })
        .accepted(),
        built("subdomains, as many of them excepted", |size| {
            let only = numbered(size / 2, |number| format!("a{number}.example.com"));
            let except = numbered(size / 2, |number| format!("b{number}.example.com"));
            builder().subdomains(SubdomainPolicy::only_under(only).except_under(except))
        })
        .accepted(),
        built("subdomains of many labels, as many of them excepted", |size| {
            let labels = "a.".repeat(115);
            let only = numbered(size / 2, |number| format!("{labels}a{number}.example.com"));
            let except = numbered(size / 2, |number| format!("{labels}b{number}.example.com"));
            builder().subdomains(SubdomainPolicy::only_under(only).except_under(except))
        })
        .accepted(),
        built("pages that embed it", |size| {
            builder().allow_cross_origin(true).top_origins(TopOrigins::listed(domains(size)))
        })
        .accepted(),
        built("fingerprints of apps", |size| {
            numbered(size, |number| format!("{number:064x}"))
                .into_iter()
                .fold(builder(), OriginPolicyBuilder::android_app)
        })
        .accepted(),
        built("origins of apps", |size| {
            numbered(size, |number| format!("app:{number}"))
                .into_iter()
                .fold(builder(), OriginPolicyBuilder::native_origin)
        })
        .memory(16)
        .accepted(),
    ];
    for (input, make) in HOSTS {
        cases.push(Case::bytes("RpId::new", input, make, rp_id).memory(16));
        let parse = |bytes: &[u8]| text(bytes).parse::<RpId>().is_ok();
        cases.push(Case::bytes("RpId from text", input, make, parse).memory(16));
        let advised = Case::bytes("RpId from JSON", input, make, |bytes| {
            serde_json::from_value::<RpId>(text(bytes).into()).is_ok()
        });
        cases.push(advised.memory(16));
    }
    let origins: [(&str, fn(usize) -> Vec<u8>); 6] = [
        ("labels", |size| repeated(b"https://", b"a.", size)),
        ("digits of a port", |size| repeated(b"https://example.com:", b"9", size)),
        ("letters beyond ASCII", |size| repeated(b"https://", "ü".as_bytes(), size)),
        ("a long scheme", |size| framed(b"", b"a", b"://example.com", size)),
        ("a long path", |size| repeated(b"https://example.com/", b"a", size)),
        ("another domain below ours", |size| framed(b"https://", b"a.", b"example.com", size)),
    ];
    for (input, make) in origins {
        cases.push(Case::bytes("Origin::parse", input, make, origin));
        cases.push(Case::bytes("OriginPolicy::check_origin", input, make, check));
    }
    cases
}

/// Hosts that are too long, and for which the right spelling is looked for.
const HOSTS: [(&str, fn(usize) -> Vec<u8>); 7] = [
    ("labels", |size| repeated(b"", b"a.", size)),
    ("dots", |size| repeated(b"a", b".", size)),
    ("capital letters", |size| repeated(b"https://", b"A", size)),
    ("letters beyond ASCII", |size| repeated(b"", "ü".as_bytes(), size)),
    ("labels beyond ASCII", |size| repeated(b"", "ü.".as_bytes(), size)),
    ("marks to be put in order", |size| repeated(b"a", "\u{315}\u{300}\u{327}".as_bytes(), size)),
    ("punycode", |size| repeated(b"xn--", b"a", size)),
];

fn builder() -> OriginPolicyBuilder {
    OriginPolicy::builder(&RpId::new("example.com").unwrap()).origin("https://example.com")
}

/// The policy that reads most of an origin.
fn policy() -> OriginPolicy {
    let subdomains = SubdomainPolicy::any().except_under(["user.example.com"]);
    builder().subdomains(subdomains).any_port(true).build().unwrap()
}

/// Registrable domains with a label each.
fn domains(size: usize) -> Vec<String> {
    numbered(size, |number| format!("https://a{number}.net"))
}

fn related_json(size: usize) -> Vec<u8> {
    format!("{{\"origins\":[\"{}\"]}}", domains(size * 3 / 4).join("\",\"")).into_bytes()
}

/// A policy that is built.
fn built(input: &'static str, make: fn(usize) -> OriginPolicyBuilder) -> Case {
    Case::prepared("OriginPolicyBuilder::build", input, move |size| {
        let builder = make(size);
        Prepared::new(size, move || builder.clone().build().is_ok())
    })
    .memory(8)
}
