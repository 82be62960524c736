//! Passkeys: look up, insert, record a use, rename, delete.

use relying_party::{
    CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    flow::{InsertOutcome, Owner, RecordOutcome, RemoveOutcome},
};

use crate::{
    dialect::{Dialect, Value},
    error::SqlxError,
    rows::{self, millis, required},
    statement::Statements,
    verbs::accounts::{account, lock_account, lock_known_account},
};

pub(crate) async fn passkeys_of<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<Vec<Passkey>, SqlxError> {
    let rows = DB::fetch(connection, &statements.passkeys_of, &account(owner)).await?;
    rows.iter().map(rows::passkey::<DB>).collect()
}

pub(crate) async fn passkey<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    rp_id: &str,
    credential_id: &CredentialId,
) -> Result<Option<Passkey>, SqlxError> {
    let values = [Value::Text(rp_id), Value::Bytes(credential_id.as_bytes())];
    let rows = DB::fetch(connection, &statements.passkey, &values).await?;
    rows.first().map(rows::passkey::<DB>).transpose()
}

pub(crate) async fn insert_passkey<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    passkey: &Passkey,
    max_per_user: u32,
) -> Result<InsertOutcome, SqlxError> {
    let owner = Owner::of_passkey(passkey);
    lock_account::<DB>(connection, statements, &owner).await?;
    insert_into_locked::<DB>(connection, statements, passkey, max_per_user).await
}

/// Inserts a passkey into an account whose lock is held.
pub(super) async fn insert_into_locked<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    passkey: &Passkey,
    max_per_user: u32,
) -> Result<InsertOutcome, SqlxError> {
    // A separate statement, so that it sees what was committed while this one waited for the lock.
    let values = [
        Value::Text(&passkey.rp_id),
        Value::Bytes(passkey.user.as_bytes()),
        Value::Bytes(passkey.credential_id.as_bytes()),
    ];
    let counts = DB::fetch(connection, &statements.counts, &values).await?;
    let counts = required(counts.first(), "count")?;
    if required(DB::integer(counts, 0)?, "count")? > 0 {
        return Ok(InsertOutcome::AlreadyExists);
    }
    if required(DB::integer(counts, 1)?, "count")? >= max_per_user.into() {
        return Ok(InsertOutcome::LimitReached);
    }
    let stored = passkey.to_stored();
    let anchor = passkey.attestation.trust.as_ref().map(|trust| trust.anchor);
    let values = [
        Value::Bytes(&stored.id),
        Value::Text(&stored.rp_id),
        Value::Bytes(&stored.user),
        Value::Bytes(&stored.credential_id),
        Value::Text(&stored.name),
        Value::Integer(stored.created_at),
        Value::Integer(stored.updated_at),
        Value::MaybeInteger(stored.last_used_at),
        Value::Integer(stored.sign_count),
        Value::MaybeBoolean(stored.backup_eligible),
        Value::MaybeBoolean(stored.backup_state),
        Value::Boolean(stored.uv_initialized),
        Value::Text(&stored.record),
        Value::Bytes(passkey.aaguid.as_bytes()),
        Value::MaybeBytes(anchor.as_ref().map(|anchor| &anchor.as_bytes()[..])),
        Value::Integer(stored.last_used_at.unwrap_or(stored.created_at)),
    ];
    // Another transaction may be inserting the same credential for another account, which only that one has locked.
    match DB::execute(connection, &statements.insert, &values).await {
        Ok(1..) => Ok(InsertOutcome::Inserted),
        Ok(0) => Ok(InsertOutcome::AlreadyExists),
        Err(error) if error.is_unique_violation() => Ok(InsertOutcome::AlreadyExists),
        Err(error) => Err(error),
    }
}

pub(crate) async fn record_use<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &PasskeyId,
    expected: &PasskeyState,
    state: &PasskeyState,
    at: Timestamp,
) -> Result<RecordOutcome, SqlxError> {
    let values = [
        Value::Bytes(id.as_bytes()),
        Value::Integer(state.sign_count.into()),
        Value::MaybeBoolean(state.backup_eligible),
        Value::MaybeBoolean(state.backup_state),
        Value::Boolean(state.uv_initialized),
        Value::Integer(millis(at)),
        Value::Integer(expected.sign_count.into()),
        Value::MaybeBoolean(expected.backup_eligible),
        Value::MaybeBoolean(expected.backup_state),
        Value::Boolean(expected.uv_initialized),
    ];
    if DB::execute(connection, &statements.record_use, &values).await? > 0 {
        return Ok(RecordOutcome::Updated);
    }
    let found = DB::fetch(connection, &statements.exists, &values[..1]).await?;
    Ok(if found.is_empty() { RecordOutcome::NotFound } else { RecordOutcome::Conflict })
}

pub(crate) async fn rename_passkey<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
    id: &PasskeyId,
    name: &PasskeyName,
    at: Timestamp,
) -> Result<Option<Passkey>, SqlxError> {
    let values = [
        Value::Bytes(id.as_bytes()),
        Value::Text(&owner.rp_id),
        Value::Bytes(owner.user.as_bytes()),
        Value::Text(name.as_str()),
        Value::Integer(millis(at)),
    ];
    if DB::execute(connection, &statements.rename, &values).await? == 0 {
        return Ok(None);
    }
    passkey_by_id::<DB>(connection, statements, id).await
}

pub(crate) async fn delete_passkey<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
    id: &PasskeyId,
    keep_last: bool,
) -> Result<RemoveOutcome, SqlxError> {
    if lock_known_account::<DB>(connection, statements, owner).await?.is_none() {
        return Ok(RemoveOutcome::NotFound);
    }
    let ids = DB::fetch(connection, &statements.ids_of, &account(owner)).await?;
    let ids = ids.iter().map(|row| DB::bytes(row, 0)).collect::<Result<Vec<_>, _>>()?;
    if !ids.iter().any(|found| found == id.as_bytes()) {
        return Ok(RemoveOutcome::NotFound);
    }
    if keep_last && ids.len() == 1 {
        return Ok(RemoveOutcome::LastPasskey);
    }
    delete::<DB>(connection, statements, owner, id).await?;
    Ok(RemoveOutcome::Removed)
}

/// Deletes a passkey regardless of its owner, even the last one of an account, and returns it.
pub(crate) async fn revoke_passkey<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &PasskeyId,
) -> Result<Option<Passkey>, SqlxError> {
    let Some(passkey) = passkey_by_id::<DB>(connection, statements, id).await? else {
        return Ok(None);
    };
    let owner = Owner::of_passkey(&passkey);
    lock_known_account::<DB>(connection, statements, &owner).await?;
    let deleted = delete::<DB>(connection, statements, &owner, id).await?;
    Ok((deleted > 0).then_some(passkey))
}

/// Deletes all passkeys of an account, and returns them. The account stays.
pub(crate) async fn revoke_account<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<Vec<Passkey>, SqlxError> {
    // Without a row there is nothing to lock. What another transaction inserts from now on must not be deleted unseen.
    if lock_known_account::<DB>(connection, statements, owner).await?.is_none() {
        return Ok(Vec::new());
    }
    let passkeys = passkeys_of::<DB>(connection, statements, owner).await?;
    DB::execute(connection, &statements.erase_passkeys, &account(owner)).await?;
    Ok(passkeys)
}

async fn passkey_by_id<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    id: &PasskeyId,
) -> Result<Option<Passkey>, SqlxError> {
    let rows =
        DB::fetch(connection, &statements.passkey_by_id, &[Value::Bytes(id.as_bytes())]).await?;
    rows.first().map(rows::passkey::<DB>).transpose()
}

async fn delete<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
    id: &PasskeyId,
) -> Result<u64, SqlxError> {
    let [rp_id, user] = account(owner);
    DB::execute(connection, &statements.delete, &[Value::Bytes(id.as_bytes()), rp_id, user]).await
}
