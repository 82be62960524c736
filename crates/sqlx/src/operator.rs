//! Look-ups and revocation for the people who run the service.

mod search;

use std::sync::Arc;

use futures_core::stream::BoxStream;
use relying_party::{Aaguid, AccountId, KeyHash, Passkey, PasskeyId, Timestamp, flow::Owner};
use serde::Serialize;

use self::search::Search;
use crate::{
    SqlxStore,
    dialect::Dialect,
    error::SqlxError,
    rows::{millis, required},
    verbs,
    write::Atomic,
};

/// Look-ups over all accounts, and revocation. Made by [`SqlxStore::operator`].
///
/// These are for your staff's tools: nothing here checks who owns a passkey.
///
/// # Incident response
///
/// An authenticator model, or the certificate authority that attests it, is compromised:
///
/// 1. [`count_by_model`](Self::count_by_model) tells you how many passkeys are affected.
/// 2. [`by_model`](Self::by_model) streams the passkeys of a model, and [`by_anchor`](Self::by_anchor) those whose
///    attestation led to an anchor. [`Passkey::user`] is the account to warn. A model may be proved or only claimed:
///    [`Attestation::aaguid`](relying_party::Attestation::aaguid) tells which.
/// 3. Decide how users who lose their last passkey get back in.
/// 4. [`revoke`](Self::revoke) deletes one passkey, and [`revoke_account`](Self::revoke_account) all of an account. Put
///    the [`Revocation`] that they return into your audit log.
/// 5. Revoking a passkey ends no session. End the sessions of the account as well.
///
/// To keep the model out from then on, deny its AAGUID in the attestation policy.
///
/// ```
/// # async fn example<DB: relying_party_sqlx::Dialect>(store: &relying_party_sqlx::SqlxStore<DB>)
/// # -> Result<(), Box<dyn std::error::Error>> {
/// use futures_util::TryStreamExt as _;
/// use relying_party::{Aaguid, Timestamp};
///
/// let compromised: Aaguid = "ee882879-721c-4913-9775-3dfcce97072a".parse()?;
/// let operator = store.operator("grace@example.com");
/// let mut passkeys = operator.by_model(compromised);
/// while let Some(passkey) = passkeys.try_next().await? {
///     if let Some(revocation) = operator.revoke(&passkey.id, Timestamp::now()).await? {
///         println!("{}", serde_json::to_string(&revocation)?);
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Streams
///
/// A stream reads a page at a time and holds no connection between two pages, so you can take as long as you like, and
/// revoke passkeys meanwhile. A passkey that is created or used while the stream is open may or may not be in it.
#[derive(Debug)]
pub struct Operator<'a, DB: Dialect> {
    store: &'a SqlxStore<DB>,
    name: String,
}

/// An audit entry: an operator revoked a passkey. As JSON it has the members of the core's audit entries, and
/// `operator`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Revocation {
    /// When, in Unix milliseconds.
    pub at: Timestamp,
    /// The RP ID.
    pub rp_id: String,
    /// `revoke`.
    action: &'static str,
    /// The account, by the ID that the core's audit uses.
    pub account: AccountId,
    /// The passkey.
    pub passkey: PasskeyId,
    /// `passkey_revoked`.
    event: &'static str,
    /// The model of the authenticator.
    pub aaguid: Aaguid,
    /// The name of the operator.
    pub operator: String,
}

impl<DB: Dialect> SqlxStore<DB> {
    /// Look-ups and revocation by a member of your staff, whose name goes into the audit.
    pub fn operator(&self, name: impl Into<String>) -> Operator<'_, DB> {
        Operator { store: self, name: name.into() }
    }
}

/// What a look-up yields: passkeys, or the error after which it ends.
type Passkeys = BoxStream<'static, Result<Passkey, SqlxError>>;

impl<DB: Dialect> Operator<'_, DB> {
    /// Streams the passkeys of an authenticator model, whether the model is attested or only claimed.
    #[must_use]
    pub fn by_model(&self, aaguid: Aaguid) -> Passkeys {
        Search::Model(aaguid).run(self.store)
    }

    /// Streams the passkeys whose attestation led to an anchor, by the hash of the anchor's key.
    #[must_use]
    pub fn by_anchor(&self, anchor: KeyHash) -> Passkeys {
        Search::Anchor(anchor).run(self.store)
    }

    /// Streams the passkeys of a user, oldest first.
    #[must_use]
    pub fn by_user(&self, owner: Owner) -> Passkeys {
        Search::User(owner).run(self.store)
    }

    /// Streams the passkeys that were last used before a time, the longest unused first. One that was never used counts
    /// from its creation.
    #[must_use]
    pub fn unused_since(&self, time: Timestamp) -> Passkeys {
        Search::UnusedSince(millis(time)).run(self.store)
    }

    /// Counts the passkeys of every model, the most frequent first. Reads the whole index by model.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn count_by_model(&self) -> Result<Vec<(Aaguid, u64)>, SqlxError> {
        let statements = Arc::clone(&self.store.statements);
        self.store
            .read(move |connection| {
                Box::pin(async move {
                    let rows = DB::fetch(connection, &statements.count_by_model, &[]).await?;
                    rows.iter().map(count::<DB>).collect()
                })
            })
            .await
    }

    /// Deletes a passkey regardless of its owner, even the last one of its account. Returns `None` if there is no such
    /// passkey.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn revoke(
        &self,
        id: &PasskeyId,
        now: Timestamp,
    ) -> Result<Option<Revocation>, SqlxError> {
        let (statements, id) = (Arc::clone(&self.store.statements), *id);
        let revoked = self
            .store
            .write(Atomic::Transaction, move |connection| {
                Box::pin(
                    async move { verbs::revoke_passkey::<DB>(connection, &statements, &id).await },
                )
            })
            .await?;
        Ok(revoked.map(|passkey| self.revocation(&passkey, now)))
    }

    /// Deletes all passkeys of an account in one transaction. The account itself stays: to delete it, run
    /// [`EraseAccount`](relying_party::EraseAccount).
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn revoke_account(
        &self,
        owner: &Owner,
        now: Timestamp,
    ) -> Result<Vec<Revocation>, SqlxError> {
        let (statements, owner) = (Arc::clone(&self.store.statements), owner.clone());
        let revoked = self
            .store
            .write(Atomic::Transaction, move |connection| {
                Box::pin(async move {
                    verbs::revoke_account::<DB>(connection, &statements, &owner).await
                })
            })
            .await?;
        Ok(revoked.iter().map(|passkey| self.revocation(passkey, now)).collect())
    }

    fn revocation(&self, passkey: &Passkey, now: Timestamp) -> Revocation {
        Revocation {
            at: now,
            rp_id: passkey.rp_id.clone(),
            action: "revoke",
            account: AccountId::of(&passkey.rp_id, &passkey.user),
            passkey: passkey.id,
            event: "passkey_revoked",
            aaguid: passkey.aaguid,
            operator: self.name.clone(),
        }
    }
}

fn count<DB: Dialect>(row: &DB::Row) -> Result<(Aaguid, u64), SqlxError> {
    let aaguid = <[u8; 16]>::try_from(DB::bytes(row, 0)?).ok();
    let count = DB::integer(row, 1)?.and_then(|count| u64::try_from(count).ok());
    Ok((Aaguid::new(required(aaguid, "aaguid")?), required(count, "count")?))
}
