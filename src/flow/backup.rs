//! The settings' rule about synced passkeys, for creations and sign-ins.

use crate::{auth_data::Flags, ceremony::CeremonyError, relying_party::RelyingParty};

/// §7.1 step 18, §7.2 step 19, as far as they are policy. Runs after everything else, so that only the holder of the
/// passkey learns about it.
pub(super) fn check(rp: &RelyingParty, flags: Flags) -> Result<(), CeremonyError> {
    let eligible = flags.backup_eligible();
    if rp.settings().backup_rule().accepts(eligible) {
        Ok(())
    } else {
        Err(CeremonyError::BackupPolicy { eligible })
    }
}
