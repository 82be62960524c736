//! The store.

use std::fmt;

use redis::{AsyncCommands as _, ExistenceCheck, SetExpiry, SetOptions, aio::ConnectionLike};
use relying_party::{
    CeremonyId, UserHandle, ceremony::Ceremony, flow::Owner, store::AsyncCeremonyStore,
};

use crate::{
    RedisError,
    erasure::{self, Mark, hexadecimal},
};

/// Open ceremonies in Redis 6.2 or later, or in Valkey.
///
/// `C` is a connection that can be cloned: `redis::aio::ConnectionManager` for one server, and
/// `redis::cluster_async::ClusterConnection` for a cluster. Both reconnect by themselves. Limit the time that they wait
/// for a response, or a Redis that stalls holds up your requests.
///
/// ```no_run
/// use redis::aio::ConnectionManager;
/// use relying_party_redis::RedisCeremonies;
/// # async fn example() -> redis::RedisResult<()> {
/// let connection = ConnectionManager::new(redis::Client::open("redis://127.0.0.1/")?).await?;
/// let ceremonies = RedisCeremonies::new(connection).prefix("shop:passkeys:");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisCeremonies<C> {
    connection: C,
    prefix: String,
}

impl<C: ConnectionLike + Clone + Send + Sync> RedisCeremonies<C> {
    /// Creates a store whose keys begin with `passkeys:`.
    pub fn new(connection: C) -> Self {
        Self { connection, prefix: "passkeys:".into() }
    }

    /// Sets another prefix, for services that share a Redis.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn ceremony_key(&self, id: &CeremonyId) -> String {
        format!("{}ceremony:{}", self.prefix, hexadecimal(id.as_bytes()))
    }

    fn mark_key(&self, rp_id: &str, user: &UserHandle) -> String {
        format!("{}{}", self.prefix, erasure::key(rp_id, user))
    }

    async fn mark_of(&self, ceremony: &Ceremony) -> Result<Mark, RedisError> {
        let Some(user) = ceremony.user() else { return Ok(Mark::NONE) };
        let key = self.mark_key(ceremony.rp_id(), &user);
        Ok(Mark::found(self.connection.clone().get(key).await?))
    }

    /// The ceremony in a value, unless its account was erased after it began.
    async fn unless_erased(&self, value: Option<&[u8]>) -> Result<Option<Ceremony>, RedisError> {
        let Some((mark, ceremony)) = value.and_then(read) else { return Ok(None) };
        let was_erased = mark.was_replaced_by(&self.mark_of(&ceremony).await?);
        Ok((!was_erased).then_some(ceremony))
    }
}

impl<C: ConnectionLike + Clone + Send + Sync> AsyncCeremonyStore for RedisCeremonies<C> {
    type Error = RedisError;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), RedisError> {
        let lifetime = ceremony.expires_at().since(ceremony.created_at());
        if ceremony.user().is_some() && lifetime > erasure::LIFETIME {
            return Err(RedisError::LifetimeTooLong { max: erasure::LIFETIME });
        }
        let value = self.mark_of(ceremony).await?.value(&ceremony.to_stored().record);
        // A duration instead of a time, because the clock of Redis may differ. It starts now, after the ceremony began.
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(lifetime.as_millis().max(1)));
        let (key, mut connection) = (self.ceremony_key(&ceremony.id()), self.connection.clone());
        let stored: Option<String> = connection.set_options(key, value, options).await?;
        stored.map(|_| ()).ok_or(RedisError::AlreadyExists)
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, RedisError> {
        let value: Option<Vec<u8>> = self.connection.clone().get_del(self.ceremony_key(id)).await?;
        self.unless_erased(value.as_deref()).await
    }

    async fn read_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, RedisError> {
        let value: Option<Vec<u8>> = self.connection.clone().get(self.ceremony_key(id)).await?;
        self.unless_erased(value.as_deref()).await
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), RedisError> {
        let mark = Mark::random().map_err(RedisError::Random)?;
        let key = self.mark_key(&owner.rp_id, &owner.user);
        let lifetime = erasure::LIFETIME.as_millis();
        Ok(self.connection.clone().pset_ex(key, mark, lifetime).await?)
    }
}

/// Returns the mark and the ceremony in a value. `None` if it cannot be read, which means that the user starts over.
fn read(value: &[u8]) -> Option<(Mark, Ceremony)> {
    let (mark, record) = Mark::and_record(str::from_utf8(value).ok()?)?;
    Some((mark, Ceremony::from_stored(record)?))
}

impl<C> fmt::Debug for RedisCeremonies<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCeremonies").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
