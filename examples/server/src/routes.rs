//! What each path does.

pub(crate) mod account;
pub(crate) mod assets;
pub(crate) mod audit;
mod body;
pub(crate) mod code;
pub(crate) mod create;
pub(crate) mod passkeys;
pub(crate) mod reverify;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod well_known;

use relying_party::{
    CeremonyId, Timestamp,
    flow::{CreationStart, SignInStart},
    json::{CreationOptions, Mediation, RequestOptions},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use self::body::Body;

/// What the browser needs to go through a ceremony.
#[derive(Debug, Serialize)]
pub(crate) struct Started<Options> {
    ceremony_id: CeremonyId,
    /// What `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take.
    public_key: Options,
    /// Stands beside the options in the browser's call, which is why it does here.
    #[serde(skip_serializing_if = "Option::is_none")]
    mediation: Option<Mediation>,
    expires_at: Timestamp,
    /// Milliseconds; a browser's clock may be wrong.
    expires_in: u64,
}

/// What the browser sends at the end of a ceremony. The response stays as it was sent: the core parses it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finish {
    ceremony_id: CeremonyId,
    response: Box<RawValue>,
}

impl From<CreationStart> for Started<CreationOptions> {
    fn from(start: CreationStart) -> Self {
        Self {
            ceremony_id: start.ceremony_id,
            public_key: start.public_key,
            mediation: start.mediation,
            expires_at: start.expires_at,
            expires_in: milliseconds_until(start.expires_at),
        }
    }
}

impl From<SignInStart> for Started<RequestOptions> {
    fn from(start: SignInStart) -> Self {
        Self {
            ceremony_id: start.ceremony_id,
            public_key: start.public_key,
            mediation: start.mediation,
            expires_at: start.expires_at,
            expires_in: milliseconds_until(start.expires_at),
        }
    }
}

fn milliseconds_until(expires_at: Timestamp) -> u64 {
    expires_at.as_unix_millis().saturating_sub(Timestamp::now().as_unix_millis())
}
