//! Passkeys over several databases: one store of three PostgreSQL schemas, which share no transaction.
//!
//! The ID of a passkey or a ceremony says in which partition it is, and an account has a home. What is decided over all
//! passkeys of an account is decided while its row at home is locked. Only erasing an account writes to more than one
//! partition.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use futures_util::future::{join_all, try_join_all};
use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, Owner, RecordOutcome, RemoveOutcome},
    store::{AsyncCeremonyStore, AsyncPasskeyStore, conformance::Kit},
};
use relying_party_sqlx::{SqlxError, SqlxStore};
use sqlx::{AssertSqlSafe, Pool, Postgres, Transaction};
use support::{Fresh, account, passkey, runtime};

const PARTITIONS: usize = 3;

/// A separate database, as far as this store knows.
#[derive(Clone)]
struct Partition {
    store: SqlxStore<Postgres>,
    schema: String,
}

impl Partition {
    /// Counts the passkeys of an account here, without reading their records.
    async fn count(&self, owner: &Owner) -> Result<i64, SqlxError> {
        let (rp_id, user) = (owner.rp_id.clone(), owner.user);
        let sql = format!(
            "SELECT count(*) FROM {}.passkeys WHERE rp_id = $1 AND user_handle = $2",
            self.schema
        );
        self.store
            .read_with(move |connection| {
                Box::pin(async move {
                    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(rp_id);
                    Ok(query.bind(user.as_bytes().to_vec()).fetch_one(connection).await?)
                })
            })
            .await
    }
}

/// How the row of an account is locked.
#[derive(Clone, Copy)]
enum Lock {
    /// Among others that only read.
    Shared,
    Exclusive,
}

#[derive(Clone)]
struct Partitioned {
    partitions: Vec<Partition>,
    /// Connections for locks only. On those of the partitions, operations that wait for a lock could leave none to the
    /// operation that holds it.
    locks: Pool<Postgres>,
}

impl Partitioned {
    /// IDs are hashes, so their first byte is evenly distributed.
    fn of_passkey(&self, id: &PasskeyId) -> &SqlxStore<Postgres> {
        &self.partitions[usize::from(id.as_bytes()[0]) % self.partitions.len()].store
    }

    fn of_ceremony(&self, id: &CeremonyId) -> &SqlxStore<Postgres> {
        &self.partitions[usize::from(id.as_bytes()[0]) % self.partitions.len()].store
    }

    /// User handles are random.
    fn home(&self, owner: &Owner) -> &Partition {
        &self.partitions[usize::from(owner.user.as_bytes()[0]) % self.partitions.len()]
    }

    /// Locks an account until the transaction is dropped. `None` if there is no such account.
    async fn lock(
        &self,
        owner: &Owner,
        lock: Lock,
    ) -> Result<Option<Transaction<'static, Postgres>>, SqlxError> {
        let home = self.home(owner);
        let mut transaction = self.locks.begin().await?;
        let lock = match lock {
            Lock::Shared => "SHARE",
            Lock::Exclusive => "UPDATE",
        };
        let sql = format!("SELECT 1 FROM {}.users WHERE handle = $1 FOR {lock}", home.schema);
        let query = sqlx::query(AssertSqlSafe(sql)).bind(owner.user.as_bytes());
        let found = query.fetch_optional(&mut *transaction).await?;
        Ok(found.map(|_| transaction))
    }

    /// Counts the passkeys of a locked account.
    async fn count(&self, owner: &Owner) -> Result<i64, SqlxError> {
        let counts = self.partitions.iter().map(|partition| partition.count(owner));
        Ok(try_join_all(counts).await?.iter().sum())
    }

    async fn make_account(&self, owner: &Owner) {
        let home = self.home(owner);
        let sql = format!(
            "INSERT INTO {}.users (handle) VALUES ($1) ON CONFLICT DO NOTHING",
            home.schema
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(owner.user.as_bytes());
        query.execute(home.store.pool()).await.unwrap();
    }
}

impl AsyncCeremonyStore for Partitioned {
    type Error = SqlxError;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), SqlxError> {
        self.of_ceremony(&ceremony.id()).put_ceremony(ceremony).await
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, SqlxError> {
        self.of_ceremony(id).take_ceremony(id).await
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), SqlxError> {
        try_join_all(self.partitions.iter().map(|it| it.store.erase_ceremonies(owner))).await?;
        Ok(())
    }
}

impl AsyncPasskeyStore for Partitioned {
    type Error = SqlxError;

    async fn passkeys_of(&self, owner: &Owner) -> Result<Vec<Passkey>, SqlxError> {
        // The partitions are read one after the other, and show one instant because no one writes meanwhile.
        let Some(_lock) = self.lock(owner, Lock::Shared).await? else { return Ok(Vec::new()) };
        let parts =
            try_join_all(self.partitions.iter().map(|it| it.store.passkeys_of(owner))).await?;
        let mut passkeys = parts.concat();
        passkeys.sort_by_key(|passkey| (passkey.created_at, passkey.id));
        Ok(passkeys)
    }

    async fn passkey(
        &self,
        rp_id: &str,
        credential_id: &CredentialId,
    ) -> Result<Option<Passkey>, SqlxError> {
        let id = PasskeyId::of(rp_id, credential_id);
        self.of_passkey(&id).passkey(rp_id, credential_id).await
    }

    async fn insert_passkey(
        &self,
        passkey: &Passkey,
        max_per_user: u32,
    ) -> Result<InsertOutcome, SqlxError> {
        let owner = Owner::of_passkey(passkey);
        let lock = self.lock(&owner, Lock::Exclusive).await?;
        let _lock = lock.ok_or(SqlxError::NoAccount)?;
        if self.passkey(&passkey.rp_id, &passkey.credential_id).await?.is_some() {
            return Ok(InsertOutcome::AlreadyExists);
        }
        if self.count(&owner).await? >= max_per_user.into() {
            return Ok(InsertOutcome::LimitReached);
        }
        // Another account may be claiming the same credential: its partition decides.
        self.of_passkey(&passkey.id).insert_passkey(passkey, u32::MAX).await
    }

    async fn record_use(
        &self,
        id: &PasskeyId,
        expected: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, SqlxError> {
        self.of_passkey(id).record_use(id, expected, state, at).await
    }

    async fn rename_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        name: &PasskeyName,
        at: Timestamp,
    ) -> Result<Option<Passkey>, SqlxError> {
        self.of_passkey(id).rename_passkey(owner, id, name, at).await
    }

    async fn delete_passkey(
        &self,
        owner: &Owner,
        id: &PasskeyId,
        keep_last: bool,
    ) -> Result<RemoveOutcome, SqlxError> {
        let Some(_lock) = self.lock(owner, Lock::Exclusive).await? else {
            return Ok(RemoveOutcome::NotFound);
        };
        let partition = self.of_passkey(id);
        if keep_last && self.count(owner).await? == 1 {
            // Deletes nothing: this partition has that one passkey of the account, or none.
            return partition.delete_passkey(owner, id, true).await;
        }
        partition.delete_passkey(owner, id, false).await
    }

    async fn erase_passkeys(&self, owner: &Owner) -> Result<Vec<CredentialId>, SqlxError> {
        let Some(_lock) = self.lock(owner, Lock::Exclusive).await? else { return Ok(Vec::new()) };
        let parts =
            try_join_all(self.partitions.iter().map(|it| it.store.erase_passkeys(owner))).await?;
        Ok(parts.concat())
    }
}

/// Empty partitions, or `None` where there is no PostgreSQL.
async fn partitions() -> Option<(Partitioned, Vec<Fresh<Postgres>>)> {
    let mut fresh = Vec::new();
    for _ in 0..PARTITIONS {
        let partition = support::postgres().await?;
        partition.store.migrate().await.unwrap();
        let users = format!("CREATE TABLE {}.users (handle bytea PRIMARY KEY)", partition.name);
        sqlx::query(AssertSqlSafe(users)).execute(partition.store.pool()).await.unwrap();
        fresh.push(partition);
    }
    let partition = |it: &Fresh<_>| Partition { store: it.store.clone(), schema: it.name.clone() };
    let locks = Pool::connect(&support::postgres_url()).await.unwrap();
    Some((Partitioned { partitions: fresh.iter().map(partition).collect(), locks }, fresh))
}

#[test]
fn passkeys_in_three_partitions_keep_the_contract() {
    let runtime = runtime();
    let Some((store, _fresh)) = runtime.block_on(partitions()) else { return };
    let report = Kit::new()
        .accounts(|owner| runtime.block_on(store.make_account(owner)))
        .test_async(|| store.clone(), |tasks| tasks.on_threads(|task| runtime.block_on(task)));
    report.assert_kept();
}

/// A passkey of an account that no other has.
fn another(made: &Passkey, owner: &Owner) -> Passkey {
    let (mut made, random) = (made.clone(), account().user);
    made.user = owner.user;
    made.credential_id = random.as_bytes().try_into().unwrap();
    made.id = PasskeyId::of(&made.rp_id, &made.credential_id);
    made
}

#[test]
fn limit_and_last_passkey_hold_over_all_partitions() {
    const MAX: u32 = 5;
    runtime().block_on(async {
        let Some((store, _fresh)) = partitions().await else { return };
        let owner = account();
        store.make_account(&owner).await;
        let made = passkey(&owner, "laptop");
        let passkeys = (0..40).map(|_| another(&made, &owner)).collect::<Vec<_>>();
        let inserts = passkeys.iter().map(|passkey| {
            let (store, passkey) = (store.clone(), passkey.clone());
            tokio::spawn(async move { store.insert_passkey(&passkey, MAX).await.unwrap() })
        });
        let outcomes = join_all(inserts).await;
        let inserted =
            outcomes.iter().filter(|outcome| *outcome.as_ref().unwrap() == InsertOutcome::Inserted);
        assert_eq!(u32::try_from(inserted.count()), Ok(MAX));
        let there = store.passkeys_of(&owner).await.unwrap();
        assert_eq!(u32::try_from(there.len()), Ok(MAX));

        let deletions = there.iter().map(|passkey| {
            let (store, owner, id) = (store.clone(), owner.clone(), passkey.id);
            tokio::spawn(async move { store.delete_passkey(&owner, &id, true).await.unwrap() })
        });
        let outcomes = join_all(deletions).await;
        let last = outcomes
            .iter()
            .filter(|outcome| *outcome.as_ref().unwrap() == RemoveOutcome::LastPasskey);
        assert_eq!(last.count(), 1);
        assert_eq!(store.passkeys_of(&owner).await.unwrap().len(), 1);
    });
}

#[test]
fn every_partition_has_passkeys_and_an_account_is_erased_from_all() {
    runtime().block_on(async {
        let Some((store, _fresh)) = partitions().await else { return };
        let owner = account();
        store.make_account(&owner).await;
        let made = passkey(&owner, "laptop");
        for _ in 0..64 {
            let outcome = store.insert_passkey(&another(&made, &owner), 64).await.unwrap();
            assert_eq!(outcome, InsertOutcome::Inserted);
        }
        for partition in &store.partitions {
            assert!(partition.count(&owner).await.unwrap() > 0, "{}", partition.schema);
        }
        // Of another version: an account is erased without reading its records.
        let unreadable =
            format!("UPDATE {}.passkeys SET record = '{{}}'", store.partitions[0].schema);
        sqlx::query(AssertSqlSafe(unreadable))
            .execute(store.partitions[0].store.pool())
            .await
            .unwrap();
        store.passkeys_of(&owner).await.unwrap_err();
        assert_eq!(store.erase_passkeys(&owner).await.unwrap().len(), 64);
        assert_eq!(store.count(&owner).await.unwrap(), 0);
    });
}
