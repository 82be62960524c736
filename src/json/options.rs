//! The options for `navigator.credentials.create()` and `.get()` (§5.1.8, §5.1.9), as JSON.

use alloc::{string::String, vec::Vec};

use serde::{Serialize, Serializer};

use super::enums::{
    AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, Transport, UserVerification,
};
use crate::{
    bytes::{Challenge, CredentialId, UserHandle},
    cose::Algorithm,
    extensions::{AuthenticationInputs, RegistrationInputs},
    time::Duration,
};

/// `PublicKeyCredentialCreationOptionsJSON`, for `PublicKeyCredential.parseCreationOptionsFromJSON()`.
/// [`CreatePasskey`](crate::CreatePasskey) has an example.
///
/// Members that are not set are omitted, because browsers treat `null` as a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreationOptions {
    /// The relying party.
    pub rp: RpEntity,
    /// The account.
    pub user: UserEntity,
    /// The challenge to be signed.
    pub challenge: Challenge,
    /// The offered algorithms, in order of preference.
    #[serde(rename = "pubKeyCredParams")]
    pub algorithms: Vec<CredentialParameters>,
    /// How long the browser may take. A hint, which browsers clamp.
    #[serde(serialize_with = "millis")]
    pub timeout: Duration,
    /// The account's passkeys, so that no authenticator gets a second one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// The requirements on the authenticator.
    pub authenticator_selection: AuthenticatorSelection,
    /// Which kinds of authenticators the user is expected to have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Which attestation is requested.
    pub attestation: AttestationConveyance,
    /// The statement formats that the policy accepts, in order of preference: see
    /// [`AttestationPolicy::formats`](crate::AttestationPolicy::formats). Empty if no attestation is requested. Clients
    /// of Level 2 ignore it, and authenticators may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<&'static str>,
    /// Extension inputs.
    #[serde(skip_serializing_if = "RegistrationInputs::is_empty")]
    pub extensions: RegistrationInputs,
}

/// `PublicKeyCredentialRequestOptionsJSON`, for `PublicKeyCredential.parseRequestOptionsFromJSON()`.
/// [`SignIn`](crate::SignIn) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestOptions {
    /// The challenge to be signed.
    pub challenge: Challenge,
    /// How long the browser may take. A hint, which conditional mediation ignores.
    #[serde(serialize_with = "millis")]
    pub timeout: Duration,
    /// The RP ID.
    pub rp_id: String,
    /// The passkeys that may answer. Empty if any discoverable passkey may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
    /// Which kinds of authenticators the user is expected to have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Extension inputs.
    #[serde(skip_serializing_if = "AuthenticationInputs::is_empty")]
    pub extensions: AuthenticationInputs,
}

/// The relying party, as browsers show it. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RpEntity {
    /// The RP ID.
    pub id: String,
    /// Deprecated, but required by browsers.
    pub name: String,
}

/// The account, as browsers show it. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user handle.
    pub id: UserHandle,
    /// A name that distinguishes the account from others: an email address, a user name.
    pub name: String,
    /// What the user is called. May be empty.
    pub display_name: String,
}

/// An offered algorithm. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CredentialParameters {
    #[serde(rename = "type")]
    kind: PublicKeyType,
    alg: Algorithm,
}

impl From<Algorithm> for CredentialParameters {
    fn from(alg: Algorithm) -> Self {
        Self { kind: PublicKeyType::PublicKey, alg }
    }
}

/// `PublicKeyCredentialType`, which has only one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum PublicKeyType {
    #[serde(rename = "public-key")]
    PublicKey,
}

/// An allowed or excluded credential. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CredentialDescriptor {
    #[serde(rename = "type")]
    kind: PublicKeyType,
    /// The credential ID.
    pub id: CredentialId,
    /// The transports that its authenticator reported when the passkey was created.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
}

impl CredentialDescriptor {
    pub(crate) fn new(id: CredentialId, transports: Vec<Transport>) -> Self {
        Self { kind: PublicKeyType::PublicKey, id, transports }
    }
}

/// The requirements on the authenticator. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// How it must be attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the passkey must be discoverable.
    pub resident_key: ResidentKey,
    /// The same for clients of Level 1: true if and only if `resident_key` is `required`.
    pub require_resident_key: bool,
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
}

/// The mediation of `navigator.credentials` (Credential Management §2.3.2). It belongs next to `publicKey` in the
/// argument of `create()` and `get()`, not in the options, so it must be passed on separately.
/// [`CreatePasskey::begin`](crate::CreatePasskey::begin) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mediation {
    /// The browser asks without a dialog: in the autofill of a form.
    Conditional,
}

/// The dialog in which a browser offers passkeys. Like [`Mediation`], it belongs next to `publicKey` in the argument of
/// `get()`. [`BeginOptions::ui_mode`](crate::flow::BeginOptions::ui_mode) has an example.
///
/// Experimental: it follows proposals of the W3C's WebAuthn working group from April 2026 (immediate) and June 2026
/// (passive), and will change with them. Browsers that do not know it ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum UiMode {
    /// A dialog with the passkeys on this device, opened by the user's click. If the device has no passkeys, the
    /// request fails at once with `NotAllowedError`, and the page offers other ways to sign in.
    Immediate,
    /// A small prompt on any page, beside the autofill of a form if there is one. If there are no passkeys, nothing
    /// appears.
    Passive,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde requires")]
fn millis<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // An unsigned long: 32 bits, about 50 days.
    serializer.serialize_u32(u32::try_from(span.as_millis()).unwrap_or(u32::MAX))
}
