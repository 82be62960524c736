//! A schema of a PostgreSQL database, with nothing in it.

use std::{
    env,
    net::{SocketAddr, ToSocketAddrs as _},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use tokio_postgres::{Client, Config, NoTls, Row, config::Host};

const DEFAULT: &str = "postgres://postgres@127.0.0.1:5432/test";

/// A schema of its own in the database of `DATABASE_URL`; dropped, with everything in it, when this is.
#[derive(Debug)]
pub struct Schema {
    url: String,
    name: String,
}

impl Schema {
    /// Makes a schema. `None`, and a line that says why, if no PostgreSQL can be reached and none is required.
    ///
    /// # Panics
    ///
    /// `REQUIRE_POSTGRES` is set and there is none.
    pub fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let url = env::var("DATABASE_URL").unwrap_or_else(|_| DEFAULT.into());
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("passkeys_test_{}_{number}", std::process::id());
        let created = try_sql(&url, &format!("CREATE SCHEMA {name}"));
        if let Err(error) = created {
            assert!(env::var_os("REQUIRE_POSTGRES").is_none(), "PostgreSQL at {url}: {error}");
            println!("skipped: there is no PostgreSQL at {url}: {error}");
            return None;
        }
        Some(Self { url, name })
    }

    /// The address of the database, with this schema in force.
    pub fn url(&self) -> String {
        let sign = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{sign}options=-csearch_path%3D{}", self.url, self.name)
    }

    /// The same with the server at another address: that of a proxy.
    pub fn url_at(&self, port: u16) -> String {
        let host = self.host();
        self.url().replace(&format!("{}:{}", host.ip(), host.port()), &format!("127.0.0.1:{port}"))
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the server is.
    pub fn host(&self) -> SocketAddr {
        let config = self.config();
        let Some(Host::Tcp(host)) = config.get_hosts().first() else { panic!("no TCP address") };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        (host.as_str(), port).to_socket_addrs().unwrap().next().unwrap()
    }

    pub fn config(&self) -> Config {
        self.url().parse().unwrap()
    }

    /// Runs statements.
    pub fn sql(&self, statements: &str) {
        try_sql(&self.url(), statements).unwrap();
    }

    /// Runs one statement, and returns its rows.
    pub fn query(&self, statement: &str) -> Vec<Row> {
        with_client(&self.url(), async |client| client.query(statement, &[]).await).unwrap()
    }

    /// The number that a statement selects.
    pub fn number(&self, statement: &str) -> i64 {
        self.query(statement)[0].get(0)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // Whoever is still connected has no say in it; what cannot be dropped is left to whoever looks after the server.
        let _ = try_sql(&self.url, &format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

fn try_sql(url: &str, statements: &str) -> Result<(), String> {
    with_client(url, async |client| client.batch_execute(statements).await)
}

/// On a thread of its own, since the caller may be in a runtime.
fn with_client<T: Send>(
    url: &str,
    call: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error> + Send,
) -> Result<T, String> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            let connection = tokio::spawn(connection);
            let outcome = call(&client).await;
            drop(client);
            // Its end is that of the client.
            let _ = connection.await;
            outcome
        })
    };
    let outcome = thread::scope(|scope| scope.spawn(run).join().unwrap());
    outcome.map_err(|error| server::error::chain(&error))
}
