//! A schema of a PostgreSQL database, with nothing in it.

use std::{
    env,
    net::{SocketAddr, ToSocketAddrs as _},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions,
};

const DEFAULT: &str = "postgres://postgres@127.0.0.1:5432/test";

/// A new schema in the database of `DATABASE_URL`; dropped, with everything in it, when this is.
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
    /// `REQUIRE_POSTGRES` is set and no server answers.
    pub fn new() -> Option<Self> {
        let url = env::var("DATABASE_URL").unwrap_or_else(|_| DEFAULT.into());
        match Self::at(&url) {
            Ok(schema) => Some(schema),
            Err(error) => {
                assert!(env::var_os("REQUIRE_POSTGRES").is_none(), "PostgreSQL at {url}: {error}");
                println!("skipped: there is no PostgreSQL at {url}: {error}");
                None
            }
        }
    }

    /// Makes a schema in the database at a URL. An error if it cannot be reached.
    pub fn at(url: &str) -> Result<Self, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("passkeys_test_{}_{number}", std::process::id());
        try_sql(url, &format!("CREATE SCHEMA {name}"))?;
        Ok(Self { url: url.into(), name })
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
        let options = self.url.parse::<PgConnectOptions>().unwrap();
        (options.get_host(), options.get_port()).to_socket_addrs().unwrap().next().unwrap()
    }

    /// Runs statements.
    pub fn sql(&self, statements: &str) {
        try_sql(&self.url(), statements).unwrap();
    }

    /// The number that a statement selects.
    pub fn number(&self, statement: &str) -> i64 {
        self.try_number(statement).unwrap()
    }

    /// The same. An error if the database cannot be asked.
    pub fn try_number(&self, statement: &str) -> Result<i64, String> {
        let statement = statement.to_owned();
        let select = async |connection: &mut PgConnection| {
            sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(connection).await
        };
        with_connection(&self.url(), select)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // Open connections do not prevent it. What cannot be dropped is left to the administrator of the database.
        let _ = try_sql(&self.url, &format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

fn try_sql(url: &str, statements: &str) -> Result<(), String> {
    let statements = statements.to_owned();
    with_connection(url, async |connection| {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.map(drop)
    })
}

/// On another thread, since the caller may be in a runtime.
fn with_connection<T: Send>(
    url: &str,
    call: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error> + Send,
) -> Result<T, String> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect(url).await?;
            call(&mut connection).await
        })
    };
    let outcome = thread::scope(|scope| scope.spawn(run).join().unwrap());
    outcome.map_err(|error: sqlx::Error| server::error::chain(&error))
}
