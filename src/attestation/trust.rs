//! Trust (§7.1 steps 23 and 24): from a valid statement to an anchor.

use alloc::borrow::{Cow, ToOwned as _};

use super::{Context, Outcome, Signed, TrustError};
#[cfg(feature = "attestation")]
use super::{
    android_key::KEY_DESCRIPTION,
    model::ModelSubject,
    policy::{AttestationSubject, known_aaguid},
    vouching::Vouching,
};
#[cfg(feature = "attestation")]
use crate::x509::{Certificate, KeyPurpose, PathError, PathSearch, VerifiedPath};
use crate::{
    assurance::AaguidAssurance,
    passkey::{Attestation, AttestationLevel, AttestationTrust, AttestationType},
};

/// The verdict on a statement, or on one element of a compound statement.
struct Judged<'o> {
    format: &'o str,
    kind: AttestationType,
    trust: Result<Trusted, TrustError>,
    #[cfg(feature = "attestation")]
    outcome: &'o Outcome<'o>,
}

/// A statement that leads to an anchor.
struct Trusted {
    path: AttestationTrust,
    aaguid: AaguidAssurance,
    /// Whether the policy accepts the model.
    model: Result<(), TrustError>,
}

impl Judged<'_> {
    /// How much it says about the authenticator.
    fn rank(&self) -> u8 {
        match (&self.trust, self.kind) {
            (Ok(trust), _) if trust.aaguid.is_attested() => 4,
            (Ok(_), _) => 3,
            (Err(_), AttestationType::None) => 0,
            (Err(_), AttestationType::SelfAttestation) => 1,
            (Err(_), _) => 2,
        }
    }
}

/// Decides on a verified statement. In a compound statement, the first of the strongest elements decides.
pub(super) fn judge(
    format: &str,
    outcomes: &[(&str, Outcome<'_>)],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
    level: AttestationLevel,
) -> Result<Attestation, TrustError> {
    let (policy, aaguid) = (ctx.policy, signed.attested.aaguid);
    let attestation = Attestation::unjudged(named(format));
    let judged = outcomes.iter().map(|(format, outcome)| Judged {
        format,
        kind: outcome.kind,
        trust: match outcome.kind {
            AttestationType::None => Err(TrustError::NoAttestation),
            AttestationType::SelfAttestation => Err(TrustError::SelfAttestation),
            _ => find_anchor(format, outcome, signed, ctx),
        },
        #[cfg(feature = "attestation")]
        outcome,
    });
    let best = judged.reduce(|best, next| if next.rank() > best.rank() { next } else { best });
    let Some(best) = best else {
        // Nothing was verified, because the policy requires nothing.
        policy.check_aaguid(format, aaguid, AaguidAssurance::Claimed)?;
        return match level {
            AttestationLevel::Trusted => Err(TrustError::NoAttestation),
            _ => Ok(attestation),
        };
    };
    let (trust, assurance, model) = match best.trust {
        Ok(Trusted { path, aaguid, model }) => (Some(path), aaguid, model),
        Err(refusal) => {
            let accepted = match best.kind {
                AttestationType::SelfAttestation => {
                    policy.accepts_self_attestation(level) || attests_for_itself(signed, ctx)
                }
                _ => level < AttestationLevel::Trusted,
            };
            // Without an anchor the model is not proved.
            if !accepted || policy.requires_model() {
                return Err(refusal);
            }
            (None, AaguidAssurance::Claimed, Ok(()))
        }
    };
    policy.check_aaguid(best.format, aaguid, assurance)?;
    model?;
    Ok(Attestation {
        kind: Some(best.kind),
        trust,
        aaguid: assurance,
        #[cfg(feature = "attestation")]
        android_security_level: best.outcome.android_security_level,
        ..attestation
    })
}

/// The name of a format. Names in the specification are not copied.
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

#[cfg(feature = "attestation")]
fn find_anchor(
    format: &str,
    outcome: &Outcome<'_>,
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Trusted, TrustError> {
    if let Some(obstacle) = &outcome.obstacle {
        return Err(obstacle.clone());
    }
    let chain = outcome.chain()?;
    let leaf: &Certificate<'_> = chain.first().ok_or(PathError::NoCertificate)?;
    let aaguid = known_aaguid(format, signed.attested.aaguid);
    let policy = &ctx.policy.anchors;
    let subject = AttestationSubject { format, aaguid, certificate: leaf, now: ctx.now };
    let anchors = policy.of(&subject);
    let dates = ctx.policy.dates_for(format);
    let (leaf_dates, ca_dates) = dates.judged();
    let mut search = PathSearch::new(&anchors, ctx.now, ctx.verifier)
        .dates(leaf_dates, ca_dates)
        .intermediates(&policy.intermediates)
        .purpose(purpose_of(format))
        .danger_sha1(policy.sha1);
    if let Some(check) = &policy.revocation {
        search = search.revocation(&**check);
    }
    let path = search.find(&chain)?;
    if ctx.policy.is_strict() && !is_exactly(&chain, &path) {
        return Err(TrustError::Chain);
    }
    dates.check(&path, ctx.now)?;
    check_key_descriptions(format, leaf, &path)?;
    let is_attested = match outcome.vouching {
        Vouching::Attester => true,
        Vouching::Anchor => !aaguid.is_zero() && policy.is_for_aaguid(&subject, path.anchor()),
        Vouching::Nothing => false,
    };
    let assurance = if is_attested { AaguidAssurance::Attested } else { AaguidAssurance::Claimed };
    Ok(Trusted {
        aaguid: assurance,
        model: check_model(&subject, assurance, outcome, signed, ctx),
        path: AttestationTrust {
            anchor: path.anchor().key_hash(),
            intermediates: path.intermediates().iter().map(Certificate::key_hash).collect(),
        },
    })
}

/// Checks the model of an attestation that led to an anchor. It must be proved: by an attested AAGUID, or by the
/// attestation certificate of a U2F key.
#[cfg(feature = "attestation")]
fn check_model(
    subject: &AttestationSubject<'_>,
    assurance: AaguidAssurance,
    outcome: &Outcome<'_>,
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<(), TrustError> {
    let is_proved = assurance.is_attested() || subject.format == "fido-u2f";
    if ctx.policy.requires_model() && !is_proved {
        return Err(TrustError::ClaimedAaguid(signed.attested.aaguid));
    }
    ctx.policy.check_model(&ModelSubject {
        attestation: *subject,
        kind: outcome.kind,
        algorithm: signed.attested.public_key.algorithm,
    })
}

/// Whether the certificates that came along are those of the path and no others, in its order.
#[cfg(feature = "attestation")]
fn is_exactly(chain: &[Certificate<'_>], path: &VerifiedPath<'_>) -> bool {
    let sent = chain.iter().skip(1).map(Certificate::as_bytes);
    sent.eq(path.intermediates().iter().map(Certificate::as_bytes))
}

/// Whether the anchors' source says that the model attests for itself, and the policy asks it.
#[cfg(feature = "attestation")]
fn attests_for_itself(signed: &Signed<'_>, ctx: &Context<'_>) -> bool {
    ctx.policy.attests_for_itself(signed.attested.aaguid, ctx.now)
}

#[cfg(not(feature = "attestation"))]
fn attests_for_itself(_: &Signed<'_>, _: &Context<'_>) -> bool {
    false
}

/// What the attestation certificate of a format is for.
#[cfg(feature = "attestation")]
fn purpose_of(format: &str) -> KeyPurpose {
    match format {
        "tpm" => KeyPurpose::TpmAttestation,
        // Google's service signs as the server attest.android.com.
        "android-safetynet" => KeyPurpose::TlsServer,
        _ => KeyPurpose::Attestation,
    }
}

/// Apps choose the subject of their keys' certificates, and sign anything with the keys. So such a certificate is only
/// valid as the first one of an `android-key` statement.
#[cfg(feature = "attestation")]
fn check_key_descriptions(
    format: &str,
    leaf: &Certificate<'_>,
    path: &VerifiedPath<'_>,
) -> Result<(), TrustError> {
    let leaf = (format != "android-key").then_some(leaf);
    let describes_key = |it: &Certificate<'_>| it.extension(KEY_DESCRIPTION).is_some();
    if leaf.into_iter().chain(path.intermediates()).any(describes_key) {
        return Err(TrustError::KeyDescription);
    }
    Ok(())
}

/// Without certificates, no attestation type needs this.
#[cfg(not(feature = "attestation"))]
fn find_anchor(
    _: &str,
    _: &Outcome<'_>,
    _: &Signed<'_>,
    _: &Context<'_>,
) -> Result<Trusted, TrustError> {
    Err(TrustError::NoAttestation)
}
