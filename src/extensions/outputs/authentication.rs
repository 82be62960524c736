//! What came of the extensions of a sign-in.

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

use super::{
    HmacOutput, PrfOutput, PrfResults, Uvm,
    cbor::{self, put},
    done, json, present,
};
use crate::extensions::{
    AppId, Blob, Extension, ExtensionError, RequestedExtensions, Unread, UvmEntry,
};

/// The extension outputs of a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationOutputs {
    /// What the client says. Unsigned.
    pub client: AuthenticationClientOutputs,
    /// What the authenticator says. Signed.
    pub authenticator: AuthenticationAuthenticatorOutputs,
}

/// The client extension outputs of a sign-in: `AuthenticationExtensionsClientOutputsJSON`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationClientOutputs {
    /// `prf.results`: the secrets that were derived (§10.1.4).
    pub prf: Option<PrfResults>,
    /// `largeBlob.blob`: what was read (§10.1.5).
    pub large_blob: Option<Blob>,
    /// `largeBlob.written`: whether it was written (§10.1.5).
    pub large_blob_written: Option<bool>,
    /// `appid`: whether the AppID was used in place of the RP ID (§10.1.1). Only if it was requested; else it is kept
    /// unread.
    pub app_id: Option<bool>,
    /// `hmacGetSecret`: the secrets that were derived (CTAP 2.1 §12.5).
    pub hmac_get_secret: Option<HmacOutput>,
    /// `uvm`: how the user was verified (Level 2 §10.3).
    pub uvm: Option<Vec<UvmEntry>>,
    /// The others, as JSON.
    pub other: Unread<String>,
}

/// The authenticator extension outputs of a sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationAuthenticatorOutputs {
    /// `credBlob`: the bytes that were stored with the passkey; empty if there are none (CTAP 2.1 §12.2).
    pub cred_blob: Option<Blob>,
    /// `hmac-secret`: encrypted for the client, of no use here (CTAP 2.1 §12.5).
    pub hmac_secret: Option<Blob>,
    /// `uvm`: how the user was verified (Level 2 §10.3).
    pub uvm: Option<Vec<UvmEntry>>,
    /// `thirdPartyPayment`: whether the passkey may be used for payments by others (CTAP 2.2).
    pub third_party_payment: Option<bool>,
    /// The others, as CBOR.
    pub other: Unread<Vec<u8>>,
}

#[derive(Default, Deserialize)]
struct LargeBlob {
    blob: Option<Blob>,
    written: Option<bool>,
}

impl AuthenticationOutputs {
    /// Reads the outputs, client's and authenticator's, and judges them by what was requested (§7.2 step 23).
    pub(crate) fn read(
        client: Option<&str>,
        authenticator: Option<&[u8]>,
        requested: &RequestedExtensions,
    ) -> Result<Self, ExtensionError> {
        let mut outputs = Self::default();
        if let Some(json) = client.filter(|json| *json != json::NONE) {
            outputs.client = AuthenticationClientOutputs::read(json, requested)?;
        }
        if let Some(map) = authenticator {
            outputs.authenticator = AuthenticationAuthenticatorOutputs::read(map, requested)?;
        }
        requested.required().try_for_each(|extension| outputs.check(extension, requested))?;
        Ok(outputs)
    }

    fn check(
        &self,
        extension: Extension,
        requested: &RequestedExtensions,
    ) -> Result<(), ExtensionError> {
        let Self { client, authenticator } = self;
        match extension {
            Extension::Prf => present(extension, client.prf.is_some()),
            Extension::LargeBlob if requested.large_blob_write => {
                done(extension, client.large_blob_written)
            }
            Extension::LargeBlob => present(extension, client.large_blob.is_some()),
            Extension::AppId => done(extension, client.app_id),
            Extension::CredBlob => {
                let stored = authenticator.cred_blob.as_ref();
                done(extension, stored.map(|blob| !blob.as_bytes().is_empty()))
            }
            Extension::HmacSecret => present(extension, client.hmac_get_secret.is_some()),
            Extension::Uvm => {
                present(extension, authenticator.uvm.is_some() || client.uvm.is_some())
            }
            Extension::ThirdPartyPayment => done(extension, authenticator.third_party_payment),
            Extension::CredProps
            | Extension::AppIdExclude
            | Extension::CredProtect
            | Extension::MinPinLength
            | Extension::PinComplexityPolicy => Err(ExtensionError::Missing(extension)),
        }
    }
}

impl AuthenticationClientOutputs {
    fn read(json: &str, requested: &RequestedExtensions) -> Result<Self, ExtensionError> {
        let mut outputs = Self::default();
        let (mut prf, mut large_blob, mut uvm) = (None::<PrfOutput>, None::<LargeBlob>, None);
        let other = json::read(json, requested, |name, value| match name {
            "prf" => Some(json::object(&mut prf, value)),
            "largeBlob" => Some(json::object(&mut large_blob, value)),
            "appid" if requested.app_id.is_some() => Some(json::value(&mut outputs.app_id, value)),
            "hmacGetSecret" => Some(json::object(&mut outputs.hmac_get_secret, value)),
            "uvm" => Some(json::value(&mut uvm, value)),
            _ => None,
        })?;
        let large_blob = large_blob.unwrap_or_default();
        outputs.prf = prf.and_then(|prf| prf.without_unasked(requested).results);
        outputs.large_blob = large_blob.blob;
        outputs.large_blob_written = large_blob.written;
        outputs.uvm = uvm.map(|Uvm(entries)| entries);
        Ok(Self { other, ..outputs })
    }
}

impl AuthenticationAuthenticatorOutputs {
    fn read(map: &[u8], requested: &RequestedExtensions) -> Result<Self, ExtensionError> {
        let mut outputs = Self::default();
        let other = cbor::read(map, requested, |name, value| match name {
            "credBlob" => Some(put(&mut outputs.cred_blob, value.bytes())),
            "hmac-secret" => Some(put(&mut outputs.hmac_secret, value.bytes())),
            "uvm" => Some(put(&mut outputs.uvm, value.uvm())),
            "thirdPartyPayment" => Some(put(&mut outputs.third_party_payment, value.bool())),
            _ => None,
        })?;
        Ok(Self { other, ..outputs })
    }
}

/// The AppID whose hash has to stand in place of the RP ID's: it was requested, and the client says that it was used
/// (§10.1.1). An `appid` that nobody requested is ignored, and so the RP ID is checked.
pub(crate) fn app_id_in_use<'a>(
    client: Option<&str>,
    requested: &'a RequestedExtensions,
) -> Option<&'a AppId> {
    let app_id = requested.app_id.as_ref()?;
    let outputs = AuthenticationClientOutputs::read(client?, requested).ok()?;
    outputs.app_id.filter(|used| *used).map(|_| app_id)
}
