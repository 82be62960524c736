//! One transaction for everything that a request writes: the store's operations and the host's.

use std::future::Future;

use relying_party::store::AsyncCeremonyStore as _;

use crate::{
    SqlxStore,
    dialect::Dialect,
    error::SqlxError,
    inside::{self, Ended},
    write::Atomic,
};

impl<DB: Dialect> SqlxStore<DB> {
    /// Runs flows and your own statements in one transaction: either all of their writes take effect, or none do. Your
    /// closure receives a store that works inside the transaction. The transaction is committed if the closure
    /// succeeds, and rolled back if the closure returns an error or any operation inside it fails.
    ///
    /// Run your statements with [`write_one_with`](Self::write_one_with) on that store. Connections from
    /// [`pool`](Self::pool) are outside the transaction.
    ///
    /// A request that finishes a ceremony and writes your session then costs one commit instead of three. Do nothing
    /// slow in the closure, such as calling another server or sending an email. In SQLite, all other writes wait for
    /// it; in the other databases, it occupies a connection. Signatures are verified inside it too.
    ///
    /// A ceremony that a flow has taken stays used up, even if the transaction is rolled back. The user can send the
    /// same response again only if the database or the process fails before the commit, or if you drop the future
    /// before it: then nothing was written, and no one has received an answer.
    ///
    /// ```
    /// # #[cfg(feature = "postgres")]
    /// # mod example {
    /// # use relying_party::{Passkeys, RelyingParty, SessionBinding, UserHandle, store::RunError};
    /// # use relying_party_sqlx::{SqlxError, SqlxStore};
    /// # use sqlx::Postgres;
    /// /// Creates an account and its first passkey: both or neither.
    /// async fn sign_up(
    ///     store: &SqlxStore<Postgres>,
    ///     rp: &RelyingParty,
    ///     (handle, email): (UserHandle, String),
    ///     (session, body): (SessionBinding, &[u8]),
    /// ) -> Result<(), RunError<SqlxError>> {
    ///     let work = async move |store: SqlxStore<Postgres>| {
    ///         let insert = sqlx::query("INSERT INTO users (handle, email) VALUES ($1, $2)");
    ///         let insert = insert.bind(handle.as_bytes().to_vec()).bind(email);
    ///         store
    ///             .write_one_with(|connection| {
    ///                 Box::pin(async move {
    ///                     insert.execute(connection).await?;
    ///                     Ok(())
    ///                 })
    ///             })
    ///             .await?;
    ///         Passkeys::new(rp.clone(), store).finish_create(handle, session, body).await?;
    ///         Ok(())
    ///     };
    ///     store.transaction(work).await
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the closure's error, or [`SqlxError::RolledBack`] if the closure succeeded although an operation inside
    /// it had failed. Also fails if the database fails, or if the transaction takes [too long](Self::patience).
    pub async fn transaction<T, E, F>(&self, work: impl FnOnce(Self) -> F) -> Result<T, E>
    where
        E: From<SqlxError>,
        F: Future<Output = Result<T, E>>,
    {
        let (client, server) = inside::ends();
        // Runs where the connection is: in SQLite, that is the task that works on the store's line.
        let transaction =
            self.write(Atomic::Transaction, move |connection| Box::pin(server.run(connection)));
        let work = |inside| {
            let mut store = self.clone();
            store.inside = Some(inside);
            work(store)
        };
        let Ended { transaction, value, taken } = client.run(transaction, work).await;
        if transaction.is_err() {
            for ceremony in taken {
                // If the database has failed, the caller learns it anyway.
                let _ = self.take_ceremony(&ceremony).await;
            }
        }
        match (transaction, value) {
            (Ok(()), Some(value)) | (Err(_), Some(value @ Err(_))) => value,
            (Ok(()), None) => Err(SqlxError::Interrupted.into()),
            (Err(error), _) => Err(error.into()),
        }
    }
}
