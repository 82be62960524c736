//! Redis: the one that runs on this machine, and ones that a test starts and stops.
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

use std::{
    env,
    net::TcpListener,
    process::{Child, Command, Stdio},
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

pub const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

/// What a connection waits for at most.
pub const PATIENCE: Duration = Duration::from_millis(500);

pub type Ceremonies = RedisCeremonies<ConnectionManager>;

pub fn url() -> String {
    env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379/".into())
}

/// Whether a test may be skipped for lack of something. Says so, unless `REQUIRE_REDIS` is set: then it fails.
fn skip<T>(what: &str, error: impl std::fmt::Display) -> Option<T> {
    assert!(env::var_os("REQUIRE_REDIS").is_none(), "{what}: {error}");
    println!("skipped: {what}: {error}");
    None
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

/// A Redis of a test's own.
pub struct Server {
    child: Option<Child>,
    pub port: u16,
    options: Vec<String>,
    folder: tempfile::TempDir,
}

impl Server {
    pub fn start(options: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = options.iter().map(ToString::to_string).collect();
        let mut server = Self { child: None, port, options, folder: tempfile::tempdir().unwrap() };
        match server.spawn() {
            Ok(()) => Some(server),
            Err(error) => skip("no redis-server to start", error),
        }
    }

    pub fn spawn(&mut self) -> std::io::Result<()> {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.arg("--dir").arg(self.folder.path()).args(&self.options);
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        Ok(())
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

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

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
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
