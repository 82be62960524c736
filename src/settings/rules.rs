//! The rules among the settings that are more than yes or no.

use alloc::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{limits::REVERIFICATION_AGE_DEFAULT, time::Duration};

/// When a sign-in with a passkey is one factor only, so that the host has to ask for another one.
///
/// A passkey is something that one has. With user verification it is also something that one knows or is; without,
/// whoever finds a security key signs in with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecondFactorRule {
    /// Never: every sign-in is complete.
    Never,
    /// If user verification does not count (see [`SignedIn::user_verified`](crate::flow::SignedIn::user_verified)).
    #[default]
    WithoutUserVerification,
    /// Always: a passkey is one factor whatever it does.
    Always,
}

/// Which passkeys are accepted by whether they can leave their device (§6.1.3): BE, which never changes.
///
/// Judged when a passkey is created (§7.1 step 18) and whenever it is used (§7.2 step 19), so that a rule that becomes
/// stricter turns away passkeys that were there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackupRule {
    /// All. Right for nearly every service: most passkeys sync, most security keys do not.
    #[default]
    Any,
    /// Only those that never leave their device (BE is not set): where a copy in a cloud is no option. BE is what the
    /// authenticator says; only attestation that is trusted vouches for it.
    DeviceBound,
    /// Only those that may be backed up (BE is set): where a lost device must not mean a lost account.
    Syncable,
}

impl BackupRule {
    /// Whether a passkey with this BE is accepted.
    pub(crate) fn accepts(self, backup_eligible: bool) -> bool {
        match self {
            Self::Any => true,
            Self::DeviceBound => !backup_eligible,
            Self::Syncable => backup_eligible,
        }
    }
}

/// What an account's owner does that somebody with a stolen session should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SensitiveAction {
    /// Creating a passkey.
    Create,
    /// Renaming a passkey.
    Rename,
    /// Deleting a passkey.
    Delete,
}

/// What needs a recent verification of its user, and how recent. Nothing unless said otherwise.
///
/// ```
/// use relying_party::{Duration, settings::{Reverification, SensitiveAction}};
/// let rule = Reverification::within(Duration::from_secs(300))
///     .before([SensitiveAction::Create, SensitiveAction::Delete]);
/// assert!(rule.is_needed_before(SensitiveAction::Delete));
/// assert!(!rule.is_needed_before(SensitiveAction::Rename));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reverification {
    max_age: Duration,
    before: BTreeSet<SensitiveAction>,
}

impl Default for Reverification {
    fn default() -> Self {
        Self::within(REVERIFICATION_AGE_DEFAULT)
    }
}

impl Reverification {
    /// A verification counts for so long; ten minutes unless said otherwise.
    #[must_use]
    pub fn within(max_age: Duration) -> Self {
        Self { max_age, before: BTreeSet::new() }
    }

    /// These actions need one, besides those that were named before.
    #[must_use]
    pub fn before(mut self, actions: impl IntoIterator<Item = SensitiveAction>) -> Self {
        self.before.extend(actions);
        self
    }

    /// For how long a verification counts.
    #[must_use]
    pub fn max_age(&self) -> Duration {
        self.max_age
    }

    /// Whether an action needs one.
    #[must_use]
    pub fn is_needed_before(&self, action: SensitiveAction) -> bool {
        self.before.contains(&action)
    }
}
