//! Passkeys stored by another library.

use alloc::{borrow::ToOwned as _, vec::Vec};

use super::{Attestation, Passkey, PasskeyState};
use crate::{
    assurance::AaguidAssurance,
    bytes::{Aaguid, CredentialId, InvalidBytes, PasskeyId, UserHandle},
    cose::{Algorithm, CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey},
    crypto::SignatureVerifier,
    json::{AuthenticatorAttachment, Transport},
    limits::TRANSPORTS_MAX,
    name::PasskeyName,
    naming::{self, Maker},
    policy::RpId,
    time::Timestamp,
};

/// A passkey that another library has verified and stored, to be turned into a [`Passkey`].
///
/// Three things make a passkey: its owner, its credential ID, and its key. Everything else may be unknown, and then
/// stays unknown. The first sign-in sets the backup flags, and from then on backup eligibility must not change (§7.2
/// step 19).
///
/// | Here | `SimpleWebAuthn` | `py_webauthn` | webauthn-rs (`Passkey`, `SecurityKey`) |
/// |---|---|---|---|
/// | `user` | `webauthnUserID` | `user_id` of the options | the `Uuid` of the registration, 16 bytes |
/// | `credential_id` | `id`, base64url | `credential_id` | `cred.cred_id`, base64url |
/// | `public_key` | `publicKey` | `credential_public_key` | `cred.cred`, by [`CosePublicKey::from_key`] |
/// | [`sign_count`](Self::sign_count) | `counter` | `sign_count` | `cred.counter` |
/// | [`backup_eligible`](Self::backup_eligible) | `deviceType` is `multiDevice` | `credential_device_type` is `multi_device` | `cred.backup_eligible` |
/// | [`backup_state`](Self::backup_state) | `backedUp` | `credential_backed_up` | `cred.backup_state` |
/// | [`uv_initialized`](Self::uv_initialized) | `userVerified` | `user_verified` | `cred.user_verified` |
/// | [`transports`](Self::transports) | `transports` | of the response | `cred.transports` |
/// | [`aaguid`](Self::aaguid) | `aaguid` | `aaguid` | – |
///
/// The crate `relying-party-import` reads the rows of these and of other systems.
///
/// Records from before a library supported backup flags may have been filled in with `false`. Omit such made-up values,
/// otherwise synced passkeys are rejected at their next sign-in.
///
/// ```
/// use relying_party::{
///     Algorithm, CoseKey, CosePublicKey, KeyParameters, PasskeyImport, Timestamp, crypto::RustCrypto, policy::RpId,
/// };
/// # use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
/// # fn base64url(value: &serde_json::Value) -> Vec<u8> { URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap() }
/// // As webauthn-rs stores it:
/// let stored = serde_json::json!({ "cred": {
///     "cred_id": "TebR8Rr_qYQKk8xPX_ycjSbaC-9Mfe2S1lF8lQ7NGW4",
///     "cred": { "type_": "EDDSA", "key": { "EC_OKP": {
///         "curve": "ED25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } } },
///     "counter": 7, "transports": ["usb"], "user_verified": true, "backup_eligible": false, "backup_state": false,
/// } });
/// let cred = &stored["cred"];
/// let x = base64url(&cred["cred"]["key"]["EC_OKP"]["x"]);
/// // EC_EC2 has x and y (curve 1 is SECP256R1, 2 SECP384R1, 3 SECP521R1), RSA has n and e; curve 6 is ED25519.
/// let key = CoseKey { algorithm: Algorithm::EdDSA, parameters: KeyParameters::Okp { curve: 6, x: &x } };
/// let key = CosePublicKey::from_key(&key)?;
///
/// let rp_id = RpId::new("example.com").unwrap();
/// let passkey = PasskeyImport::new(&[7; 16], &base64url(&cred["cred_id"]), key.as_bytes())
///     .sign_count(7)
///     .transports(["usb".into()])
///     .uv_initialized(true)
///     .backup_eligible(false)
///     .backup_state(false)
///     .finish(&rp_id, &RustCrypto, Timestamp::from_unix_millis(1_700_000_000_000))?;
/// assert_eq!(passkey.name.as_str(), "Security key");
/// // … and `store.insert_passkey(&passkey, u32::MAX)`, which rejects a passkey that already exists.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PasskeyImport<'a> {
    user: &'a [u8],
    credential_id: &'a [u8],
    public_key: &'a [u8],
    sign_count: u32,
    backup_eligible: Option<bool>,
    backup_state: Option<bool>,
    uv_initialized: bool,
    aaguid: Aaguid,
    transports: Vec<Transport>,
    attachment: Option<AuthenticatorAttachment>,
    discoverable: Option<bool>,
    name: Option<PasskeyName>,
    created_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
}

/// Why a record cannot be imported. [`PasskeyImport`](crate::PasskeyImport) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A user handle does not have 1 to 64 bytes, or a credential ID does not have 1 to 1023.
    #[error(transparent)]
    Length(#[from] InvalidBytes),
    /// The bytes are not a `COSE_Key`, or not a valid key for its algorithm. A registration would be rejected for the
    /// same reason.
    #[error(transparent)]
    Key(#[from] InvalidPublicKey),
    /// The verifier does not support the key's algorithm, so the passkey could never be used to sign in.
    #[error("algorithm {0} is not supported by the signature verifier")]
    AlgorithmNotSupported(Algorithm),
    /// The record is backed up although not eligible for backup. No authenticator reports that, so one of the two was
    /// made up.
    #[error("the passkey is backed up although not eligible for backup")]
    BackupState,
}

impl From<InvalidKey> for ImportError {
    fn from(error: InvalidKey) -> Self {
        Self::Key(error.into())
    }
}

impl<'a> PasskeyImport<'a> {
    /// Creates an import for the account with the user handle `user`, from the credential ID and the public key, a
    /// `COSE_Key`.
    #[must_use]
    pub const fn new(user: &'a [u8], credential_id: &'a [u8], public_key: &'a [u8]) -> Self {
        Self {
            user,
            credential_id,
            public_key,
            sign_count: 0,
            backup_eligible: None,
            backup_state: None,
            uv_initialized: false,
            aaguid: Aaguid::new([0; 16]),
            transports: Vec::new(),
            attachment: None,
            discoverable: None,
            name: None,
            created_at: None,
            last_used_at: None,
        }
    }

    /// Sets the last signature counter. Defaults to 0, for unknown.
    #[must_use]
    pub const fn sign_count(mut self, sign_count: u32) -> Self {
        self.sign_count = sign_count;
        self
    }

    /// Sets whether it is eligible for backup (BE). Omit it if unknown.
    #[must_use]
    pub const fn backup_eligible(mut self, backup_eligible: bool) -> Self {
        self.backup_eligible = Some(backup_eligible);
        self
    }

    /// Sets whether it was backed up at its last use (BS). Omit it if unknown.
    #[must_use]
    pub const fn backup_state(mut self, backup_state: bool) -> Self {
        self.backup_state = Some(backup_state);
        self
    }

    /// Sets whether its user was ever verified in a ceremony with it. Defaults to no. In that case user verification by
    /// this passkey does not count as a factor.
    #[must_use]
    pub const fn uv_initialized(mut self, uv_initialized: bool) -> Self {
        self.uv_initialized = uv_initialized;
        self
    }

    /// Sets the model of the authenticator. Defaults to zero, for unknown. It is treated as
    /// [claimed](crate::AaguidAssurance), because this crate does not know how the other library verified it.
    #[must_use]
    pub const fn aaguid(mut self, aaguid: Aaguid) -> Self {
        self.aaguid = aaguid;
        self
    }

    /// Sets the transports. Excess or overlong ones are dropped, as at registration.
    #[must_use]
    pub fn transports(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        let reasonable =
            transports.into_iter().filter(|transport| Transport::is_reasonable(transport.as_str()));
        self.transports = reasonable.take(TRANSPORTS_MAX).collect();
        self
    }

    /// Sets how the authenticator was attached when the passkey was created.
    #[must_use]
    pub const fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.attachment = Some(attachment);
        self
    }

    /// Sets whether it is discoverable.
    #[must_use]
    pub const fn discoverable(mut self, discoverable: bool) -> Self {
        self.discoverable = Some(discoverable);
        self
    }

    /// Sets the name that its owner sees. By default it is named after its authenticator, like a new passkey. Then the
    /// host must make the names of an account unique.
    #[must_use]
    pub fn name(mut self, name: PasskeyName) -> Self {
        self.name = Some(name);
        self
    }

    /// Sets when it was created. Defaults to the time of the import.
    #[must_use]
    pub const fn created_at(mut self, created_at: Timestamp) -> Self {
        self.created_at = Some(created_at);
        self
    }

    /// Sets when it was last used to sign in.
    #[must_use]
    pub const fn last_used_at(mut self, last_used_at: Timestamp) -> Self {
        self.last_used_at = Some(last_used_at);
        self
    }

    /// Returns the passkey to store. Insert it like a [new one](crate::store::PasskeyStore::insert_passkey), so that no
    /// existing passkey is overwritten.
    ///
    /// # Errors
    ///
    /// For the same reasons as a registration: lengths, the key, the backup flags.
    pub fn finish(
        self,
        rp_id: &RpId,
        verifier: &dyn SignatureVerifier,
        now: Timestamp,
    ) -> Result<Passkey, ImportError> {
        let user = UserHandle::try_from(self.user)?;
        let credential_id = CredentialId::try_from(self.credential_id)?;
        let public_key = CosePublicKey::try_from(self.public_key)?;
        if !verifier.supports(public_key.algorithm()) {
            return Err(ImportError::AlgorithmNotSupported(public_key.algorithm()));
        }
        let key = CoseKey::parse(self.public_key).map_err(InvalidPublicKey::from)?;
        verifier.check_key(&key)?;
        if self.backup_eligible == Some(false) && self.backup_state == Some(true) {
            return Err(ImportError::BackupState);
        }
        let maker = Maker {
            model: (self.aaguid, AaguidAssurance::Claimed),
            told: None,
            attachment: self.attachment,
            transports: &self.transports,
            backup_eligible: self.backup_eligible == Some(true),
        };
        let name = self.name.unwrap_or_else(|| naming::suggest(None, maker, None));
        let created_at = self.created_at.unwrap_or(now);
        Ok(Passkey {
            id: PasskeyId::of(rp_id.as_str(), &credential_id),
            rp_id: rp_id.as_str().to_owned(),
            user,
            credential_id,
            public_key,
            aaguid: self.aaguid,
            transports: self.transports,
            attachment: self.attachment,
            discoverable: self.discoverable,
            attestation: Attestation::unknown(),
            name,
            created_at,
            updated_at: created_at,
            last_used_at: self.last_used_at,
            state: PasskeyState {
                sign_count: self.sign_count,
                backup_eligible: self.backup_eligible,
                backup_state: self.backup_state,
                uv_initialized: self.uv_initialized,
            },
        })
    }
}
