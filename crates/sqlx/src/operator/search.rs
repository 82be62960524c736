//! A look-up, page by page.

use std::sync::Arc;

use futures_core::stream::BoxStream;
use futures_util::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, try_unfold},
};
use relying_party::{Aaguid, KeyHash, Passkey, flow::Owner};

use crate::{
    SqlxStore,
    dialect::{Dialect, Value},
    error::SqlxError,
    rows::{self, millis},
    verbs,
};

/// How many passkeys a page has.
const PAGE: u32 = 256;

/// What is looked for.
pub(super) enum Search {
    Model(Aaguid),
    Anchor(KeyHash),
    User(Owner),
    /// In Unix milliseconds.
    UnusedSince(i64),
}

/// The last passkey of a page. The next page begins behind it.
#[derive(Default)]
struct Position {
    last_active_at: i64,
    id: Vec<u8>,
}

impl Search {
    pub(super) fn run<DB: Dialect>(
        self,
        store: &SqlxStore<DB>,
    ) -> BoxStream<'static, Result<Passkey, SqlxError>> {
        let (search, store) = (Arc::new(self), store.clone());
        let pages = try_unfold(Some(Position::default()), move |position| {
            let (search, store) = (Arc::clone(&search), store.clone());
            async move {
                let Some(position) = position else { return Ok(None) };
                let page = search.page(&store, position).await?;
                let next = search.next(&page);
                Ok::<_, SqlxError>(Some((page, next)))
            }
        });
        pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn page<DB: Dialect>(
        self: &Arc<Self>,
        store: &SqlxStore<DB>,
        position: Position,
    ) -> Result<Vec<Passkey>, SqlxError> {
        let (search, statements) = (Arc::clone(self), Arc::clone(&store.statements));
        store
            .read(move |connection| {
                Box::pin(async move {
                    let id = Value::Bytes(&position.id);
                    let limit = Value::Integer(PAGE.into());
                    let rows = match &*search {
                        Self::User(owner) => {
                            return verbs::passkeys_of::<DB>(connection, &statements, owner).await;
                        }
                        Self::Model(aaguid) => {
                            let values = [Value::Bytes(aaguid.as_bytes()), id, limit];
                            DB::fetch(connection, &statements.by_model, &values).await?
                        }
                        Self::Anchor(anchor) => {
                            let values = [Value::Bytes(anchor.as_bytes()), id, limit];
                            DB::fetch(connection, &statements.by_anchor, &values).await?
                        }
                        Self::UnusedSince(time) => {
                            let since = Value::Integer(position.last_active_at);
                            let values = [Value::Integer(*time), since, id, limit];
                            DB::fetch(connection, &statements.unused_since, &values).await?
                        }
                    };
                    rows.iter().map(rows::passkey::<DB>).collect()
                })
            })
            .await
    }

    /// Where the next page begins, unless this one is the last.
    fn next(&self, page: &[Passkey]) -> Option<Position> {
        let full = usize::try_from(PAGE).is_ok_and(|size| page.len() >= size);
        let last = page.last().filter(|_| full && !matches!(self, Self::User(_)))?;
        Some(Position {
            last_active_at: millis(last.last_used_at.unwrap_or(last.created_at)),
            id: last.id.as_bytes().to_vec(),
        })
    }
}
