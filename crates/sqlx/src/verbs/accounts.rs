//! Accounts: lock, insert, look up, erase.

use relying_party::{
    CredentialId, NewUser, Passkey, UserHandle,
    flow::{InsertOutcome, Owner, SignUpOutcome},
};

use crate::{
    accounts::Account,
    dialect::{Dialect, Value},
    error::SqlxError,
    rows::{required, timestamp},
    statement::Statements,
    verbs::passkeys::insert_into_locked,
};

/// Waits for other transactions that change the number of the account's passkeys, and makes them wait until this one
/// ends. Sign-ins to the account do not wait.
pub(super) async fn lock_account<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<(), SqlxError> {
    DB::execute(connection, &statements.lock_account, &account(owner))
        .await
        .map_err(SqlxError::or_no_account)?;
    Ok(())
}

/// Whether an account that is in the table has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) has_name: bool,
}

/// Locks an account that has a row. One without a row has no passkeys, and gets no row by this.
pub(super) async fn lock_known_account<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<Option<Known>, SqlxError> {
    let rows = DB::fetch(connection, &statements.lock_known_account, &account(owner)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Known { has_name: required(DB::boolean(row, 1)?, "name")? }))
}

/// Inserts a passkey into an account that must have signed up.
pub(crate) async fn insert_passkey_of_account<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    passkey: &Passkey,
    max_per_user: u32,
) -> Result<InsertOutcome, SqlxError> {
    let owner = Owner::of_passkey(passkey);
    match lock_known_account::<DB>(connection, statements, &owner).await? {
        Some(Known { has_name: true }) => {
            insert_into_locked::<DB>(connection, statements, passkey, max_per_user).await
        }
        _ => Err(SqlxError::NoAccount),
    }
}

pub(crate) async fn insert_account<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    user: &NewUser,
    passkey: &Passkey,
) -> Result<SignUpOutcome, SqlxError> {
    let owner = Owner::of_passkey(passkey);
    let [rp_id, handle] = account(&owner);
    let values = [
        rp_id,
        handle,
        Value::Name(user.name()),
        Value::Text(user.display_name()),
        Value::Integer(passkey.to_stored().created_at),
    ];
    while !insert_row::<DB>(connection, statements, &values).await? {
        let by_name = [rp_id, Value::Name(user.name())];
        if !DB::fetch(connection, &statements.account_by_name, &by_name).await?.is_empty() {
            return Ok(SignUpOutcome::NameTaken);
        }
        let known = lock_known_account::<DB>(connection, statements, &owner).await?;
        let ids = DB::fetch(connection, &statements.ids_of, &account(&owner)).await?;
        if known != Some(Known { has_name: false }) || !ids.is_empty() {
            return Ok(SignUpOutcome::AlreadyExists);
        }
        // What a passkey without an account has left behind. Its lock is held, so this happens once.
        DB::execute(connection, &statements.erase_account, &account(&owner)).await?;
    }
    // The new row is locked as any other.
    match insert_into_locked::<DB>(connection, statements, passkey, 1).await? {
        InsertOutcome::Inserted => Ok(SignUpOutcome::Created),
        InsertOutcome::AlreadyExists | InsertOutcome::LimitReached => {
            DB::execute(connection, &statements.erase_account, &account(&owner)).await?;
            Ok(SignUpOutcome::AlreadyExists)
        }
    }
}

/// Inserts the row of an account; `false` if its name or its user handle is taken.
async fn insert_row<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    values: &[Value<'_>],
) -> Result<bool, SqlxError> {
    match DB::execute(connection, &statements.insert_account, values).await {
        Ok(rows) => Ok(rows > 0),
        Err(error) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.or_no_account()),
    }
}

pub(crate) async fn account_of<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<Option<Account>, SqlxError> {
    let rows = DB::fetch(connection, &statements.account, &account(owner)).await?;
    rows.first().map(read::<DB>).transpose()
}

pub(crate) async fn account_by_name<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    rp_id: &str,
    name: &str,
) -> Result<Option<Account>, SqlxError> {
    let values = [Value::Text(rp_id), Value::Name(name)];
    let rows = DB::fetch(connection, &statements.account_by_name, &values).await?;
    rows.first().map(read::<DB>).transpose()
}

/// Deletes the account with its passkeys, and returns their credentials. Records are not read: an account must be
/// erasable even if one of them cannot be.
pub(crate) async fn erase_passkeys<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<Vec<CredentialId>, SqlxError> {
    // Without a row there is nothing to lock. What another transaction inserts from now on must not be deleted unseen.
    if lock_known_account::<DB>(connection, statements, owner).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = DB::fetch(connection, &statements.credentials_of, &account(owner)).await?;
    let credential =
        |row| required(CredentialId::try_from(&*DB::bytes(row, 0)?).ok(), "credential_id");
    let credentials = rows.iter().map(credential).collect::<Result<_, _>>()?;
    DB::execute(connection, &statements.erase_passkeys, &account(owner)).await?;
    DB::execute(connection, &statements.erase_account, &account(owner)).await?;
    Ok(credentials)
}

pub(crate) async fn erase_ceremonies<DB: Dialect>(
    connection: &mut DB::Connection,
    statements: &Statements,
    owner: &Owner,
) -> Result<(), SqlxError> {
    DB::execute(connection, &statements.erase_ceremonies, &account(owner)).await?;
    Ok(())
}

fn read<DB: Dialect>(row: &DB::Row) -> Result<Account, SqlxError> {
    let handle = UserHandle::try_from(&*DB::bytes(row, 0)?).ok();
    let created_at = DB::integer(row, 3)?.and_then(timestamp);
    Ok(Account {
        handle: required(handle, "user_handle")?,
        name: DB::name(row, 1)?,
        display_name: DB::text(row, 2)?,
        created_at: required(created_at, "created_at")?,
    })
}

/// The values by which statements find what belongs to an account.
pub(super) fn account(owner: &Owner) -> [Value<'_>; 2] {
    [Value::Text(&owner.rp_id), Value::Bytes(owner.user.as_bytes())]
}
