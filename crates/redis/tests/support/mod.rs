//! Redis: the one that runs on this machine, and ones that a test starts and stops.
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

mod server;

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use relying_party::{
    Challenge, RelyingParty, SessionBinding, SignedInUser, Timestamp, UserHandle,
    flow::{CreatePasskey, CreationStart},
    store::{self, MemoryStore},
};
use relying_party_redis::RedisCeremonies;

pub use self::server::Server;
use self::server::skip;

pub const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

/// What a connection waits for at most.
pub const PATIENCE: Duration = Duration::from_millis(500);

pub type Ceremonies = RedisCeremonies<ConnectionManager>;

pub fn url() -> String {
    env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into())
}

pub async fn connect(url: &str) -> redis::RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    ConnectionManager::new_with_config(Client::open(url)?, config).await
}

/// Ceremonies in this machine's Redis, under keys that no other test has.
pub async fn ceremonies() -> Option<(Ceremonies, ConnectionManager, String)> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    match connect(&url()).await {
        Ok(connection) => {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let prefix = format!("test:{}:{number}:", std::process::id());
            let ceremonies = RedisCeremonies::new(connection.clone()).prefix(&prefix);
            Some((ceremonies, connection, prefix))
        }
        Err(error) => skip("no Redis", error),
    }
}

impl Server {
    pub async fn connect(&self) -> ConnectionManager {
        for _ in 0..100 {
            if let Ok(connection) = connect(&self.url()).await {
                return connection;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the server that was started does not answer");
    }
}

pub fn user(seed: u8) -> UserHandle {
    UserHandle::try_from(&[seed; 32][..]).unwrap()
}

pub fn rp() -> RelyingParty {
    RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap()
}

/// Begins to create a passkey, which puts a ceremony of the account.
pub async fn begin<C: store::AsyncCeremonyStore + Send>(
    ceremonies: &C,
    user: UserHandle,
) -> Result<CreationStart, C::Error> {
    let (rp, user) = (rp(), SignedInUser::new(user, "ada", "Ada"));
    let challenge = Challenge::generate().unwrap();
    let begin = CreatePasskey::begin(&rp, &user, SessionBinding::of("session"), challenge, NOW);
    match store::run_async(&(ceremonies, MemoryStore::new()), begin).await {
        Ok(start) => Ok(start),
        Err(store::RunError::CeremonyStore(error)) => Err(error),
        Err(store::RunError::Flow(error)) => panic!("{error}"),
        Err(store::RunError::PasskeyStore(never)) => match never {},
    }
}
