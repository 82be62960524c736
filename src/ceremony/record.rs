//! The ceremony record: what lives between the two requests of a ceremony.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::request::SignInRequest;
use crate::{
    bytes::{CeremonyId, Challenge, CredentialId, UserHandle},
    cose::Algorithm,
    extensions::RequestedExtensions,
    json::UserVerification,
    name::PasskeyName,
    time::{Duration, Timestamp},
    version::Version,
};

/// A ceremony that has begun: what was demanded, and is enforced when it finishes.
///
/// Plain data for the host to [keep](crate::store::PasskeyStore::put_ceremony), as JSON or however it likes. It is
/// not secret from the user, and worth nothing once it was taken; but who could change it could weaken the ceremony, so
/// it belongs on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceremony {
    /// While two versions of a service run side by side, a ceremony finishes where it began or begins anew.
    version: Version<1>,
    challenge: Challenge,
    rp_id: String,
    origin: Option<String>,
    user_verification: UserVerification,
    created_at: Timestamp,
    expires_at: Timestamp,
    extensions: RequestedExtensions,
    kind: CeremonyKind,
}

/// What a ceremony is for, with what only that kind of ceremony demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CeremonyKind {
    /// A passkey is created.
    Create {
        /// The account for which it is created.
        user: UserHandle,
        /// The algorithms that were offered.
        algorithms: Vec<Algorithm>,
        /// Whether it is created silently (conditional mediation), without the user being asked.
        conditional: bool,
        /// The name that it is to have, if the host gave one.
        name: Option<PasskeyName>,
    },
    /// Somebody signs in, or a user is verified.
    SignIn {
        /// For what, and which account if it was known beforehand.
        request: SignInRequest,
        /// The credentials that were allowed; empty if any that is discoverable may answer.
        allow_credentials: Vec<CredentialId>,
    },
}

/// What every ceremony is begun with.
#[derive(Debug)]
pub(crate) struct CeremonyStart {
    pub(crate) challenge: Challenge,
    pub(crate) rp_id: String,
    pub(crate) origin: Option<String>,
    pub(crate) user_verification: UserVerification,
    pub(crate) extensions: RequestedExtensions,
    pub(crate) now: Timestamp,
    pub(crate) lifetime: Duration,
}

impl Ceremony {
    pub(crate) fn new(start: CeremonyStart, kind: CeremonyKind) -> Self {
        Self {
            version: Version,
            challenge: start.challenge,
            rp_id: start.rp_id,
            origin: start.origin,
            user_verification: start.user_verification,
            created_at: start.now,
            expires_at: start.now + start.lifetime,
            extensions: start.extensions,
            kind,
        }
    }

    /// The ceremony's id, derived from its challenge.
    #[must_use]
    pub fn id(&self) -> CeremonyId {
        CeremonyId::of(&self.challenge)
    }

    /// The challenge that was issued.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The RP ID for which it was begun.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The one origin that may finish it, if it is bound to one.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Whether user verification was required.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.user_verification
    }

    /// When it began.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The first instant at which it no longer counts.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The extensions that were requested.
    #[must_use]
    pub fn extensions(&self) -> &RequestedExtensions {
        &self.extensions
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> &CeremonyKind {
        &self.kind
    }
}
