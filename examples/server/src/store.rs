//! Everything that the server keeps: passkeys and ceremonies, accounts, sessions. In a SQLite file, or in a PostgreSQL
//! database that any number of servers share; the routes do not know which.

mod accounts;
mod database;
mod error;
pub mod postgres;
mod sessions;
mod sqlite;

use std::sync::Arc;

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp, UserHandle,
    VerificationProof,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::{AsyncPasskeyStore, PasskeyStore as _},
};

pub use self::{
    accounts::{Account, AccountName},
    database::Database,
    error::StoreError,
    postgres::Postgres,
    sessions::{SessionRow, TokenHash},
    sqlite::Sqlite,
};

/// The database that there is.
///
/// Its verbs are futures: PostgreSQL's by nature; SQLite's calls block, and are made on threads that may.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file of this machine.
    Sqlite(Arc<Sqlite>),
    /// A database that many machines share.
    Postgres(Postgres),
}

impl From<Sqlite> for Store {
    fn from(sqlite: Sqlite) -> Self {
        Self::Sqlite(Arc::new(sqlite))
    }
}

impl From<Postgres> for Store {
    fn from(postgres: Postgres) -> Self {
        Self::Postgres(postgres)
    }
}

/// Hands a verb on to the database that there is. The thread on which SQLite is called gets arguments of its own for
/// those that are lent.
macro_rules! hand_on {
    ($store:tt.$verb:ident($(&$lent:ident),*; $($given:ident),*)) => {
        match $store {
            Self::Sqlite(sqlite) => {
                $(let $lent = $lent.to_owned();)*
                blocking(sqlite, move |sqlite| sqlite.$verb($(&$lent,)* $($given),*)).await
            }
            Self::Postgres(postgres) => postgres.$verb($($lent,)* $($given),*).await,
        }
    };
}

async fn blocking<T: Send + 'static>(
    sqlite: &Arc<Sqlite>,
    call: impl FnOnce(&Sqlite) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let sqlite = Arc::clone(sqlite);
    tokio::task::spawn_blocking(move || call(&sqlite)).await?
}

impl Store {
    /// Opens a database, and makes its tables if they are not there.
    ///
    /// # Errors
    ///
    /// It cannot be opened or reached, or is another program's.
    pub async fn open(database: &Database, limits: postgres::Limits) -> Result<Self, StoreError> {
        match database {
            Database::File(path) => {
                let path = path.clone();
                Ok(tokio::task::spawn_blocking(|| Sqlite::open(path)).await??.into())
            }
            Database::Postgres(config) => Ok(Postgres::open(config, limits).await?.into()),
        }
    }

    /// Makes an account. `false` if somebody has its name, upper or lower case of ASCII aside.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn sign_up(&self, account: &Account, now: Timestamp) -> Result<bool, StoreError> {
        hand_on!(self.sign_up(&account; now))
    }

    /// The account of that name, upper or lower case of ASCII aside.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn account_by_name(&self, name: &AccountName) -> Result<Option<Account>, StoreError> {
        hand_on!(self.account_by_name(&name;))
    }

    /// The account of that user handle.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn account_by_handle(
        &self,
        handle: &UserHandle,
    ) -> Result<Option<Account>, StoreError> {
        hand_on!(self.account_by_handle(&handle;))
    }

    /// Begins a session in the place of another: the browser goes on with a new token, and the old one is of no
    /// use from then on, to whoever has it.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn begin_session(
        &self,
        token_hash: &TokenHash,
        user: Option<UserHandle>,
        replaced: Option<TokenHash>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        hand_on!(self.begin_session(&token_hash; user, replaced, now, expires_at))
    }

    /// Remembers in a session that its user was verified with a passkey. The proof of somebody else is not kept.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn set_verified(
        &self,
        token_hash: &TokenHash,
        proof: &VerificationProof,
    ) -> Result<(), StoreError> {
        hand_on!(self.set_verified(&token_hash, &proof;))
    }

    /// The session of that token, unless it has expired.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn session(
        &self,
        token_hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        hand_on!(self.session(&token_hash; now))
    }

    /// Ends a session, and what began in it.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn end_session(&self, token_hash: &TokenHash) -> Result<(), StoreError> {
        hand_on!(self.end_session(&token_hash;))
    }

    /// Remembers that a ceremony began in a session.
    ///
    /// # Errors
    ///
    /// The session has ended meanwhile, or the database fails.
    pub async fn bind_ceremony(
        &self,
        token_hash: &TokenHash,
        ceremony: &CeremonyId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        hand_on!(self.bind_ceremony(&token_hash, &ceremony; now, expires_at))
    }

    /// Whether a ceremony began in a session.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn is_bound(
        &self,
        token_hash: &TokenHash,
        ceremony: &CeremonyId,
    ) -> Result<bool, StoreError> {
        hand_on!(self.is_bound(&token_hash, &ceremony;))
    }
}

impl AsyncPasskeyStore for Store {
    type Error = StoreError;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), StoreError> {
        hand_on!(self.put_ceremony(&ceremony;))
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, StoreError> {
        hand_on!(self.take_ceremony(&id;))
    }

    async fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, StoreError> {
        hand_on!(self.passkeys_of(&owner;))
    }

    async fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, StoreError> {
        hand_on!(self.passkey(&rp_id, &credential_id;))
    }

    async fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<Inserted, StoreError> {
        hand_on!(self.insert_passkey(&passkey; max_per_user))
    }

    async fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, StoreError> {
        hand_on!(self.record_use(&id, &expected, &state; at))
    }

    async fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, StoreError> {
        hand_on!(self.rename_passkey(&owner, &id, &name; at))
    }

    async fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<Removed, StoreError> {
        hand_on!(self.delete_passkey(&owner, &id; keep_last))
    }
}
