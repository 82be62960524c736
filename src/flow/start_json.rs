//! What a browser needs to begin a ceremony, as JSON.

use alloc::string::String;

use serde::Serialize;

use crate::{
    bytes::CeremonyId,
    json::{Mediation, UiMode},
    time::Timestamp,
};

/// `{"ceremony","publicKey","mediation"?,"uiMode"?,"expires_at"}`.
#[derive(Serialize)]
struct Start<'a, O> {
    ceremony: CeremonyId,
    #[serde(rename = "publicKey")]
    public_key: &'a O,
    #[serde(skip_serializing_if = "Option::is_none")]
    mediation: Option<Mediation>,
    #[serde(rename = "uiMode", skip_serializing_if = "Option::is_none")]
    ui_mode: Option<UiMode>,
    expires_at: Timestamp,
}

#[expect(clippy::expect_used, reason = "all keys of options are strings, and there is no IO")]
pub(super) fn write<O: Serialize>(
    ceremony: CeremonyId,
    public_key: &O,
    mediation: Option<Mediation>,
    ui_mode: Option<UiMode>,
    expires_at: Timestamp,
) -> String {
    let start = Start { ceremony, public_key, mediation, ui_mode, expires_at };
    serde_json::to_string(&start).expect("options are JSON")
}
