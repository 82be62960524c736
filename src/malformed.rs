//! Why bytes cannot be parsed: the error of the wire layer.

use alloc::{format, string::String};
use core::fmt::{self, Write as _};

use crate::limits::{CBOR_DEPTH_MAX, CBOR_MAP_ENTRIES_MAX, SHOWN_MAX};

/// A message does not match its grammar. The code is `malformed`. [`ClientData`](crate::ClientData) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// There are more bytes than the limit in [`limits`](crate::limits) allows.
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The maximum number of bytes.
        max: usize,
    },
    /// The JSON is invalid, lacks a member, repeats one, or has one of the wrong type.
    #[error("{what}: {reason}")]
    Json {
        /// The name of the JSON text.
        what: &'static str,
        /// The message of the JSON parser, with line and column.
        reason: String,
    },
    /// The response lacks a member that the specification requires, but that not every front end sends.
    #[error("{what}: {member} is missing; Settings::incomplete_responses accepts that")]
    Incomplete {
        /// The name of the response.
        what: &'static str,
        /// The missing member.
        member: &'static str,
    },
    /// A member is not base64url.
    #[error("{what} is not base64url")]
    Base64Url {
        /// The name of the member.
        what: &'static str,
    },
    /// The CBOR is invalid, or breaks an enforced rule of the CTAP2 canonical form.
    #[error("{what}: {error} at byte {offset}")]
    Cbor {
        /// The name of the structure.
        what: &'static str,
        /// What is wrong.
        error: CborError,
        /// The offset from the start of the structure.
        offset: usize,
    },
    /// The credential's `type` is not `public-key`.
    #[error("credential type is not public-key")]
    CredentialType,
    /// A `tokenBinding` in client data whose `status` Level 2 does not know.
    #[error("clientDataJSON: tokenBinding.status is not present, supported or not-supported")]
    TokenBinding,
    /// The length of the authenticator data does not match their flags.
    #[error("authenticator data: {0}")]
    AuthenticatorData(&'static str),
    /// The COSE key lacks a required parameter, has one of the wrong type, length or value, or has an unexpected one.
    #[error("COSE key: {0}")]
    CoseKey(&'static str),
}

/// What is wrong with a CBOR item.
///
/// ```
/// use relying_party::{AttestationObject, CborError, Malformed};
/// let error = AttestationObject::parse(b"").unwrap_err();
/// assert!(matches!(error, Malformed::Cbor { error: CborError::Truncated, offset: 0, .. }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CborError {
    /// The input ends within an item, or a length reaches beyond the input.
    #[error("the input ends within an item")]
    Truncated,
    /// No CBOR item begins with this byte.
    #[error("not a CBOR item")]
    Syntax,
    /// An integer, length or simple value uses more bytes than it needs.
    #[error("a number uses more bytes than it needs")]
    NotShortest,
    /// An item has indefinite length.
    #[error("an item has indefinite length")]
    Indefinite,
    /// An item is a tag.
    #[error("tags are not allowed")]
    Tag,
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Utf8,
    /// Items are nested deeper than [`CBOR_DEPTH_MAX`].
    #[error("items are nested deeper than {CBOR_DEPTH_MAX}")]
    Depth,
    /// A map has more entries than [`CBOR_MAP_ENTRIES_MAX`].
    #[error("a map has more than {CBOR_MAP_ENTRIES_MAX} entries")]
    Entries,
    /// A map key is repeated.
    #[error("a map key is repeated")]
    DuplicateKey,
    /// An item has a type that the grammar does not allow.
    #[error("an item has the wrong type")]
    Type,
    /// A required map entry is missing.
    #[error("the entry \"{0}\" is missing")]
    Missing(&'static str),
    /// There are bytes after the item.
    #[error("there are bytes after the item")]
    TrailingData,
}

impl Malformed {
    /// The JSON parser's message repeats the input at full length, with up to six characters for one, so it is
    /// truncated.
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        let mut shown = Shown(String::new());
        let reason = match write!(shown, "{error}") {
            Ok(()) => shown.0,
            Err(_) => format!("{}… at line {} column {}", shown.0, error.line(), error.column()),
        };
        Self::Json { what, reason }
    }
}

/// Keeps only as much text as an error may repeat.
struct Shown(String);

impl fmt::Write for Shown {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = SHOWN_MAX.saturating_sub(self.0.len());
        if text.len() <= room {
            self.0.push_str(text);
            return Ok(());
        }
        let characters = text.char_indices();
        let fitting = characters.take_while(|(at, character)| at + character.len_utf8() <= room);
        self.0.extend(fitting.map(|(_, character)| character));
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(json: &str) -> String {
        let error = serde_json::from_str::<bool>(json).unwrap_err();
        let Malformed::Json { reason, .. } = Malformed::json("test", &error) else {
            unreachable!()
        };
        reason
    }

    #[test]
    fn input_is_repeated_up_to_a_maximum_length() {
        assert_eq!(
            reason("\"found\""),
            "invalid type: string \"found\", expected a boolean at line 1 column 7"
        );
        for character in ["a", "é", "\u{7f}", "\u{1f980}"] {
            let long = reason(&format!("\"{}\"", character.repeat(10_000)));
            assert!(long.starts_with("invalid type: string \""), "{long}");
            assert!(long.contains("… at line 1 column "), "{long}");
            assert!((SHOWN_MAX..SHOWN_MAX + 40).contains(&long.len()), "{long}");
        }
    }
}
