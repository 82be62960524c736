//! The outcome of verifying a statement (§8: attestation type and trust path).

use alloc::{borrow::Cow, vec::Vec};

use super::{ClientDataHash, StatementError, policy::AttestationPolicy};
#[cfg(feature = "attestation")]
use super::{TrustError, vouching::Vouching};
#[cfg(feature = "attestation")]
use crate::{
    assurance::AndroidSecurityLevel,
    x509::{Certificate, PathError, PathSearch},
};
use crate::{
    auth_data::{AttestedCredentialData, AuthenticatorData},
    cose::CoseKey,
    crypto::{SignatureError, SignatureVerifier},
    passkey::AttestationType,
    time::Timestamp,
};

/// What a statement attests, and what it signs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) data: &'a AuthenticatorData<'a>,
    pub(crate) attested: &'a AttestedCredentialData<'a>,
    pub(crate) client_data_hash: &'a ClientDataHash<'a>,
}

impl Signed<'_> {
    /// Returns what most statements sign: the authenticator data followed by the hash of the client data (§6.3.3).
    pub(crate) fn message(&self) -> Vec<u8> {
        [self.data.as_bytes(), self.client_data_hash.as_bytes()].concat()
    }
}

/// What a format's procedure may use, apart from the statement and what it signs.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "attestation"), allow(dead_code))]
pub(crate) struct Context<'a> {
    pub(crate) verifier: &'a dyn SignatureVerifier,
    pub(crate) policy: &'a AttestationPolicy,
    pub(crate) now: Timestamp,
}

impl Context<'_> {
    /// Verifies the signature of a statement.
    pub(crate) fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), StatementError> {
        self.verifier.verify(key, message, signature).map_err(|error| match error {
            SignatureError::Invalid => StatementError::Signature,
            SignatureError::UnsupportedAlgorithm => {
                StatementError::AlgorithmNotSupported(key.algorithm)
            }
        })
    }
}

/// A valid statement: its type, and the certificates that must still be trusted, starting with the attestation
/// certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome<'a> {
    pub(crate) kind: AttestationType,
    pub(crate) trust_path: Vec<Cow<'a, [u8]>>,
    /// The attestation certificate, if the statement contains it in DER. It was parsed to verify the statement.
    #[cfg(feature = "attestation")]
    pub(super) leaf: Option<Certificate<'a>>,
    /// What vouches for the AAGUID, provided that the certificates are trusted.
    #[cfg(feature = "attestation")]
    pub(super) vouching: Vouching,
    /// Why the statement cannot be trusted, although it is valid.
    #[cfg(feature = "attestation")]
    pub(super) obstacle: Option<TrustError>,
    /// Where an Android key is stored.
    #[cfg(feature = "attestation")]
    pub(super) android_security_level: Option<AndroidSecurityLevel>,
}

impl Outcome<'_> {
    /// Creates an outcome without certificates: `none` and self attestation.
    pub(crate) fn bare(kind: AttestationType) -> Self {
        Self {
            kind,
            trust_path: Vec::new(),
            #[cfg(feature = "attestation")]
            leaf: None,
            #[cfg(feature = "attestation")]
            vouching: Vouching::Nothing,
            #[cfg(feature = "attestation")]
            obstacle: None,
            #[cfg(feature = "attestation")]
            android_security_level: None,
        }
    }
}

#[cfg(feature = "attestation")]
impl<'a> Outcome<'a> {
    /// Creates an outcome whose trust depends on these certificates, the first of which is already parsed.
    pub(crate) fn of_path(
        kind: AttestationType,
        vouching: Vouching,
        leaf: Certificate<'a>,
        x5c: Vec<&'a [u8]>,
    ) -> Self {
        let trust_path = x5c.into_iter().map(Cow::Borrowed).collect();
        Self { trust_path, leaf: Some(leaf), vouching, ..Self::bare(kind) }
    }

    /// Creates an outcome whose trust depends on certificates that the statement contains in another encoding.
    pub(crate) fn of_decoded_path(kind: AttestationType, x5c: Vec<Vec<u8>>) -> Self {
        Self { trust_path: x5c.into_iter().map(Cow::Owned).collect(), ..Self::bare(kind) }
    }

    /// Returns the certificates of the trust path.
    ///
    /// # Errors
    ///
    /// The same as [`PathSearch::read_chain`].
    pub(super) fn chain(&self) -> Result<Vec<Certificate<'_>>, PathError> {
        let known = self.leaf.iter().cloned();
        let unread = self.trust_path.iter().skip(known.len()).map(AsRef::as_ref);
        let unread = PathSearch::read_chain(unread)?;
        Ok(known.chain(unread).collect())
    }
}
