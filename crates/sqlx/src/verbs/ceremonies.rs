//! Ceremonies: put, take, sweep.

use std::iter;

use relying_party::{CeremonyId, Timestamp, ceremony::StoredCeremony};

use crate::{
    dialect::{Dialect, Value},
    error::SqlxError,
    rows::millis,
    statement::{SWEEP_BATCH, Statements},
};

/// The clocks of two machines may differ, so an expired ceremony is kept a little longer.
const CLOCK_SKEW: relying_party::Duration = relying_party::limits::CLOCK_SKEW_MAX;

pub(crate) async fn put_ceremony<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    ceremony: &StoredCeremony,
) -> Result<(), SqlxError> {
    let values = [
        Value::Bytes(&ceremony.id),
        Value::Text(&ceremony.rp_id),
        Value::MaybeBytes(ceremony.user.as_deref()),
        Value::Integer(ceremony.expires_at),
        Value::Text(&ceremony.record),
    ];
    DB::execute(connection, &statements.put_ceremony, &values).await?;
    Ok(())
}

/// Returns the IDs of up to [`SWEEP_BATCH`] expired ceremonies.
pub(crate) async fn expired<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, SqlxError> {
    let before = millis(now).saturating_sub_unsigned(CLOCK_SKEW.as_millis());
    let limit = i64::try_from(SWEEP_BATCH).unwrap_or(i64::MAX);
    let values = [Value::Integer(before), Value::Integer(limit)];
    let rows = DB::fetch(connection, &statements.expired, &values).await?;
    rows.iter().map(|row| DB::bytes(row, 0)).collect()
}

/// Deletes those ceremonies, and returns how many were still there.
pub(crate) async fn sweep<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    ids: &[Vec<u8>],
) -> Result<u64, SqlxError> {
    // The statement has a fixed number of places, so that it is prepared once. The last ID fills those that are left.
    let Some(last) = ids.last() else { return Ok(0) };
    let ids = ids.iter().chain(iter::repeat(last)).take(SWEEP_BATCH);
    let values = ids.map(|id| Value::Bytes(id)).collect::<Vec<_>>();
    DB::execute(connection, &statements.sweep, &values).await
}

/// The record of a ceremony, which stays.
pub(crate) async fn read_ceremony<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &CeremonyId,
) -> Result<Option<String>, SqlxError> {
    read_record::<DB>(connection, statements, id.as_bytes()).await
}

/// The record of a ceremony, for the one caller whose statement removed it.
pub(crate) async fn take_ceremony<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &CeremonyId,
) -> Result<Option<String>, SqlxError> {
    take_record::<DB>(connection, statements, id.as_bytes()).await
}

/// Takes those ceremonies, and returns the records of the ones that were still there.
pub(crate) async fn take_expired<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    ids: &[Vec<u8>],
) -> Result<Vec<String>, SqlxError> {
    let mut records = Vec::new();
    for id in ids {
        records.extend(take_record::<DB>(connection, statements, id).await?);
    }
    Ok(records)
}

async fn read_record<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &[u8],
) -> Result<Option<String>, SqlxError> {
    let rows = DB::fetch(connection, &statements.read_ceremony, &[Value::Bytes(id)]).await?;
    rows.first().map(|row| DB::text(row, 0)).transpose()
}

async fn take_record<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &[u8],
) -> Result<Option<String>, SqlxError> {
    let values = [Value::Bytes(id)];
    if DB::RETURNING {
        let rows = DB::fetch(connection, &statements.take_ceremony, &values).await?;
        return rows.first().map(|row| DB::text(row, 0)).transpose();
    }
    // A record never changes, so it can be read before it is known which caller removes it.
    let record = read_record::<DB>(connection, statements, id).await?;
    let Some(record) = record else { return Ok(None) };
    let removed = DB::execute(connection, &statements.take_ceremony, &values).await?;
    Ok((removed == 1).then_some(record))
}
