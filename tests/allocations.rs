//! What verification allocates: nothing during a sign-in, and only what is stored during a registration.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "the ceremonies are recorded as JSON")]
#![allow(dead_code, unreachable_pub, reason = "the ceremonies serve the benchmarks too")]

use allocation_counter::measure;
use relying_party::crypto::{RustCrypto, SignatureVerifier};

use ceremonies::{Registration, SignIn};

#[path = "../benches/bare/mod.rs"]
mod bare;
#[path = "../benches/ceremonies/mod.rs"]
mod ceremonies;

/// Allocations of a sign-in, from the bytes of its response and a stored passkey to the verdict.
fn of_sign_in(algorithm: &str, verifier: &dyn SignatureVerifier) -> u64 {
    let sign_in = SignIn::new(algorithm);
    let counted = measure(|| {
        sign_in.verify(verifier).unwrap();
    });
    counted.count_total
}

#[test]
fn sign_in_allocates_nothing() {
    for algorithm in ["ES256", "EdDSA", "Ed25519"] {
        assert_eq!(of_sign_in(algorithm, &RustCrypto), 0, "{algorithm}");
        #[cfg(feature = "ring")]
        assert_eq!(of_sign_in(algorithm, &relying_party::crypto::Ring), 0, "{algorithm}");
        // `aws-lc-rs` allocates in C, which is not counted.
        #[cfg(feature = "aws-lc-rs")]
        assert_eq!(of_sign_in(algorithm, &relying_party::crypto::AwsLcRs), 0, "{algorithm}");
        #[cfg(feature = "graviola")]
        assert_eq!(of_sign_in(algorithm, &relying_party::crypto::Graviola), 0, "{algorithm}");
    }
}

/// The `rsa` crate keeps its numbers on the heap: about 45 allocations for a 2048-bit key. None of them is ours.
#[test]
fn sign_in_with_rsa_only_allocates_what_the_library_does() {
    let sign_in = SignIn::new("RS256");
    let (key, message) = (bare::Key::of(&sign_in.passkey), sign_in.message());
    let library = measure(|| key.verify(&message, &sign_in.signature)).count_total;
    let ours = of_sign_in("RS256", &RustCrypto);
    assert!(ours <= library, "{ours} {library}");
}

/// Credential ID, key and transports.
#[test]
fn registration_only_allocates_the_record() {
    for algorithm in ["ES256", "EdDSA", "Ed25519"] {
        let registration = Registration::new(algorithm, "none");
        let verified = registration.verify().unwrap();
        let record = measure(|| drop(verified.clone())).count_total;
        let counted = measure(|| drop(registration.verify().unwrap())).count_total;
        assert_eq!((record, counted), (3, record), "{algorithm}");
    }
}
