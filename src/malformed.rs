//! What is wrong with bytes that do not parse: the error of the wire layer.

use alloc::{format, string::String};
use core::fmt::{self, Write as _};

use crate::{cbor::CborError, json::base64url::InvalidBase64Url, limits::SHOWN_MAX};

/// A message that is not what its grammar says. Its code is `malformed`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// More bytes than the limit of [`limits`](crate::limits) for such a thing.
    #[error("{what} is longer than {max} bytes")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// Most bytes allowed.
        max: usize,
    },
    /// JSON that does not parse, lacks a member, has one twice, or has one of another type.
    #[error("{what}: {reason}")]
    Json {
        /// Which JSON text.
        what: &'static str,
        /// What the JSON parser says, with line and column.
        reason: String,
    },
    /// A member that is not base64url.
    #[error("{what} is not base64url")]
    Base64Url {
        /// Which member.
        what: &'static str,
    },
    /// CBOR that does not parse or breaks a rule of the CTAP2 canonical form that is enforced.
    #[error("{what}: {error} at byte {offset}")]
    Cbor {
        /// Which structure.
        what: &'static str,
        /// What is wrong.
        error: CborError,
        /// Where, counted from the start of the structure.
        offset: usize,
    },
    /// The credential's `type` is not `public-key`.
    #[error("credential type is not public-key")]
    CredentialType,
    /// Authenticator data whose length does not fit its flags.
    #[error("authenticator data: {0}")]
    AuthenticatorData(&'static str),
    /// A COSE key without a required parameter, with one of the wrong type, length or value, or with one too many.
    #[error("COSE key: {0}")]
    CoseKey(&'static str),
}

impl Malformed {
    /// What the JSON parser says repeats what was found, at full length and with six characters for some: it is cut.
    pub(crate) fn json(what: &'static str, error: &serde_json::Error) -> Self {
        let mut shown = Shown(String::new());
        let reason = match write!(shown, "{error}") {
            Ok(()) => shown.0,
            Err(_) => format!("{}… at line {} column {}", shown.0, error.line(), error.column()),
        };
        Self::Json { what, reason }
    }

    pub(crate) fn base64url(what: &'static str, error: InvalidBase64Url, max: usize) -> Self {
        match error {
            InvalidBase64Url::Syntax => Self::Base64Url { what },
            InvalidBase64Url::TooLong => Self::TooLong { what, max },
        }
    }
}

/// Takes no more text than an error may repeat.
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
    fn what_was_found_is_shown_at_a_bounded_length() {
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
