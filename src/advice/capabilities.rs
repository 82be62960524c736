//! What a browser says that it can do.

use serde::Deserialize;

use crate::{limits::CLIENT_CAPABILITIES_JSON_MAX, malformed::Malformed, object};

/// What the browser says that it can do: the result of `PublicKeyCredential.getClientCapabilities()` (§5.1.7), or of
/// `capabilities()` of the browser module. `None` means that it did not say. Nothing of it is signed.
///
/// ```
/// use relying_party::advice::ClientCapabilities;
/// let client = ClientCapabilities::from_json(br#"{"conditionalCreate":true,"extension:prf":true}"#)?;
/// assert_eq!(client.conditional_create, Some(true));
/// assert_eq!(client.hybrid_transport, None);
/// # Ok::<(), relying_party::Malformed>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ClientCapabilities {
    /// `supported`, which only the browser module sends: whether passkeys can be created and used at all.
    pub supported: Option<bool>,
    /// `conditionalCreate`: creation without asking.
    pub conditional_create: Option<bool>,
    /// `conditionalGet`: sign-in in the autofill of a form.
    pub conditional_get: Option<bool>,
    /// `hybridTransport`: a phone next to this device can be used.
    pub hybrid_transport: Option<bool>,
    /// `passkeyPlatformAuthenticator`: this device or a phone next to it can have passkeys.
    pub passkey_platform_authenticator: Option<bool>,
    /// `userVerifyingPlatformAuthenticator`: this device verifies its user.
    pub user_verifying_platform_authenticator: Option<bool>,
    /// `relatedOrigins`: passkeys work at related origins.
    pub related_origins: Option<bool>,
    /// `signalAllAcceptedCredentials`: the browser can be told the full list.
    pub signal_all_accepted_credentials: Option<bool>,
    /// `signalCurrentUserDetails`: the browser can be told new names.
    pub signal_current_user_details: Option<bool>,
    /// `signalUnknownCredential`: the browser can be told to forget a passkey.
    pub signal_unknown_credential: Option<bool>,
    /// Whether the user's authenticator can create passkeys with ML-DSA. No browser says so, so this is never read from
    /// its JSON. Set it if you know, for example of devices that you manage.
    pub ml_dsa: Option<bool>,
}

/// The members of the JSON. The type itself cannot be deserialized, so that its length is always checked.
#[derive(Deserialize)]
#[serde(remote = "ClientCapabilities", rename_all = "camelCase")]
struct Members {
    supported: Option<bool>,
    conditional_create: Option<bool>,
    conditional_get: Option<bool>,
    hybrid_transport: Option<bool>,
    passkey_platform_authenticator: Option<bool>,
    user_verifying_platform_authenticator: Option<bool>,
    related_origins: Option<bool>,
    signal_all_accepted_credentials: Option<bool>,
    signal_current_user_details: Option<bool>,
    signal_unknown_credential: Option<bool>,
    #[serde(skip)]
    ml_dsa: Option<bool>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Parsed(#[serde(with = "Members")] ClientCapabilities);

impl ClientCapabilities {
    /// Parses the JSON of the browser: an object of booleans. Members of other names are ignored, and `null` counts as
    /// absent.
    ///
    /// # Errors
    ///
    /// If the text is longer than [`CLIENT_CAPABILITIES_JSON_MAX`], is not an object, or a member above is repeated or
    /// is not a boolean.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        const WHAT: &str = "client capabilities";
        if json.len() > CLIENT_CAPABILITIES_JSON_MAX {
            return Err(Malformed::TooLong { what: WHAT, max: CLIENT_CAPABILITIES_JSON_MAX });
        }
        let parsed = object::from_slice::<Parsed>(json);
        parsed.map(|Parsed(client)| client).map_err(|error| Malformed::json(WHAT, &error))
    }

    /// Whether a passkey may be created, as far as is known: on this device, or at least with a phone.
    pub(super) fn may_create(&self) -> bool {
        self.supported != Some(false) && self.passkey_platform_authenticator != Some(false)
    }

    /// Whether this device may have a passkey itself, as far as is known.
    pub(super) fn may_create_here(&self) -> bool {
        self.may_create() && self.user_verifying_platform_authenticator != Some(false)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::*;

    type Field = fn(&ClientCapabilities) -> Option<bool>;

    const NAMES: [(&str, Field); 10] = [
        ("supported", |it| it.supported),
        ("conditionalCreate", |it| it.conditional_create),
        ("conditionalGet", |it| it.conditional_get),
        ("hybridTransport", |it| it.hybrid_transport),
        ("passkeyPlatformAuthenticator", |it| it.passkey_platform_authenticator),
        ("userVerifyingPlatformAuthenticator", |it| it.user_verifying_platform_authenticator),
        ("relatedOrigins", |it| it.related_origins),
        ("signalAllAcceptedCredentials", |it| it.signal_all_accepted_credentials),
        ("signalCurrentUserDetails", |it| it.signal_current_user_details),
        ("signalUnknownCredential", |it| it.signal_unknown_credential),
    ];

    fn read(json: &str) -> Result<ClientCapabilities, Malformed> {
        ClientCapabilities::from_json(json.as_bytes())
    }

    #[test]
    fn each_name_sets_its_own_field() {
        for (name, _) in NAMES {
            for value in [true, false] {
                let client = read(&format!("{{\"{name}\":{value}}}")).unwrap();
                for (other, field) in NAMES {
                    let expected = (other == name).then_some(value);
                    assert_eq!(field(&client), expected, "{name} {other}");
                }
            }
            let client = read(&format!("{{\"{name}\":null}}")).unwrap();
            assert_eq!(client, ClientCapabilities::default());
        }
    }

    #[test]
    fn other_names_are_ignored() {
        let json = r#"{"extension:prf":true,"immediateGet":[1],"mlDsa":true,"ml_dsa":true,"reason":"no_api"}"#;
        assert_eq!(read(json), Ok(ClientCapabilities::default()));
    }

    #[test]
    fn rejects_what_no_browser_sends() {
        for json in [
            "",
            "null",
            "[true]",
            "[]",
            "true",
            r#"{"conditionalCreate":1}"#,
            r#"{"conditionalCreate":"true"}"#,
            r#"{"conditionalCreate":true,"conditionalCreate":true}"#,
            r#"{"conditionalCreate":true}{}"#,
            r#"{"conditionalCreate":true"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        assert!(ClientCapabilities::from_json(b"{\"x\":\"\xff\"}").is_err());
    }

    #[test]
    fn length_is_limited() {
        let of_length = |length: usize| {
            let padding = " ".repeat(length - 2);
            String::from("{") + &padding + "}"
        };
        assert!(read(&of_length(CLIENT_CAPABILITIES_JSON_MAX)).is_ok());
        let error = read(&of_length(CLIENT_CAPABILITIES_JSON_MAX + 1)).unwrap_err();
        assert!(matches!(error, Malformed::TooLong { .. }), "{error}");
    }
}
