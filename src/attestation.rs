//! Attestation statements (§8): one file a format.
//!
//! `none` and packed self attestation need nothing but the credential and are always judged. Statements of other
//! formats are judged if the [policy](AttestationPolicy) asks for it; a relying party that wants no attestation must
//! not turn away an authenticator for sending one.

#[cfg(feature = "attestation")]
mod android_key;
mod none;
mod packed;
#[cfg(feature = "attestation")]
mod tpm;

#[cfg(all(test, feature = "attestation"))]
mod test_der;

use self::packed::{Certificates, Statement};
use crate::{
    attestation_object::AttestationObject,
    auth_data::{AttestedCredentialData, AuthenticatorData},
    ceremony::CeremonyError,
    crypto::SignatureVerifier,
    limits::IDENTIFIER_MAX,
    malformed::Malformed,
    passkey::{Attestation, AttestationType},
};

/// What is asked of attestation statements.
///
/// ```
/// use relying_party::AttestationPolicy;
/// assert_eq!(AttestationPolicy::default(), AttestationPolicy::Ignore);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationPolicy {
    /// Nothing: what the authenticator is does not matter. Right for nearly every service.
    #[default]
    Ignore,
    /// The statement must be valid, whoever vouches for it.
    Statement,
    /// The statement must lead to an anchor of trust; `none` and self attestation do not.
    Trusted,
}

/// What a statement is about, and what it signs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) data: &'a AuthenticatorData<'a>,
    pub(crate) attested: &'a AttestedCredentialData<'a>,
    pub(crate) client_data_hash: &'a [u8; 32],
}

/// Why a statement is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementError {
    /// Not the CBOR that the format's syntax demands.
    #[error("attestation statement: {0}")]
    Malformed(#[from] Malformed),
    /// A structure within the statement is not what its grammar says.
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
    /// The signature of the statement is not valid.
    #[error("attestation statement: the signature is invalid")]
    Signature,
}

/// §7.1 steps 21 to 24.
pub(crate) fn verify(
    object: &AttestationObject<'_>,
    signed: &Signed<'_>,
    policy: &AttestationPolicy,
    verifier: &dyn SignatureVerifier,
) -> Result<Attestation, CeremonyError> {
    // Step 21: the format is matched byte for byte. Step 22: its procedure.
    let kind = match object.format() {
        "none" => Some(none::verify(object.statement())?),
        "packed" => verify_packed(object.statement(), signed, policy, verifier)?,
        _ if *policy == AttestationPolicy::Ignore => None,
        unsupported => {
            let shown = unsupported.chars().take(IDENTIFIER_MAX).collect();
            return Err(CeremonyError::AttestationFormat(shown));
        }
    };
    // Steps 23 and 24.
    if *policy == AttestationPolicy::Trusted {
        return Err(CeremonyError::AttestationTrust(match kind {
            Some(AttestationType::SelfAttestation) => "self attestation reaches no anchor",
            _ => "no attestation",
        }));
    }
    Ok(Attestation { format: object.format().into(), kind })
}

fn verify_packed(
    statement: &[u8],
    signed: &Signed<'_>,
    policy: &AttestationPolicy,
    verifier: &dyn SignatureVerifier,
) -> Result<Option<AttestationType>, CeremonyError> {
    let statement = Statement::parse(statement)?;
    match statement.certificates() {
        Certificates::Absent => Ok(Some(statement.verify_self(signed, verifier)?)),
        _ if *policy == AttestationPolicy::Ignore => Ok(None),
        Certificates::Empty => Err(StatementError::Invalid("x5c is empty").into()),
        Certificates::Present => Err(CeremonyError::AttestationFormat("packed with x5c".into())),
    }
}
