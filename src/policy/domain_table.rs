//! Where a passkey works: the product's table, row by row.

use alloc::{format, string::ToString as _};

use super::{
    OriginPolicy, OriginPolicyBuilder, OutsideScope, RelatedOrigins, RpId, Scope, SubdomainPolicy,
    UnusableOrigin, scope,
};

fn rp_id(text: &str) -> RpId {
    RpId::new(text).unwrap()
}

/// The RP ID's own origin and every subdomain: the widest policy without related origins.
fn own_and_subdomains(rp_id: &RpId) -> OriginPolicyBuilder {
    OriginPolicy::builder(rp_id)
        .origin(format!("https://{rp_id}"))
        .subdomains(SubdomainPolicy::any())
}

fn works(policy: &OriginPolicy, origin: &str) -> bool {
    policy.check_origin(origin, None).is_ok()
}

#[test]
fn works_on_the_rp_ids_own_domain() {
    let rp_id = rp_id("your-domain.com");
    assert_eq!(scope(&rp_id, "https://your-domain.com"), Scope::Yes);
    let policy = OriginPolicy::builder(&rp_id).origin("https://your-domain.com").build().unwrap();
    assert!(works(&policy, "https://your-domain.com"));
}

#[test]
fn works_on_a_subdomain_that_the_policy_accepts() {
    let rp_id = rp_id("your-domain.com");
    let accounts = "https://accounts.your-domain.com";
    assert_eq!(scope(&rp_id, accounts), Scope::NeedsSubdomainPolicy);
    let own_only = OriginPolicy::builder(&rp_id).origin("https://your-domain.com").build().unwrap();
    assert!(!works(&own_only, accounts));
    assert!(works(&own_and_subdomains(&rp_id).build().unwrap(), accounts));
    assert!(works(&OriginPolicy::builder(&rp_id).origin(accounts).build().unwrap(), accounts));
}

#[test]
fn does_not_work_on_another_domain() {
    let rp_id = rp_id("your-domain.com");
    let policy = own_and_subdomains(&rp_id).build().unwrap();
    for origin in [
        "https://your-domain-admin.com",
        "https://evil-your-domain.com",
        "https://your-domain.com.evil.net",
    ] {
        let other = Scope::NeedsRelatedOrigins(OutsideScope::OtherDomain);
        assert_eq!(scope(&rp_id, origin), other);
        assert!(!works(&policy, origin), "{origin}");
        assert!(OriginPolicy::builder(&rp_id).origin(origin).build().is_err(), "{origin}");
    }
}

#[test]
fn does_not_work_on_a_sibling() {
    let rp_id = rp_id("staging1.your-domain.com");
    let sibling = "https://staging2.your-domain.com";
    assert!(matches!(scope(&rp_id, sibling), Scope::NeedsRelatedOrigins(_)));
    if cfg!(feature = "public-suffix") {
        assert!(scope(&rp_id, sibling).to_string().contains("sibling"));
    }
    assert!(!works(&own_and_subdomains(&rp_id).build().unwrap(), sibling));
    assert!(OriginPolicy::builder(&rp_id).origin(sibling).build().is_err());
}

#[test]
fn works_on_siblings_below_a_shared_root() {
    let policy = own_and_subdomains(&rp_id("your-domain.com")).build().unwrap();
    assert!(works(&policy, "https://staging1.your-domain.com"));
    assert!(works(&policy, "https://staging2.your-domain.com"));
}

#[test]
fn does_not_work_on_the_parent() {
    let rp_id = rp_id("accounts.your-domain.com");
    let parent = "https://your-domain.com";
    assert_eq!(scope(&rp_id, parent), Scope::NeedsRelatedOrigins(OutsideScope::Parent));
    assert!(!works(&own_and_subdomains(&rp_id).build().unwrap(), parent));
    assert!(OriginPolicy::builder(&rp_id).origin(parent).build().is_err());
}

#[test]
fn localhost_works_on_any_port_without_tls() {
    let rp_id = rp_id("localhost");
    let policy = OriginPolicy::builder(&rp_id).localhost().build().unwrap();
    for port in ["", ":1", ":3000", ":8080", ":65535"] {
        let origin = format!("http://localhost{port}");
        assert_eq!(scope(&rp_id, &origin), Scope::Yes);
        assert!(works(&policy, &origin), "{origin}");
    }
    for origin in
        ["https://localhost", "http://app.localhost", "http://localhost.", "http://127.0.0.1"]
    {
        assert!(!works(&policy, origin), "{origin}");
    }
}

#[test]
fn subdomain_of_localhost_works_on_any_port_without_tls() {
    let rp_id = rp_id("app.localhost");
    let policy = OriginPolicy::builder(&rp_id).localhost().build().unwrap();
    for port in ["", ":3000", ":65535"] {
        assert_eq!(scope(&rp_id, &format!("http://app.localhost{port}")), Scope::Yes);
        assert!(works(&policy, &format!("http://app.localhost{port}")), "{port}");
        assert!(works(&policy, &format!("http://a.app.localhost{port}")), "{port}");
    }
    for origin in [
        "http://localhost",
        "http://other.localhost",
        "http://evil-app.localhost",
        "http://app.localhost.example.com",
        "https://app.localhost",
        "http://app.localhost.",
    ] {
        assert!(!works(&policy, origin), "{origin}");
    }
    let listed = OriginPolicy::builder(&rp_id).origin("http://app.localhost:3000").build().unwrap();
    assert!(works(&listed, "http://app.localhost:3000"));
    assert!(!works(&listed, "http://app.localhost:3001"));
}

#[test]
fn localhost_and_a_domain_do_not_work_on_each_other() {
    let localhost = rp_id("localhost");
    let domain = rp_id("your-app.accounts.dev");
    let policy = OriginPolicy::builder(&localhost).localhost().build().unwrap();
    assert_eq!(
        scope(&localhost, "https://your-app.accounts.dev"),
        Scope::Never(UnusableOrigin::RpIdIsLocalhost)
    );
    assert!(!works(&policy, "https://your-app.accounts.dev"));
    let policy = own_and_subdomains(&domain).build().unwrap();
    for origin in ["http://localhost", "http://localhost:3000", "https://localhost"] {
        assert_eq!(scope(&domain, origin), Scope::Never(UnusableOrigin::HostIsLocalhost));
        assert!(!works(&policy, origin), "{origin}");
    }
}

#[test]
fn works_on_a_satellite_only_through_related_origins() {
    let rp_id = rp_id("your-domain.com");
    let satellite = "https://satellite.net";
    let other = Scope::NeedsRelatedOrigins(OutsideScope::OtherDomain);
    assert_eq!(scope(&rp_id, satellite), other);
    assert!(scope(&rp_id, satellite).to_string().contains(RelatedOrigins::PATH));
    assert!(!works(&own_and_subdomains(&rp_id).build().unwrap(), satellite));
    let policy = own_and_subdomains(&rp_id).related_origin(satellite).build().unwrap();
    assert!(works(&policy, satellite));
    assert!(!works(&policy, "https://a.satellite.net"));
    assert_eq!(policy.related_origins().origins(), [satellite]);
}

#[test]
fn rejects_configured_ip_addresses() {
    for address in
        ["127.0.0.1", "10.1.2.3", "::1", "[2001:db8::1]", "127.1", "0x7f.1", "2130706433"]
    {
        let error = RpId::new(address).unwrap_err();
        assert!(error.to_string().contains("IP address"), "{error}");
    }
    let builder = || OriginPolicy::builder(&rp_id("your-domain.com"));
    for origin in ["https://127.0.0.1", "https://[::1]", "https://2130706433"] {
        assert!(builder().origin(origin).build().is_err(), "{origin}");
        assert!(builder().related_origin(origin).build().is_err(), "{origin}");
    }
}

#[test]
fn rejects_configured_public_suffixes() {
    assert!(RpId::new("com").is_err());
    #[cfg(feature = "public-suffix")]
    assert!(RpId::new("co.uk").unwrap_err().to_string().contains("public suffix"));
}
