//! Tenants, which are found by the host names of requests.

use relying_party::{
    RelyingParty,
    limits::HOST_MAX,
    policy::SubdomainPolicy,
    tenants::{Tenants, TenantsBuilder},
};

use super::{Case, Prepared, numbered, repeated, text::text};

pub(super) fn cases() -> Vec<Case> {
    vec![
        find("labels in capitals", |size| repeated(b"", b"A.", size)).max(HOST_MAX),
        find("digits of a port", |size| repeated(b"a:", b"0", size)).max(HOST_MAX),
        find("more than is read", |size| repeated(b"", b"A.", size + HOST_MAX + 1)).unread(),
        built("host names", |size| {
            let hosts = numbered(size, |number| format!("a{number}.example.net"));
            Tenants::builder().tenant(platform(), hosts)
        })
        .memory(32)
        .accepted(),
        built("host names of many labels", |size| {
            let labels = "a.".repeat(115);
            let hosts = numbered(size, |number| format!("{labels}a{number}.example.net"));
            Tenants::builder().tenant(platform(), hosts)
        })
        .memory(4)
        .accepted(),
        built("pages that one tenant has and another accepts", |size| {
            let hosts = numbered(size, |number| format!("a{number}.example.com"));
            Tenants::builder().tenant(platform(), ["example.com"]).tenant(shop(), hosts)
        })
        .memory(64),
        built("pages that one tenant has and another may accept", |size| {
            let hosts = numbered(size / 2, |number| format!("a{number}.example.com"));
            let builder = Tenants::builder().tenant(platform(), ["example.com"]);
            let allow = |builder: TenantsBuilder, host| builder.allow_pages("example.com", host);
            hosts.iter().fold(builder, allow).tenant(shop(), hosts)
        })
        .memory(64)
        .accepted(),
    ]
}

/// Accepts pages at all subdomains.
fn platform() -> RelyingParty {
    RelyingParty::builder("example.com", "Platform")
        .origin("https://example.com")
        .origins(|policy| policy.subdomains(SubdomainPolicy::any()))
        .build()
        .unwrap()
}

fn shop() -> RelyingParty {
    RelyingParty::builder("example.org", "Shop").origin("https://example.org").build().unwrap()
}

fn find(input: &'static str, make: fn(usize) -> Vec<u8>) -> Case {
    Case::prepared("Tenants::find", input, move |size| {
        let tenants = Tenants::builder().tenant(shop(), ["example.org"]).build().unwrap();
        let host = make(size);
        Prepared::new(host.len(), move || tenants.find(text(&host)).is_some())
    })
}

fn built(input: &'static str, make: fn(usize) -> TenantsBuilder) -> Case {
    Case::prepared("TenantsBuilder::build", input, move |size| {
        let builder = make(size);
        Prepared::new(size, move || builder.clone().build().is_ok())
    })
}
