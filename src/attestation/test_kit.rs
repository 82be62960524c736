//! What tests of attestation are made of: DER, certificates, statements and JWS, right or wrong.

pub(crate) mod certificate;
pub(crate) mod der;
pub(crate) mod jws;
pub(crate) mod statement;
pub(crate) mod verifier;
