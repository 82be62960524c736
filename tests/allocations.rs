//! What verification allocates: nothing on the way of a sign-in, and at registration what is then stored.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use relying_party::{crypto::RustCrypto, test_authenticator::TestAlgorithm};

use ceremonies::SignIn;

#[path = "../benches/ceremonies/mod.rs"]
mod ceremonies;

fn allocations(verify: impl FnOnce()) -> u64 {
    allocation_counter::measure(verify).count_total
}

#[test]
fn sign_in_allocates_nothing() {
    for algorithm in [TestAlgorithm::Es256, TestAlgorithm::EdDsa, TestAlgorithm::Ed25519] {
        let sign_in = SignIn::new(algorithm);
        let count = allocations(|| {
            sign_in.verify(&RustCrypto).unwrap();
        });
        assert_eq!(count, 0, "{algorithm:?}");
    }
}
