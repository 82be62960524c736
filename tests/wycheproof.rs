//! Wycheproof's sets over the default verifier: each disagreement is listed with its reason.
//!
//! `cargo test --all-features --test wycheproof -- --nocapture` shows the counts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use relying_party::crypto::RustCrypto;

use suite::Disagreement;

#[path = "support/wycheproof/mod.rs"]
mod suite;

const fn accepted(
    set: &'static str,
    tests: &'static [usize],
    reason: &'static str,
) -> Disagreement {
    Disagreement { set, tests, accepts: true, reason }
}

#[test]
fn ecdsa() {
    let listed = [accepted(
        "ecdsa_secp256k1_sha256_bitcoin",
        &[1, 388],
        "Bitcoin's rule against a high s; WebAuthn has none",
    )];
    suite::run(&RustCrypto, suite::ecdsa, &listed);
}

#[test]
fn eddsa() {
    suite::run(&RustCrypto, suite::eddsa, &[]);
}

#[test]
fn rsa_pkcs1() {
    let wrong_for_them = "signed by our hash function instead of the set's";
    let listed = [
        accepted("rsa_signature_2048_sha224", &[219], wrong_for_them),
        accepted("rsa_signature_2048_sha512_256", &[221], wrong_for_them),
        accepted("rsa_signature_2048_sha3_256", &[221], wrong_for_them),
        accepted("rsa_signature_2048_sha512_224", &[225], wrong_for_them),
    ];
    suite::run(&RustCrypto, suite::rsa_pkcs1, &listed);
}

#[test]
fn rsa_pss() {
    let wrong_for_them = "signed with our length of salt instead of the set's";
    let listed = [accepted("rsa_pss_2048_sha256_mgf1_0", &[69], wrong_for_them)];
    suite::run(&RustCrypto, suite::rsa_pss, &listed);
}

#[test]
fn ml_dsa() {
    suite::run(&RustCrypto, suite::ml_dsa, &[]);
}
