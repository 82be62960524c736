//! What a hostile registration may cost.

use core::time::Duration;
use std::time::Instant;

use super::*;

/// 9000 alternative names, below a self-made CA that excludes 4500, below 13 CAs with the same name and key: all of
/// their comparisons together once took a minute and a half.
#[test]
fn thousands_of_names_below_thousands_of_constraints_are_rejected_at_once() {
    let (same, constrained) = (Ca::new("same"), Ca::new("constrained"));
    let packed = || {
        Packed::tampered(|it| {
            let names = sequence(&vec![tlv(0x82, &[]); 9000]);
            it.certificate.issuer = constrained.name.clone();
            it.certificate.extensions.push(extension("2.5.29.17", false, &names));
            it.issuer = constrained.key.clone();
            let subtrees = sequence(&[tlv(0x82, &[])]).repeat(4500);
            let excluded = sequence(&[tlv(0xa1, &subtrees)]);
            let constrained = constrained.draft_by(&same).with(|it| {
                it.extensions.push(extension("2.5.29.30", true, &excluded));
            });
            it.others.push(constrained.sign(&same.key));
            it.others.extend((0..13).map(|serial| {
                same.draft_by(&same).with(|it| it.serial = vec![serial]).sign(&same.key)
            }));
        })
    };
    for (name, policy) in [("statement", AttestationPolicy::statement()), ("trusted", trusted())] {
        let took = || {
            let packed = packed();
            let start = Instant::now();
            assert_eq!(code(packed.judge(&policy)), "attestation_statement");
            start.elapsed()
        };
        // Unoptimized builds are not measured, because verification alone takes that long. In optimized builds the
        // fastest run counts, because the machine may be busy.
        let runs = if cfg!(debug_assertions) { 1 } else { 10 };
        let took = (0..runs).map(|_| took()).min().unwrap();
        std::println!("{name}: {took:?}");
        assert!(cfg!(debug_assertions) || took < Duration::from_millis(20), "{took:?}");
    }
}
