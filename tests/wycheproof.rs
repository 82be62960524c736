//! Wycheproof's sets for every verifier. Each disagreement is listed with its reason.
//!
//! `cargo test --all-features --test wycheproof -- --nocapture` shows the counts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use relying_party::crypto::SignatureVerifier;

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

/// Creates a test of every kind of set, for each verifier.
macro_rules! over {
    ($($(#[$condition:meta])* $module:ident: $verifier:ident;)*) => {
        $($(#[$condition])* mod $module {
            over! { $verifier: ecdsa, eddsa, rsa_pkcs1, rsa_pss, ml_dsa }
        })*
    };
    ($verifier:ident: $($kind:ident),*) => {
        $(#[test]
        fn $kind() {
            super::$kind(&relying_party::crypto::$verifier);
        })*
    };
}

over! {
    rustcrypto: RustCrypto;
    #[cfg(feature = "ring")]
    ring: Ring;
    #[cfg(feature = "aws-lc-rs")]
    aws_lc_rs: AwsLcRs;
    #[cfg(feature = "graviola")]
    graviola: Graviola;
}

fn ecdsa(verifier: &dyn SignatureVerifier) {
    let listed = [accepted(
        "ecdsa_secp256k1_sha256_bitcoin",
        &[1, 388],
        "Bitcoin's rule against a high s; WebAuthn has none",
    )];
    suite::run(verifier, suite::ecdsa, &listed);
}

fn eddsa(verifier: &dyn SignatureVerifier) {
    suite::run(verifier, suite::eddsa, &[]);
}

fn rsa_pkcs1(verifier: &dyn SignatureVerifier) {
    let wrong_for_them = "signed by our hash function instead of the set's";
    let listed = [
        accepted("rsa_signature_2048_sha224", &[219], wrong_for_them),
        accepted("rsa_signature_2048_sha512_256", &[221], wrong_for_them),
        accepted("rsa_signature_2048_sha3_256", &[221], wrong_for_them),
        accepted("rsa_signature_2048_sha512_224", &[225], wrong_for_them),
    ];
    suite::run(verifier, suite::rsa_pkcs1, &listed);
}

fn rsa_pss(verifier: &dyn SignatureVerifier) {
    let wrong_for_them = "signed with our length of salt instead of the set's";
    let listed = [accepted("rsa_pss_2048_sha256_mgf1_0", &[69], wrong_for_them)];
    suite::run(verifier, suite::rsa_pss, &listed);
}

fn ml_dsa(verifier: &dyn SignatureVerifier) {
    suite::run(verifier, suite::ml_dsa, &[]);
}
