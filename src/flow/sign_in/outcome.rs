//! The outcome of a sign-in.

use serde::Serialize;

use crate::{
    bytes::UserHandle,
    ceremony::{SignInRequest, VerifiedAuthentication},
    extensions::AuthenticationOutputs,
    flow::{Owner, VerificationProof},
    json::AuthenticatorAttachment,
    passkey::{Passkey, PasskeyState},
    settings::SecondFactorRule,
    time::Timestamp,
};

/// A user who has signed in with a passkey. [`SignIn`](crate::SignIn) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts")]
#[non_exhaustive]
pub struct SignedIn {
    /// The account.
    pub user: UserHandle,
    /// Whether the passkey was sufficient. **Start a session only if the sign-in is complete.**
    pub status: SignInStatus,
    /// The passkey, after its use was recorded.
    pub passkey: Passkey,
    /// Whether user verification counts: the authenticator verified the user, and had done so at an earlier use or at
    /// creation.
    pub user_verified: bool,
    /// Whether the passkey was the [second factor](SignInRequest::SecondFactor): the host had checked another one.
    pub second_factor: bool,
    /// Whether the signature counter did not increase. Only possible if the relying party accepts that.
    pub counter_regressed: bool,
    /// The signature counter that was sent. The passkey stores the highest value.
    pub sign_count: u32,
    /// Whether the passkey's backup state changed with this use.
    pub backup_state_changed: bool,
    /// Whether the passkey became eligible for backup. Only possible if the relying party [accepts
    /// that](crate::settings::SettingsBuilder::backup_eligibility_rule).
    pub became_backup_eligible: bool,
    /// Proof of this verification, for the host's session. `None` unless the sign-in is complete.
    pub proof: Option<VerificationProof>,
    /// How the authenticator was attached at this use, if the client reported it. Not signed.
    pub attachment: Option<AuthenticatorAttachment>,
    /// The extension outputs. Derived secrets are here and nowhere else.
    pub extensions: AuthenticationOutputs,
}

/// Whether a sign-in is complete. [`SignedIn::current_task`](crate::flow::SignedIn::current_task) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignInStatus {
    /// The user is fully authenticated.
    Complete,
    /// The user has shown one factor and must show another one that is not a passkey, because the
    /// [settings](SecondFactorRule) require it.
    NeedsSecondFactor,
}

impl SignedIn {
    /// Creates the outcome from a passkey as it was found. Its use has been recorded.
    pub(super) fn new(
        found: Passkey,
        request: SignInRequest,
        rule: SecondFactorRule,
        verified: VerifiedAuthentication,
        attachment: Option<AuthenticatorAttachment>,
        now: Timestamp,
    ) -> Self {
        let passkey =
            Passkey { state: state_after(request, &verified), last_used_at: Some(now), ..found };
        let user_verified = verified.user_verified();
        let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
        let status = status(request, rule, user_verified);
        let prove = || VerificationProof::new(owner, passkey.id, user_verified, now);
        Self {
            user: passkey.user,
            status,
            // A user who still has to show another factor has not proved enough.
            proof: (status == SignInStatus::Complete).then(prove),
            passkey,
            user_verified,
            second_factor: matches!(request, SignInRequest::SecondFactor(_)),
            counter_regressed: verified.counter_regressed(),
            sign_count: verified.sign_count(),
            backup_state_changed: verified.backup_state_changed(),
            became_backup_eligible: verified.became_backup_eligible(),
            attachment,
            extensions: verified.into_extensions(),
        }
    }

    /// Returns whether a session may start.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.status == SignInStatus::Complete
    }
}

/// Returns the state to record (§7.2 step 24). User verification may only start to count alongside another factor,
/// which the host has checked if the passkey is the second factor. This sign-in itself does not rely on it.
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
        // The passkey is the second factor, or the user already has a session.
        (SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_), _)
        | (_, SecondFactorRule::Never) => true,
        (_, SecondFactorRule::WithoutUserVerification) => user_verified,
        (_, SecondFactorRule::Always) => false,
    };
    if is_enough { SignInStatus::Complete } else { SignInStatus::NeedsSecondFactor }
}
