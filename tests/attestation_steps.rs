//! §8, one test for each numbered check of a format. One field is tampered with, and certificates and statements are
//! signed again, so that only the check under test can fail.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/attestation_steps/mod.rs"]
mod attestation_steps;
