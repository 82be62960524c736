//! The `android-key` format (§8.4).

mod key_description;

use der::asn1::ObjectIdentifier;

use self::key_description::{AuthorizationList, KeyDescription};
use super::{Context, Outcome, Signed, StatementError, algorithm, x5c::X5c};
use crate::{cbor::Reader, cose::Algorithm, passkey::AttestationType};

/// Which of a key's authorizations count in an `android-key` statement (§8.4): that the key was generated where it
/// is, and that it is for signing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AndroidKeyAuthorizations {
    /// Those that the trusted environment enforces: the key never was within Android's own reach.
    TeeEnforced,
    /// Those that the trusted environment or Android itself enforces.
    #[default]
    Union,
    /// As [`Union`](Self::Union), but what neither says is taken as given. The specification's own example says
    /// nothing, so that it passes only so; no device needs this.
    UnionOrAbsent,
}

/// ```text
/// { alg: COSEAlgorithmIdentifier, sig: bytes, x5c: [credCert: bytes, * caCert: bytes] }
/// ```
struct Statement<'a> {
    algorithm: Algorithm,
    sig: &'a [u8],
    x5c: X5c<'a>,
}

/// The verification procedure of §8.4.
pub(super) fn verify<'a>(
    statement: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'a>, StatementError> {
    let statement = Statement::parse(statement)?;
    let certificate = statement.x5c.leaf()?;
    let key = certificate.public_key(statement.algorithm)?;
    ctx.verify(&key, &signed.message(), statement.sig)?;
    if certificate.key_parameters()? != signed.attested.public_key.parameters {
        return Err(StatementError::Invalid("the certificate is not for the credential key"));
    }
    let extension = certificate
        .extension(KEY_DESCRIPTION)
        .ok_or(StatementError::Invalid("the certificate has no key description"))?;
    let description = KeyDescription::parse(extension.value)?;
    if description.attestation_challenge != signed.client_data_hash.as_bytes() {
        return Err(StatementError::Invalid("attestationChallenge is not the client data's hash"));
    }
    ctx.policy.android_key_authorizations().check(&description)?;
    Ok(Outcome::of_path(AttestationType::Basic, certificate, statement.x5c.into_path()))
}

impl<'a> Statement<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let (mut alg, mut sig, mut x5c) = (None, None, None);
        let mut reader = Reader::new(bytes, "android-key attestation statement");
        reader.text_map(|key, reader| {
            match key {
                "alg" => alg = Some(reader.integer()?),
                "sig" => sig = Some(reader.bytes()?),
                "x5c" => x5c = Some(X5c::read(reader)?),
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        let (Some(alg), Some(sig), Some(x5c)) = (alg, sig, x5c) else {
            return Err(StatementError::Invalid("alg, sig or x5c is missing"));
        };
        Ok(Self { algorithm: algorithm(alg)?, sig, x5c })
    }
}

impl AndroidKeyAuthorizations {
    fn check(self, description: &KeyDescription<'_>) -> Result<(), StatementError> {
        let KeyDescription { software_enforced: software, tee_enforced: tee, .. } = description;
        // A key that belongs to every application is not scoped to the RP ID, whoever says so.
        if software.all_applications || tee.all_applications {
            return Err(StatementError::Invalid("every application may use the key"));
        }
        let authorizations = match self {
            Self::TeeEnforced => *tee,
            Self::Union | Self::UnionOrAbsent => software.union(*tee),
        };
        let if_absent = self == Self::UnionOrAbsent;
        if !authorizations.origin_is_generated.unwrap_or(if_absent) {
            return Err(StatementError::Invalid("the key's origin is not KM_ORIGIN_GENERATED"));
        }
        if !authorizations.purpose_is_sign.unwrap_or(if_absent) {
            return Err(StatementError::Invalid("the key's purpose is not KM_PURPOSE_SIGN"));
        }
        Ok(())
    }
}

impl AuthorizationList {
    /// Purposes add up; a key has one origin, so that no two may contradict each other.
    fn union(self, other: Self) -> Self {
        let both = |one: Option<bool>, other: Option<bool>, join: fn(bool, bool) -> bool| match (
            one, other,
        ) {
            (Some(one), Some(other)) => Some(join(one, other)),
            (one, other) => one.or(other),
        };
        Self {
            purpose_is_sign: both(self.purpose_is_sign, other.purpose_is_sign, |a, b| a || b),
            all_applications: self.all_applications || other.all_applications,
            origin_is_generated: both(
                self.origin_is_generated,
                other.origin_is_generated,
                |a, b| a && b,
            ),
        }
    }
}

const KEY_DESCRIPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.17");

#[cfg(test)]
mod tests;
