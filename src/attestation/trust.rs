//! Trust (§7.1 steps 23 and 24): from a valid statement to an anchor.

use alloc::borrow::{Cow, ToOwned as _};

#[cfg(feature = "attestation")]
use super::policy::{AttestationSubject, signed_aaguid};
use super::{Context, Outcome, Signed};
#[cfg(feature = "attestation")]
use crate::x509::{Certificate, PathError, PathSearch};
use crate::{
    bytes::Aaguid,
    passkey::{Attestation, AttestationLevel, AttestationTrust, AttestationType},
};

/// Why a valid statement is not enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// There is no attestation.
    #[error("there is none, but one that leads to an anchor is required")]
    NoAttestation,
    /// Self attestation, which proves nothing about the authenticator.
    #[error("self attestation, which leads to no anchor, is not accepted")]
    SelfAttestation,
    /// A model that is denied, or not among the allowed ones.
    #[error("authenticators of model {0} are not accepted")]
    Aaguid(Aaguid),
    /// No path leads from the attestation certificate to an anchor.
    #[cfg(feature = "attestation")]
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Judges what a statement was found to be; of the parts of a compound one, the best decides.
pub(super) fn judge(
    format: &str,
    outcomes: &[(&str, Outcome<'_>)],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
    level: AttestationLevel,
) -> Result<Attestation, TrustError> {
    let (policy, aaguid) = (ctx.policy, signed.attested.aaguid);
    let mut attestation = Attestation { format: named(format), kind: None, trust: None };
    // What the best part is made in decides how much the AAGUID is worth.
    let mut decisive = format;
    let mut refusal = TrustError::NoAttestation;
    for (format, outcome) in outcomes {
        let trust = match outcome.kind {
            AttestationType::None => Err(TrustError::NoAttestation),
            AttestationType::SelfAttestation => Err(TrustError::SelfAttestation),
            _ => find_anchor(format, outcome, signed, ctx),
        };
        match trust.and_then(|trust| policy.check_aaguid(format, aaguid).map(|()| trust)) {
            Ok(trust) => {
                return Ok(Attestation {
                    kind: Some(outcome.kind),
                    trust: Some(trust),
                    ..attestation
                });
            }
            Err(error) if attestation.kind.is_none_or(|kind| rank(kind) < rank(outcome.kind)) => {
                attestation.kind = Some(outcome.kind);
                decisive = format;
                refusal = error;
            }
            Err(_) => {}
        }
    }
    let accepted = match attestation.kind {
        Some(AttestationType::SelfAttestation) => policy.accepts_self_attestation(level),
        _ => level < AttestationLevel::Trusted,
    };
    if !accepted {
        return Err(refusal);
    }
    policy.check_aaguid(decisive, aaguid)?;
    Ok(attestation)
}

/// The name of a format; one that the specification has is not copied.
fn named(format: &str) -> Cow<'static, str> {
    const FORMATS: [&str; 8] = [
        "none",
        "packed",
        "tpm",
        "android-key",
        "apple",
        "fido-u2f",
        "compound",
        "android-safetynet",
    ];
    match FORMATS.into_iter().find(|name| *name == format) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format.to_owned()),
    }
}

/// How much a type says of the authenticator.
fn rank(kind: AttestationType) -> u8 {
    match kind {
        AttestationType::None => 0,
        AttestationType::SelfAttestation => 1,
        _ => 2,
    }
}

#[cfg(feature = "attestation")]
fn find_anchor(
    format: &str,
    outcome: &Outcome<'_>,
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<AttestationTrust, TrustError> {
    let chain = outcome.chain()?;
    let leaf: &Certificate<'_> = chain.first().ok_or(PathError::NoCertificate)?;
    let aaguid = signed_aaguid(format, signed.attested.aaguid);
    let policy = &ctx.policy.anchors;
    let anchors =
        policy.of(&AttestationSubject { format, aaguid, certificate: leaf, now: ctx.now });
    let mut search = PathSearch::new(&anchors, ctx.now, ctx.verifier)
        .intermediates(&policy.intermediates)
        .danger_sha1(policy.sha1);
    if let Some(check) = &policy.revocation {
        search = search.revocation(&**check);
    }
    let path = search.find(&chain)?;
    Ok(AttestationTrust {
        anchor: path.anchor().key_hash(),
        intermediates: path.intermediates().iter().map(Certificate::key_hash).collect(),
    })
}

/// Without certificates there is no type that this could be asked for.
#[cfg(not(feature = "attestation"))]
fn find_anchor(
    _: &str,
    _: &Outcome<'_>,
    _: &Signed<'_>,
    _: &Context<'_>,
) -> Result<AttestationTrust, TrustError> {
    Err(TrustError::NoAttestation)
}
