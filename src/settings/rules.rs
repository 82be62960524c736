//! Settings that are more than a yes or no.

use alloc::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{limits::REVERIFICATION_AGE_DEFAULT, time::Duration};

/// When a sign-in with a passkey counts as one factor only, so that the host has to ask for another one.
/// [`Settings`](crate::Settings) has an example.
///
/// A passkey is something that the user has. With user verification it is also something that the user knows or is.
/// Without user verification, anyone who finds a security key can sign in with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecondFactorRule {
    /// Never: every sign-in is complete.
    Never,
    /// If user verification does not count. See [`SignedIn::user_verified`](crate::flow::SignedIn::user_verified).
    #[default]
    WithoutUserVerification,
    /// Always, even if the user was verified.
    Always,
}

/// Whether synced passkeys, device-bound passkeys or both are accepted (§6.1.3). This depends on the flag BE, which
/// never changes. [`Settings`](crate::Settings) has an example.
///
/// It is checked when a passkey is created (§7.1 step 18) and whenever it is used (§7.2 step 19), so a stricter rule
/// also rejects existing passkeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BackupRule {
    /// All passkeys. Right for nearly every service: most passkeys sync, most security keys do not.
    #[default]
    Any,
    /// Only passkeys that never leave their device (BE is not set), for services that cannot accept copies in a cloud.
    /// The authenticator itself sets BE. Only trusted attestation vouches for it.
    DeviceBound,
    /// Only passkeys that can be backed up (BE is set), for services where losing a device must not mean losing the
    /// account.
    Syncable,
}

impl BackupRule {
    /// Returns whether a passkey with this BE is accepted.
    pub(crate) fn accepts(self, backup_eligible: bool) -> bool {
        match self {
            Self::Any => true,
            Self::DeviceBound => !backup_eligible,
            Self::Syncable => backup_eligible,
        }
    }
}

/// An action of an account's owner that an attacker with a stolen session should not be able to take.
/// [`Reverification`](crate::settings::Reverification) has an example.
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
    /// Erasing the account.
    Erase,
}

/// Which actions need a recent verification of the user, and how recent. The default is none.
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
    /// Sets how long a verification is valid. The default is ten minutes.
    #[must_use]
    pub fn within(max_age: Duration) -> Self {
        Self { max_age, before: BTreeSet::new() }
    }

    /// Requires a verification before these actions, in addition to those named before.
    #[must_use]
    pub fn before(mut self, actions: impl IntoIterator<Item = SensitiveAction>) -> Self {
        self.before.extend(actions);
        self
    }

    /// How long a verification is valid.
    #[must_use]
    pub fn max_age(&self) -> Duration {
        self.max_age
    }

    /// Returns whether an action needs a verification.
    #[must_use]
    pub fn is_needed_before(&self, action: SensitiveAction) -> bool {
        self.before.contains(&action)
    }
}
