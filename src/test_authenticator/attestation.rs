//! Attestation statements, one variant a format (§8).

use alloc::vec::Vec;

use super::{Cbor, TestAuthenticatorError, TestKey};

/// What the test authenticator attests.
///
/// It does so whatever the relying party asked for, as authenticators may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestAttestation {
    /// Nothing (§8.7).
    #[default]
    None,
    /// By the credential's own key, in the `packed` format (§8.2).
    PackedSelf,
}

impl TestAttestation {
    /// The attestation statement format identifier.
    #[must_use]
    pub const fn fmt(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PackedSelf => "packed",
        }
    }

    /// Makes the attestation statement.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Signing`] if the cryptography fails.
    pub fn statement(
        &self,
        key: &TestKey,
        authenticator_data: &[u8],
        client_data_hash: &[u8; 32],
    ) -> Result<Cbor, TestAuthenticatorError> {
        match self {
            Self::None => Ok(Cbor::empty_map()),
            Self::PackedSelf => {
                let signature = key.sign(&signed_bytes(authenticator_data, client_data_hash))?;
                Ok(Cbor::map([("alg", key.algorithm().id().into()), ("sig", signature.into())]))
            }
        }
    }
}

/// What assertions and most statements sign: authenticator data and then the hash of the client data (§6.3.3).
pub(super) fn signed_bytes(authenticator_data: &[u8], client_data_hash: &[u8; 32]) -> Vec<u8> {
    [authenticator_data, client_data_hash].concat()
}
