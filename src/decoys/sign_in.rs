//! What a sign-in asks of decoys.

use alloc::vec::Vec;
use core::hint;

use sha2::{Digest as _, Sha256};

use super::{DECOY_KEY, Decoy, Identifier};
use crate::{
    bytes::{Challenge, CredentialId, UserHandle},
    ceremony::{CredentialRecord, SignInRequest},
    json::CredentialDescriptor,
    passkey::Passkey,
    relying_party::RelyingParty,
};

/// Whose list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    /// Whoever was meant by what was typed.
    Typed(Identifier),
    /// An account.
    Account(UserHandle),
}

impl Whom {
    /// Who was named, if anybody was.
    pub(crate) fn of(request: SignInRequest) -> Option<Self> {
        match request {
            SignInRequest::Typed { identifier, .. } => Some(Self::Typed(identifier)),
            SignInRequest::Named(user) => Some(Self::Account(user)),
            _ => None,
        }
    }

    /// What tells him from others: the kind of name, and the name.
    pub(super) fn parts(&self) -> (u8, &[u8]) {
        match self {
            Self::Typed(Identifier(hash)) => (0, hash),
            Self::Account(user) => (1, user.as_bytes()),
        }
    }
}

impl SignInRequest {
    /// Somebody typed a user name, an e-mail address or the like, which the host looked up: `user` is the account, or
    /// `None` if there is none, and then nobody can sign in.
    ///
    /// `identifier` is the text in the one spelling that the host compares; it is hashed and not kept. With
    /// [decoys](crate::decoys) both cases begin alike, fail alike, and take the same effects.
    ///
    /// ```
    /// use relying_party::{SignInRequest, UserHandle};
    /// # fn account_of(_: &str) -> Option<UserHandle> { None }
    /// let typed = " Ada@Example.com ".trim().to_lowercase();
    /// let request = SignInRequest::named(&typed, account_of(&typed));
    /// assert_eq!(request.user(), None, "nobody has that name");
    /// ```
    #[must_use]
    pub fn named(identifier: &str, user: Option<UserHandle>) -> Self {
        Self::Typed { identifier: Identifier::new(identifier), user }
    }

    /// The same request for an account: for one that nobody has if nobody has the name that was typed.
    pub(crate) fn resolved(self, challenge: &Challenge) -> Self {
        match self {
            Self::Typed { user, .. } => Self::Named(user.unwrap_or_else(|| nobody(challenge))),
            other => other,
        }
    }
}

/// The passkeys, or decoys if there are none. Decoys are made in any case, so that the time does not tell.
pub(crate) fn allow_list(
    rp: &RelyingParty,
    whom: Option<Whom>,
    passkeys: &[Passkey],
) -> Vec<CredentialDescriptor> {
    let decoys = rp.decoys().zip(whom).map(|(decoys, whom)| {
        hint::black_box(decoys.list(rp.rp_id(), whom, rp.max_passkeys_per_user()))
    });
    match decoys {
        Some(decoys) if passkeys.is_empty() => decoys,
        _ => passkeys.iter().map(CredentialDescriptor::from).collect(),
    }
}

/// The decoy in a credential id, if it is one. Looked for whatever the store has found, so that the time does not tell.
pub(crate) fn recognise(rp: &RelyingParty, id: &CredentialId) -> Option<Decoy> {
    hint::black_box(rp.decoys()?.recognise(rp.rp_id(), id))
}

/// The user handle of an account that does not exist. Nobody has it: it comes from the challenge, which is random.
pub(crate) fn nobody(challenge: &Challenge) -> UserHandle {
    let hash = Sha256::new().chain_update("relying-party nobody");
    UserHandle::from(<[u8; 32]>::from(hash.chain_update(challenge.as_bytes()).finalize()))
}

impl Decoy {
    /// What a response with the decoy is judged on, so that every step takes its time.
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
