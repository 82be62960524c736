//! The `android-key` format (§8.4).

mod key_description;

use der::asn1::ObjectIdentifier;

use self::key_description::KeyDescription;
use super::{Context, Outcome, Signed, StatementError, aaguid_extension, algorithm, x5c::X5c};
use crate::{
    assurance::AndroidSecurityLevel,
    cbor::Reader,
    cose::Algorithm,
    passkey::AttestationType,
    time::Timestamp,
    x509::{Certificate, JudgedDates, PathError, VerifiedPath},
};

/// Which authorizations of a key count in an `android-key` statement (§8.4). The key must have been generated in place,
/// and must be for signing. [`Attestation::android_security_level`] says where the key is stored.
///
/// [`Attestation::android_security_level`]: crate::Attestation::android_security_level
///
/// ```
/// use relying_party::{AndroidKeyAuthorizations, AttestationPolicy};
/// // Only keys in secure hardware.
/// let policy = AttestationPolicy::trusted().android_key(AndroidKeyAuthorizations::TeeEnforced);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AndroidKeyAuthorizations {
    /// Those that the trusted environment enforces: the key was never within Android's reach. So the trusted
    /// environment or the `StrongBox` must have created the description, for a key stored there: neither of its two
    /// security levels may be `Software`.
    TeeEnforced,
    /// Those that either the trusted environment or Android enforces.
    #[default]
    Union,
    /// Like [`Union`](Self::Union), but authorizations that neither mentions are assumed. The specification's example
    /// mentions none, so it is only accepted with this. No device needs it.
    UnionOrAbsent,
}

/// Which dates of the certificates in an `android-key` statement are checked if trust is required.
/// [`AttestationPolicy`](crate::AttestationPolicy) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AndroidKeyDates {
    /// All dates, as RFC 5280 §6.1.3 requires.
    #[default]
    Strict,
    /// Neither the dates of the first certificate, which the phone writes by its own clock, nor the expiry of CAs whose
    /// keys were put into the phone in the factory, because it cannot get others. CAs that are provisioned remotely are
    /// renewed, so their expiry is checked. No CA may be from the future.
    ///
    /// For hosts that want to accept phones with a wrong clock, and old phones, and that look keys up in Google's list
    /// of revoked keys ([`AttestationPolicy::revocation`](crate::AttestationPolicy::revocation)): a leaked key no
    /// longer becomes useless when it expires.
    Lenient,
}

impl AndroidKeyDates {
    /// Which dates of the first certificate and of the CAs are checked during the search for a path.
    pub(super) const fn judged(self) -> (JudgedDates, JudgedDates) {
        match self {
            Self::Strict => (JudgedDates::Both, JudgedDates::Both),
            Self::Lenient => (JudgedDates::Neither, JudgedDates::NotBefore),
        }
    }

    /// Checks what depends on the whole path: whether its keys are from the factory.
    pub(super) fn check(self, path: &VerifiedPath<'_>, now: Timestamp) -> Result<(), PathError> {
        let is_remote = |ca: &Certificate<'_>| ca.extension(PROVISIONING_INFO).is_some();
        if self == Self::Strict || !path.intermediates().iter().any(is_remote) {
            return Ok(());
        }
        let expired = path.intermediates().iter().find(|ca| !ca.is_valid_at(now));
        expired.map_or(Ok(()), |ca| Err(PathError::Expired { now, not_after: ca.not_after() }))
    }
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
    let vouching = aaguid_extension::check(&certificate, signed.attested.aaguid)?;
    let path = statement.x5c.into_path();
    Ok(Outcome {
        android_security_level: place_of(&description),
        ..Outcome::of_path(AttestationType::Basic, vouching, certificate, path)
    })
}

/// Where the key is, and was from the start. No better place than that of the description, which the system in the
/// other place could have written. `None` if a place is unknown, or if nothing in hardware vouches that it generated
/// the key itself: a key that was imported had been in Android's reach.
fn place_of(description: &KeyDescription<'_>) -> Option<AndroidSecurityLevel> {
    let described_in = description.attestation_security_level;
    let place = description.keymaster_security_level?.min(described_in);
    let is_generated = description.tee_enforced.origin_is_generated == Some(true);
    (is_generated || !place.is_hardware()).then_some(place)
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
        // A key that every application may use is not scoped to the RP ID, no matter which list says so.
        if software.all_applications || tee.all_applications {
            return Err(StatementError::Invalid("all applications may use the key"));
        }
        let is_hardware = description.attestation_security_level.is_hardware()
            && description.keymaster_security_level.is_some_and(AndroidSecurityLevel::is_hardware);
        if self == Self::TeeEnforced && !is_hardware {
            return Err(StatementError::Invalid("the key is not attested by hardware"));
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

/// The extension with which Google marks remotely provisioned keys
/// (<https://developer.android.com/privacy-and-security/security-key-attestation#provisioning_attestation_ext_schema>).
const PROVISIONING_INFO: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.30");

/// The extension with the description of a key, in the certificate that the key store issues for it.
pub(super) const KEY_DESCRIPTION: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.17");

#[cfg(test)]
mod tests;
