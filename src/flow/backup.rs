//! The settings' rule on passkeys that sync, for creations and sign-ins alike.

use crate::{auth_data::Flags, ceremony::CeremonyError, relying_party::RelyingParty};

/// §7.1 step 18, §7.2 step 19, as far as they are policy. After everything else, so that only who has the passkey learns
/// of it.
pub(super) fn check(rp: &RelyingParty, flags: Flags) -> Result<(), CeremonyError> {
    let eligible = flags.backup_eligible();
    if rp.settings().backup_rule().accepts(eligible) {
        Ok(())
    } else {
        Err(CeremonyError::BackupPolicy { eligible })
    }
}
