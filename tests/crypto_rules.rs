//! The rules of `SignatureVerifier`, one test each, for every verifier.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[path = "support/crypto_rules/mod.rs"]
mod rules;

mod rustcrypto {
    crate::rules::rules!(relying_party::crypto::RustCrypto);
}

#[cfg(feature = "ring")]
mod ring {
    crate::rules::rules!(relying_party::crypto::Ring);
}

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs {
    crate::rules::rules!(relying_party::crypto::AwsLcRs);
}

#[cfg(feature = "graviola")]
mod graviola {
    crate::rules::rules!(relying_party::crypto::Graviola);
}

mod fastest {
    crate::rules::rules!(*relying_party::crypto::fastest());
}
