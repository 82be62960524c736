//! The audit log, as far as it is about the user who asks.

use std::sync::Arc;

use axum::{Json, extract::State};
use relying_party::AccountId;
use serde_json::{Value, json};

use crate::{app::App, session::SignedIn};

/// What happened to one's own account lately, newest first.
pub(crate) async fn list(State(app): State<Arc<App>>, signed_in: SignedIn) -> Json<Value> {
    let account = AccountId::of(&app.site.rp_id, &signed_in.account.handle);
    let data = app.audit.of(account);
    Json(json!({ "data": data, "total_count": data.len() }))
}
