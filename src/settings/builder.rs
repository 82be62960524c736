//! Building settings in code.

use super::{BackupRule, Reverification, SecondFactorRule, Settings, Values};
use crate::{
    ceremony::{BackupEligibilityRule, CounterRule},
    config_error::ConfigErrors,
    cose::Algorithm,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    passkey::AttestationLevel,
    time::Duration,
};

/// Builds [`Settings`].
///
/// ```
/// use relying_party::{AttestationLevel, Settings};
/// use relying_party::json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification};
/// // Only security keys of trusted models that verify their user.
/// let settings = Settings::builder()
///     .attachment(AuthenticatorAttachment::CrossPlatform)
///     .hints([Hint::SecurityKey])
///     .resident_key(ResidentKey::Required)
///     .user_verification(UserVerification::Required)
///     .attestation(AttestationConveyance::Direct, AttestationLevel::Trusted)
///     .build()?;
/// assert_eq!(settings.hints(), [Hint::SecurityKey]);
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SettingsBuilder(pub(super) Values);

impl SettingsBuilder {
    /// Sets whether passkeys can be created and used at all. They can by default.
    ///
    /// If not, every flow that creates or uses one fails with [`Error::Disabled`](crate::Error::Disabled). Users can
    /// still list, rename and delete their passkeys.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.0.enabled = enabled;
        self
    }

    /// Sets whether sign-in may be offered in the autofill of a form. It may by default.
    pub fn autofill(mut self, allowed: bool) -> Self {
        self.0.autofill = allowed;
        self
    }

    /// Sets how long a ceremony for autofill is valid. The default is one hour. Browsers offer passkeys in a form's
    /// autofill for as long as the page is open, regardless of `timeout`, so this should outlast a lunch break. The
    /// challenge still works only once. The store keeps more open ceremonies the longer this is.
    pub fn autofill_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.autofill_lifetime = lifetime;
        self
    }

    /// Sets whether the host's page should show a button "Sign in with a passkey". It should by default. This is a hint
    /// for the page: no flow depends on it, and a page without the button may still ask for a user name first, or offer
    /// autofill.
    pub fn sign_in_button(mut self, shown: bool) -> Self {
        self.0.sign_in_button = shown;
        self
    }

    /// Sets the maximum number of passkeys per user. The default is ten.
    pub fn max_passkeys_per_user(mut self, max: u32) -> Self {
        self.0.max_passkeys_per_user = max;
        self
    }

    /// Sets whether users must be verified. The default is [`Required`](UserVerification::Required).
    pub fn user_verification(mut self, demand: UserVerification) -> Self {
        self.0.user_verification = demand;
        self
    }

    /// Sets whether [silent creations](crate::flow::BeginOptions::conditional) require user verification too. They do
    /// by default. Most clients cannot verify the user during a silent creation, which then fails. If you waive the
    /// requirement, the passkey counts as one factor until the user has been verified alongside another factor.
    pub fn conditional_create_verifies_user(mut self, verifies: bool) -> Self {
        self.0.conditional_create_verifies_user = verifies;
        self
    }

    /// Sets whether passkeys must be discoverable. The default is [`Required`](ResidentKey::Required), because sign-in
    /// without a user name needs discoverable passkeys.
    pub fn resident_key(mut self, demand: ResidentKey) -> Self {
        self.0.resident_key = demand;
        self
    }

    /// Only asks for authenticators that are attached in this way.
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.0.attachment = Some(attachment);
        self
    }

    /// Tells browsers which kinds of authenticators users are expected to have, most likely first.
    pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.0.hints = hints.into_iter().collect();
        self
    }

    /// Sets which attestation to ask the browser for, and the minimum level to which statements are verified. By
    /// default no attestation is requested and no statement is verified. The
    /// [`AttestationPolicy`](crate::AttestationPolicy) says who is trusted. Its demands [for
    /// formats](crate::AttestationPolicy::for_format), if it has any, override this level too.
    pub fn attestation(
        mut self,
        conveyance: AttestationConveyance,
        level: AttestationLevel,
    ) -> Self {
        self.0.attestation = conveyance;
        self.0.attestation_level = level;
        self
    }

    /// Sets the algorithms to offer, in order of preference. The default is `EdDSA`, ES256 and RS256.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.0.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets when a sign-in needs a second factor. The default is
    /// [`WithoutUserVerification`](SecondFactorRule::WithoutUserVerification).
    pub fn second_factor(mut self, rule: SecondFactorRule) -> Self {
        self.0.second_factor = rule;
        self
    }

    /// Sets whether a user's last passkey is protected from deletion. By default it can be deleted.
    pub fn keep_last_passkey(mut self, keep: bool) -> Self {
        self.0.keep_last_passkey = keep;
        self
    }

    /// Sets which actions need a recent verification. By default, no action does.
    pub fn reverification(mut self, rule: Reverification) -> Self {
        self.0.reverification = rule;
        self
    }

    /// Sets how long a ceremony may take. The default is five minutes.
    pub fn ceremony_lifetime(mut self, lifetime: Duration) -> Self {
        self.0.ceremony_lifetime = lifetime;
        self
    }

    /// Sets what happens when a signature counter does not increase. By default the sign-in fails.
    pub fn counter_rule(mut self, rule: CounterRule) -> Self {
        self.0.counter_rule = rule;
        self
    }

    /// Sets what happens when a passkey that could not be backed up becomes eligible for backup. By default the sign-in
    /// fails.
    pub fn backup_eligibility_rule(mut self, rule: BackupEligibilityRule) -> Self {
        self.0.backup_eligibility_rule = rule;
        self
    }

    /// Sets whether a sign-in that names no user may omit the user handle and find its account by credential ID. By
    /// default such a sign-in fails, as §7.2 step 6 requires.
    ///
    /// Enable this for security keys that were registered as second factors, which answer without storing a user
    /// handle. It is safe: a credential ID is unique and belongs to one account, so it cannot sign anyone in to another
    /// account. A user handle that names another account fails in any case.
    pub fn find_by_credential_id(mut self, find: bool) -> Self {
        self.0.find_by_credential_id = find;
        self
    }

    /// Sets whether synced passkeys, device-bound passkeys or both are accepted. The default is both.
    pub fn backup_rule(mut self, rule: BackupRule) -> Self {
        self.0.backup_rule = rule;
        self
    }

    /// Sets whether responses may omit `type`, and either `id` or `rawId`. By default they are rejected, because the
    /// specification requires all three members.
    ///
    /// Some wrappers for native apps (React Native, Flutter) and polyfills leave them out. No check depends on them: at
    /// registration the credential ID is compared with the signed one, and at sign-in it finds the key.
    pub fn incomplete_responses(mut self, accepted: bool) -> Self {
        self.0.incomplete_responses = accepted;
        self
    }

    /// Whether a `tokenBinding` in client data must have the form that Level 2 gave it; it is ignored by default.
    ///
    /// Level 3 withdrew the member, and nothing depends on it: clients that still send it wrote it in several forms.
    pub fn check_token_binding(mut self, check: bool) -> Self {
        self.0.check_token_binding = check;
        self
    }

    /// Builds the settings.
    ///
    /// # Errors
    ///
    /// Returns all problems, not just the first.
    pub fn build(self) -> Result<Settings, ConfigErrors> {
        Settings::try_from(self.0)
    }
}
