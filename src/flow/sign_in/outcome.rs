//! What a sign-in ends in.

use serde::Serialize;

use crate::{
    bytes::UserHandle,
    ceremony::{SignInRequest, VerifiedAuthentication},
    extensions::AuthenticationOutputs,
    flow::{Owner, Task, VerificationProof},
    passkey::{AttestationLevel, Passkey, PasskeyState},
    settings::SecondFactorRule,
    time::{Duration, Timestamp},
};

/// Somebody who has shown a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedIn {
    /// The account.
    pub user: UserHandle,
    /// Whether that was enough. **A session may begin only if the sign-in is complete.**
    pub status: SignInStatus,
    /// The passkey, as it is after its use was recorded.
    pub passkey: Passkey,
    /// Whether user verification counts: the authenticator verified the user, and had done so before.
    pub user_verified: bool,
    /// Whether the signature counter did not grow; only if the relying party accepts that.
    pub counter_regressed: bool,
    /// The signature counter that was sent; the passkey keeps the highest.
    pub sign_count: u32,
    /// Whether the passkey's backup state changed with this use.
    pub backup_state_changed: bool,
    /// What the account has to do before its session is of use; only if the sign-in is complete.
    pub task: Option<Task>,
    /// Proof of this verification, for the host's session.
    pub proof: VerificationProof,
    /// What came of the extensions. Secrets that were derived are here and nowhere else.
    pub extensions: AuthenticationOutputs,
}

/// Whether a sign-in was enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignInStatus {
    /// The user is who he says.
    Complete,
    /// The user has shown one factor, and has to show another one, which is not a passkey: the
    /// [settings](SecondFactorRule) want it so.
    NeedsSecondFactor,
}

/// How strong a sign-in was, for hosts that decide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Strength {
    /// Whether user verification counts.
    pub user_verified: bool,
    /// Whether the passkey may leave its device (BE); device-bound if not.
    pub backup_eligible: bool,
    /// Whether it has, at this use (BS).
    pub synced: bool,
    /// How far the authenticator's attestation was judged when the passkey was made.
    pub attestation: AttestationLevel,
    /// How long ago the passkey was made. A new one is what a thief of an account has.
    pub passkey_age: Duration,
}

impl SignedIn {
    /// Of a passkey as it was found, whose use is recorded.
    pub(super) fn new(
        found: Passkey,
        request: SignInRequest,
        rule: SecondFactorRule,
        verified: VerifiedAuthentication,
        now: Timestamp,
    ) -> Self {
        let passkey =
            Passkey { state: state_after(request, &verified), last_used_at: Some(now), ..found };
        let user_verified = verified.user_verified();
        let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
        Self {
            user: passkey.user,
            status: status(request, rule, user_verified),
            proof: VerificationProof::new(owner, passkey.id, user_verified, now),
            passkey,
            user_verified,
            counter_regressed: verified.counter_regressed(),
            sign_count: verified.sign_count(),
            backup_state_changed: verified.backup_state_changed(),
            task: None,
            extensions: verified.into_extensions(),
        }
    }

    /// Whether it is a sign-in by which a session begins; a re-verification happens in one.
    pub(super) fn begins_session(&self, request: SignInRequest) -> bool {
        self.is_complete() && !matches!(request, SignInRequest::Reverify(_))
    }

    /// Whether a session may begin.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status == SignInStatus::Complete
    }

    /// How strong it was.
    #[must_use]
    pub fn strength(&self) -> Strength {
        let state = &self.passkey.state;
        Strength {
            user_verified: self.user_verified,
            backup_eligible: state.backup_eligible == Some(true),
            synced: state.backup_state == Some(true),
            attestation: self.passkey.attestation.level(),
            passkey_age: self.proof.verified_at().since(self.passkey.created_at),
        }
    }
}

/// The state that is recorded (§7.2 step 24). That user verification counts from now on takes another factor: the host
/// has checked one if the passkey is the second. The very ceremony does not rely on it.
pub(super) fn state_after(
    request: SignInRequest,
    verified: &VerifiedAuthentication,
) -> PasskeyState {
    let state = verified.state();
    let authorised = matches!(request, SignInRequest::SecondFactor(_));
    let uv_initialized = state.uv_initialized || (authorised && verified.flags().user_verified());
    PasskeyState { uv_initialized, ..state }
}

fn status(request: SignInRequest, rule: SecondFactorRule, user_verified: bool) -> SignInStatus {
    let is_enough = match (request, rule) {
        // The passkey is the second factor, or the session is there already.
        (SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_), _)
        | (_, SecondFactorRule::Never) => true,
        (_, SecondFactorRule::WithoutUserVerification) => user_verified,
        (_, SecondFactorRule::Always) => false,
    };
    if is_enough { SignInStatus::Complete } else { SignInStatus::NeedsSecondFactor }
}
