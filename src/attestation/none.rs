//! The `none` format (§8.7).

use super::StatementError;
use crate::passkey::AttestationType;

/// The syntax only allows the empty map.
pub(super) fn verify(statement: &[u8]) -> Result<AttestationType, StatementError> {
    /// An empty map in CBOR.
    const EMPTY: &[u8] = &[0xa0];
    if statement == EMPTY {
        Ok(AttestationType::None)
    } else {
        Err(StatementError::Invalid("the format is none, but the statement is not empty"))
    }
}
