//! An example of a host: what a web server adds to `relying-party` so that people can sign up, create passkeys,
//! sign in with them, and keep them in order.
//!
//! Read it in this order:
//!
//! | File | Concept |
//! |---|---|
//! | `config.rs` | flags and environment |
//! | `app.rs` | what all requests share, and which path leads where |
//! | `host.rs` | what the endpoints of `relying-party-http` ask of the server: sessions and accounts |
//! | `session.rs` | browser sessions: tokens and cookies |
//! | `store.rs` | everything that is kept: `relying-party-sqlx`, and a table of sessions beside it |
//! | `audit.rs` | what became of the flows, kept in memory for the account's owner |
//! | `metrics.rs` | what is counted, for Prometheus, at a second address |
//! | `client.rs` | where a request comes from, for the account's owner |
//! | `routes/account.rs` | who is signed in, and in which browsers |
//! | `routes/recovery.rs` | codes on paper, for users who have lost their passkeys |
//! | `routes/code.rs` | a code beside the passkey, as the first or the second factor: for a demo only |
//! | `routes/settings.rs` | what the relying party decides, changed from the page: for a demo only |
//! | `guard.rs` | protection of these routes against forged requests, and security headers |
//! | `conformance.rs` | with the feature `conformance`: the API of the FIDO Alliance's conformance tool, in place of all this |
//! | `limits.rs` | what keeps one client from taking the server from all others: time, connections, requests, threads |
//! | `assets/` | the page |

pub mod app;
mod audit;
mod client;
pub mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
mod guard;
mod host;
pub mod limits;
pub mod metrics;
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
    #[cfg(feature = "conformance")]
    if config.conformance.conformance {
        return conformance::run(config).await;
    }
    let config = config.with_decoys()?;
    let rp = config.relying_party()?;
    config.check_demo()?;
    let limits = config.database_limits();
    let store = Store::open(&config.database, config.redis.as_deref(), limits).await?;
    let listener = TcpListener::bind(config.address).await.map_err(|error| {
        std::io::Error::new(error.kind(), format!("cannot listen on {}: {error}", config.address))
    })?;
    let address = listener.local_addr()?;
    let app = Arc::new(App::new(rp, store, &config, address));

    if let Some(wanted) = config.metrics_address {
        let listener = TcpListener::bind(wanted).await?;
        println!("Metrics on http://{}/metrics", listener.local_addr()?);
        let metrics = metrics::Metrics::install()?;
        tokio::spawn(metrics.clone().keep_up());
        tokio::spawn(async move { axum::serve(listener, metrics.router()).await });
    }
    announce(&app, &config, address);
    let router = app::router(app);
    if !limits::serve(listener, router, &config.limits, stop_signal(), GRACE).await {
        eprintln!("Stopped; some connections were still open.");
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
    let endpoints = app.endpoints();
    let rp = endpoints.passkeys().relying_party();
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
