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
    passkey::Passkey,
    time::Duration,
};

/// `PublicKeyCredentialCreationOptionsJSON`, for `PublicKeyCredential.parseCreationOptionsFromJSON()`.
///
/// Members that are not set are left out: to browsers, `null` is a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreationOptions {
    /// The relying party.
    pub rp: RpEntity,
    /// The account.
    pub user: UserEntity,
    /// What is to be signed.
    pub challenge: Challenge,
    /// The algorithms that are offered, the preferred one first.
    #[serde(rename = "pubKeyCredParams")]
    pub algorithms: Vec<CredentialParameters>,
    /// How long the browser may take; a hint, which it clamps.
    #[serde(serialize_with = "millis")]
    pub timeout: Duration,
    /// The account's passkeys, so that no authenticator gets two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What the authenticator must be able to do.
    pub authenticator_selection: AuthenticatorSelection,
    /// What the user is expected to have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Which attestation is wanted.
    pub attestation: AttestationConveyance,
    /// Extension inputs.
    #[serde(skip_serializing_if = "RegistrationInputs::is_empty")]
    pub extensions: RegistrationInputs,
}

/// `PublicKeyCredentialRequestOptionsJSON`, for `PublicKeyCredential.parseRequestOptionsFromJSON()`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestOptions {
    /// What is to be signed.
    pub challenge: Challenge,
    /// How long the browser may take; a hint, which conditional mediation ignores.
    #[serde(serialize_with = "millis")]
    pub timeout: Duration,
    /// The RP ID.
    pub rp_id: String,
    /// The passkeys that may answer; empty if any that is discoverable may.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
    /// What the user is expected to have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Extension inputs.
    #[serde(skip_serializing_if = "AuthenticationInputs::is_empty")]
    pub extensions: AuthenticationInputs,
}

/// The relying party, as browsers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RpEntity {
    /// The RP ID.
    pub id: String,
    /// Deprecated, but required by browsers.
    pub name: String,
}

/// The account, as browsers show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user handle.
    pub id: UserHandle,
    /// What tells the account from others: an e-mail address, a user name.
    pub name: String,
    /// What the user is called; may be empty.
    pub display_name: String,
}

/// One algorithm that is offered.
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

/// `PublicKeyCredentialType`, of which there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum PublicKeyType {
    #[serde(rename = "public-key")]
    PublicKey,
}

/// A credential that is allowed or excluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CredentialDescriptor {
    #[serde(rename = "type")]
    kind: PublicKeyType,
    /// The credential id.
    pub id: CredentialId,
    /// How its authenticator can be reached, as it said when the passkey was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transports: Vec<Transport>,
}

impl CredentialDescriptor {
    pub(crate) fn new(id: CredentialId, transports: Vec<Transport>) -> Self {
        Self { kind: PublicKeyType::PublicKey, id, transports }
    }
}

impl From<&Passkey> for CredentialDescriptor {
    fn from(passkey: &Passkey) -> Self {
        Self::new(passkey.credential_id.clone(), passkey.transports.clone())
    }
}

/// What the authenticator must be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// Where it has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the passkey is to be discoverable.
    pub resident_key: ResidentKey,
    /// The same for clients of Level 1: true exactly if `resident_key` is `required`.
    pub require_resident_key: bool,
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
}

/// The mediation of `navigator.credentials` (Credential Management §2.3.2). It stands beside `publicKey` in the
/// argument of `create()` and `get()`, not in the options, and so has to be conveyed beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mediation {
    /// The browser asks in its own time: in the autofill of a form.
    Conditional,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn millis<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // An unsigned long: 32 bits, some 50 days.
    serializer.serialize_u32(u32::try_from(span.as_millis()).unwrap_or(u32::MAX))
}
