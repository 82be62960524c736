//! The browser-bound key, and its signature over the client data.

use serde::{Deserialize, Deserializer};

use super::PaymentError;
use crate::{
    base64url::{self, Decoded},
    ceremony::CeremonyError,
    cose::CosePublicKey,
    crypto::{SignatureError, SignatureVerifier},
    json::RegistrationResponse,
    limits::{CLIENT_DATA_MAX, SIGNATURE_MAX},
    malformed::Malformed,
    object,
    text::Text,
};

/// Whether the browser proved that it has a key which does not leave its device.
/// [The module](super) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BrowserBound {
    /// It did not. Not all browsers have such keys.
    None,
    /// It has a key that is not among those that you know: another device or browser, or one whose data were deleted.
    /// Identify the user in another way before you store and trust the key.
    New(CosePublicKey),
    /// It has one of the keys that you know.
    Known(CosePublicKey),
}

impl BrowserBound {
    pub(super) fn of(key: Option<CosePublicKey>, known: &[CosePublicKey]) -> Self {
        match key {
            None => Self::None,
            Some(key) if known.iter().any(|known| known.as_bytes() == key.as_bytes()) => {
                Self::Known(key)
            }
            Some(key) => Self::New(key),
        }
    }
}

/// Returns the browser-bound key that came with a new passkey, after verifying its signature. `None` if the browser
/// made none. Store it with the passkey, for [`browser_bound_keys`](super::PaymentExpectation::browser_bound_keys).
///
/// Only call this for a response that [`CreatePasskey::finish`](crate::CreatePasskey::finish) or
/// [`verify_registration`](crate::ceremony::verify_registration) has accepted: challenge and origin are not checked
/// again.
///
/// ```
/// use relying_party::{
///     CosePublicKey, crypto::RustCrypto, json::RegistrationResponse,
///     payment::{PaymentError, registered_key},
/// };
/// fn key_of(accepted: &[u8]) -> Result<Option<CosePublicKey>, PaymentError> {
///     registered_key(&RegistrationResponse::parse(accepted)?, &RustCrypto)
/// }
/// ```
///
/// # Errors
///
/// If the key or its signature cannot be read, one of the two is missing, or the signature does not verify.
pub fn registered_key(
    response: &RegistrationResponse<'_>,
    verifier: &dyn SignatureVerifier,
) -> Result<Option<CosePublicKey>, PaymentError> {
    #[derive(Deserialize)]
    struct ClientData<'a> {
        #[serde(borrow, default, deserialize_with = "optional")]
        payment: Option<Payment<'a>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payment<'a> {
        #[serde(borrow, default)]
        browser_bound_public_key: Option<Text<'a>>,
    }
    let mut decoded = Decoded::<0>::new();
    let client_data_json = response.client_data_json(&mut decoded, CLIENT_DATA_MAX)?;
    let json = client_data_json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(client_data_json);
    let data = object::from_slice::<ClientData<'_>>(json)
        .map_err(|error| Malformed::json("clientDataJSON", &error))?;
    let key = data.payment.and_then(|payment| payment.browser_bound_public_key);
    let results = response.client_extension_results();
    verified_key(key.as_deref(), results, client_data_json, verifier)
}

/// Verifies that the key signed the client data. Either both key and signature are there, or neither is.
pub(super) fn verified_key(
    key: Option<&str>,
    client_extension_results: Option<&str>,
    client_data_json: &[u8],
    verifier: &dyn SignatureVerifier,
) -> Result<Option<CosePublicKey>, PaymentError> {
    let signature = client_extension_results.map(signature_of).transpose()?.flatten();
    let (key, signature) = match (key, signature) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(PaymentError::BrowserBoundSignatureMissing),
        (None, Some(_)) => return Err(PaymentError::BrowserBoundKeyMissing),
        (Some(key), Some(signature)) => (key, signature),
    };
    let key = base64url::decode(key)
        .map_err(|_| Malformed::Base64Url { what: "browserBoundPublicKey" })?;
    let key = CosePublicKey::try_from(&*key)?;
    verifier.check_key(&key.key())?;
    let mut decoded = Decoded::<0>::new();
    let signature = decoded
        .decode(&signature, SIGNATURE_MAX, 0)
        .map_err(|error| error.of("browserBoundSignature", SIGNATURE_MAX))?;
    verifier.verify(&key.key(), client_data_json, signature).map_err(|error| match error {
        SignatureError::UnsupportedAlgorithm => {
            CeremonyError::AlgorithmNotSupported(key.algorithm()).into()
        }
        SignatureError::Invalid => PaymentError::BrowserBoundSignature,
    })?;
    Ok(Some(key))
}

/// Reads the signature from the extension outputs of the client.
///
/// ```text
/// { payment?: { browserBoundSignature?: { signature: base64url } } }
/// ```
fn signature_of(results: &str) -> Result<Option<Text<'_>>, Malformed> {
    #[derive(Deserialize)]
    struct Outputs<'a> {
        #[serde(borrow, default, deserialize_with = "optional")]
        payment: Option<Payment<'a>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payment<'a> {
        #[serde(borrow, default, deserialize_with = "optional")]
        browser_bound_signature: Option<Signature<'a>>,
    }
    #[derive(Deserialize)]
    struct Signature<'a> {
        #[serde(borrow)]
        signature: Text<'a>,
    }
    let outputs = object::from_slice::<Outputs<'_>>(results.as_bytes())
        .map_err(|error| Malformed::json("clientExtensionResults", &error))?;
    let signature = outputs.payment.and_then(|payment| payment.browser_bound_signature);
    Ok(signature.map(|signature| signature.signature))
}

/// An object, or `null` in its place.
fn optional<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct Item<T>(T);
    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            object::object(deserializer).map(Self)
        }
    }
    Ok(Option::<Item<T>>::deserialize(deserializer)?.map(|item| item.0))
}
