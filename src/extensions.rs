//! Extensions (§9, §10): typed inputs and outputs, and what happens to unrequested outputs.
//!
//! | Extension | Requested by | Output |
//! |---|---|---|
//! | `credProps` | [`RegistrationInputs::cred_props`] | client |
//! | `prf` | [`RegistrationInputs::prf`], [`AuthenticationInputs::prf`], [`prf_for`](AuthenticationInputs::prf_for) | client |
//! | `largeBlob` | [`RegistrationInputs::large_blob`], [`AuthenticationInputs::read_large_blob`], [`write_large_blob`](AuthenticationInputs::write_large_blob) | client |
//! | `appid` | [`AuthenticationInputs::app_id`] | client |
//! | `appidExclude` | [`RegistrationInputs::app_id_exclude`] | client |
//! | `credProtect` | [`RegistrationInputs::cred_protect`] | authenticator |
//! | `credBlob` | [`RegistrationInputs::cred_blob`], [`AuthenticationInputs::cred_blob`] | authenticator |
//! | `minPinLength` | [`RegistrationInputs::min_pin_length`] | authenticator |
//! | `pinComplexityPolicy` | [`RegistrationInputs::pin_complexity_policy`] | authenticator |
//! | `hmac-secret` | [`RegistrationInputs::hmac_create_secret`], [`AuthenticationInputs::hmac_get_secret`] | both |
//! | `uvm` | [`RegistrationInputs::uvm`], [`AuthenticationInputs::uvm`] | both |
//! | `thirdPartyPayment` | | authenticator |
//! | others | `raw` | kept [unread](Unread) |
//!
//! Authenticator outputs are signed. Client outputs are not: the browser, or a script in it, can send anything. An
//! output of the wrong type is treated as absent, and kept as received among the `unreadable` outputs, because pages
//! serialize responses by hand or remove secrets before they post them. Only a *required* output can make a ceremony
//! fail.

mod error;
mod identifier;
mod inputs;
mod outputs;
mod raw;
mod requested;
mod values;

pub(crate) use self::outputs::app_id_in_use;
pub use self::{
    error::{ExtensionError, InvalidExtensions},
    identifier::Extension,
    inputs::{AuthenticationInputs, RegistrationInputs},
    outputs::{
        AuthenticationAuthenticatorOutputs, AuthenticationClientOutputs, AuthenticationOutputs,
        HmacOutput, PrfOutput, PrfResults, RegistrationAuthenticatorOutputs,
        RegistrationClientOutputs, RegistrationOutputs,
    },
    requested::RequestedExtensions,
    values::{
        AppId, Blob, CredentialProtection, DerivedSecret, HmacSalts, PrfValues, Unread, UvmEntry,
    },
};
