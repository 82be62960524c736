//! Building blocks for tests of attestation: DER, certificates, statements and JWS, valid or not.

pub(crate) mod certificate;
pub(crate) mod der;
pub(crate) mod jws;
pub(crate) mod statement;
pub(crate) mod verifier;
