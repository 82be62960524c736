//! The extension outputs of a sign-in.

use alloc::{string::String, vec::Vec};

use super::{
    HmacOutput, PrfOutput, PrfResults, Rest, Uvm,
    cbor::{self, put},
    done, json, present,
};
use crate::extensions::{
    AppId, Blob, Extension, ExtensionError, RequestedExtensions, Unread, UvmEntry,
};

/// The extension outputs of a sign-in. [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationOutputs {
    /// What the client reports. Not signed.
    pub client: AuthenticationClientOutputs,
    /// What the authenticator reports. Signed.
    pub authenticator: AuthenticationAuthenticatorOutputs,
}

/// The client extension outputs of a sign-in: `AuthenticationExtensionsClientOutputsJSON`.
/// [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationClientOutputs {
    /// `prf.results`: the derived secrets (§10.1.4).
    pub prf: Option<PrfResults>,
    /// `largeBlob.blob`: the blob that was read (§10.1.5).
    pub large_blob: Option<Blob>,
    /// `largeBlob.written`: whether the blob was written (§10.1.5).
    pub large_blob_written: Option<bool>,
    /// `appid`: whether the AppID was used in place of the RP ID (§10.1.1). If it was not requested, the output is kept
    /// unread.
    pub app_id: Option<bool>,
    /// `hmacGetSecret`: the derived secrets (CTAP 2.1 §12.5).
    pub hmac_get_secret: Option<HmacOutput>,
    /// `uvm`: how the user was verified (Level 2 §10.3).
    pub uvm: Option<Vec<UvmEntry>>,
    /// Other outputs, as JSON.
    pub other: Unread<String>,
    /// Outputs of the wrong type, as JSON. If the outputs are not an object with unique members, all of them, under the
    /// name `clientExtensionResults`.
    pub unreadable: Unread<String>,
}

/// The authenticator extension outputs of a sign-in. [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationAuthenticatorOutputs {
    /// `credBlob`: the bytes that were stored with the passkey. Empty if no bytes were stored (CTAP 2.1 §12.2).
    pub cred_blob: Option<Blob>,
    /// `hmac-secret`: encrypted for the client, so useless here (CTAP 2.1 §12.5).
    pub hmac_secret: Option<Blob>,
    /// `uvm`: how the user was verified (Level 2 §10.3).
    pub uvm: Option<Vec<UvmEntry>>,
    /// `thirdPartyPayment`: whether third parties may use the passkey for payments (CTAP 2.2).
    pub third_party_payment: Option<bool>,
    /// Other outputs, as CBOR.
    pub other: Unread<Vec<u8>>,
    /// Outputs of the wrong type, as CBOR.
    pub unreadable: Unread<Vec<u8>>,
}

impl AuthenticationOutputs {
    /// Parses the outputs of client and authenticator, and checks them against what was requested (§7.2 step 23).
    pub(crate) fn read(
        client: Option<&str>,
        authenticator: Option<&[u8]>,
        requested: &RequestedExtensions,
    ) -> Result<Self, ExtensionError> {
        let mut outputs = Self::default();
        if let Some(json) = client.filter(|json| *json != json::NONE) {
            outputs.client = AuthenticationClientOutputs::read(json, requested);
        }
        if let Some(map) = authenticator {
            outputs.authenticator = AuthenticationAuthenticatorOutputs::read(map);
        }
        requested.check_remote_client(&outputs.client.other)?;
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
    fn read(json: &str, requested: &RequestedExtensions) -> Self {
        let (mut outputs, mut prf, mut uvm) = (Self::default(), None, None);
        let Rest { other, unreadable } = json::read(json, |name, value| match name {
            "prf" => Some(PrfOutput::read(&mut prf, value, requested)),
            "largeBlob" => Some(json::members(value, |name, value| match name {
                "blob" => Some(json::value(&mut outputs.large_blob, value)),
                "written" => Some(json::value(&mut outputs.large_blob_written, value)),
                _ => None,
            })),
            "appid" if requested.app_id.is_some() => Some(json::value(&mut outputs.app_id, value)),
            "hmacGetSecret" => Some(json::object(&mut outputs.hmac_get_secret, value)),
            "uvm" => Some(json::value(&mut uvm, value)),
            _ => None,
        });
        Self {
            prf: prf.and_then(|prf| prf.results),
            uvm: uvm.map(|Uvm(entries)| entries),
            other,
            unreadable,
            ..outputs
        }
    }
}

impl AuthenticationAuthenticatorOutputs {
    fn read(map: &[u8]) -> Self {
        let mut outputs = Self::default();
        let Rest { other, unreadable } = cbor::read(map, |name, value| match name {
            "credBlob" => Some(put(&mut outputs.cred_blob, value.bytes())),
            "hmac-secret" => Some(put(&mut outputs.hmac_secret, value.bytes())),
            "uvm" => Some(put(&mut outputs.uvm, value.uvm())),
            "thirdPartyPayment" => Some(put(&mut outputs.third_party_payment, value.bool())),
            _ => None,
        });
        Self { other, unreadable, ..outputs }
    }
}

/// Returns the AppID whose hash must appear in place of the RP ID's: it was requested, and the client reports that it
/// was used (§10.1.1). An unrequested `appid` is ignored, so the RP ID is checked.
pub(crate) fn app_id_in_use<'a>(
    client: Option<&str>,
    requested: &'a RequestedExtensions,
) -> Option<&'a AppId> {
    let app_id = requested.app_id.as_ref()?;
    let outputs = AuthenticationClientOutputs::read(client?, requested);
    outputs.app_id.filter(|used| *used).map(|_| app_id)
}
