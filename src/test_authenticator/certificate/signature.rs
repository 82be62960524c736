//! The signature algorithms of certificates.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::der;
use crate::test_authenticator::{TestAlgorithm, TestAuthenticatorError};

/// Returns the `AlgorithmIdentifier` of signatures by a key of this algorithm: RFC 5758 §3.2, RFC 4055 §3 and §5, RFC
/// 8410 §3, RFC 9881 §2.
pub(super) fn identifier(algorithm: TestAlgorithm) -> Result<Vec<u8>, TestAuthenticatorError> {
    const NULL: &[u8] = &[der::NULL, 0];
    let (oid, parameters) = match algorithm.id() {
        -7 | -9 | -47 => ("1.2.840.10045.4.3.2", Vec::new()),
        -35 | -51 => ("1.2.840.10045.4.3.3", Vec::new()),
        -36 | -52 => ("1.2.840.10045.4.3.4", Vec::new()),
        -8 | -19 => ("1.3.101.112", Vec::new()),
        -53 => ("1.3.101.113", Vec::new()),
        -257 => ("1.2.840.113549.1.1.11", NULL.to_vec()),
        -258 => ("1.2.840.113549.1.1.12", NULL.to_vec()),
        -259 => ("1.2.840.113549.1.1.13", NULL.to_vec()),
        -37 => ("1.2.840.113549.1.1.10", pss_parameters("2.16.840.1.101.3.4.2.1", 32)?),
        -38 => ("1.2.840.113549.1.1.10", pss_parameters("2.16.840.1.101.3.4.2.2", 48)?),
        -39 => ("1.2.840.113549.1.1.10", pss_parameters("2.16.840.1.101.3.4.2.3", 64)?),
        -48 => ("2.16.840.1.101.3.4.3.17", Vec::new()),
        -49 => ("2.16.840.1.101.3.4.3.18", Vec::new()),
        -50 => ("2.16.840.1.101.3.4.3.19", Vec::new()),
        other => {
            let what = String::from("no identifier for algorithm ");
            return Err(TestAuthenticatorError::Certificate(what + &other.to_string()));
        }
    };
    Ok(der::constructed(der::SEQUENCE, &[&der::oid(oid)?, &parameters]))
}

/// ```text
/// SEQUENCE { hashAlgorithm [0], maskGenAlgorithm [1], saltLength [2] INTEGER }
/// ```
fn pss_parameters(hash: &str, salt: u8) -> Result<Vec<u8>, TestAuthenticatorError> {
    let hash = der::constructed(der::SEQUENCE, &[&der::oid(hash)?, &[der::NULL, 0]]);
    let mgf1 = der::constructed(der::SEQUENCE, &[&der::oid("1.2.840.113549.1.1.8")?, &hash]);
    Ok(der::constructed(
        der::SEQUENCE,
        &[&der::tagged(0, &hash), &der::tagged(1, &mgf1), &der::tagged(2, &der::unsigned(&[salt]))],
    ))
}
