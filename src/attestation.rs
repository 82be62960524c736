//! Attestation statements (§8), one file per format.
//!
//! `none` and packed self attestation only involve the credential itself, and are always verified. Statements of other
//! formats are verified if the [policy](AttestationPolicy) requires it: a relying party that wants no attestation must
//! not reject an authenticator for sending one.

#[cfg(feature = "attestation")]
mod aaguid_extension;
#[cfg(feature = "attestation")]
mod android_key;
#[cfg(feature = "attestation")]
mod apple;
mod client_data_hash;
#[cfg(feature = "attestation")]
mod compound;
#[cfg(feature = "attestation")]
mod fido_u2f;
mod formats;
#[cfg(feature = "attestation")]
mod model;
mod none;
mod outcome;
mod packed;
mod policy;
#[cfg(feature = "attestation")]
mod safety_net;
#[cfg(feature = "attestation")]
mod tpm;
mod trust;
mod trust_error;
#[cfg(feature = "attestation")]
mod vouching;
#[cfg(feature = "attestation")]
mod x5c;

#[cfg(test)]
#[cfg(feature = "attestation")]
pub(crate) mod test_kit;
#[cfg(test)]
#[cfg(all(feature = "attestation", feature = "test-authenticator"))]
mod tests;

use alloc::{string::String, vec, vec::Vec};

#[cfg(feature = "attestation")]
pub use self::{
    android_key::{AndroidKeyAuthorizations, AndroidKeyDates},
    model::{ModelCheck, ModelSubject},
    policy::{AnchorSource, AttestationSubject},
    tpm::TpmKeyAttributes,
};
pub(crate) use self::{
    client_data_hash::ClientDataHash,
    outcome::{Context, Outcome, Signed},
};
pub use self::{policy::AttestationPolicy, trust_error::TrustError};
#[cfg(feature = "attestation")]
use crate::x509::CertificateError;
use crate::{
    attestation_object::AttestationObject,
    cose::Algorithm,
    identifier::is_identifier,
    limits::IDENTIFIER_MAX,
    malformed::Malformed,
    passkey::{Attestation, AttestationLevel},
};

/// Why an attestation statement is invalid. [`AttestationPolicy`](crate::AttestationPolicy) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// The statement is not the CBOR that the format's syntax requires.
    #[error("attestation statement: {0}")]
    Malformed(#[from] Malformed),
    /// A structure in the statement does not match its grammar.
    #[error("attestation statement: {what}: {reason}")]
    Structure {
        /// Which structure.
        what: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// A step of the format's verification procedure fails.
    #[error("attestation statement: {0}")]
    Invalid(&'static str),
    /// The signature of the statement is invalid.
    #[error("attestation statement: the signature is invalid")]
    Signature,
    /// The verifier does not support the algorithm of the signature.
    #[error("attestation statement: algorithm {0} is not supported by the signature verifier")]
    AlgorithmNotSupported(Algorithm),
    /// The attestation certificate cannot be parsed, or is not for the statement's algorithm.
    #[cfg(feature = "attestation")]
    #[error("attestation certificate: {0}")]
    Certificate(#[from] CertificateError),
}

/// Why an attestation is refused.
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub(crate) enum AttestationError {
    /// Step 21: a format that is not supported.
    Format(String),
    /// Step 22: a statement that is not valid.
    Statement(StatementError),
    /// Step 24: a valid statement that does not lead to trust.
    Trust(TrustError),
}

impl From<StatementError> for AttestationError {
    fn from(error: StatementError) -> Self {
        Self::Statement(error)
    }
}

/// §7.1 steps 21 to 24. A format is stored, displayed and logged even if attestation is ignored, so it must be an
/// identifier (§8.1) in any case.
pub(crate) fn verify(
    object: &AttestationObject<'_>,
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Attestation, AttestationError> {
    let (format, aaguid) = (object.format(), signed.attested.aaguid);
    if !is_identifier(format) {
        return Err(unsupported(format));
    }
    let level = ctx.policy.level_for(format, aaguid);
    // Steps 21 and 22, then 23 and 24.
    let judged = match level {
        AttestationLevel::Ignored => {
            let outcome = verify_what_needs_no_certificate(object, signed, ctx)?;
            trust::judge(format, outcome.as_slice(), signed, ctx, level)
        }
        _ => trust::judge(format, &verify_object(object, signed, ctx)?, signed, ctx, level),
    };
    judged.map_err(AttestationError::Trust)
}

/// Verifies the statements that are verified even if attestation is ignored.
fn verify_what_needs_no_certificate<'a>(
    object: &AttestationObject<'a>,
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Option<(&'a str, Outcome<'a>)>, AttestationError> {
    let kind = match object.format() {
        "none" => none::verify(object.statement())?,
        "packed" => match packed::Statement::parse(object.statement())? {
            statement if statement.is_self() => statement.verify_self(signed, ctx)?,
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some((object.format(), Outcome::bare(kind))))
}

/// Returns the outcome of a statement, or of each statement in a compound one, with their formats.
fn verify_object<'a>(
    object: &AttestationObject<'a>,
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Vec<(&'a str, Outcome<'a>)>, AttestationError> {
    match object.format() {
        #[cfg(feature = "attestation")]
        "compound" => compound::verify(object.statement(), signed, ctx),
        format => Ok(vec![(format, verify_format(format, object.statement(), signed, ctx)?)]),
    }
}

/// Steps 21 and 22: matches the format byte for byte, and runs its procedure.
fn verify_format<'a>(
    format: &str,
    statement: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'a>, AttestationError> {
    let outcome = match format {
        "none" => Outcome::bare(none::verify(statement)?),
        #[cfg(not(feature = "attestation"))]
        "packed" if !packed::Statement::parse(statement)?.is_self() => {
            return Err(AttestationError::Format("packed with x5c".into()));
        }
        "packed" => packed::verify(statement, signed, ctx)?,
        #[cfg(feature = "attestation")]
        "fido-u2f" => fido_u2f::verify(statement, signed, ctx)?,
        #[cfg(feature = "attestation")]
        "apple" => apple::verify(statement, signed)?,
        #[cfg(feature = "attestation")]
        "tpm" => tpm::verify(statement, signed, ctx)?,
        #[cfg(feature = "attestation")]
        "android-key" => android_key::verify(statement, signed, ctx)?,
        #[cfg(feature = "attestation")]
        "android-safetynet" if ctx.policy.accepts_safety_net() => {
            safety_net::verify(statement, signed, ctx)?
        }
        other => return Err(unsupported(other)),
    };
    Ok(outcome)
}

/// The error for a format. Truncates the format to the maximum length of an identifier, and drops everything that a log
/// or a terminal could interpret.
fn unsupported(format: &str) -> AttestationError {
    let printable = |it: char| if it.is_ascii_graphic() || it == ' ' { it } else { '\u{fffd}' };
    AttestationError::Format(format.chars().take(IDENTIFIER_MAX).map(printable).collect())
}

/// The `alg` of a statement.
#[cfg(feature = "attestation")]
fn algorithm(alg: i64) -> Result<Algorithm, StatementError> {
    let identifier =
        i32::try_from(alg).map_err(|_| StatementError::Invalid("alg is out of range"))?;
    Ok(Algorithm::new(identifier))
}

/// With the feature, tests of whole registrations cover the formats.
#[cfg(not(feature = "attestation"))]
#[cfg(test)]
mod without_certificates {
    use alloc::vec::Vec;

    use super::*;
    use crate::{
        auth_data::AuthenticatorData,
        cose::{CoseKey, InvalidKey},
        crypto::{SignatureError, SignatureVerifier},
        time::Timestamp,
    };

    /// A verifier that accepts everything.
    struct Credulous;

    impl SignatureVerifier for Credulous {
        fn supports(&self, _: Algorithm) -> bool {
            true
        }

        fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
            Ok(())
        }

        fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
            Ok(())
        }
    }

    /// Authenticator data with a credential: kty OKP, alg EdDSA, crv Ed25519, x.
    fn data() -> Vec<u8> {
        let key = [&b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"[..], &[7; 32]].concat();
        [&[0; 32][..], &[0x41], &[0; 4], &[0; 16], &[0, 1, 9], &key].concat()
    }

    #[test]
    fn packed_without_x5c_is_self_attestation_and_with_x5c_unsupported() {
        let data = data();
        let data = AuthenticatorData::parse(&data).unwrap();
        let signed = Signed {
            data: &data,
            attested: data.attested_credential_data().unwrap(),
            client_data_hash: &[0; 32].into(),
        };
        let ctx = Context {
            verifier: &Credulous,
            policy: &AttestationPolicy::statement(),
            now: Timestamp::from_unix_millis(0),
        };
        let kind = |statement| {
            verify_format("packed", statement, &signed, &ctx).map(|outcome| outcome.kind)
        };
        let itself = kind(b"\xa2\x63alg\x27\x63sig\x41s");
        assert_eq!(itself, Ok(crate::passkey::AttestationType::SelfAttestation));
        let with_x5c = kind(b"\xa3\x63alg\x27\x63sig\x41s\x63x5c\x81\x41c");
        assert_eq!(with_x5c, Err(AttestationError::Format("packed with x5c".into())));
        let no_list = kind(b"\xa3\x63alg\x27\x63sig\x41s\x63x5c\x41c");
        assert!(matches!(no_list, Err(AttestationError::Statement(_))), "{no_list:?}");
    }
}
