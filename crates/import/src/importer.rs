//! From a row to a passkey.

use std::sync::Arc;

use relying_party::{
    InvalidName, Passkey, PasskeyImport, PasskeyName, Timestamp,
    crypto::{RustCrypto, SignatureVerifier},
    policy::RpId,
};

use crate::{lines::LINE_MAX, record::Record, refusal::Refusal, row::Row, system::System};

/// Reads rows of one system for one RP ID.
///
/// ```
/// use relying_party::policy::RpId;
/// use relying_party_import::{Importer, System};
///
/// let importer = Importer::new(System::JavaWebauthnServer, RpId::new("example.com")?);
/// let row = br#"{
///     "credentialId": "TebR8Rr_qYQKk8xPX_ycjSbaC-9Mfe2S1lF8lQ7NGW4",
///     "userHandle": "YWRh",
///     "publicKeyCose": "pAEBAycgBiFYINdamAGCsQq31Uv-08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
///     "signatureCount": 7
/// }"#;
/// let imported = importer.row(row)?;
/// assert_eq!(imported.passkey.user.as_bytes(), b"ada");
/// assert_eq!(imported.passkey.state.sign_count, 7);
/// // `RegisteredCredential` did not say, so the first sign-in does.
/// assert_eq!(imported.passkey.state.backup_eligible, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Importer {
    system: System,
    rp_id: RpId,
    verifier: Arc<dyn SignatureVerifier>,
    now: Timestamp,
    backup_flags: BackupFlags,
    users_were_verified: bool,
}

/// Whether backup flags of `false` are believed.
///
/// A system that began to store them later has filled in `false` for older rows. If you import that for a synced
/// passkey, its next sign-in fails with `backup_flags`, because backup eligibility never changes (§7.2 step 19).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BackupFlags {
    /// The flags are what they are in the record.
    #[default]
    AsRecorded,
    /// A passkey that is not eligible for backup is taken as one of which that is unknown. The first sign-in settles
    /// it. Nothing that was true is lost.
    OnlyTrue,
}

/// A passkey that can be stored, with `insert_passkey(&passkey, u32::MAX)`. [`Importer`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The passkey.
    pub passkey: Passkey,
    /// Why the name in the row could not be kept. Then the passkey is named after its authenticator.
    pub dropped_name: Option<InvalidName>,
}

impl Importer {
    /// Creates an importer. It checks keys with [`RustCrypto`], and the time of the import is now.
    #[must_use]
    pub fn new(system: System, rp_id: RpId) -> Self {
        Self {
            system,
            rp_id,
            verifier: Arc::new(RustCrypto),
            now: Timestamp::now(),
            backup_flags: BackupFlags::default(),
            users_were_verified: false,
        }
    }

    /// Checks keys with the verifier of your relying party, so that no passkey is imported that could not be used.
    #[must_use]
    pub fn verifier(mut self, verifier: Arc<dyn SignatureVerifier>) -> Self {
        self.verifier = verifier;
        self
    }

    /// Sets the time of the import, for rows that do not say when the passkey was created.
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Sets whether backup flags of `false` are believed.
    #[must_use]
    pub fn backup_flags(mut self, flags: BackupFlags) -> Self {
        self.backup_flags = flags;
        self
    }

    /// Sets whether the user counts as verified where a row does not say so. The default is no: user verification by
    /// such a passkey does not count until the passkey was once a second factor.
    ///
    /// **Only set this if the old system required user verification at every registration.** Otherwise the holder of a
    /// security key without a PIN would pass for a verified user.
    #[must_use]
    pub fn users_were_verified(mut self, verified: bool) -> Self {
        self.users_were_verified = verified;
        self
    }

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// If the row is not one of this system, or no registration could have created the passkey.
    pub fn row(&self, json: &[u8]) -> Result<Imported, Refusal> {
        if json.len() > LINE_MAX {
            return Err(Refusal::TooLong);
        }
        let record = self.system.read(&Row::parse(json)?, &self.rp_id)?;
        self.finish(record)
    }

    fn finish(&self, record: Record) -> Result<Imported, Refusal> {
        let mut import =
            PasskeyImport::new(&record.user, &record.credential_id, &record.public_key)
                .sign_count(record.sign_count)
                .uv_initialized(record.user_verified.unwrap_or(self.users_were_verified))
                .aaguid(record.aaguid)
                .transports(record.transports);
        let is_believed =
            |eligible: &bool| *eligible || self.backup_flags == BackupFlags::AsRecorded;
        let eligible = record.backup_eligible.filter(is_believed);
        if let Some(eligible) = eligible {
            import = import.backup_eligible(eligible);
        }
        let state = match self.backup_flags {
            BackupFlags::AsRecorded => record.backup_state,
            BackupFlags::OnlyTrue => record.backup_state.filter(|_| eligible.is_some()),
        };
        if let Some(state) = state {
            import = import.backup_state(state);
        }
        if let Some(attachment) = record.attachment {
            import = import.attachment(attachment);
        }
        if let Some(discoverable) = record.discoverable {
            import = import.discoverable(discoverable);
        }
        if let Some(at) = record.created_at {
            import = import.created_at(at);
        }
        if let Some(at) = record.last_used_at {
            import = import.last_used_at(at);
        }
        // Many systems write an empty name for none.
        let name = record.name.filter(|name| !name.trim().is_empty());
        let name = name.map(|name| name.parse::<PasskeyName>()).transpose();
        let dropped_name = name.as_ref().err().copied();
        if let Ok(Some(name)) = name {
            import = import.name(name);
        }
        let passkey = import.finish(&self.rp_id, &*self.verifier, self.now)?;
        Ok(Imported { passkey, dropped_name })
    }
}

impl std::fmt::Debug for Importer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Importer")
            .field("system", &self.system)
            .field("rp_id", &self.rp_id)
            .field("backup_flags", &self.backup_flags)
            .field("users_were_verified", &self.users_were_verified)
            .finish_non_exhaustive()
    }
}
