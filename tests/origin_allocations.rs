//! The origin check runs in every sign-in, so it must not allocate if it passes.

use relying_party::policy::{OriginPolicy, RpId, SubdomainPolicy, TopOrigins};

fn allocations(check: impl FnOnce()) -> u64 {
    allocation_counter::measure(check).count_total
}

#[test]
fn accepting_an_origin_allocates_nothing() {
    let android = format!("android:apk-key-hash:{}", "A".repeat(43));
    let policy = OriginPolicy::builder(&RpId::new("example.com").unwrap())
        .origin("https://example.com")
        .subdomains(SubdomainPolicy::any().max_depth(3).except_under(["usercontent.example.com"]))
        .related_origin("https://example.net")
        .android_app(&*android)
        .allow_cross_origin(true)
        .top_origins(TopOrigins::listed(["https://partner.example"]))
        .build()
        .unwrap();
    for origin in
        ["https://example.com", "https://a.b.example.com", "https://example.net", &*android]
    {
        let count = allocations(|| assert_eq!(policy.check_origin(origin, Some(origin)), Ok(())));
        assert_eq!(count, 0, "{origin}");
    }
    let count = allocations(|| {
        let top_origin = Some("https://partner.example");
        assert_eq!(policy.check_embedding("https://example.com", Some(true), top_origin), Ok(()));
    });
    assert_eq!(count, 0);
}

#[test]
fn rejecting_an_origin_only_allocates_for_its_error() {
    let rp_id = RpId::new("localhost").unwrap();
    let policy = OriginPolicy::builder(&rp_id).localhost().build().unwrap();
    assert_eq!(
        allocations(|| assert!(policy.check_origin("http://localhost:3000", None).is_ok())),
        0
    );
    assert!(allocations(|| assert!(policy.check_origin("https://evil.net", None).is_err())) > 0);
    let huge = format!("https://{}", "a".repeat(1_000_000));
    let bytes = allocation_counter::measure(|| drop(policy.check_origin(&huge, None))).bytes_total;
    assert!(bytes < 4096, "{bytes}");
}
