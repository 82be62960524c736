//! The responses of a browser, `PublicKeyCredential.toJSON()` (§5.1).

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{
    enums::{AuthenticatorAttachment, Transport},
    transports::Transports,
};
use crate::{
    base64url::Decoded,
    bytes::CredentialId,
    limits::{
        ASSERTION_AUTHENTICATOR_DATA_MAX, ATTESTATION_OBJECT_MAX, RAW_ID_MAX, RESPONSE_JSON_MAX,
        SIGNATURE_MAX,
    },
    malformed::Malformed,
    object,
    text::Text,
};

/// `RegistrationResponseJSON`, borrowed from its text.
///
/// ```text
/// { id, rawId: base64url, type, authenticatorAttachment?, clientExtensionResults,
///   response: { clientDataJSON, attestationObject: base64url, transports: [string], … } }
/// ```
///
/// Unknown members are ignored, because every level of the specification adds some. `transports` may be missing
/// (hand-written front ends, older Safari), and optional members may be `null`. The convenience copies
/// `authenticatorData`, `publicKey` and `publicKeyAlgorithm` are never read: only the attestation object is signed.
///
/// ```
/// use relying_party::json::{RegistrationResponse, Transport};
/// let posted = br#"{"id":"AQID","rawId":"AQID","type":"public-key","response":{
///     "clientDataJSON":"e30","attestationObject":"oA","transports":["internal"]}}"#;
/// let response = RegistrationResponse::parse(posted)?;
/// assert_eq!(response.credential_id()?.unwrap().as_bytes(), [1, 2, 3]);
/// assert_eq!(response.transports(), [Transport::Internal]);
/// # Ok::<(), relying_party::Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationResponse<'a>(Credential<'a, Attestation<'a>>);

/// `AuthenticationResponseJSON`, borrowed from its text.
///
/// ```text
/// { id, rawId: base64url, type, authenticatorAttachment?, clientExtensionResults,
///   response: { clientDataJSON, authenticatorData, signature: base64url, userHandle?: base64url } }
/// ```
///
/// As lenient as [`RegistrationResponse`]. `userHandle` may be `null`, missing or empty.
///
/// ```
/// use relying_party::json::AuthenticationResponse;
/// let posted = br#"{"id":"AQID","rawId":"AQID","type":"public-key","response":{
///     "clientDataJSON":"e30","authenticatorData":"AAAA","signature":"BBBB","userHandle":null}}"#;
/// let response = AuthenticationResponse::parse(posted)?;
/// assert_eq!(response.credential_id()?.unwrap().as_bytes(), [1, 2, 3]);
/// # Ok::<(), relying_party::Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationResponse<'a>(Credential<'a, Assertion<'a>>);

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a, R> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    raw_id: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "raw_text")]
    authenticator_attachment: Option<&'a str>,
    #[serde(borrow, default, deserialize_with = "raw_text")]
    client_extension_results: Option<&'a str>,
    #[serde(deserialize_with = "object::object", bound(deserialize = "R: Deserialize<'de>"))]
    response: R,
}

/// Does not show the client extension results, because some of them are secrets.
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
    client_data_json: Text<'a>,
    #[serde(borrow, rename = "attestationObject")]
    object: Text<'a>,
    #[serde(borrow, default)]
    transports: Option<Transports<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Text<'a>,
    #[serde(borrow)]
    authenticator_data: Text<'a>,
    #[serde(borrow)]
    signature: Text<'a>,
    #[serde(borrow, default)]
    user_handle: Option<Text<'a>>,
}

/// The text of any value except `null`.
fn raw_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de str>, D::Error> {
    Ok(Option::<&RawValue>::deserialize(deserializer)?.map(RawValue::get))
}

impl<'a, R: Deserialize<'a>> Credential<'a, R> {
    fn parse(json: &'a [u8], what: &'static str) -> Result<Self, Malformed> {
        let credential = Self::parse_incomplete(json, what)?;
        let members = [
            ("id", credential.id.is_some()),
            ("rawId", credential.raw_id.is_some()),
            ("type", credential.kind.is_some()),
        ];
        match members.into_iter().find(|(_, is_present)| !is_present) {
            Some((member, _)) => Err(Malformed::Incomplete { what, member }),
            None => Ok(credential),
        }
    }

    fn parse_incomplete(json: &'a [u8], what: &'static str) -> Result<Self, Malformed> {
        if json.len() > RESPONSE_JSON_MAX {
            return Err(Malformed::TooLong { what, max: RESPONSE_JSON_MAX });
        }
        let credential: Self =
            object::from_slice(json).map_err(|error| Malformed::json(what, &error))?;
        if credential.id.is_none() && credential.raw_id.is_none() {
            return Err(Malformed::Json { what, reason: "id and rawId are missing".into() });
        }
        Ok(credential)
    }
}

impl<R> Credential<'_, R> {
    fn check_type(&self) -> Result<(), Malformed> {
        match self.kind.as_deref() {
            None | Some("public-key") => Ok(()),
            Some(_) => Err(Malformed::CredentialType),
        }
    }

    /// Decodes `rawId`, or `id` if `rawId` is missing. A separate rule limits the length of a credential ID.
    fn raw_id<'b>(&self, decoded: &'b mut Decoded<INLINE_ID>) -> Result<&'b [u8], Malformed> {
        // The parser has checked that one of them is present.
        let text = self.raw_id.as_deref().or(self.id.as_deref()).unwrap_or_default();
        decode("rawId", text, decoded, RAW_ID_MAX)
    }

    /// Returns whether `id` equals `rawId`, possibly in another spelling, or only one of them is present.
    fn id_is_raw_id(&self) -> Result<bool, Malformed> {
        let (Some(id), Some(raw_id)) = (self.id.as_deref(), self.raw_id.as_deref()) else {
            return Ok(true);
        };
        if id == raw_id {
            return Ok(true);
        }
        let mut decoded = [Decoded::<INLINE_ID>::new(), Decoded::<INLINE_ID>::new()];
        let [decoded_id, decoded_raw_id] = &mut decoded;
        Ok(decode("id", id, decoded_id, RAW_ID_MAX)? == self.raw_id(decoded_raw_id)?)
    }
}

/// The maximum length of credential IDs in practice. Longer ones are decoded on the heap.
pub(crate) const INLINE_ID: usize = 288;

fn decode<'b, const N: usize>(
    what: &'static str,
    text: &str,
    decoded: &'b mut Decoded<N>,
    max: usize,
) -> Result<&'b [u8], Malformed> {
    let bytes = decoded.decode(text, max, 0);
    bytes.map(|bytes| &*bytes).map_err(|error| error.of(what, max))
}

/// What both responses have in common.
macro_rules! credential_members {
    ($type:ident) => {
        impl<'a> $type<'a> {
            /// Parses a response.
            ///
            /// # Errors
            ///
            /// If it is longer than [`RESPONSE_JSON_MAX`], is not JSON of that shape, or lacks or repeats a required
            /// member.
            pub fn parse(json: &'a [u8]) -> Result<Self, Malformed> {
                Credential::parse(json, stringify!($type)).map(Self)
            }

            /// Like [`parse`](Self::parse), but accepts responses with only one of `id` and `rawId`, and without
            /// `type`, which some wrappers and polyfills leave out. Members that are present are checked as usual.
            ///
            /// Flows use this if [`Settings::incomplete_responses`](crate::Settings::incomplete_responses) is set.
            ///
            /// # Errors
            ///
            /// Like [`parse`](Self::parse), except for these members.
            pub fn parse_incomplete(json: &'a [u8]) -> Result<Self, Malformed> {
                Credential::parse_incomplete(json, stringify!($type)).map(Self)
            }

            /// Checks that the credential's `type` is `public-key`.
            pub(crate) fn check_type(&self) -> Result<(), Malformed> {
                self.0.check_type()
            }

            /// Returns `rawId`, or `id` if `rawId` is missing, decoded.
            pub(crate) fn raw_id<'b>(
                &self,
                decoded: &'b mut Decoded<INLINE_ID>,
            ) -> Result<&'b [u8], Malformed> {
                self.0.raw_id(decoded)
            }

            /// Returns whether `id` equals `rawId`.
            pub(crate) fn id_is_raw_id(&self) -> Result<bool, Malformed> {
                self.0.id_is_raw_id()
            }

            /// Returns the credential ID that the response claims. `None` if it is not a valid credential ID.
            ///
            /// # Errors
            ///
            /// If `rawId` is not base64url.
            pub fn credential_id(&self) -> Result<Option<CredentialId>, Malformed> {
                let mut decoded = Decoded::new();
                Ok(CredentialId::try_from(self.raw_id(&mut decoded)?).ok())
            }

            /// Returns how the authenticator was attached. This is a hint: unknown values, and values that are not
            /// strings, are treated as absent (§5.1).
            #[must_use]
            pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
                let name = serde_json::from_str::<Text<'_>>(self.0.authenticator_attachment?);
                AuthenticatorAttachment::from_name(&name.ok()?)
            }

            /// Returns all client extension outputs as JSON text, including unknown ones. Not signed.
            #[must_use]
            pub fn client_extension_results(&self) -> Option<&'a str> {
                self.0.client_extension_results
            }

            /// `response.clientDataJSON`, decoded, of at most `max` bytes.
            pub(crate) fn client_data_json<'b, const N: usize>(
                &self,
                decoded: &'b mut Decoded<N>,
                max: usize,
            ) -> Result<&'b [u8], Malformed> {
                let text = &self.0.response.client_data_json;
                decode("clientDataJSON", text, decoded, max)
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

    /// Returns the transports over which the authenticator says it can be reached. Empty if it does not say.
    #[must_use]
    pub fn transports(&self) -> Vec<Transport> {
        self.0.response.transports.map(Transports::kept).unwrap_or_default()
    }
}

impl AuthenticationResponse<'_> {
    /// `response.authenticatorData`, decoded, followed by room for `spare` bytes.
    pub(crate) fn authenticator_data<'b, const N: usize>(
        &self,
        decoded: &'b mut Decoded<N>,
        spare: usize,
    ) -> Result<&'b mut [u8], Malformed> {
        let max = ASSERTION_AUTHENTICATOR_DATA_MAX;
        decoded
            .decode(&self.0.response.authenticator_data, max, spare)
            .map_err(|error| error.of("authenticatorData", max))
    }

    /// `response.signature`, decoded.
    pub(crate) fn signature<'b, const N: usize>(
        &self,
        decoded: &'b mut Decoded<N>,
    ) -> Result<&'b [u8], Malformed> {
        decode("signature", &self.0.response.signature, decoded, SIGNATURE_MAX)
    }

    /// `response.userHandle`, decoded. `None` if it is missing or empty.
    ///
    /// A user handle has at least one byte (§5.4.3). With security keys, Safari since 15.4 and Chrome of 2018 send an
    /// empty one instead of `null`.
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
    fn accepts_unknown_members_and_transports() {
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
    fn rejects_duplicate_missing_and_mistyped_members() {
        let table = [
            ASSERTION.replace("\"id\"", "\"id\":\"AQID\",\"id\""),
            ASSERTION.replace("\"signature\"", "\"signature\":\"CC\",\"signature\""),
            ASSERTION.replace("\"signature\":\"BBBB\",", ""),
            ASSERTION.replace("\"BBBB\"", "7"),
            ASSERTION.replace("\"BQ\"", "{}"),
            ASSERTION.replace("\"BQ\"", "[5]"),
            ASSERTION.replacen("\"AQID\"", "7", 1),
            ASSERTION.replace("\"public-key\"", "7"),
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

    #[test]
    fn error_names_missing_member_and_the_setting_that_accepts_it() {
        for (member, found) in [
            ("id", "\"id\":\"AQID\","),
            ("rawId", "\"rawId\":\"AQID\","),
            ("type", "\"type\":\"public-key\","),
        ] {
            let missing = ASSERTION.replace(found, "");
            let null = ASSERTION.replace(found, &format!("\"{member}\":null,"));
            for json in [missing, null] {
                let refused = assertion(&json).unwrap_err();
                let what = "AuthenticationResponse";
                assert_eq!(refused, Malformed::Incomplete { what, member });
                let shown = alloc::string::ToString::to_string(&refused);
                assert!(shown.contains(&format!("{member} is missing")), "{shown}");
                assert!(shown.contains("Settings::incomplete_responses"), "{shown}");
            }
        }
    }

    #[test]
    fn incomplete_response_has_one_of_its_ids_and_an_optional_type() {
        let read = |json: &str| {
            let response = AuthenticationResponse::parse_incomplete(json.as_bytes())?;
            response.check_type()?;
            Ok((response.id_is_raw_id()?, response.credential_id()?))
        };
        let id = CredentialId::try_from(&[1, 2, 3][..]).unwrap();
        let (with_id, with_raw_id) = ("\"id\":\"AQID\",", "\"rawId\":\"AQID\",");
        for (left_out, accepted) in [
            (&[][..], true),
            (&[with_id], true),
            (&[with_raw_id], true),
            (&[with_raw_id, "\"type\":\"public-key\","], true),
            (&[with_id, with_raw_id], false),
        ] {
            let json =
                left_out.iter().fold(ASSERTION.into(), |json: String, part| json.replace(part, ""));
            let found: Result<_, Malformed> = read(&json);
            assert_eq!(found.ok(), accepted.then(|| (true, Some(id.clone()))), "{json}");
        }
        // Members that are present are checked.
        assert!(!read(&ASSERTION.replacen("AQID", "AQIE", 1)).unwrap().0);
        let other = ASSERTION.replace("public-key", "password");
        assert_eq!(read(&other), Err(Malformed::CredentialType));
    }

    /// They are unsigned copies of what the attestation object contains.
    #[test]
    fn convenience_copies_are_never_read() {
        let json = REGISTRATION.replace(
            "\"transports\"",
            "\"authenticatorData\":7,\"publicKey\":{},\"publicKeyAlgorithm\":\"x\",\"transports\"",
        );
        assert!(RegistrationResponse::parse(json.as_bytes()).is_ok());
    }

    #[test]
    fn unknown_attachment_counts_as_absent() {
        let attachment = |value: &str| {
            let member = format!("\"authenticatorAttachment\":{value},\"type\"");
            let json = ASSERTION.replace("\"type\"", &member);
            assertion(&json).unwrap().authenticator_attachment()
        };
        assert_eq!(attachment("\"platform\""), Some(AuthenticatorAttachment::Platform));
        for value in ["null", "\"\"", "\"future\"", "0", "1", "true", "{}", "[\"platform\"]"] {
            assert_eq!(attachment(value), None, "{value}");
        }
    }

    /// The error shows developers what is expected.
    #[test]
    fn error_on_mistyped_member_says_what_is_expected() {
        for (json, expected) in [
            (
                REGISTRATION
                    .replace("{\"clientDataJSON\"", "[{\"clientDataJSON\"")
                    .replace("]}}", "]}]}"),
                "struct",
            ),
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
    fn id_may_be_spelled_differently_from_raw_id_but_not_differ() {
        let padded = ASSERTION.replacen("AQID", "AQI=", 1).replacen("AQID", "AQI", 1);
        assert!(assertion(&padded).unwrap().id_is_raw_id().unwrap());
        let other = ASSERTION.replacen("AQID", "AQIE", 1);
        assert!(!assertion(&other).unwrap().id_is_raw_id().unwrap());
    }

    #[test]
    fn rejects_invalid_utf8_in_skipped_members() {
        let json = ASSERTION.replace("\"type\"", "\"new\":[\"?\"],\"type\"");
        assert!(assertion(&json).is_ok());
        let invalid = json.bytes().map(|byte| if byte == b'?' { 0xff } else { byte });
        assert!(AuthenticationResponse::parse(&invalid.collect::<Vec<u8>>()).is_err());
    }

    proptest! {
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
