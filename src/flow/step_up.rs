//! Proof that a user was verified, and the judgement of whether it will do.

use alloc::string::String;

use serde::{Deserialize, Deserializer, Serialize};

use super::Owner;
use crate::{
    bytes::{PasskeyId, UserHandle},
    error::{Error, ReverificationReason},
    limits::CLOCK_SKEW_MAX,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::{Duration, Timestamp},
};

/// Proof that a user was verified with a passkey: who, with which, when, and at which relying party.
///
/// Every [sign-in](super::SignIn) that succeeds makes one; nothing else does. It is what a sensitive action
/// [may need](crate::settings::Reverification).
///
/// # In a session
///
/// It can be serialised into the host's session, and is read back by
/// [`from_trusted_session`](Self::from_trusted_session), the one other way to have one. It is not signed: **whoever can
/// write what that reads can pass for a user who was verified.** Keep it on the server, or in a cookie that is signed.
/// Remove it when the session ends or changes its user.
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
/// It can neither be put together nor be read by whatever deserializes a session without saying so:
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

    /// Reads a proof back from where only the host can write. See [above](Self#in-a-session).
    ///
    /// # Errors
    ///
    /// Those of the deserializer, for what is no proof.
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

    /// Whether user verification counts, as [`SignedIn::user_verified`](super::SignedIn::user_verified) says. Without,
    /// the user had the passkey's authenticator and no more.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// When.
    #[must_use]
    pub fn verified_at(&self) -> Timestamp {
        self.at
    }
}

/// On what a sensitive action rests. A [proof](VerificationProof) can be given wherever this is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUp<'a> {
    /// The user was verified with a passkey.
    Passkey(&'a VerificationProof),
    /// The host's word that it has verified this very user by means of its own, a password or a code: for somebody who
    /// has no passkey yet, or has lost them all. Of it only the age is judged.
    ByHost {
        /// When.
        at: Timestamp,
    },
}

impl<'a> From<&'a VerificationProof> for StepUp<'a> {
    fn from(proof: &'a VerificationProof) -> Self {
        Self::Passkey(proof)
    }
}

/// Refuses an action without a verification if it needs one.
pub(super) fn check_not_needed(rp: &RelyingParty, action: SensitiveAction) -> Result<(), Error> {
    if rp.settings().reverification().is_needed_before(action) {
        return Err(Error::ReverificationRequired(ReverificationReason::Missing));
    }
    Ok(())
}

/// Judges whether an action of `user` may go on. What the settings do not ask for is not looked at.
pub(super) fn check(
    rp: &RelyingParty,
    action: SensitiveAction,
    user: UserHandle,
    step_up: Option<StepUp<'_>>,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(step_up) = step_up else { return check_not_needed(rp, action) };
    let rule = rp.settings().reverification();
    if !rule.is_needed_before(action) {
        return Ok(());
    }
    step_up
        .check(rp.rp_id().as_str(), user, rule.max_age(), now)
        .map_err(Error::ReverificationRequired)
}

impl StepUp<'_> {
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
