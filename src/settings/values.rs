//! Settings before they are validated.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{BackupRule, Reverification, SecondFactorRule};
use crate::{
    ceremony::{BackupEligibilityRule, CounterRule},
    config_error::ConfigError,
    cose::Algorithm,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    limits::{AUTOFILL_LIFETIME_DEFAULT, CEREMONY_LIFETIME_DEFAULT, PASSKEYS_PER_USER_DEFAULT},
    passkey::AttestationLevel,
    time::Duration,
};

/// The values of [`Settings`](super::Settings), valid or not. This is also the stored form. A missing member has its
/// default. An unknown member is rejected, because a misspelt rule would silently not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent switches")]
pub(crate) struct Values {
    pub(crate) enabled: bool,
    pub(crate) autofill: bool,
    pub(crate) autofill_lifetime: Duration,
    pub(crate) sign_in_button: bool,
    pub(crate) max_passkeys_per_user: u32,
    pub(crate) user_verification: UserVerification,
    pub(crate) conditional_create_verifies_user: bool,
    pub(crate) resident_key: ResidentKey,
    pub(crate) attachment: Option<AuthenticatorAttachment>,
    pub(crate) hints: Vec<Hint>,
    pub(crate) attestation: AttestationConveyance,
    pub(crate) attestation_level: AttestationLevel,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) second_factor: SecondFactorRule,
    pub(crate) keep_last_passkey: bool,
    pub(crate) reverification: Reverification,
    pub(crate) ceremony_lifetime: Duration,
    pub(crate) counter_rule: CounterRule,
    pub(crate) backup_eligibility_rule: BackupEligibilityRule,
    pub(crate) find_by_credential_id: bool,
    pub(crate) backup_rule: BackupRule,
    pub(crate) incomplete_responses: bool,
    pub(crate) check_token_binding: bool,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            enabled: true,
            autofill: true,
            autofill_lifetime: AUTOFILL_LIFETIME_DEFAULT,
            sign_in_button: true,
            max_passkeys_per_user: PASSKEYS_PER_USER_DEFAULT,
            user_verification: UserVerification::Required,
            conditional_create_verifies_user: true,
            resident_key: ResidentKey::Required,
            attachment: None,
            hints: Vec::new(),
            attestation: AttestationConveyance::None,
            attestation_level: AttestationLevel::default(),
            algorithms: vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256],
            second_factor: SecondFactorRule::default(),
            keep_last_passkey: false,
            reverification: Reverification::default(),
            ceremony_lifetime: CEREMONY_LIFETIME_DEFAULT,
            counter_rule: CounterRule::default(),
            backup_eligibility_rule: BackupEligibilityRule::default(),
            find_by_credential_id: false,
            backup_rule: BackupRule::default(),
            incomplete_responses: false,
            check_token_binding: false,
        }
    }
}

impl Values {
    /// Returns everything that is wrong with them, for any relying party.
    pub(crate) fn errors(&self) -> Vec<ConfigError> {
        let none = Duration::from_millis(0);
        let mut errors = self.algorithm_errors();
        let conditions = [
            (self.max_passkeys_per_user == 0, ConfigError::NoPasskeys),
            (self.ceremony_lifetime == none, ConfigError::NoTime),
            (self.autofill_lifetime == none, ConfigError::NoAutofillTime),
            (self.reverification.max_age() == none, ConfigError::NoReverificationTime),
            (self.wants_no_attestation_but_trusts(), ConfigError::AttestationNotWanted),
        ];
        let wrong = conditions.into_iter().filter(|(is_wrong, _)| *is_wrong);
        errors.extend(wrong.map(|(_, error)| error));
        errors
    }

    fn algorithm_errors(&self) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        if self.algorithms.is_empty() {
            errors.push(ConfigError::NoAlgorithm);
        }
        // Reports each invalid algorithm once, however often it is listed.
        let (mut seen, mut repeated) = (BTreeSet::new(), BTreeSet::new());
        for algorithm in &self.algorithms {
            if seen.insert(algorithm) {
                if !algorithm.is_for_credentials() {
                    errors.push(ConfigError::NotForCredentials(*algorithm));
                }
            } else if repeated.insert(algorithm) {
                errors.push(ConfigError::AlgorithmTwice(*algorithm));
            }
        }
        errors
    }

    /// A client that is asked for "none" removes the statement (§5.4.7), so nothing could be trusted.
    fn wants_no_attestation_but_trusts(&self) -> bool {
        self.attestation == AttestationConveyance::None
            && self.attestation_level == AttestationLevel::Trusted
    }
}
