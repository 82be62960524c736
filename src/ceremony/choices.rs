//! What a relying party may choose where §7.2 leaves a choice, or where real authenticators leave none.

use serde::{Deserialize, Serialize};

use crate::passkey::PasskeyState;

/// What to do when a signature counter does not increase (§7.2 step 22), a sign that the authenticator was cloned or
/// that it does not maintain its counter properly. [`Settings`](crate::Settings) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CounterRule {
    /// The sign-in fails.
    #[default]
    Reject,
    /// The sign-in succeeds if the stored passkey is eligible for backup (BE), and fails otherwise. A passkey that is
    /// intentionally on several devices cannot be cloned in secret, and some of those devices keep separate counters.
    /// [`VerifiedAuthentication::counter_regressed`](super::VerifiedAuthentication::counter_regressed) reports it, and
    /// the higher counter is kept.
    ///
    /// The BE flag of the record decides, not that of the response: anyone who has cloned a key can sign any flags.
    ReportIfBackupEligible,
    /// The sign-in succeeds.
    /// [`VerifiedAuthentication::counter_regressed`](super::VerifiedAuthentication::counter_regressed) reports it, and
    /// the higher counter is kept.
    Report,
}

impl CounterRule {
    /// Returns whether a passkey with this state may have a counter that has not increased.
    pub(super) fn accepts_regression_of(self, stored: PasskeyState) -> bool {
        match self {
            Self::Reject => false,
            Self::ReportIfBackupEligible => stored.backup_eligible == Some(true),
            Self::Report => true,
        }
    }
}

/// What to do when a passkey that could not be backed up becomes eligible for backup (BE, §7.2 step 19).
/// [`Settings`](crate::Settings) has an example.
///
/// The specification fixes BE when a credential is created. Some password managers have begun to sync existing
/// passkeys, and set BE from then on. The reverse, from 1 to 0, always fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackupEligibilityRule {
    /// The sign-in fails: BE never changes.
    #[default]
    Fixed,
    /// The sign-in succeeds, once per passkey, because the new BE is stored and cannot be cleared again.
    /// [`VerifiedAuthentication::became_backup_eligible`](super::VerifiedAuthentication::became_backup_eligible)
    /// reports it.
    ///
    /// What was attested when the passkey was created may no longer be true, because its key has left the device. If
    /// you require device-bound passkeys, keep the default.
    AcceptOnce,
}

impl BackupEligibilityRule {
    /// Returns whether BE may have changed in this way.
    pub(super) fn accepts(self, stored: bool, found: bool) -> bool {
        stored == found || (self == Self::AcceptOnce && found)
    }
}
