//! What goes wrong in the database.

use relying_party::store::RunError;

/// Why the database did not answer, or what was wrong with its answer.
///
/// After an error, the operation may or may not have taken effect. Report it as a failure; the user starts over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlxError {
    /// The database or the connection failed.
    #[error("the passkey database failed")]
    Database(#[from] sqlx::Error),
    /// The operation took longer than [`SqlxStore::patience`](crate::SqlxStore::patience) allows, or another service
    /// was still migrating the tables after a minute.
    #[error("the passkey database did not answer in time")]
    TooSlow,
    /// A foreign key to your users table is configured, and it has no such user.
    #[error("the passkey's account does not exist in the users table")]
    NoAccount,
    /// A passkey was stored by a later version of the core, or its row was damaged.
    #[error("a stored passkey cannot be read")]
    Passkey(#[from] relying_party::StoredPasskeyError),
    /// A query did not return a value that it always has.
    #[error("the passkey database returned no `{0}`")]
    Missing(&'static str),
    /// The tables were created by a later version of this crate.
    #[error("the passkey tables have layout {found}, and this version knows layouts up to {known}")]
    Layout {
        /// What was found.
        found: i64,
        /// The latest known layout.
        known: i64,
    },
    /// The transaction that this write shared with others failed.
    #[error("the passkey database failed")]
    Group(#[source] std::sync::Arc<SqlxError>),
    /// The group of writes that this one waited for was aborted, for example by the runtime's shutdown; or the
    /// [transaction](crate::SqlxStore::transaction) in which it was to run has ended.
    #[error("the write was interrupted before it was committed")]
    Interrupted,
    /// An operation in the [transaction](crate::SqlxStore::transaction) had failed, so nothing of it took effect.
    #[error("the transaction was rolled back, because an operation in it had failed")]
    RolledBack,
}

/// For flows in a [transaction](crate::SqlxStore::transaction), which may itself fail.
impl From<SqlxError> for RunError<SqlxError> {
    fn from(error: SqlxError) -> Self {
        Self::PasskeyStore(error)
    }
}

impl SqlxError {
    pub(crate) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// A foreign key fails only where the account's user is missing.
    pub(crate) fn or_no_account(self) -> Self {
        match self {
            Self::Database(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                Self::NoAccount
            }
            error => error,
        }
    }
}
