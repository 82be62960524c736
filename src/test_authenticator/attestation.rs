//! Attestation statements (§8), one variant per format.

mod android_key;
mod certified;
mod tpm;

use alloc::vec::Vec;

use ciborium::Value as CborValue;

pub use self::{
    android_key::{AuthorizationList, KeyDescription},
    certified::{CertifiedParts, FormatParts},
    tpm::{CertInfo, PubArea, TpmParts},
};
use super::{AuthenticatorData, Cbor, TestAttester, TestAuthenticatorError, TestKey};

/// What the test authenticator attests.
///
/// It does so regardless of what the relying party requested, as authenticators may.
///
/// ```
/// use relying_party::test_authenticator::{TestAttestation, TestAttester, TestAuthenticator};
/// let attester = TestAttester::new("a model")?;
/// let anchor = attester.root.clone(); // For `AttestationPolicy::anchors`.
/// let key = TestAuthenticator::new("a security key")
///     .with(|it| it.attestation = TestAttestation::Packed(attester));
/// # let _ = (anchor, key);
/// # Ok::<(), relying_party::test_authenticator::TestAuthenticatorError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestAttestation {
    /// Nothing (§8.7).
    #[default]
    None,
    /// Signed with the credential's private key, in the `packed` format (§8.2).
    PackedSelf,
    /// Signed with an attestation key, in the `packed` format with `x5c` (§8.2).
    Packed(TestAttester),
    /// By a TPM with this attestation key (§8.3).
    Tpm(TestAttester),
    /// By Android's key store, which certifies the credential key (§8.4).
    AndroidKey(TestAttester),
    /// By a U2F key (§8.6). The credential must use ES256.
    FidoU2f(TestAttester),
    /// By Apple, which certifies the credential key (§8.8).
    Apple(TestAttester),
    /// Several statements in one (§8.9).
    Compound(Vec<Self>),
}

/// What a statement attests.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) key: &'a TestKey,
    pub(super) data: &'a AuthenticatorData,
    /// The same, encoded.
    pub(super) authenticator_data: &'a [u8],
    pub(super) client_data_hash: &'a [u8; 32],
}

/// A change to statements with certificates before they are signed.
pub(super) type Tamper<'a> = &'a dyn Fn(&mut CertifiedParts);

impl TestAttestation {
    /// Returns the attestation statement format identifier.
    #[must_use]
    pub const fn fmt(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PackedSelf | Self::Packed(_) => "packed",
            Self::Tpm(_) => "tpm",
            Self::AndroidKey(_) => "android-key",
            Self::FidoU2f(_) => "fido-u2f",
            Self::Apple(_) => "apple",
            Self::Compound(_) => "compound",
        }
    }

    /// Creates the attestation statement.
    pub(super) fn statement(
        &self,
        subject: Subject<'_>,
        tamper: Tamper<'_>,
    ) -> Result<Cbor, TestAuthenticatorError> {
        let parts = match self {
            Self::None => return Ok(Cbor::empty_map()),
            Self::PackedSelf => return packed_self(subject),
            Self::Compound(elements) => return compound(elements, subject, tamper),
            Self::Packed(attester) => CertifiedParts::packed(attester, subject),
            Self::Tpm(attester) => CertifiedParts::tpm(attester, subject),
            Self::AndroidKey(attester) => CertifiedParts::android_key(attester, subject),
            Self::FidoU2f(attester) => CertifiedParts::fido_u2f(attester, subject),
            Self::Apple(attester) => CertifiedParts::apple(attester, subject),
        };
        let mut parts = parts?;
        tamper(&mut parts);
        parts.sign()
    }
}

fn packed_self(subject: Subject<'_>) -> Result<Cbor, TestAuthenticatorError> {
    let signature = subject.key.sign(&subject.message())?;
    Ok(Cbor::map([("alg", subject.key.algorithm().id().into()), ("sig", signature.into())]))
}

fn compound(
    elements: &[TestAttestation],
    subject: Subject<'_>,
    tamper: Tamper<'_>,
) -> Result<Cbor, TestAuthenticatorError> {
    let element = |attestation: &TestAttestation| match attestation.statement(subject, tamper)? {
        Cbor::Value(statement) => Ok(CborValue::Map(
            [("fmt".into(), attestation.fmt().into()), ("attStmt".into(), statement)].into(),
        )),
        Cbor::Raw(_) => Err(TestAuthenticatorError::Attestation),
    };
    let elements = elements.iter().map(element).collect::<Result<Vec<_>, _>>()?;
    Ok(Cbor::Value(CborValue::Array(elements)))
}

impl Subject<'_> {
    fn message(&self) -> Vec<u8> {
        signed_bytes(self.authenticator_data, self.client_data_hash)
    }
}

/// What assertions and most statements sign: the authenticator data followed by the hash of the client data (§6.3.3).
pub(super) fn signed_bytes(authenticator_data: &[u8], client_data_hash: &[u8; 32]) -> Vec<u8> {
    [authenticator_data, client_data_hash].concat()
}
