//! Values in extensions.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::InvalidExtensions;
use crate::base64url;

/// Bytes of an extension. They are encoded as base64url, and not shown by `Debug`, because many of them are secrets.
/// [`RegistrationInputs`](crate::extensions::RegistrationInputs) has an example.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob(Vec<u8>);

impl Blob {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl fmt::Display for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        base64url::fmt(&self.0, f)
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = crate::text::Text::deserialize(deserializer)?;
        base64url::decode(&text).map(Self).map_err(|_| de::Error::custom("not base64url"))
    }
}

/// A 32-byte secret that an authenticator derived (`prf`, `hmac-secret`). Not shown by `Debug`.
/// [`PrfOutput`](crate::extensions::PrfOutput) has an example.
///
/// Use it at once or pass it on. This crate never stores it.
#[derive(Clone, PartialEq, Eq)]
pub struct DerivedSecret([u8; 32]);

impl DerivedSecret {
    /// The secret.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DerivedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DerivedSecret")
    }
}

impl<'de> Deserialize<'de> for DerivedSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Blob(bytes) = Blob::deserialize(deserializer)?;
        bytes.try_into().map(Self).map_err(|_| de::Error::custom("not 32 bytes"))
    }
}

/// `AuthenticationExtensionsPRFValues`: the values from which secrets are derived, one or two inputs of any length
/// (§10.1.4).
///
/// ```text
/// { first: base64url, second?: base64url }
/// ```
///
/// ```
/// use relying_party::extensions::{AuthenticationInputs, PrfValues};
/// let inputs = AuthenticationInputs::default().prf(PrfValues::new(b"notes of 2026"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrfValues {
    first: Blob,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<Blob>,
}

impl PrfValues {
    /// Creates values with one input.
    #[must_use]
    pub fn new(first: &[u8]) -> Self {
        Self { first: Blob(first.into()), second: None }
    }

    /// Creates values with two inputs, for example to rotate from one to the other.
    #[must_use]
    pub fn with_second(first: &[u8], second: &[u8]) -> Self {
        Self { first: Blob(first.into()), second: Some(Blob(second.into())) }
    }

    pub(super) const fn has_second(&self) -> bool {
        self.second.is_some()
    }
}

/// `HMACGetSecretInput`: one or two salts of 32 bytes (CTAP 2.1 §12.5). Browsers offer `prf` instead.
/// [`AuthenticationInputs`](crate::extensions::AuthenticationInputs) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HmacSalts {
    salt1: Blob,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt2: Option<Blob>,
}

impl HmacSalts {
    /// Creates the salts.
    #[must_use]
    pub fn new(first: &[u8; 32], second: Option<&[u8; 32]>) -> Self {
        let blob = |salt: &[u8; 32]| Blob(salt.to_vec());
        Self { salt1: blob(first), salt2: second.map(blob) }
    }
}

/// How well a credential is protected against use without user verification (CTAP 2.1 §12.1). Later variants are
/// stronger. [`RegistrationInputs`](crate::extensions::RegistrationInputs) has an example.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum CredentialProtection {
    /// 1, the default: usable and discoverable without user verification.
    #[default]
    UserVerificationOptional,
    /// 2: without user verification, only usable if named in the allow list.
    #[serde(rename = "userVerificationOptionalWithCredentialIDList")]
    UserVerificationOptionalWithCredentialIdList,
    /// 3: not usable without user verification.
    UserVerificationRequired,
}

impl CredentialProtection {
    pub(super) const fn from_level(level: u64) -> Option<Self> {
        match level {
            1 => Some(Self::UserVerificationOptional),
            2 => Some(Self::UserVerificationOptionalWithCredentialIdList),
            3 => Some(Self::UserVerificationRequired),
            _ => None,
        }
    }
}

/// A FIDO AppID: the HTTPS URL under which U2F keys were registered (§10.1.1).
///
/// ```
/// use relying_party::extensions::AppId;
/// assert!(AppId::new("https://example.com/app-id.json").is_ok());
/// assert!(AppId::new("example.com").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppId(Box<str>);

impl AppId {
    /// Creates an AppID. It must be spelled exactly as when the keys were registered, because its bytes are hashed.
    ///
    /// # Errors
    ///
    /// If it is not an HTTPS URL.
    pub fn new(url: &str) -> Result<Self, InvalidExtensions> {
        match url.strip_prefix("https://") {
            Some(rest) if !rest.is_empty() => Ok(Self(url.into())),
            _ => Err(InvalidExtensions::AppId),
        }
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns SHA-256 of the URL. It never equals that of an RP ID, which is not a URL.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// One way in which the user was verified: three bit values of the FIDO registry (Level 2 §10.3).
///
/// ```
/// use relying_party::extensions::UvmEntry;
/// let fingerprint = UvmEntry::from((2, 4, 2));
/// assert_eq!(fingerprint.user_verification_method, 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
#[non_exhaustive]
pub struct UvmEntry {
    /// `userVerificationMethod`.
    pub user_verification_method: u32,
    /// `keyProtectionType`.
    pub key_protection: u32,
    /// `matcherProtectionType`.
    pub matcher_protection: u32,
}

impl From<(u32, u32, u32)> for UvmEntry {
    fn from(entry: (u32, u32, u32)) -> Self {
        let (user_verification_method, key_protection, matcher_protection) = entry;
        Self { user_verification_method, key_protection, matcher_protection }
    }
}

impl From<UvmEntry> for (u32, u32, u32) {
    fn from(entry: UvmEntry) -> Self {
        (entry.user_verification_method, entry.key_protection, entry.matcher_protection)
    }
}

/// Outputs that are kept as received, by extension identifier: those of unknown extensions, or those of the wrong type.
/// `Debug` only shows the identifiers.
///
/// ```
/// use relying_party::extensions::RegistrationClientOutputs;
/// fn log_unreadable(outputs: &RegistrationClientOutputs) {
///     for (extension, _json) in outputs.unreadable.iter() {
///         eprintln!("the output of {extension} has the wrong type"); // `_json` may be a secret
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Unread<T>(Vec<(String, T)>);

impl<T> Unread<T> {
    /// Returns the output of an extension.
    #[must_use]
    pub fn get(&self, identifier: &str) -> Option<&T> {
        self.iter().find(|(found, _)| *found == identifier).map(|(_, output)| output)
    }

    /// Returns all outputs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(identifier, output)| (identifier.as_str(), output))
    }

    pub(super) fn push(&mut self, identifier: &str, output: T) {
        self.0.push((identifier.into(), output));
    }
}

impl<T> Default for Unread<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> fmt::Debug for Unread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(identifier, _)| identifier)).finish()
    }
}
