//! Passkeys in your own tables, behind your own routes: `cargo run -p own-store`.

use std::{env, error::Error, sync::Arc};

use axum::{Json, Router, body::Bytes, extract::State, http::StatusCode, routing};
use relying_party::store::{AsyncCeremonyStore, AsyncPasskeyTable, Change, Rows, RunError, Table};
use relying_party::{CeremonyId, Passkeys, RelyingParty, SessionBinding, SignInRequest};
use relying_party::{SignedInUser, StoredPasskey, UserHandle, ceremony::Ceremony, flow::Owner};
use serde_json::{Value, json};
use sqlx::{SqlitePool, query, query_scalar};
use tokio::net::TcpListener;
use tower_sessions::{MemoryStore, Session, SessionManagerLayer};

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS ceremonies
        (id BLOB PRIMARY KEY, rp_id TEXT, user BLOB, expires_at INTEGER, record TEXT);
    CREATE TABLE IF NOT EXISTS passkeys (id BLOB PRIMARY KEY, rp_id TEXT, user BLOB, passkey TEXT);
    CREATE INDEX IF NOT EXISTS passkeys_by_user ON passkeys (rp_id, user);";

pub(crate) struct Database(pub(crate) SqlitePool);

impl AsyncCeremonyStore for Database {
    type Error = Failure;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Failure> {
        let it = ceremony.to_stored();
        let sweep = query("DELETE FROM ceremonies WHERE expires_at < ?");
        sweep.bind(it.created_at).execute(&self.0).await?;
        let put = query("INSERT INTO ceremonies VALUES (?, ?, ?, ?, ?)").bind(it.id).bind(it.rp_id);
        put.bind(it.user).bind(it.expires_at).bind(it.record).execute(&self.0).await?;
        Ok(())
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Failure> {
        let take = query_scalar("DELETE FROM ceremonies WHERE id = ? RETURNING record");
        let record: Option<String> = take.bind(&id.as_bytes()[..]).fetch_optional(&self.0).await?;
        Ok(record.and_then(|record| Ceremony::from_stored(&record)))
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), Failure> {
        let erase = query("DELETE FROM ceremonies WHERE rp_id = ? AND user = ?");
        erase.bind(&owner.rp_id).bind(owner.user.as_bytes()).execute(&self.0).await?;
        Ok(())
    }
}

impl AsyncPasskeyTable for Database {
    type Error = Failure;

    async fn change<O: Send>(
        &self,
        rows: Rows<'_>,
        decide: impl Fn(Vec<StoredPasskey>) -> Change<O> + Send + Sync,
    ) -> Result<O, Failure> {
        let mut writer = self.0.begin_with("BEGIN IMMEDIATE").await?;
        let read = "SELECT passkey FROM passkeys WHERE id = ? OR (rp_id = ? AND user = ?)";
        let read = query_scalar(read).bind(rows.id).bind(rows.rp_id).bind(rows.user);
        let found: Vec<sqlx::types::Json<StoredPasskey>> = read.fetch_all(&mut *writer).await?;
        let change = decide(found.into_iter().map(|row| row.0).collect());
        if let Some(row) = change.put {
            let put = query("INSERT OR REPLACE INTO passkeys VALUES (?, ?, ?, ?)").bind(&row.id);
            let put = put.bind(&row.rp_id).bind(&row.user).bind(sqlx::types::Json(&row));
            put.execute(&mut *writer).await?;
        }
        for id in change.delete {
            query("DELETE FROM passkeys WHERE id = ?").bind(id).execute(&mut *writer).await?;
        }
        writer.commit().await?;
        Ok(change.outcome)
    }
}

type Service = State<Arc<Passkeys<Table<Database>>>>;
type Refusal = (StatusCode, Json<Value>);

/// The public part of an error is for the browser, the rest for the log.
fn refuse(error: RunError<Failure>) -> Refusal {
    eprintln!("{}: {error:?}", error.code());
    let body = json!({ "error": error.public(), "signal": error.signal() });
    (StatusCode::from_u16(error.status()).unwrap_or_default(), Json(body))
}

fn fail(error: impl Into<Failure>) -> Refusal {
    refuse(RunError::PasskeyStore(error.into()))
}

/// The account of the session, which is a new one at first, and the binding of ceremonies to the session.
async fn visitor(session: &Session) -> Result<(UserHandle, SessionBinding), Refusal> {
    let known = session.get("user").await.map_err(fail)?;
    let user = known.map_or_else(UserHandle::generate, Ok).map_err(fail)?;
    session.insert("user", user).await.map_err(fail)?;
    session.save().await.map_err(fail)?; // gives a new session its ID
    let id = session.id().map(|id| id.to_string());
    Ok((user, SessionBinding::of(id.unwrap_or_default())))
}

async fn begin_create(State(passkeys): Service, session: Session) -> Result<String, Refusal> {
    let (user, session) = visitor(&session).await?;
    let user = SignedInUser::new(user, "My account", "");
    Ok(passkeys.begin_create(&user, session).await.map_err(refuse)?.to_json())
}

async fn finish_create(passkeys: Service, session: Session, body: Bytes) -> Result<(), Refusal> {
    let (user, session) = visitor(&session).await?;
    passkeys.finish_create(user, session, &body).await.map_err(refuse).map(drop)
}

async fn begin_sign_in(State(passkeys): Service, session: Session) -> Result<String, Refusal> {
    let (_, session) = visitor(&session).await?;
    let request = SignInRequest::Discoverable;
    Ok(passkeys.begin_sign_in(request, session).await.map_err(refuse)?.to_json())
}

async fn finish_sign_in(passkeys: Service, session: Session, body: Bytes) -> Result<(), Refusal> {
    let (_, binding) = visitor(&session).await?;
    let signed_in = passkeys.finish_sign_in(binding, &body).await.map_err(refuse)?;
    let user = signed_in.is_complete().then_some(signed_in.user);
    let user = user.ok_or((StatusCode::FORBIDDEN, Json(json!("another factor is needed"))))?;
    session.cycle_id().await.map_err(fail)?; // An attacker may know the old ID.
    session.insert("user", user).await.map_err(fail)
}

async fn list(State(passkeys): Service, session: Session) -> Result<Json<Value>, Refusal> {
    let (user, _) = visitor(&session).await?;
    let listed = passkeys.list(user).await.map_err(refuse)?;
    Ok(Json(listed.passkeys.iter().map(|passkey| json!(passkey.summary())).collect()))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let pool = SqlitePool::connect("sqlite:passkeys.sqlite?mode=rwc").await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let rp = RelyingParty::builder("localhost", "Own store").origin("http://localhost:8080");
    let passkeys = Arc::new(Passkeys::new(rp.build()?, Table(Database(pool))));
    let app = Router::new()
        .route("/create/begin", routing::post(begin_create))
        .route("/create/finish", routing::post(finish_create))
        .route("/sign-in/begin", routing::post(begin_sign_in))
        .route("/sign-in/finish", routing::post(finish_sign_in))
        .route("/passkeys", routing::get(list))
        // Its cookie is `SameSite=Strict`, so other sites cannot post in the user's name.
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(false))
        .with_state(passkeys);
    let address = env::args().nth(1);
    let socket = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:8080")).await?;
    println!("Listening on http://localhost:{}", socket.local_addr()?.port());
    Ok(axum::serve(socket, app).await?)
}
