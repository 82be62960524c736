//! Making settings in code.

use super::{BackupRule, Reverification, SecondFactorRule, Settings, Values};
use crate::{
    ceremony::CounterRule,
    config_error::ConfigErrors,
    cose::Algorithm,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    passkey::AttestationLevel,
    time::Duration,
};

/// What is to become [`Settings`].
#[derive(Clone, Debug, Default)]
#[must_use = "a builder is of no use until it is built"]
pub struct SettingsBuilder(pub(super) Values);

impl SettingsBuilder {
    /// Whether passkeys can be created and used at all; they can unless said otherwise.
    ///
    /// Otherwise every flow that creates or uses one ends in [`Error::Disabled`](crate::Error::Disabled). Users still
    /// see, rename and delete what they have.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.0.enabled = enabled;
        self
    }

    /// Whether sign-in may be offered in the autofill of a form; it may unless said otherwise.
    pub fn autofill(mut self, allowed: bool) -> Self {
        self.0.autofill = allowed;
        self
    }

    /// Whether the host's page is to show a button "Sign in with a passkey"; it is unless said otherwise. No flow looks
    /// at it: a page without the button may still name a user first, or offer autofill.
    pub fn sign_in_button(mut self, shown: bool) -> Self {
        self.0.sign_in_button = shown;
        self
    }

    /// The most passkeys that one user may have; ten unless said otherwise.
    pub fn max_passkeys_per_user(mut self, max: u32) -> Self {
        self.0.max_passkeys_per_user = max;
        self
    }

    /// Whether users must be verified; [`Required`](UserVerification::Required) unless said otherwise.
    pub fn user_verification(mut self, demand: UserVerification) -> Self {
        self.0.user_verification = demand;
        self
    }

    /// Whether the demand for user verification holds for [silent creations](crate::flow::BeginOptions::conditional)
    /// too; it does unless said otherwise. Most clients cannot verify the user then, and such a creation fails; where
    /// the demand is waived, the passkey is one factor until its user was verified beside another one.
    pub fn conditional_create_verifies_user(mut self, verifies: bool) -> Self {
        self.0.conditional_create_verifies_user = verifies;
        self
    }

    /// Whether passkeys are to be discoverable; [`Required`](ResidentKey::Required) unless said otherwise, since
    /// sign-in without a user name needs it.
    pub fn resident_key(mut self, demand: ResidentKey) -> Self {
        self.0.resident_key = demand;
        self
    }

    /// Asks for authenticators in this place only.
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.0.attachment = Some(attachment);
        self
    }

    /// Tells browsers what users are expected to have, the likeliest first.
    pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.0.hints = hints.into_iter().collect();
        self
    }

    /// Which attestation the browser is asked for, and how far statements are judged at least; none, and not at all,
    /// unless said otherwise. Who is trusted is the [`AttestationPolicy`](crate::AttestationPolicy)'s.
    pub fn attestation(
        mut self,
        conveyance: AttestationConveyance,
        level: AttestationLevel,
    ) -> Self {
        self.0.attestation = conveyance;
        self.0.attestation_level = level;
        self
    }

    /// Offers these algorithms, the preferred one first; `EdDSA`, ES256 and RS256 unless said otherwise.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.0.algorithms = algorithms.into_iter().collect();
        self
    }

    /// When a sign-in needs a second factor;
    /// [`WithoutUserVerification`](SecondFactorRule::WithoutUserVerification) unless said otherwise.
    pub fn second_factor(mut self, rule: SecondFactorRule) -> Self {
        self.0.second_factor = rule;
        self
    }

    /// Whether a user's last passkey cannot be deleted; it can unless said otherwise.
    pub fn keep_last_passkey(mut self, keep: bool) -> Self {
        self.0.keep_last_passkey = keep;
        self
    }

    /// What needs a recent verification; nothing unless said otherwise.
    pub fn reverification(mut self, rule: Reverification) -> Self {
        self.0.reverification = rule;
        self
    }

    /// How long a ceremony may take; five minutes unless said otherwise.
    pub fn ceremony_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.ceremony_lifetime = lifetime;
        self
    }

    /// What happens when a signature counter does not grow; the sign-in fails unless said otherwise.
    pub fn counter_rule(mut self, rule: CounterRule) -> Self {
        self.0.counter_rule = rule;
        self
    }

    /// Which passkeys are accepted by whether they sync; all unless said otherwise.
    pub fn backup_rule(mut self, rule: BackupRule) -> Self {
        self.0.backup_rule = rule;
        self
    }

    /// The settings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, not the first thing only.
    pub fn build(self) -> Result<Settings, ConfigErrors> {
        Settings::try_from(self.0)
    }
}
