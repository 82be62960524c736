//! What the verification of a statement comes to (§8: attestation type and trust path).

use alloc::{borrow::Cow, vec::Vec};

use super::{ClientDataHash, StatementError, policy::AttestationPolicy};
#[cfg(feature = "attestation")]
use crate::x509::{Certificate, PathError, PathSearch};
use crate::{
    auth_data::{AttestedCredentialData, AuthenticatorData},
    cose::CoseKey,
    crypto::{SignatureError, SignatureVerifier},
    passkey::AttestationType,
    time::Timestamp,
};

/// What a statement is about, and what it signs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) data: &'a AuthenticatorData<'a>,
    pub(crate) attested: &'a AttestedCredentialData<'a>,
    pub(crate) client_data_hash: &'a ClientDataHash<'a>,
}

impl Signed<'_> {
    /// What most statements sign: authenticator data and then the hash of the client data (§6.3.3).
    pub(crate) fn message(&self) -> Vec<u8> {
        [self.data.as_bytes(), self.client_data_hash.as_bytes()].concat()
    }
}

/// What a format's procedure may ask beside the statement and what it signs.
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

/// A valid statement: its type, and the certificates that have yet to be trusted, the attestation certificate first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome<'a> {
    pub(crate) kind: AttestationType,
    pub(crate) trust_path: Vec<Cow<'a, [u8]>>,
    /// The attestation certificate, if it stands in the statement as it is: it was read to verify that one.
    #[cfg(feature = "attestation")]
    leaf: Option<Certificate<'a>>,
}

impl Outcome<'_> {
    /// An outcome without certificates: `none` and self attestation.
    pub(crate) fn bare(kind: AttestationType) -> Self {
        Self {
            kind,
            trust_path: Vec::new(),
            #[cfg(feature = "attestation")]
            leaf: None,
        }
    }
}

#[cfg(feature = "attestation")]
impl<'a> Outcome<'a> {
    /// An outcome whose trust is that of these certificates, the first of which was read already.
    pub(crate) fn of_path(
        kind: AttestationType,
        leaf: Certificate<'a>,
        x5c: Vec<&'a [u8]>,
    ) -> Self {
        let trust_path = x5c.into_iter().map(Cow::Borrowed).collect();
        Self { kind, trust_path, leaf: Some(leaf) }
    }

    /// An outcome whose trust is that of certificates which the statement holds in another encoding.
    pub(crate) fn of_decoded_path(kind: AttestationType, x5c: Vec<Vec<u8>>) -> Self {
        Self { kind, trust_path: x5c.into_iter().map(Cow::Owned).collect(), leaf: None }
    }

    /// The certificates of the trust path.
    ///
    /// # Errors
    ///
    /// As [`PathSearch::read_chain`].
    pub(super) fn chain(&self) -> Result<Vec<Certificate<'_>>, PathError> {
        let known = self.leaf.iter().cloned();
        let unread = self.trust_path.iter().skip(known.len()).map(AsRef::as_ref);
        let unread = PathSearch::read_chain(unread)?;
        Ok(known.chain(unread).collect())
    }
}
