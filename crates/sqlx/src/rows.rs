//! Between rows and the stored form of a passkey.

use relying_party::{Passkey, StoredPasskey, Timestamp};

use crate::{dialect::Dialect, error::SqlxError};

/// What [`passkey`] reads, in order.
macro_rules! columns {
    () => {
        "id, rp_id, user_handle, credential_id, name, created_at, updated_at, last_used_at, sign_count, \
         backup_eligible, backup_state, uv_initialized, record"
    };
}
pub(crate) use columns;

/// Columns are signed. A time beyond their range is stored as the latest that they can hold.
pub(crate) fn millis(time: Timestamp) -> i64 {
    i64::try_from(time.as_unix_millis()).unwrap_or(i64::MAX)
}

/// The time of a column; `None` if it lies before 1970.
pub(crate) fn timestamp(millis: i64) -> Option<Timestamp> {
    u64::try_from(millis).ok().map(Timestamp::from_unix_millis)
}

/// Reads a row of [`columns`].
pub(crate) fn passkey<DB: Dialect>(row: &DB::Row) -> Result<Passkey, SqlxError> {
    let stored = StoredPasskey {
        id: DB::bytes(row, 0)?,
        rp_id: DB::text(row, 1)?,
        user: DB::bytes(row, 2)?,
        credential_id: DB::bytes(row, 3)?,
        name: DB::text(row, 4)?,
        created_at: required(DB::integer(row, 5)?, "created_at")?,
        updated_at: required(DB::integer(row, 6)?, "updated_at")?,
        last_used_at: DB::integer(row, 7)?,
        sign_count: required(DB::integer(row, 8)?, "sign_count")?,
        backup_eligible: DB::boolean(row, 9)?,
        backup_state: DB::boolean(row, 10)?,
        uv_initialized: required(DB::boolean(row, 11)?, "uv_initialized")?,
        record: DB::text(row, 12)?,
    };
    Ok(Passkey::from_stored(stored)?)
}

/// The value of a column that is never `NULL`.
pub(crate) fn required<T>(value: Option<T>, column: &'static str) -> Result<T, SqlxError> {
    value.ok_or(SqlxError::Missing(column))
}
