//! Browser sessions as they are kept.

use relying_party::{Timestamp, VerificationProof};

use super::{Account, StoreError};

/// SHA-256 of a session's token. The token itself is only in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// A browser session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What the session is found by.
    pub token_hash: TokenHash,
    /// Who is signed in, if anybody.
    pub account: Option<Account>,
    /// Proof of the last time at which that user was verified with a passkey, if there was one.
    pub verified: Option<VerificationProof>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A proof as it is written to its column, and [read](proof_from_column) back. Only the server can write there, which is
/// what `from_trusted_session` asks for.
pub(super) fn proof_to_column(proof: &VerificationProof) -> Result<String, StoreError> {
    serde_json::to_string(proof).map_err(|_| StoreError::Value("proof of verification"))
}

pub(super) fn proof_from_column(json: &str) -> Result<VerificationProof, StoreError> {
    let mut json = serde_json::Deserializer::from_str(json);
    VerificationProof::from_trusted_session(&mut json)
        .map_err(|_| StoreError::Value("proof of verification"))
}
