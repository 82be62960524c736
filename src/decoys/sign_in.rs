//! What sign-ins need from decoys.

use sha2::{Digest as _, Sha256};

use super::{DECOY_KEY, Decoy};
use crate::{
    bytes::{Challenge, CredentialId, UserHandle},
    ceremony::{CredentialRecord, Identifier, SignInRequest},
};

/// Whose allow list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    /// The user meant by what the visitor typed.
    Typed(Identifier),
    /// An account.
    Account(UserHandle),
}

impl Whom {
    /// The user whom a request names, if any.
    pub(crate) fn of(request: SignInRequest) -> Option<Self> {
        match request {
            SignInRequest::Identifier { identifier, .. } => Some(Self::Typed(identifier)),
            SignInRequest::Account(user) => Some(Self::Account(user)),
            _ => None,
        }
    }

    /// What identifies the user: the kind of name, and the name.
    pub(super) fn parts(&self) -> (u8, &[u8]) {
        match self {
            Self::Typed(identifier) => (0, identifier.hash()),
            Self::Account(user) => (1, user.as_bytes()),
        }
    }
}

impl SignInRequest {
    /// Returns the same request for an account. If no account has the typed name, it is for one that does not exist.
    pub(crate) fn resolved(self, challenge: &Challenge) -> Self {
        match self {
            Self::Identifier { user, .. } => {
                Self::Account(user.unwrap_or_else(|| unknown_user(challenge)))
            }
            other => other,
        }
    }
}

/// The user handle of an account that does not exist. No account has it, because it comes from the challenge, which is
/// random.
pub(crate) fn unknown_user(challenge: &Challenge) -> UserHandle {
    let hash = Sha256::new().chain_update("relying-party nobody");
    UserHandle::from(<[u8; 32]>::from(hash.chain_update(challenge.as_bytes()).finalize()))
}

impl Decoy {
    /// The record against which a response with the decoy is verified, so that every step takes its usual time.
    pub(crate) fn record<'a>(
        self,
        id: &'a CredentialId,
        user: &'a UserHandle,
    ) -> CredentialRecord<'a> {
        CredentialRecord {
            credential_id: id.as_bytes(),
            user: user.as_bytes(),
            public_key: DECOY_KEY,
            state: self.state(),
        }
    }
}
