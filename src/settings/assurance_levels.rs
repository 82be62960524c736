//! Presets for the authentication assurance levels of NIST SP 800-63B-4.

use super::{
    BackupRule, Reverification, SecondFactorRule, SensitiveAction, Settings, SettingsBuilder,
};
use crate::{
    ceremony::{BackupEligibilityRule, CounterRule},
    cose::Algorithm,
    json::{AttestationConveyance, UserVerification},
    passkey::AttestationLevel,
};

/// Approved algorithms that a build without features verifies: Ed25519, ECDSA on P-256, and RSA (FIPS 186-5).
const APPROVED: [Algorithm; 3] = [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];

/// Presets for assurance levels. `RULES.md` has a table of the clauses, the settings and the tests.
impl Settings {
    /// Starts building settings under which every complete sign-in reaches AAL2 (NIST SP 800-63B-4 §2.2). A
    /// [re-verification](crate::SignIn::finish_reverification) is not a sign-in: it is complete because a session
    /// exists, and says nothing about the level of that session.
    ///
    /// | Clause | Setting |
    /// |---|---|
    /// | two factors (§2.2.1, Appendix B.3) | [`user_verification`](SettingsBuilder::user_verification) is required, and a sign-in where it does not count needs a [`second_factor`](SettingsBuilder::second_factor) |
    /// | approved cryptography (§2.2.2) | [`algorithms`](SettingsBuilder::algorithms) of new passkeys are `EdDSA`, ES256 and RS256 |
    /// | authentication before another authenticator is bound (§4.1.2.1) | [`reverification`](SettingsBuilder::reverification) before a passkey is created |
    ///
    /// Synced passkeys are accepted (Appendix B). A silent creation must verify the user. The first passkey of an
    /// account needs [`StepUp::ByHost`](crate::StepUp::ByHost).
    ///
    /// The settings alone do not make a service conform: [`Strength::aal`](crate::flow::Strength::aal) says what else
    /// is needed.
    ///
    /// ```
    /// use relying_party::{Settings, json::UserVerification};
    /// let settings = Settings::aal2().max_passkeys_per_user(5).build()?;
    /// assert_eq!(settings.user_verification(), UserVerification::Required);
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    pub fn aal2() -> SettingsBuilder {
        Self::builder()
            .user_verification(UserVerification::Required)
            .conditional_create_verifies_user(true)
            .second_factor(SecondFactorRule::WithoutUserVerification)
            .algorithms(APPROVED)
            .reverification(Reverification::default().before([SensitiveAction::Create]))
    }

    /// Starts building settings under which new passkeys can reach AAL3 (NIST SP 800-63B-4 §2.3). They are those of
    /// [`aal2`](Self::aal2), and also:
    ///
    /// | Clause | Setting |
    /// |---|---|
    /// | no exportable keys, no syncable authenticators (§2.3.2, Appendix B.2) | [`backup_rule`](SettingsBuilder::backup_rule) is device-bound, and a device-bound passkey [never becomes a synced one](SettingsBuilder::backup_eligibility_rule) |
    /// | hardware-based authenticators (§2.3.2) | [`attestation`](SettingsBuilder::attestation) is requested, and must be trusted |
    /// | no copies of a key | [a counter that does not increase](SettingsBuilder::counter_rule) fails |
    ///
    /// No attestation is trusted until you say whom you trust. Configure an
    /// [`AttestationPolicy`](crate::AttestationPolicy) with anchors and with the models that you accept: those that are
    /// validated under FIPS 140 (§2.3.2). If the policy demands less [of a
    /// format](crate::AttestationPolicy::for_format), that still counts.
    ///
    /// **These settings are not enough on their own.** A passkey that was created before you chose them may not be
    /// attested, and a model may keep keys in software. So check each sign-in with
    /// [`Strength::aal`](crate::flow::Strength::aal), after
    /// [`with_hardware_models`](crate::flow::Strength::with_hardware_models).
    ///
    /// ```
    /// use relying_party::{AttestationLevel, Settings, settings::BackupRule};
    /// let settings = Settings::aal3().build()?;
    /// assert_eq!(settings.backup_rule(), BackupRule::DeviceBound);
    /// assert_eq!(settings.attestation_level(), AttestationLevel::Trusted);
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    pub fn aal3() -> SettingsBuilder {
        Self::aal2()
            .backup_rule(BackupRule::DeviceBound)
            .backup_eligibility_rule(BackupEligibilityRule::Fixed)
            .attestation(AttestationConveyance::Direct, AttestationLevel::Trusted)
            .counter_rule(CounterRule::Reject)
    }
}
