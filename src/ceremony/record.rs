//! The ceremony record, which exists between the two requests of a ceremony.

mod stored;

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

pub use self::stored::StoredCeremony;
use self::stored::VERSION;
use super::{new_user::NewUser, request::SignInRequest};
use crate::{
    bytes::{CeremonyId, Challenge, CredentialId, PasskeyId, UserHandle},
    cose::Algorithm,
    extensions::RequestedExtensions,
    json::UserVerification,
    name::PasskeyName,
    session::SessionBinding,
    time::{Duration, Timestamp},
};

/// A ceremony that has begun: its demands, which are enforced when it finishes.
///
/// The host [keeps](crate::store::CeremonyStore::put_ceremony) it in the form of [`to_stored`](Self::to_stored). It
/// does not have to be secret from the user, and is worthless once taken. Anyone who can modify it can weaken the
/// ceremony, so keep it on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceremony {
    /// The version of the stored form. Always the current one, except in tests.
    version: u32,
    record: Record,
}

/// The content of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    challenge: Challenge,
    rp_id: String,
    session: SessionBinding,
    origin: Option<String>,
    user_verification: UserVerification,
    created_at: Timestamp,
    expires_at: Timestamp,
    extensions: RequestedExtensions,
    kind: CeremonyKind,
}

/// What a ceremony is for, with the demands that only that kind of ceremony has.
/// [`StoredCeremony`](crate::ceremony::StoredCeremony) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CeremonyKind {
    /// Creates a passkey.
    Create {
        /// The account that gets the passkey.
        user: UserHandle,
        /// The offered algorithms.
        algorithms: Vec<Algorithm>,
        /// Whether the passkey is created silently (conditional mediation), without asking the user.
        conditional: bool,
        /// The name of the passkey, if the host gave one.
        name: Option<PasskeyName>,
        /// The name of the passkey if its authenticator has no known name, if the host gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback_name: Option<PasskeyName>,
        /// The passkey of the proof that the creation relies on, if any. It must still exist when the creation
        /// finishes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verified_with: Option<PasskeyId>,
    },
    /// Signs a user up: creates the account with its first passkey.
    SignUp {
        /// The user whose account is created.
        user: NewUser,
        /// The offered algorithms.
        algorithms: Vec<Algorithm>,
        /// The name of the passkey, if the host gave one.
        name: Option<PasskeyName>,
        /// The name of the passkey if its authenticator has no known name, if the host gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback_name: Option<PasskeyName>,
    },
    /// Signs a user in, or verifies a user.
    SignIn {
        /// The purpose, and the account if it was known when the ceremony began.
        request: SignInRequest,
        /// The allowed credentials. Empty if any discoverable credential may answer.
        allow_credentials: Vec<CredentialId>,
    },
}

/// What every ceremony begins with.
#[derive(Debug)]
pub(crate) struct CeremonyStart {
    pub(crate) challenge: Challenge,
    pub(crate) rp_id: String,
    pub(crate) session: SessionBinding,
    pub(crate) origin: Option<String>,
    pub(crate) user_verification: UserVerification,
    pub(crate) extensions: RequestedExtensions,
    pub(crate) now: Timestamp,
    pub(crate) lifetime: Duration,
}

impl Ceremony {
    pub(crate) fn new(start: CeremonyStart, kind: CeremonyKind) -> Self {
        let record = Record {
            challenge: start.challenge,
            rp_id: start.rp_id,
            session: start.session,
            origin: start.origin,
            user_verification: start.user_verification,
            created_at: start.now,
            expires_at: start.now + start.lifetime,
            extensions: start.extensions,
            kind,
        };
        Self { version: VERSION, record }
    }

    /// Returns the same ceremony as if another version of this crate had begun it: its stored form cannot be read here.
    #[cfg(feature = "conformance")]
    pub(crate) fn of_another_version(mut self) -> Self {
        self.version = u32::MAX;
        self
    }

    /// The ID of the ceremony, derived from its challenge.
    #[must_use]
    pub fn id(&self) -> CeremonyId {
        CeremonyId::of(&self.record.challenge)
    }

    /// The challenge that was issued.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.record.challenge
    }

    /// The RP ID that it was begun for.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.record.rp_id
    }

    /// The browser session in which it began. It can only be finished there.
    #[must_use]
    pub fn session(&self) -> &SessionBinding {
        &self.record.session
    }

    /// The one origin that may finish it, if it is bound to an origin.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        self.record.origin.as_deref()
    }

    /// Whether user verification was required.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.record.user_verification
    }

    /// When it began.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.record.created_at
    }

    /// The time at which it expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.record.expires_at
    }

    /// The requested extensions.
    #[must_use]
    pub fn extensions(&self) -> &RequestedExtensions {
        &self.record.extensions
    }

    /// What the ceremony is for.
    #[must_use]
    pub fn kind(&self) -> &CeremonyKind {
        &self.record.kind
    }

    /// Whether the browser uses conditional mediation: the sign-in of an autofill, or a silent creation. Such a
    /// ceremony asks the user for nothing, and most end unfinished.
    #[must_use]
    pub fn is_conditional(&self) -> bool {
        match self.kind() {
            CeremonyKind::Create { conditional, .. } => *conditional,
            CeremonyKind::SignUp { .. } => false,
            CeremonyKind::SignIn { request, .. } => matches!(request, SignInRequest::Autofill),
        }
    }

    /// The account that it is for, if known when it began. The account of a sign-up does not exist yet.
    #[must_use]
    pub fn user(&self) -> Option<UserHandle> {
        match self.kind() {
            CeremonyKind::Create { user, .. } => Some(*user),
            CeremonyKind::SignUp { user, .. } => Some(user.handle()),
            CeremonyKind::SignIn { request, .. } => request.user(),
        }
    }
}
