//! A whole passkey service: `cargo run -p minimal`, then open <http://localhost:8080>.

use std::{env, error::Error, fs};

use axum::http::request::Parts;
use axum::{Router, response::Html, routing::get, routing::post};
use relying_party::{Passkeys, RelyingParty, SignedInUser, UserHandle, flow::Owner};
use relying_party::{decoys::DecoySecret, policy::OriginPolicyBuilder};
use relying_party_http::{Answer, Endpoints, Host, Named, Session, SignedInBy};
use relying_party_sqlx::{SqlxStore, sqlite_options};
use tower_sessions::{MemoryStore, Session as Visitor, SessionManagerLayer};

const RP_ID: &str = "localhost"; // your domain

type Failure = Box<dyn Error + Send + Sync>;

/// Accounts are in the database, sessions are those of `tower-sessions`.
struct Accounts(SqlxStore<sqlx::Sqlite>);

impl Host for Accounts {
    type Error = Failure;

    async fn session(&self, request: &Parts) -> Result<Session, Failure> {
        let visitor = request.extensions.get::<Visitor>().ok_or("no session layer")?;
        let user = visitor.get::<Option<UserHandle>>("user").await?;
        if visitor.id().is_none() {
            visitor.insert("user", None::<UserHandle>).await?;
            visitor.save().await?;
        }
        let session = Session::new(visitor.id().ok_or("no session ID")?.to_string());
        let Some(user) = user.flatten() else { return Ok(session) };
        let account = self.0.account(&Owner { rp_id: RP_ID.to_owned(), user }).await?;
        Ok(session.signed_in(account.as_ref().map(SignedInUser::from)))
    }

    async fn begin_session(&self, request: &Parts, by: SignedInBy<'_>) -> Result<Answer, Failure> {
        let visitor = request.extensions.get::<Visitor>().ok_or("no session layer")?;
        visitor.cycle_id().await?; // an ID that was planted in the browser is worthless now
        visitor.insert("user", by.user()).await?;
        Ok(Answer::new())
    }

    async fn find_account(&self, identifier: &str) -> Result<Named, Failure> {
        let name = identifier.trim().to_lowercase();
        let account = self.0.account_by_name(RP_ID, &name).await?;
        Ok(Named::new(name, account.map(|account| account.handle)))
    }
}

/// The secret that hides who has an account. Keep it like a password, and never change it.
fn decoy_secret(file: &str) -> Result<DecoySecret, Failure> {
    if !fs::exists(file)? {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        fs::write(file, secret)?;
    }
    Ok(DecoySecret::try_from(&*fs::read(file)?)?)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let file = env::args().nth(1).unwrap_or_else(|| "passkeys.sqlite".to_owned());
    let pool = sqlx::SqlitePool::connect_with(sqlite_options(&file)).await?;
    let store = SqlxStore::new(pool).with_accounts();
    store.migrate().await?;
    let rp = RelyingParty::builder(RP_ID, "Minimal").origins(OriginPolicyBuilder::localhost);
    let rp = rp.decoys(decoy_secret(&format!("{file}.decoys"))?).build()?;
    let endpoints = Endpoints::new(Passkeys::new(rp, store.clone()), Accounts(store));
    let endpoints = endpoints.allow_sign_up().serve_openapi().observe(|it| eprintln!("{it:?}"));
    let app = Router::new()
        .route("/", get(Html(include_str!("index.html"))))
        .route("/sign-out", post(async |visitor: Visitor| visitor.clear().await))
        .fallback_service(endpoints)
        // Keep sessions in your database, and cookies secure.
        .layer(SessionManagerLayer::new(MemoryStore::default()).with_secure(RP_ID != "localhost"));
    let address = env::args().nth(2).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("Listening on http://localhost:{}", listener.local_addr()?.port());
    Ok(axum::serve(listener, app).await?)
}
