//! The `none` format (§8.7).

use super::StatementError;
use crate::passkey::AttestationType;

/// The syntax allows the empty map only.
pub(super) fn verify(statement: &[u8]) -> Result<AttestationType, StatementError> {
    /// An empty map in CBOR.
    const EMPTY: &[u8] = &[0xa0];
    if statement == EMPTY {
        Ok(AttestationType::None)
    } else {
        Err(StatementError::Invalid("none comes with a statement that is not empty"))
    }
}
