//! Many passkeys in a database. The database makes them itself, of one that was created.

use std::path::Path;

use relying_party::{
    Challenge, CreatePasskey, Passkey, Posted, RelyingParty, SessionBinding, SignedInUser,
    Timestamp, UserHandle,
    store::{self, MemoryStore},
    test_authenticator::TestAuthenticator,
};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};

use crate::postgres::Schema;

pub const ORIGIN: &str = "https://example.com";

pub fn rp() -> RelyingParty {
    RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap()
}

/// A passkey, and the authenticator that has it.
pub fn passkey() -> (TestAuthenticator, Passkey) {
    let (rp, memory) = (rp(), MemoryStore::new());
    let handle = UserHandle::generate().unwrap();
    let user = SignedInUser::new(handle, "ada", "Ada");
    let (challenge, now) = (Challenge::generate().unwrap(), Timestamp::now());
    let session = SessionBinding::of("the session of a browser");
    let begin = CreatePasskey::begin(&rp, &user, session, challenge, now);
    let start = store::run(&memory, begin).unwrap();
    let mut device = TestAuthenticator::new("laptop");
    let response = device.create(&start.public_key, ORIGIN).unwrap();
    let (ceremony, response) = (start.ceremony_id, response.as_bytes());
    let posted = Posted { session, ceremony, response };
    let finish = CreatePasskey::finish(&rp, handle, posted, now);
    let passkey = store::run(&memory, finish).unwrap().passkey;
    (device, passkey)
}

/// Fills a file whose tables exist.
pub async fn in_sqlite(file: &Path, like: &Passkey, passkeys: u32) {
    let (columns, rp_id) = (columns(like, "1", "0"), &like.rp_id);
    let script = format!(
        "BEGIN;
         CREATE TEMP TABLE numbers AS
             WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers LIMIT {passkeys})
             SELECT n, randomblob(16) AS bytes FROM numbers;
         INSERT INTO passkey_accounts (rp_id, user_handle, name, display_name, created_at)
             SELECT '{rp_id}', bytes, 'other ' || n, '', n FROM numbers;
         {columns}
         COMMIT;
         ANALYZE;
         PRAGMA wal_checkpoint(TRUNCATE);"
    );
    let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(script))).await.unwrap();
}

/// Fills a schema whose tables exist.
pub fn in_postgres(schema: &Schema, like: &Passkey, passkeys: u32) {
    let (columns, rp_id) = (columns(like, "true", "false"), &like.rp_id);
    schema.sql(&format!(
        "CREATE TEMP TABLE numbers AS SELECT n, decode(md5(n::text), 'hex') AS bytes
             FROM generate_series(1, {passkeys}) n;
         INSERT INTO passkey_accounts (rp_id, user_handle, name, display_name, created_at)
             SELECT '{rp_id}', bytes, 'other ' || n, '', n FROM numbers;
         {columns}"
    ));
    schema.sql("ANALYZE passkey_accounts");
    schema.sql("VACUUM ANALYZE passkeys");
}

/// Inserts a passkey for each of the `numbers`. Databases write Boolean values differently.
fn columns(like: &Passkey, yes: &str, no: &str) -> String {
    let (rp_id, record) = (&like.rp_id, like.to_stored().record.replace('\'', "''"));
    format!(
        "INSERT INTO passkeys (id, rp_id, user_handle, credential_id, aaguid, created_at, record, name, updated_at,
             last_active_at, sign_count, backup_eligible, backup_state, uv_initialized)
         SELECT bytes, '{rp_id}', bytes, bytes, bytes, n, '{record}', 'a name', n, n, 0, {yes}, {no}, {yes}
             FROM numbers;"
    )
}
