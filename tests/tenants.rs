//! Many tenants on one store: requests reach the right one, and none affects another.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;
#[path = "support/tenants/mod.rs"]
mod support;

use proptest::prelude::*;
use relying_party::{
    RelyingParty,
    limits::HOST_MAX,
    policy::{OriginPolicyBuilder, SubdomainPolicy},
    tenants::{TenantError, Tenants, TenantsBuilder},
};
use support::{Op, World};

fn rp(rp_id: &str) -> RelyingParty {
    with_origins(rp_id, |policy| policy)
}

fn with_origins(
    rp_id: &str,
    decide: impl FnOnce(OriginPolicyBuilder) -> OriginPolicyBuilder,
) -> RelyingParty {
    let rp = RelyingParty::builder(rp_id, rp_id).origin(format!("https://{rp_id}"));
    rp.origins(decide).build().unwrap()
}

fn found<'a>(tenants: &'a Tenants, host: &str) -> Option<&'a str> {
    tenants.find(host).map(|rp| rp.rp_id().as_str())
}

fn two() -> TenantsBuilder {
    let builder = Tenants::builder().tenant(rp("a.example"), ["a.example", "www.a.example"]);
    builder.tenant(rp("b.example"), ["b.example"])
}

#[test]
fn request_reaches_the_tenant_of_its_host() {
    let tenants = two().build().unwrap();
    for host in
        ["a.example", "A.Example", "a.example.", "a.example:8443", "A.EXAMPLE.:1", "a.example:"]
    {
        assert_eq!(found(&tenants, host), Some("a.example"), "{host}");
    }
    assert_eq!(found(&tenants, "www.a.example"), Some("a.example"));
    assert_eq!(found(&tenants, "b.example:443"), Some("b.example"));
    let ids = tenants.iter().map(|rp| rp.rp_id().as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["a.example", "b.example"]);
    let names = tenants.map(|rp| rp.name().to_owned());
    assert_eq!(names.find("b.example").unwrap(), "b.example");
}

#[test]
fn unknown_host_is_refused() {
    let tenants = two().build().unwrap();
    for host in [
        "",
        ".",
        ":443",
        "c.example",
        "x.a.example",
        "a.example.evil.example",
        "evil-a.example",
        "a.example..",
        ".a.example",
        " a.example",
        "a.example ",
        "a.example:65536",
        "a.example:+1",
        "a.example:1:1",
        "a.example:b.example",
        "b.example@a.example",
        "https://a.example",
        "a.example/",
        "a.example,b.example",
        "a\u{307}.example",
        "\u{212a}.example",
        "[::1]",
        "127.0.0.1",
    ] {
        assert_eq!(found(&tenants, host), None, "{host:?}");
    }
    let long = format!("a.example:{}", "0".repeat(HOST_MAX));
    assert_eq!(found(&tenants, &long), None);
}

#[test]
fn longest_host_is_found_and_longer_ones_are_not_looked_at() {
    let label = "a".repeat(63);
    let host = format!("{label}.{label}.{label}.{}.example", "a".repeat(53));
    assert_eq!(host.len(), 253);
    let tenants = Tenants::builder().tenant(rp("a.example"), [host.clone()]).build().unwrap();
    assert_eq!(found(&tenants, &format!("{host}.:65535")), Some("a.example"));
    assert_eq!(found(&tenants, &format!("{host}.:065535")), None);
}

fn errors(builder: TenantsBuilder) -> Vec<TenantError> {
    builder.build().unwrap_err().iter().cloned().collect()
}

#[test]
fn every_mistake_is_reported_at_once() {
    let none: [&str; 0] = [];
    let builder = two()
        .tenant(rp("a.example"), ["b.example"])
        .tenant(rp("c.example"), none)
        .tenant(rp("d.example"), ["D.example", "d.example:443", "d.example:8443", "d.example."]);
    let errors = builder.build().unwrap_err();
    assert_eq!(errors.to_string().lines().count(), 7);
    let kinds = errors.iter().map(|error| match error {
        TenantError::RpIdTwice { rp_id } => format!("RP ID {rp_id}"),
        TenantError::HostTwice { host } => format!("host {host}"),
        TenantError::NoHost { rp_id } => format!("no host {rp_id}"),
        TenantError::Host { host, .. } => format!("invalid {host}"),
        other => panic!("{other}"),
    });
    let expected = [
        "RP ID a.example",
        "host b.example",
        "no host c.example",
        "invalid D.example",
        "invalid d.example:443",
        "invalid d.example:8443",
        "invalid d.example.",
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
}

#[test]
fn tenant_that_accepts_pages_of_another_is_refused() {
    let foreign = |rp_id: &str, host: &str| TenantError::ForeignPages {
        rp_id: rp_id.to_owned(),
        host: host.to_owned(),
    };
    // By its list, on any port.
    let lists = with_origins("a.example", |policy| policy.related_origin("https://b.example:8443"));
    let builder = || {
        let builder = Tenants::builder().tenant(lists.clone(), ["a.example"]);
        builder.tenant(rp("b.example"), ["b.example"])
    };
    assert_eq!(errors(builder()), [foreign("a.example", "b.example")]);
    assert!(builder().allow_pages("a.example", "b.example").build().is_ok());
    assert!(builder().allow_pages("b.example", "a.example").build().is_err());

    // By its subdomains, at any depth.
    let all = |policy: OriginPolicyBuilder| policy.subdomains(SubdomainPolicy::any());
    let except = |policy: OriginPolicyBuilder| {
        policy.subdomains(SubdomainPolicy::any().except_under(["b.a.example"]))
    };
    let builder = |a: RelyingParty| {
        let builder = Tenants::builder().tenant(a, ["a.example", "www.a.example"]);
        builder.tenant(rp("b.a.example"), ["b.a.example", "x.b.a.example"])
    };
    let found = errors(builder(with_origins("a.example", all)));
    assert_eq!(found, [foreign("a.example", "b.a.example"), foreign("a.example", "x.b.a.example")]);
    assert!(builder(with_origins("a.example", except)).build().is_ok());
}

/// A tenant's pages and its endpoints may be on different hosts.
#[test]
fn pages_on_hosts_without_endpoints_belong_to_the_tenant_that_lists_them() {
    let foreign = |rp_id: &str, host: &str| TenantError::ForeignPages {
        rp_id: rp_id.to_owned(),
        host: host.to_owned(),
    };
    // By the subdomains of another tenant, at its RP ID and elsewhere.
    let all = |policy: OriginPolicyBuilder| policy.subdomains(SubdomainPolicy::any());
    let builder = || {
        let elsewhere =
            with_origins("c.example", |policy| policy.related_origin("https://c.a.example:8443"));
        Tenants::builder()
            .tenant(with_origins("a.example", all), ["a.example"])
            .tenant(rp("b.a.example"), ["api.example"])
            .tenant(elsewhere, ["c.example"])
    };
    let expected = [foreign("a.example", "b.a.example"), foreign("a.example", "c.a.example")];
    assert_eq!(errors(builder()), expected);
    let allowed = builder().allow_pages("a.example", "b.a.example");
    assert!(allowed.allow_pages("a.example", "c.a.example").build().is_ok());

    // By two lists. The first tenant keeps the host.
    let shares = |rp_id: &str| {
        with_origins(rp_id, |policy| {
            policy.related_origin("https://login.example").related_origin("https://login.example:1")
        })
    };
    let builder = || {
        let builder = Tenants::builder().tenant(shares("a.example"), ["a.example"]);
        builder.tenant(shares("b.example"), ["b.example"])
    };
    assert_eq!(errors(builder()), [foreign("b.example", "login.example")]);
    assert!(builder().allow_pages("b.example", "login.example").build().is_ok());
}

/// A world with both tenants behaves for each of them like a world in which it is alone.
fn neither_affects_the_other(ops: &[(usize, Op)]) {
    let mut shared = World::new();
    let mut alone = [World::new(), World::new()];
    for (number, (tenant, op)) in ops.iter().enumerate() {
        shared.attack(*tenant, op);
        let together = shared.act(*tenant, op);
        let apart = alone[*tenant].act(*tenant, op);
        assert_eq!(together, apart, "operation {number}: tenant {tenant}, {op:?}");
    }
    for (tenant, alone) in alone.iter().enumerate() {
        assert_eq!(shared.state(tenant), alone.state(tenant));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_verb_and_no_flow_crosses_tenants(
        ops in prop::collection::vec((0..2_usize, support::op()), 1..24),
    ) {
        neither_affects_the_other(&ops);
    }
}

/// The property above would hold of operations that all fail. Each of them succeeds in this order, for both tenants.
#[test]
fn every_verb_and_every_flow_succeeds_for_both_tenants() {
    let ops = support::all_succeeding();
    let mut world = World::new();
    for op in &ops {
        for tenant in 0..2 {
            world.attack(tenant, op);
            let outcome = world.act(tenant, op);
            assert!(outcome.is_ok(), "{op:?}: {outcome:?}");
        }
    }
    let both = ops.iter().flat_map(|op| [(0, op.clone()), (1, op.clone())]);
    neither_affects_the_other(&both.collect::<Vec<_>>());
}
