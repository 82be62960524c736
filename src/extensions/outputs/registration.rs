//! The extension outputs of a registration.

use alloc::{string::String, vec::Vec};

use super::{
    PrfOutput, Rest, Uvm,
    cbor::{self, put},
    done, json, present,
};
use crate::extensions::{
    CredentialProtection, Extension, ExtensionError, RequestedExtensions, Unread, UvmEntry,
};

/// The extension outputs of a registration. [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationOutputs {
    /// What the client reports. Not signed.
    pub client: RegistrationClientOutputs,
    /// What the authenticator reports. Signed if the attestation is.
    pub authenticator: RegistrationAuthenticatorOutputs,
}

/// The client extension outputs of a registration: `AuthenticationExtensionsClientOutputsJSON`.
/// [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationClientOutputs {
    /// `credProps.rk`: whether the passkey is discoverable (§10.1.3).
    pub cred_props_rk: Option<bool>,
    /// `credProps.authenticatorDisplayName`: the client's name for the authenticator. Some clients send it although no
    /// published specification defines it. Only use it for naming, because a client can claim anything.
    pub authenticator_display_name: Option<String>,
    /// `prf`: whether the passkey can derive secrets, possibly with the first ones (§10.1.4).
    pub prf: Option<PrfOutput>,
    /// `largeBlob.supported`: whether the passkey can have a large blob (§10.1.5).
    pub large_blob_supported: Option<bool>,
    /// `appidExclude`: whether the client looked for U2F keys (§10.1.2).
    pub app_id_exclude: Option<bool>,
    /// `hmacCreateSecret`: whether the passkey can derive secrets (CTAP 2.1 §12.5).
    pub hmac_create_secret: Option<bool>,
    /// `uvm`: how the user was verified (Level 2 §10.3).
    pub uvm: Option<Vec<UvmEntry>>,
    /// Other outputs, as JSON.
    pub other: Unread<String>,
    /// Outputs of the wrong type, as JSON. If the outputs are not an object with unique members, this holds all of
    /// them, under the name `clientExtensionResults`.
    pub unreadable: Unread<String>,
}

/// The authenticator extension outputs of a registration. [`PrfOutput`](crate::extensions::PrfOutput) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationAuthenticatorOutputs {
    /// `credProtect`: how the passkey is protected. Absent means the weakest (CTAP 2.1 §12.1).
    pub cred_protect: Option<CredentialProtection>,
    /// `credBlob`: whether the bytes were stored (CTAP 2.1 §12.2).
    pub cred_blob: Option<bool>,
    /// `minPinLength`, in code points (CTAP 2.1 §12.4).
    pub min_pin_length: Option<u64>,
    /// `pinComplexityPolicy`: whether trivial PINs are prevented (CTAP 2.2).
    pub pin_complexity_policy: Option<bool>,
    /// `hmac-secret`: whether the passkey can derive secrets (CTAP 2.1 §12.5). Also a sign of `prf`.
    pub hmac_secret: Option<bool>,
    /// `uvm`: how the user was verified (Level 2 §10.3).
    pub uvm: Option<Vec<UvmEntry>>,
    /// `thirdPartyPayment`: whether third parties may use the passkey for payments (CTAP 2.2).
    pub third_party_payment: Option<bool>,
    /// Other outputs, as CBOR.
    pub other: Unread<Vec<u8>>,
    /// Outputs of the wrong type, as CBOR.
    pub unreadable: Unread<Vec<u8>>,
}

impl RegistrationOutputs {
    /// Parses the outputs of client and authenticator, and checks them against what was requested (§7.1 step 28).
    pub(crate) fn read(
        client: Option<&str>,
        authenticator: Option<&[u8]>,
        requested: &RequestedExtensions,
    ) -> Result<Self, ExtensionError> {
        let mut outputs = Self::default();
        if let Some(json) = client.filter(|json| *json != json::NONE) {
            outputs.client = RegistrationClientOutputs::read(json, requested);
        }
        if let Some(map) = authenticator {
            outputs.authenticator = RegistrationAuthenticatorOutputs::read(map);
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
            Extension::CredProps => done(extension, client.cred_props_rk),
            Extension::Prf => done(extension, client.prf.as_ref().and_then(|prf| prf.enabled)),
            Extension::LargeBlob => done(extension, client.large_blob_supported),
            Extension::AppIdExclude => done(extension, client.app_id_exclude),
            Extension::CredProtect => {
                let found = authenticator.cred_protect.unwrap_or_default();
                let required = requested.cred_protect.unwrap_or_default();
                if found < required {
                    return Err(ExtensionError::CredProtect { required, found });
                }
                Ok(())
            }
            Extension::CredBlob => done(extension, authenticator.cred_blob),
            Extension::MinPinLength => {
                let required = requested.min_pin_length.unwrap_or_default();
                match authenticator.min_pin_length {
                    None => Err(ExtensionError::Missing(extension)),
                    Some(found) if found < u64::from(required) => {
                        Err(ExtensionError::MinPinLength { required, found })
                    }
                    Some(_) => Ok(()),
                }
            }
            Extension::PinComplexityPolicy => done(extension, authenticator.pin_complexity_policy),
            // The signed output takes precedence.
            Extension::HmacSecret => {
                done(extension, authenticator.hmac_secret.or(client.hmac_create_secret))
            }
            Extension::Uvm => {
                present(extension, authenticator.uvm.is_some() || client.uvm.is_some())
            }
            Extension::ThirdPartyPayment => done(extension, authenticator.third_party_payment),
            Extension::AppId => Err(ExtensionError::Missing(extension)),
        }
    }
}

impl RegistrationClientOutputs {
    fn read(json: &str, requested: &RequestedExtensions) -> Self {
        let (mut outputs, mut uvm) = (Self::default(), None);
        let Rest { other, unreadable } = json::read(json, |name, value| match name {
            "credProps" => Some(json::members(value, |name, value| match name {
                "rk" => Some(json::value(&mut outputs.cred_props_rk, value)),
                // Nothing depends on it, so a value that is not a string is treated as absent.
                "authenticatorDisplayName" => {
                    json::value(&mut outputs.authenticator_display_name, value);
                    Some(true)
                }
                _ => None,
            })),
            "prf" => Some(PrfOutput::read(&mut outputs.prf, value, requested)),
            "largeBlob" => Some(json::members(value, |name, value| {
                (name == "supported").then(|| json::value(&mut outputs.large_blob_supported, value))
            })),
            "appidExclude" => Some(json::value(&mut outputs.app_id_exclude, value)),
            "hmacCreateSecret" => Some(json::value(&mut outputs.hmac_create_secret, value)),
            "uvm" => Some(json::value(&mut uvm, value)),
            _ => None,
        });
        Self { uvm: uvm.map(|Uvm(entries)| entries), other, unreadable, ..outputs }
    }
}

impl RegistrationAuthenticatorOutputs {
    fn read(map: &[u8]) -> Self {
        let mut outputs = Self::default();
        let Rest { other, unreadable } = cbor::read(map, |name, value| match name {
            "credProtect" => Some(put(&mut outputs.cred_protect, value.protection())),
            "credBlob" => Some(put(&mut outputs.cred_blob, value.bool())),
            "minPinLength" => Some(put(&mut outputs.min_pin_length, value.unsigned())),
            "pinComplexityPolicy" => Some(put(&mut outputs.pin_complexity_policy, value.bool())),
            "hmac-secret" => Some(put(&mut outputs.hmac_secret, value.bool())),
            "uvm" => Some(put(&mut outputs.uvm, value.uvm())),
            "thirdPartyPayment" => Some(put(&mut outputs.third_party_payment, value.bool())),
            _ => None,
        });
        Self { other, unreadable, ..outputs }
    }
}
