//! What a relying party decides about passkeys, as one value that a host can store and let its administrators change.

mod builder;
mod rules;
mod values;

use serde::{Deserialize, Serialize};

pub(crate) use self::values::Values;
pub use self::{
    builder::SettingsBuilder,
    rules::{BackupRule, Reverification, SecondFactorRule, SensitiveAction},
};
use crate::{
    ceremony::CounterRule,
    config_error::ConfigErrors,
    cose::Algorithm,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    passkey::AttestationLevel,
    time::Duration,
};

/// What a relying party decides about passkeys. One that exists is valid, one that was stored and read back too.
///
/// A ceremony that has begun is finished by what was demanded when it began; everything else counts at once.
///
/// ```
/// use relying_party::{Duration, RelyingParty, Settings, settings::{Reverification, SensitiveAction}};
/// let settings = Settings::builder()
///     .max_passkeys_per_user(5)
///     .keep_last_passkey(true)
///     .reverification(Reverification::within(Duration::from_secs(300)).before([SensitiveAction::Delete]))
///     .build()?;
/// let stored = serde_json::to_string(&settings).unwrap();
/// assert_eq!(serde_json::from_str::<Settings>(&stored).unwrap(), settings);
///
/// // What is missing has its default, what is not known or not valid is refused.
/// assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
/// assert!(serde_json::from_str::<Settings>(r#"{"max_passkeys_per_user":0}"#).is_err());
/// assert!(serde_json::from_str::<Settings>(r#"{"max_passkeys":5}"#).is_err());
///
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").settings(settings).build()?;
/// assert_eq!(rp.settings().max_passkeys_per_user(), 5);
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
///
/// # Stored form
///
/// An object with the names of the methods below as members; spans in milliseconds, algorithms as COSE numbers, the
/// specification's enumerations by its names, ours in `snake_case`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Values")]
pub struct Settings(Values);

impl TryFrom<Values> for Settings {
    type Error = ConfigErrors;

    fn try_from(values: Values) -> Result<Self, ConfigErrors> {
        let errors = values.errors();
        if errors.is_empty() { Ok(Self(values)) } else { Err(ConfigErrors::new(errors)) }
    }
}

impl Settings {
    /// Begins settings with the defaults, which are those of each method of the builder.
    pub fn builder() -> SettingsBuilder {
        SettingsBuilder::default()
    }

    /// Begins settings with these.
    pub fn to_builder(&self) -> SettingsBuilder {
        SettingsBuilder(self.0.clone())
    }

    pub(crate) fn into_values(self) -> Values {
        self.0
    }

    /// Whether passkeys can be created and used at all.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Whether sign-in may be offered in the autofill of a form.
    #[must_use]
    pub fn autofill(&self) -> bool {
        self.0.autofill
    }

    /// Whether the host's page is to show a button "Sign in with a passkey".
    #[must_use]
    pub fn sign_in_button(&self) -> bool {
        self.0.sign_in_button
    }

    /// The most passkeys that one user may have.
    #[must_use]
    pub fn max_passkeys_per_user(&self) -> u32 {
        self.0.max_passkeys_per_user
    }

    /// Whether users must be verified.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.0.user_verification
    }

    /// Whether the demand for user verification holds for silent creations too.
    #[must_use]
    pub fn conditional_create_verifies_user(&self) -> bool {
        self.0.conditional_create_verifies_user
    }

    /// Whether passkeys are to be discoverable.
    #[must_use]
    pub fn resident_key(&self) -> ResidentKey {
        self.0.resident_key
    }

    /// Where authenticators have to be, if that matters.
    #[must_use]
    pub fn attachment(&self) -> Option<AuthenticatorAttachment> {
        self.0.attachment
    }

    /// What users are expected to have.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.0.hints
    }

    /// Which attestation the browser is asked for.
    #[must_use]
    pub fn attestation(&self) -> AttestationConveyance {
        self.0.attestation
    }

    /// How far attestation statements are judged at least.
    #[must_use]
    pub fn attestation_level(&self) -> AttestationLevel {
        self.0.attestation_level
    }

    /// The algorithms that are offered, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.0.algorithms
    }

    /// When a sign-in needs a second factor.
    #[must_use]
    pub fn second_factor(&self) -> SecondFactorRule {
        self.0.second_factor
    }

    /// Whether a user's last passkey cannot be deleted.
    #[must_use]
    pub fn keep_last_passkey(&self) -> bool {
        self.0.keep_last_passkey
    }

    /// What needs a recent verification.
    #[must_use]
    pub fn reverification(&self) -> &Reverification {
        &self.0.reverification
    }

    /// How long a ceremony may take.
    #[must_use]
    pub fn ceremony_lifetime(&self) -> Duration {
        self.0.ceremony_lifetime
    }

    /// What happens when a signature counter does not grow.
    #[must_use]
    pub fn counter_rule(&self) -> CounterRule {
        self.0.counter_rule
    }

    /// Which passkeys are accepted by whether they sync.
    #[must_use]
    pub fn backup_rule(&self) -> BackupRule {
        self.0.backup_rule
    }
}
