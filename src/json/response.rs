//! The responses of a browser, `PublicKeyCredential.toJSON()` (§5.1).

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    base64url::Decoded,
    enums::{AuthenticatorAttachment, Transport},
    object,
    plain::{FromPlain, Plain, members},
    text::{Text, TextBytes},
    transports::Transports,
};
use crate::{
    bytes::CredentialId,
    limits::{
        ASSERTION_AUTHENTICATOR_DATA_MAX, ATTESTATION_OBJECT_MAX, CLIENT_DATA_MAX, RAW_ID_MAX,
        RESPONSE_JSON_MAX, SIGNATURE_MAX,
    },
    malformed::Malformed,
};

/// `RegistrationResponseJSON`, borrowed from its text.
///
/// ```text
/// { id, rawId: base64url, type, authenticatorAttachment?, clientExtensionResults,
///   response: { clientDataJSON, attestationObject: base64url, transports: [string], … } }
/// ```
///
/// Unknown members are ignored, since every level of the specification adds some; `transports` may be missing
/// (hand-written front ends, older Safari), optional members may be `null`. The convenience copies
/// `authenticatorData`, `publicKey` and `publicKeyAlgorithm` are never read: only the attestation object is signed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct RegistrationResponse<'a>(#[serde(borrow)] Credential<'a, Attestation<'a>>);

/// `AuthenticationResponseJSON`, borrowed from its text.
///
/// ```text
/// { id, rawId: base64url, type, authenticatorAttachment?, clientExtensionResults,
///   response: { clientDataJSON, authenticatorData, signature: base64url, userHandle?: base64url } }
/// ```
///
/// Lenient as [`RegistrationResponse`] is; `userHandle` may be `null`, missing or empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct AuthenticationResponse<'a>(#[serde(borrow)] Credential<'a, Assertion<'a>>);

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a, R> {
    #[serde(borrow)]
    id: TextBytes<'a>,
    #[serde(borrow)]
    raw_id: TextBytes<'a>,
    #[serde(borrow, rename = "type")]
    kind: TextBytes<'a>,
    #[serde(borrow, default)]
    authenticator_attachment: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "raw_text")]
    client_extension_results: Option<&'a str>,
    #[serde(deserialize_with = "object::object", bound(deserialize = "R: Deserialize<'de>"))]
    response: R,
}

/// Does not show the client extension results: some of them are secrets.
impl<R: fmt::Debug> fmt::Debug for Credential<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .field("type", &self.kind)
            .field("response", &self.response)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attestation<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: TextBytes<'a>,
    #[serde(borrow, rename = "attestationObject")]
    object: TextBytes<'a>,
    #[serde(borrow, default)]
    transports: Option<Transports<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: TextBytes<'a>,
    #[serde(borrow)]
    authenticator_data: TextBytes<'a>,
    #[serde(borrow)]
    signature: TextBytes<'a>,
    #[serde(borrow, default)]
    user_handle: Option<TextBytes<'a>>,
}

/// The text of any value but `null`.
fn raw_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de str>, D::Error> {
    Ok(Option::<&RawValue>::deserialize(deserializer)?.map(RawValue::get))
}

/// The text of any value.
struct RawText<'a>(&'a str);

impl<'a> FromPlain<'a> for RawText<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        core::str::from_utf8(json.value()?).ok().map(Self)
    }
}

impl<'a, R: FromPlain<'a>> FromPlain<'a> for Credential<'a, R> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        let (mut id, mut raw_id, mut kind, mut response) = (None, None, None, None);
        let (mut attachment, mut extension_results) = (None, None);
        members!(json:
            "id" => json.once(&mut id),
            "rawId" => json.once(&mut raw_id),
            "type" => json.once(&mut kind),
            "authenticatorAttachment" => json.once(&mut attachment),
            "clientExtensionResults" => json.once(&mut extension_results),
            "response" => json.once(&mut response),
        )?;
        Some(Self {
            id: id?,
            raw_id: raw_id?,
            kind: kind?,
            authenticator_attachment: attachment.flatten(),
            client_extension_results: extension_results.flatten().map(|RawText(text)| text),
            response: response?,
        })
    }
}

impl<'a> FromPlain<'a> for Attestation<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        let (mut client_data_json, mut object, mut transports) = (None, None, None);
        members!(json:
            "clientDataJSON" => json.once(&mut client_data_json),
            "attestationObject" => json.once(&mut object),
            "transports" => json.once(&mut transports),
        )?;
        Some(Self { client_data_json: client_data_json?, object: object?, transports })
    }
}

impl<'a> FromPlain<'a> for Assertion<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        let (mut client_data_json, mut authenticator_data) = (None, None);
        let (mut signature, mut user_handle) = (None, None);
        members!(json:
            "clientDataJSON" => json.once(&mut client_data_json),
            "authenticatorData" => json.once(&mut authenticator_data),
            "signature" => json.once(&mut signature),
            "userHandle" => json.once(&mut user_handle),
        )?;
        Some(Self {
            client_data_json: client_data_json?,
            authenticator_data: authenticator_data?,
            signature: signature?,
            user_handle: user_handle.flatten(),
        })
    }
}

fn parse<'a, T: Deserialize<'a> + FromPlain<'a>>(
    json: &'a [u8],
    what: &'static str,
) -> Result<T, Malformed> {
    if json.len() > RESPONSE_JSON_MAX {
        return Err(Malformed::TooLong { what, max: RESPONSE_JSON_MAX });
    }
    object::from_slice(json).map_err(|error| Malformed::json(what, &error))
}

impl<R> Credential<'_, R> {
    fn check_type(&self) -> Result<(), Malformed> {
        if *self.kind == *b"public-key" { Ok(()) } else { Err(Malformed::CredentialType) }
    }

    /// Decodes `rawId`. The length that a credential id may have is a rule of its own.
    fn raw_id<'b>(&self, decoded: &'b mut Decoded<INLINE_ID>) -> Result<&'b [u8], Malformed> {
        decode("rawId", &self.raw_id, decoded, RAW_ID_MAX)
    }

    /// Whether `id` says the same as `rawId`, perhaps in another spelling.
    fn id_is_raw_id(&self) -> Result<bool, Malformed> {
        if *self.id == *self.raw_id {
            return Ok(true);
        }
        let (mut id, mut raw_id) = (Decoded::<INLINE_ID>::new(), Decoded::<INLINE_ID>::new());
        let id = decode("id", &self.id, &mut id, RAW_ID_MAX)?;
        Ok(id == self.raw_id(&mut raw_id)?)
    }
}

/// Credential ids are this long at most in practice; longer ones are decoded on the heap.
pub(crate) const INLINE_ID: usize = 288;

fn decode<'b, const N: usize>(
    what: &'static str,
    text: &[u8],
    decoded: &'b mut Decoded<N>,
    max: usize,
) -> Result<&'b [u8], Malformed> {
    let bytes = decoded.decode(text, max, 0);
    bytes.map(|bytes| &*bytes).map_err(|error| Malformed::base64url(what, error, max))
}

/// What both responses have in common.
macro_rules! credential_members {
    ($type:ident) => {
        impl<'a> FromPlain<'a> for $type<'a> {
            fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
                Credential::from_plain(json).map(Self)
            }
        }

        impl<'a> $type<'a> {
            /// Reads a response.
            ///
            /// # Errors
            ///
            /// Longer than [`RESPONSE_JSON_MAX`], not JSON of that shape, or a required member twice.
            pub fn parse(json: &'a [u8]) -> Result<Self, Malformed> {
                parse(json, stringify!($type))
            }

            /// Checks that the credential's `type` is `public-key`.
            pub(crate) fn check_type(&self) -> Result<(), Malformed> {
                self.0.check_type()
            }

            /// `rawId`, decoded.
            pub(crate) fn raw_id<'b>(
                &self,
                decoded: &'b mut Decoded<INLINE_ID>,
            ) -> Result<&'b [u8], Malformed> {
                self.0.raw_id(decoded)
            }

            /// Whether `id` says the same as `rawId`.
            pub(crate) fn id_is_raw_id(&self) -> Result<bool, Malformed> {
                self.0.id_is_raw_id()
            }

            /// The credential id that the response claims; `None` if it cannot be one.
            ///
            /// # Errors
            ///
            /// `rawId` is not base64url.
            pub fn credential_id(&self) -> Result<Option<CredentialId>, Malformed> {
                let mut decoded = Decoded::new();
                Ok(CredentialId::try_from(self.raw_id(&mut decoded)?).ok())
            }

            /// Where the authenticator was. Unknown values count as not said (§5.1).
            #[must_use]
            pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
                let name = self.0.authenticator_attachment.as_deref();
                name.and_then(AuthenticatorAttachment::from_name)
            }

            /// The client extension outputs as JSON text, all of them, also unknown ones. Unsigned.
            #[must_use]
            pub fn client_extension_results(&self) -> Option<&'a str> {
                self.0.client_extension_results
            }

            /// `response.clientDataJSON`, decoded.
            pub(crate) fn client_data_json<'b, const N: usize>(
                &self,
                decoded: &'b mut Decoded<N>,
            ) -> Result<&'b [u8], Malformed> {
                let text = &self.0.response.client_data_json;
                decode("clientDataJSON", text, decoded, CLIENT_DATA_MAX)
            }
        }
    };
}

credential_members!(RegistrationResponse);
credential_members!(AuthenticationResponse);

impl RegistrationResponse<'_> {
    /// `response.attestationObject`, decoded.
    pub(crate) fn attestation_object<'b, const N: usize>(
        &self,
        decoded: &'b mut Decoded<N>,
    ) -> Result<&'b [u8], Malformed> {
        let text = &self.0.response.object;
        decode("attestationObject", text, decoded, ATTESTATION_OBJECT_MAX)
    }

    /// How the authenticator says it can be reached; empty if it does not say.
    #[must_use]
    pub fn transports(&self) -> Vec<Transport> {
        self.0.response.transports.map(Transports::kept).unwrap_or_default()
    }
}

impl AuthenticationResponse<'_> {
    /// `response.authenticatorData`, decoded, with room for `spare` bytes behind it.
    pub(crate) fn authenticator_data<'b, const N: usize>(
        &self,
        decoded: &'b mut Decoded<N>,
        spare: usize,
    ) -> Result<&'b mut [u8], Malformed> {
        let max = ASSERTION_AUTHENTICATOR_DATA_MAX;
        decoded
            .decode(&self.0.response.authenticator_data, max, spare)
            .map_err(|error| Malformed::base64url("authenticatorData", error, max))
    }

    /// `response.signature`, decoded.
    pub(crate) fn signature<'b, const N: usize>(
        &self,
        decoded: &'b mut Decoded<N>,
    ) -> Result<&'b [u8], Malformed> {
        decode("signature", &self.0.response.signature, decoded, SIGNATURE_MAX)
    }

    /// `response.userHandle`, decoded; `None` if there is none.
    ///
    /// An empty one is none, since user handles have a byte at least (§5.4.3): with security keys, Safari since 15.4
    /// and Chrome of 2018 send one where `null` is right.
    pub(crate) fn user_handle<'b, const N: usize>(
        &self,
        decoded: &'b mut Decoded<N>,
    ) -> Result<Option<&'b [u8]>, Malformed> {
        let text = self.0.response.user_handle.as_deref();
        let text = text.filter(|text| !text.is_empty());
        text.map(|text| decode("userHandle", text, decoded, RAW_ID_MAX)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use proptest::prelude::*;

    use super::*;
    use crate::json::plain;

    const ASSERTION: &str = r#"{"id":"AQID","rawId":"AQID","type":"public-key","clientExtensionResults":{"appid":true},
        "response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"BBBB","userHandle":"BQ"}}"#;
    const REGISTRATION: &str = r#"{"id":"AQID","rawId":"AQID","type":"public-key","response":{"clientDataJSON":"e30",
        "attestationObject":"oA","transports":["internal","cable"]}}"#;

    fn assertion(json: &str) -> Result<AuthenticationResponse<'_>, Malformed> {
        AuthenticationResponse::parse(json.as_bytes())
    }

    #[test]
    fn optional_members_may_be_null_or_missing() {
        let table = [
            ASSERTION.replace("\"userHandle\":\"BQ\"", "\"userHandle\":null"),
            ASSERTION.replace(",\"userHandle\":\"BQ\"", ""),
            ASSERTION.replace("{\"appid\":true}", "null"),
            ASSERTION.replace("\"type\"", "\"authenticatorAttachment\":null,\"type\""),
            ASSERTION.replace("\"type\"", "\"authenticatorAttachment\":\"future\",\"type\""),
        ];
        for json in table {
            let parsed = assertion(&json).unwrap();
            assert_eq!(parsed.authenticator_attachment(), None, "{json}");
        }
        let without = REGISTRATION.replace(
            ",\n        \"attestationObject\":\"oA\",\"transports\":[\"internal\",\"cable\"]",
            ",\"attestationObject\":\"oA\"",
        );
        assert!(RegistrationResponse::parse(without.as_bytes()).unwrap().transports().is_empty());
    }

    #[test]
    fn unknown_members_and_transports_are_no_failure() {
        let json = REGISTRATION.replace("\"type\"", "\"new\":[{}],\"type\"");
        let parsed = RegistrationResponse::parse(json.as_bytes()).unwrap();
        assert_eq!(parsed.transports(), [Transport::Internal, Transport::from("cable")]);
    }

    #[test]
    fn extension_results_pass_through_unread() {
        let parsed = assertion(ASSERTION).unwrap();
        assert_eq!(parsed.client_extension_results(), Some("{\"appid\":true}"));
    }

    #[test]
    fn members_that_stand_twice_or_are_missing_or_mistyped_are_refused() {
        let table = [
            ASSERTION.replace("\"id\"", "\"id\":\"AQID\",\"id\""),
            ASSERTION.replace("\"signature\"", "\"signature\":\"CC\",\"signature\""),
            ASSERTION.replace("\"signature\":\"BBBB\",", ""),
            ASSERTION.replace("\"BBBB\"", "7"),
            ASSERTION.replace("\"rawId\":\"AQID\",", ""),
            format!("{ASSERTION} x"),
            format!("\u{feff}{ASSERTION}"),
            String::from("[]"),
            String::from(
                r#"["AQID","AQID","public-key",null,null,{"clientDataJSON":"","authenticatorData":"","signature":""}]"#,
            ),
            String::from(
                r#"{"id":"AQID","rawId":"AQID","type":"public-key","response":["e30","AAAA","BBBB"]}"#,
            ),
            ASSERTION.replace("{\"appid\":true}", &"[".repeat(1000)),
            ASSERTION.replace("AQID", "\\ud800"),
        ];
        for json in table {
            assert!(assertion(&json).is_err(), "{json}");
        }
    }

    /// For developers, who see it in the error.
    #[test]
    fn mistyped_member_is_refused_with_what_belongs_there() {
        for (json, expected) in [
            (REGISTRATION.replace(r#"["internal","cable"]"#, "7"), "a list of transports"),
            (REGISTRATION.replace(r#""AQID""#, "7"), "a string"),
        ] {
            let refused = RegistrationResponse::parse(json.as_bytes()).unwrap_err();
            let Malformed::Json { reason, .. } = refused else { panic!("{refused}") };
            assert!(reason.contains(expected), "{reason}");
        }
    }

    #[test]
    fn responses_beyond_the_limit_are_not_even_parsed() {
        let rest = " ".repeat(RESPONSE_JSON_MAX - ASSERTION.len());
        let longest = format!("{ASSERTION}{rest}");
        assert!(longest.len() == RESPONSE_JSON_MAX && assertion(&longest).is_ok());
        let long = format!("{longest} ");
        let what = "AuthenticationResponse";
        let refused = assertion(&long).unwrap_err();
        assert_eq!(refused, Malformed::TooLong { what, max: RESPONSE_JSON_MAX });
    }

    #[test]
    fn id_may_be_spelled_otherwise_than_raw_id_but_not_be_another() {
        let padded = ASSERTION.replacen("AQID", "AQI=", 1).replacen("AQID", "AQI", 1);
        assert!(assertion(&padded).unwrap().id_is_raw_id().unwrap());
        let other = ASSERTION.replacen("AQID", "AQIE", 1);
        assert!(!assertion(&other).unwrap().id_is_raw_id().unwrap());
    }

    /// Whether the quick reader reads it; then the general one has to read the same.
    fn is_read_plainly<'a, T>(json: &'a str) -> bool
    where
        T: Deserialize<'a> + FromPlain<'a> + PartialEq + fmt::Debug,
    {
        let read = plain::read::<T>(json.as_bytes());
        if let Some(read) = &read {
            assert_eq!(Some(read), object::from_str::<T>(json).ok().as_ref(), "{json}");
        }
        read.is_some()
    }

    fn without_space(json: &str) -> String {
        json.replace(['\n', ' '], "")
    }

    #[test]
    fn what_browsers_write_is_read_without_the_general_reader_and_alike() {
        let (assertion, registration) = (without_space(ASSERTION), without_space(REGISTRATION));
        for (from, to) in [
            ("", ""),
            ("\"BQ\"", "null"),
            (",\"userHandle\":\"BQ\"", ""),
            ("{\"appid\":true}", "null"),
            ("{\"appid\":true}", "{\"prf\":{\"results\":{\"first\":\"AA\"}}}"),
            ("\"type\"", "\"authenticatorAttachment\":null,\"type\""),
            ("\"type\"", "\"authenticatorAttachment\":\"platform\",\"type\""),
            ("\"type\"", "\"new\":[{},1,-2,true],\"type\""),
        ] {
            let json = assertion.replacen(from, to, 1);
            assert!(is_read_plainly::<AuthenticationResponse<'_>>(&json), "{json}");
        }
        for (from, to) in [
            ("", ""),
            ("[\"internal\",\"cable\"]", "[]"),
            (",\"transports\":[\"internal\",\"cable\"]", ""),
            ("\"transports\"", "\"publicKeyAlgorithm\":-7,\"transports\""),
        ] {
            let json = registration.replacen(from, to, 1);
            assert!(is_read_plainly::<RegistrationResponse<'_>>(&json), "{json}");
        }
    }

    #[test]
    fn what_is_not_as_browsers_write_it_is_for_the_general_reader_to_judge() {
        let (assertion, registration) = (without_space(ASSERTION), without_space(REGISTRATION));
        for (from, to) in [
            ("\"id\"", "\"id\":\"AQID\",\"id\""),
            ("\"id\":", "\"id\" :"),
            ("\"id\"", "\"\\u0069d\""),
            ("\"BBBB\"", "7"),
            ("\"signature\":\"BBBB\",", ""),
            ("{\"appid\":true}", "1.5"),
            ("}}", "}} "),
            ("}}", "}"),
        ] {
            let json = assertion.replacen(from, to, 1);
            assert!(!is_read_plainly::<AuthenticationResponse<'_>>(&json), "{json}");
        }
        for list in ["null", "7", "[7]", "\"usb\"", "[\"usb\",null]", "{\"0\":\"usb\"}"] {
            let json = registration.replacen("[\"internal\",\"cable\"]", list, 1);
            assert!(!is_read_plainly::<RegistrationResponse<'_>>(&json), "{json}");
            let read = RegistrationResponse::parse(json.as_bytes());
            assert_eq!(read.is_ok(), list == "null", "{json}");
        }
    }

    proptest! {
        #[test]
        fn bent_responses_are_read_alike_by_both_readers(
            bends in proptest::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:a-z0-9\\\\ -]{0,2}"), 1..3),
            of_registration: bool,
        ) {
            let mut json = without_space(if of_registration { REGISTRATION } else { ASSERTION });
            for (at, bent) in bends {
                let at = at.index(json.len());
                json.replace_range(at..=at, &bent);
                let _ = is_read_plainly::<RegistrationResponse<'_>>(&json);
                let _ = is_read_plainly::<AuthenticationResponse<'_>>(&json);
            }
        }

        #[test]
        fn random_and_mutated_json_never_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            at: prop::sample::Index,
            to: u8,
        ) {
            let _ = AuthenticationResponse::parse(&bytes);
            let _ = RegistrationResponse::parse(&bytes);
            let mut json = ASSERTION.as_bytes().to_vec();
            let at = at.index(json.len());
            json[at] = to;
            if let Ok(parsed) = AuthenticationResponse::parse(&json) {
                let _ = (parsed.credential_id(), parsed.id_is_raw_id());
            }
        }
    }
}
