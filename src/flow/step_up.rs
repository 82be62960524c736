//! Proof that a user was verified, and the check whether it is sufficient.

use alloc::string::String;

use serde::{Deserialize, Deserializer, Serialize};

use super::Owner;
use crate::{
    bytes::{PasskeyId, UserHandle},
    error::{Error, ReverificationReason},
    limits::CLOCK_SKEW_MAX,
    passkey::Passkey,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::{Duration, Timestamp},
};

/// Proof that a user was verified with a passkey: which user, which passkey, when, and at which relying party.
///
/// Every complete [sign-in](super::SignIn) creates a proof, and nothing else does. Sensitive actions [may
/// require](crate::settings::Reverification) one.
///
/// A proof is valid only while its passkey exists: flows that take a proof check that the account still has that
/// passkey. So deleting a stolen passkey also stops the thief in a session that is still open.
///
/// # In a session
///
/// You can serialize a proof into the host's session and read it back with
/// [`from_trusted_session`](Self::from_trusted_session), the only other way to get one. It is not signed: **anyone who
/// can write what `from_trusted_session` reads can pass for a verified user.** Keep it on the server, or in a signed
/// cookie. Remove it when the session ends or changes its user.
///
/// ```
/// use relying_party::VerificationProof;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Session {
///     #[serde(deserialize_with = "VerificationProof::from_trusted_session")]
///     verified: VerificationProof,
/// }
/// # let json = r#"{"verified":{"rp_id":"example.com","user":"YWRh","passkey":"AAAAAAAAAAAAAAAAAAAAAA","user_verified":true,"at":0}}"#;
/// let session = serde_json::from_str::<Session>(json).unwrap();
/// assert!(session.verified.user_verified());
/// assert_eq!(serde_json::to_string(&session).unwrap(), json);
/// ```
///
/// It cannot be constructed, nor deserialized by accident as part of a session:
///
/// ```compile_fail,E0451
/// # fn forge(real: relying_party::VerificationProof) -> relying_party::VerificationProof {
/// relying_party::VerificationProof { user_verified: true, ..real }
/// # }
/// ```
///
/// ```compile_fail,E0277
/// serde_json::from_str::<relying_party::VerificationProof>("{}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerificationProof {
    rp_id: String,
    user: UserHandle,
    passkey: PasskeyId,
    user_verified: bool,
    at: Timestamp,
}

impl VerificationProof {
    pub(super) fn new(
        owner: Owner,
        passkey: PasskeyId,
        user_verified: bool,
        at: Timestamp,
    ) -> Self {
        Self { rp_id: owner.rp_id, user: owner.user, passkey, user_verified, at }
    }

    /// Reads a proof back from a place where only the host can write. See [above](Self#in-a-session).
    ///
    /// # Errors
    ///
    /// The deserializer's error if this is not a proof.
    pub fn from_trusted_session<'de, D: Deserializer<'de>>(session: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(remote = "VerificationProof", deny_unknown_fields)]
        struct Stored {
            rp_id: String,
            user: UserHandle,
            passkey: PasskeyId,
            user_verified: bool,
            at: Timestamp,
        }
        Stored::deserialize(session)
    }

    /// The RP ID of the relying party at which the user was verified.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The user.
    #[must_use]
    pub fn user(&self) -> UserHandle {
        self.user
    }

    /// The passkey that was used.
    #[must_use]
    pub fn passkey(&self) -> PasskeyId {
        self.passkey
    }

    /// Whether user verification counts: see [`SignedIn::user_verified`](super::SignedIn::user_verified). If not, the
    /// user has only shown possession of the authenticator.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// When the user was verified.
    #[must_use]
    pub fn verified_at(&self) -> Timestamp {
        self.at
    }
}

/// What a sensitive action relies on. Every parameter of this type also accepts a [proof](VerificationProof).
///
/// ```
/// use relying_party::{StepUp, Timestamp, VerificationProof};
///
/// /// Users without a passkey enter their password.
/// fn step_up(proof: Option<&VerificationProof>, password_entered_at: Timestamp) -> StepUp<'_> {
///     proof.map_or(StepUp::ByHost { at: password_entered_at }, StepUp::Passkey)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUp<'a> {
    /// The user was verified with a passkey.
    Passkey(&'a VerificationProof),
    /// The host vouches that it has verified this user in another way, for example with a password or a code, because
    /// the user has no passkey yet or has lost them all. Only the age is checked.
    ByHost {
        /// When the user was verified.
        at: Timestamp,
    },
}

impl<'a> From<&'a VerificationProof> for StepUp<'a> {
    fn from(proof: &'a VerificationProof) -> Self {
        Self::Passkey(proof)
    }
}

/// Rejects an action without a verification if the action requires one.
pub(super) fn check_not_needed(rp: &RelyingParty, action: SensitiveAction) -> Result<(), Error> {
    if rp.settings().reverification().is_needed_before(action) {
        return Err(Error::ReverificationRequired(ReverificationReason::Missing));
    }
    Ok(())
}

/// Checks whether `user` may perform an action, as far as that is possible without the store. If this returns the
/// passkey of a proof, call [`check_exists`] next. A verification that the settings do not require is ignored.
pub(super) fn check(
    rp: &RelyingParty,
    action: SensitiveAction,
    user: UserHandle,
    step_up: Option<StepUp<'_>>,
    now: Timestamp,
) -> Result<Option<PasskeyId>, Error> {
    let Some(step_up) = step_up else { return check_not_needed(rp, action).map(|()| None) };
    let rule = rp.settings().reverification();
    if !rule.is_needed_before(action) {
        return Ok(None);
    }
    step_up
        .check(rp.rp_id().as_str(), user, rule.max_age(), now)
        .map_err(Error::ReverificationRequired)?;
    Ok(step_up.passkey())
}

/// Checks that an account still has the passkey of a proof.
pub(super) fn check_exists(
    verified_with: PasskeyId,
    owner: &Owner,
    passkeys: &[Passkey],
) -> Result<(), Error> {
    let is_theirs = |passkey: &&Passkey| passkey.rp_id == owner.rp_id && passkey.user == owner.user;
    if passkeys.iter().filter(is_theirs).any(|passkey| passkey.id == verified_with) {
        return Ok(());
    }
    Err(Error::ReverificationRequired(ReverificationReason::PasskeyDeleted))
}

impl StepUp<'_> {
    fn passkey(self) -> Option<PasskeyId> {
        match self {
            Self::Passkey(proof) => Some(proof.passkey),
            Self::ByHost { .. } => None,
        }
    }

    fn check(
        self,
        rp_id: &str,
        user: UserHandle,
        max_age: Duration,
        now: Timestamp,
    ) -> Result<(), ReverificationReason> {
        let at = match self {
            Self::Passkey(proof) => {
                if proof.rp_id != rp_id {
                    return Err(ReverificationReason::AnotherRelyingParty);
                }
                if proof.user != user {
                    return Err(ReverificationReason::AnotherUser);
                }
                if !proof.user_verified {
                    return Err(ReverificationReason::NotUserVerified);
                }
                proof.at
            }
            Self::ByHost { at } => at,
        };
        if at > now + CLOCK_SKEW_MAX {
            return Err(ReverificationReason::FromTheFuture);
        }
        if now.since(at) > max_age {
            return Err(ReverificationReason::TooOld);
        }
        Ok(())
    }
}
