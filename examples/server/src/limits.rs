//! What keeps one client from taking the server from all others. Layers around any router, and a loop that accepts
//! connections: nothing here knows what a path does, except that it begins or finishes something.
//!
//! | File | What it bounds |
//! |---|---|
//! | `limits/flags.rs` | the figures, as flags |
//! | `limits/connections.rs` | connections, and how long each may take to send a request |
//! | `limits/host.rs` | the names under which the server answers |
//! | `limits/body.rs` | how long a body may be |
//! | `limits/begins.rs` | how often an address may begin something that is stored |
//! | `limits/verification.rs` | how many responses are verified at once, on separate threads |

mod address;
mod begins;
mod body;
mod connections;
mod flags;
mod host;
mod verification;

use std::sync::Arc;

use axum::{Router, middleware};

pub use self::flags::Limits;
pub(crate) use self::{address::client as client_address, body::whole_body, connections::serve};
use crate::app::App;

/// Puts the limits around the whole site, the cheapest outermost.
pub(crate) fn around(router: Router, app: Arc<App>, limits: &Limits) -> Router {
    let begins = Arc::new(begins::Begins::new(limits));
    let hosts = Arc::new(host::Hosts::new(app, limits));
    let verification = Arc::new(verification::Verification::new());
    router
        .layer(middleware::from_fn_with_state(verification, verification::off_the_workers))
        .layer(middleware::from_fn_with_state(begins, begins::limit))
        .layer(body::limit())
        .layer(middleware::from_fn_with_state(hosts, host::check))
        .layer(connections::time_limit(limits))
}
