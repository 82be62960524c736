//! An example of a host: what a web server adds to `relying-party` so that people can sign up, create passkeys,
//! sign in with them, and keep them in order.
//!
//! Read it in this order:
//!
//! | File | Concept |
//! |---|---|
//! | `config.rs` | flags and environment |
//! | `app.rs` | what all requests share, and which path leads where |
//! | `routes/create.rs`, `routes/sign_in.rs`, `routes/passkeys.rs` | the flows of the crate, each in a few lines |
//! | `routes/account.rs` | demo accounts: the first factor that a real host brings |
//! | `routes/reverify.rs` | the passkey once more, before something sensitive |
//! | `routes/settings.rs` | what the relying party decides, changed from the page: for a demo only |
//! | `routes/code.rs`, `codes.rs` | a code beside the passkey, as the first or the second factor: for a demo only |
//! | `audit.rs` | what became of the flows, kept in memory for the account's owner |
//! | `session.rs` | browser sessions, and the ceremonies that began in them |
//! | `guard.rs` | protection against forged requests, and security headers |
//! | `store.rs` | everything that is kept: passkeys and ceremonies, accounts, sessions |
//! | `store/sqlite.rs`, `store/postgres.rs` | … in a SQLite file; in a PostgreSQL database that many servers share |
//! | `assets/` | the page |

pub mod app;
mod audit;
mod codes;
pub mod config;
pub mod error;
mod guard;
mod routes;
mod session;
pub mod store;

use std::{error::Error, io::Write, net::SocketAddr, sync::Arc, time::Duration};

use relying_party::policy::{self, RelatedOrigins};
use tokio::{net::TcpListener, signal};

use crate::{app::App, config::Config, store::Store};

/// How long requests that are under way may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the server until it is told to stop by SIGINT or SIGTERM.
///
/// # Errors
///
/// The configuration does not hold, the database cannot be opened, or the address cannot be listened on.
pub async fn run(config: Config) -> Result<(), Box<dyn Error>> {
    let config = config.with_decoys()?;
    let rp = config.relying_party()?;
    config.check_demo()?;
    let store = Store::open(&config.database, config.limits()).await?;
    let listener = TcpListener::bind(config.address).await.map_err(|error| {
        std::io::Error::new(error.kind(), format!("cannot listen on {}: {error}", config.address))
    })?;
    let address = listener.local_addr()?;
    let app = Arc::new(App::new(rp, store, &config, address));

    announce(&app, &config, address);
    let (stopped, stopping) = tokio::sync::oneshot::channel();
    let serving = axum::serve(listener, app::router(app)).with_graceful_shutdown(async move {
        stop_signal().await;
        // Nobody listens once serving has ended; then there is nothing to tell.
        let _ = stopped.send(());
    });
    let too_long = async {
        // An error means that serving ended by itself, which the other branch then reports.
        if stopping.await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        ended = serving => ended?,
        () = too_long => eprintln!("Stopped; some connections were still open."),
    }
    Ok(())
}

/// Says where the page is and where its passkeys work. The line "Listening on …" is for programs, which wait for it.
fn announce(app: &App, config: &Config, address: SocketAddr) {
    // A closed standard output is no reason not to serve.
    let _ = write_announcement(&mut std::io::stdout().lock(), app, config, address);
}

fn write_announcement(
    out: &mut impl Write,
    app: &App,
    config: &Config,
    address: SocketAddr,
) -> std::io::Result<()> {
    let rp = app.rp();
    let rp_id = rp.rp_id();
    writeln!(out, "Open {}", app.site.url)?;
    writeln!(out, "Passkeys are made for {rp_id} and kept in {}", config.database)?;
    let mut accepted = rp.origins().origins().collect::<Vec<_>>();
    if accepted.is_empty() {
        accepted.push(app.site.url.clone());
    }
    for origin in accepted {
        writeln!(out, "- accepted: {origin}: {}", policy::scope(rp_id, &origin))?;
    }
    if config.subdomains {
        writeln!(out, "- accepted: https on every subdomain of {rp_id}, but for those excepted")?;
    }
    let related = rp.origins().related_origins();
    if !related.origins().is_empty() {
        for finding in related.lint(rp.origins()) {
            writeln!(out, "- {}: {finding}", RelatedOrigins::PATH)?;
        }
    }
    writeln!(out, "Listening on http://{address}")?;
    out.flush()
}

/// Resolves when the process is asked to stop.
async fn stop_signal() {
    let interrupt = async {
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}
