//! The settings for passkeys, as one value that a host can store and let its administrators change.

mod assurance_levels;
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
    ceremony::{BackupEligibilityRule, CounterRule},
    config_error::ConfigErrors,
    cose::Algorithm,
    crypto::{RustCrypto, SignatureVerifier as _},
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    passkey::AttestationLevel,
    time::Duration,
};

/// The settings for passkeys of a relying party. Every value of this type is valid, including values that were stored
/// and read back.
///
/// A ceremony finishes under the demands that applied when it began. All other changes take effect at once.
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
/// // Missing members have their defaults. Unknown members and invalid values are rejected.
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
/// A JSON object whose members are named after the methods below. Times are in milliseconds, algorithms are COSE
/// numbers, enumerations of the specification have its names, and ours are in `snake_case`. If an earlier version wrote
/// the settings, members that were added later have their defaults.
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
    /// Starts building settings from the defaults, which are documented at each method of the builder.
    pub fn builder() -> SettingsBuilder {
        SettingsBuilder::default()
    }

    /// Starts building settings from those that the FIDO Alliance's server conformance tool expects. They are for that
    /// tool, and not for production.
    ///
    /// The tool expects statements to be asked for and trusted by its metadata, every algorithm of this build to be
    /// offered, authenticators without discoverable credentials or user verification to be accepted where a request
    /// does not demand them, sign-ins with one factor to be complete, and
    /// [`tokenBinding`](SettingsBuilder::check_token_binding) to be checked. Together with
    /// `AttestationPolicy::conformance` (feature `attestation`) it is the profile of `tests/fido/ledger.tsv`, which
    /// says case by case what the default settings do instead, and why.
    ///
    /// ```
    /// use relying_party::{Settings, json::UserVerification};
    /// let settings = Settings::conformance().build()?;
    /// assert!(settings.check_token_binding());
    /// assert_eq!(settings.user_verification(), UserVerification::Preferred);
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    pub fn conformance() -> SettingsBuilder {
        let algorithms = Algorithm::KNOWN
            .iter()
            .copied()
            .filter(|algorithm| algorithm.is_for_credentials() && RustCrypto.supports(*algorithm));
        Self::builder()
            .user_verification(UserVerification::Preferred)
            .resident_key(ResidentKey::Discouraged)
            .second_factor(SecondFactorRule::Never)
            .max_passkeys_per_user(u32::MAX)
            .attestation(AttestationConveyance::Direct, AttestationLevel::Trusted)
            .algorithms(algorithms)
            .check_token_binding(true)
    }

    /// Starts building settings that prefer signatures which withstand quantum computers: ML-DSA-87, ML-DSA-65 and
    /// ML-DSA-44 (FIPS 204), the strongest first, then ES256, and the other defaults. Everything else has its default.
    ///
    /// An authenticator uses the first offered algorithm that it supports (§5.4 `pubKeyCredParams`), so those without
    /// ML-DSA create ES256 passkeys as before. Existing passkeys keep working with any algorithm that the verifier
    /// supports, and so do ML-DSA passkeys after you go back to other settings. Passkeys are not upgraded by signing
    /// in: a user who should have an ML-DSA passkey must create one.
    ///
    /// Keys have up to 2592 bytes and signatures up to 4627. All limits of this crate and the columns of
    /// [`StoredPasskey`](crate::StoredPasskey) leave room for them. [`RustCrypto`] supports ML-DSA with the feature
    /// `ml-dsa`. With a verifier that does not, building the relying party fails and names the algorithms.
    ///
    /// ```
    /// use relying_party::{Algorithm, RelyingParty, Settings};
    /// let rp = RelyingParty::builder("example.com", "Example")
    ///     .settings(Settings::post_quantum().build()?)
    ///     .origin("https://example.com")
    ///     .build()?;
    /// let (first, rest) = rp.algorithms().split_at(3);
    /// assert_eq!(first, [Algorithm::ML_DSA_87, Algorithm::ML_DSA_65, Algorithm::ML_DSA_44]);
    /// assert_eq!(rest, [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256]);
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    #[cfg(feature = "ml-dsa")]
    pub fn post_quantum() -> SettingsBuilder {
        Self::builder().algorithms([
            Algorithm::ML_DSA_87,
            Algorithm::ML_DSA_65,
            Algorithm::ML_DSA_44,
            Algorithm::ES256,
            Algorithm::EdDSA,
            Algorithm::RS256,
        ])
    }

    /// Starts building settings from these.
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

    /// How long a ceremony for autofill is valid.
    #[must_use]
    pub fn autofill_lifetime(&self) -> Duration {
        self.0.autofill_lifetime
    }

    /// Whether the host's page should show a button "Sign in with a passkey".
    #[must_use]
    pub fn sign_in_button(&self) -> bool {
        self.0.sign_in_button
    }

    /// The maximum number of passkeys per user.
    #[must_use]
    pub fn max_passkeys_per_user(&self) -> u32 {
        self.0.max_passkeys_per_user
    }

    /// Whether users must be verified.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.0.user_verification
    }

    /// Whether silent creations require user verification too.
    #[must_use]
    pub fn conditional_create_verifies_user(&self) -> bool {
        self.0.conditional_create_verifies_user
    }

    /// Whether passkeys must be discoverable.
    #[must_use]
    pub fn resident_key(&self) -> ResidentKey {
        self.0.resident_key
    }

    /// How authenticators must be attached, if that matters.
    #[must_use]
    pub fn attachment(&self) -> Option<AuthenticatorAttachment> {
        self.0.attachment
    }

    /// Which kinds of authenticators users are expected to have.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.0.hints
    }

    /// Which attestation the browser is asked for.
    #[must_use]
    pub fn attestation(&self) -> AttestationConveyance {
        self.0.attestation
    }

    /// The minimum level to which attestation statements are verified.
    #[must_use]
    pub fn attestation_level(&self) -> AttestationLevel {
        self.0.attestation_level
    }

    /// The offered algorithms, in order of preference.
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

    /// What happens when a signature counter does not increase.
    #[must_use]
    pub fn counter_rule(&self) -> CounterRule {
        self.0.counter_rule
    }

    /// What happens when a passkey becomes eligible for backup.
    #[must_use]
    pub fn backup_eligibility_rule(&self) -> BackupEligibilityRule {
        self.0.backup_eligibility_rule
    }

    /// Whether a sign-in without a user handle may find its account by credential ID.
    #[must_use]
    pub fn find_by_credential_id(&self) -> bool {
        self.0.find_by_credential_id
    }

    /// Whether synced passkeys, device-bound passkeys or both are accepted.
    #[must_use]
    pub fn backup_rule(&self) -> BackupRule {
        self.0.backup_rule
    }

    /// Whether responses may omit `type`, and either `id` or `rawId`.
    #[must_use]
    pub fn incomplete_responses(&self) -> bool {
        self.0.incomplete_responses
    }

    /// Whether a `tokenBinding` in client data must have the form that Level 2 gave it.
    #[must_use]
    pub fn check_token_binding(&self) -> bool {
        self.0.check_token_binding
    }
}
