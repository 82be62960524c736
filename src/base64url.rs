//! base64url (RFC 4648 §5): written without padding, read with the leniency that front ends need.

use alloc::vec::Vec;
use core::fmt::{self, Display as _};

use base64::{
    DecodeSliceError, Engine as _, display::Base64Display, engine::general_purpose::URL_SAFE_NO_PAD,
};

use self::lenient::{Lenient, STANDARD, URL_SAFE};
use crate::malformed::Malformed;

mod lenient;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidBase64Url {
    Syntax,
    TooLong,
}

impl InvalidBase64Url {
    /// Returns the error about `what`, which may have at most `max` bytes.
    pub(crate) fn of(self, what: &'static str, max: usize) -> Malformed {
        match self {
            Self::Syntax => Malformed::Base64Url { what },
            Self::TooLong => Malformed::TooLong { what, max },
        }
    }
}

/// A text uses either of the two alphabets, nearly always the first, but never a mix of both. It is either padded
/// completely or not at all.
fn in_either_alphabet<T>(
    text: &[u8],
    mut decode: impl FnMut(&Lenient) -> Result<T, DecodeSliceError>,
) -> Result<T, InvalidBase64Url> {
    if text.ends_with(b"=") && !text.len().is_multiple_of(4) {
        return Err(InvalidBase64Url::Syntax);
    }
    decode(&URL_SAFE).or_else(|_| decode(&STANDARD)).map_err(|error| match error {
        DecodeSliceError::DecodeError(_) => InvalidBase64Url::Syntax,
        DecodeSliceError::OutputSliceTooSmall => InvalidBase64Url::TooLong,
    })
}

/// Returns the maximum number of bytes that a text of this length can encode.
fn most_bytes(text: &[u8]) -> usize {
    text.len().div_ceil(4).saturating_mul(3)
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, InvalidBase64Url> {
    in_either_alphabet(text.as_bytes(), |engine| Ok(engine.decode(text)?))
}

/// Decodes at most `max` bytes. Up to `N` of them stay on the stack.
pub(crate) struct Decoded<const N: usize> {
    inline: [u8; N],
    spilled: Vec<u8>,
}

impl<const N: usize> Decoded<N> {
    pub(crate) const fn new() -> Self {
        Self { inline: [0; N], spilled: Vec::new() }
    }

    /// Returns the decoded bytes, followed by `spare` zeros for the caller's use.
    pub(crate) fn decode(
        &mut self,
        text: &str,
        max: usize,
        spare: usize,
    ) -> Result<&mut [u8], InvalidBase64Url> {
        decode_into(&mut self.inline, &mut self.spilled, text.as_bytes(), max, spare)
    }
}

/// Separate from [`Decoded`], so that it is compiled only once for all sizes.
fn decode_into<'b>(
    inline: &'b mut [u8],
    spilled: &'b mut Vec<u8>,
    text: &[u8],
    max: usize,
    spare: usize,
) -> Result<&'b mut [u8], InvalidBase64Url> {
    let most = most_bytes(text);
    // Allows for four more characters: padding, and an incomplete last group.
    if most > max.saturating_add(3) {
        return Err(InvalidBase64Url::TooLong);
    }
    let needed = most.saturating_add(spare);
    let room = if needed <= inline.len() {
        inline
    } else {
        spilled.resize(needed, 0);
        spilled.as_mut_slice()
    };
    let length = in_either_alphabet(text, |engine| engine.decode_slice(text, &mut *room))?;
    if length > max {
        return Err(InvalidBase64Url::TooLong);
    }
    room.get_mut(..length.saturating_add(spare)).ok_or(InvalidBase64Url::TooLong)
}

/// Returns whether `text` is exactly the base64url of `bytes` without padding.
pub(crate) fn is_encoding_of(text: &[u8], bytes: &[u8]) -> bool {
    /// Bytes that encode to complete groups of four characters.
    const CHUNK: usize = 48;
    let mut rest = text;
    for chunk in bytes.chunks(CHUNK) {
        let mut encoded = [0; CHUNK / 3 * 4];
        let Ok(length) = URL_SAFE_NO_PAD.encode_slice(chunk, &mut encoded) else { return false };
        let Some(after) = rest.strip_prefix(encoded.get(..length).unwrap_or_default()) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

pub(crate) fn fmt(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    Base64Display::new(bytes, &URL_SAFE_NO_PAD).fmt(f)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padded_base64url_is_accepted() {
        assert_eq!(decode("_-8=").unwrap(), decode("_-8").unwrap());
    }

    #[test]
    fn standard_alphabet_is_accepted_but_no_mix() {
        assert_eq!(decode("/+8").unwrap(), [0xff, 0xef]);
        assert_eq!(decode("/-8"), Err(InvalidBase64Url::Syntax));
    }

    #[test]
    fn white_space_and_trailing_bits_are_refused() {
        for text in ["AQ ID", "AQID\n", " AQID", "AR", "AQJ", "A", "====", "=AQI", "AQ!D"] {
            assert_eq!(decode(text), Err(InvalidBase64Url::Syntax), "{text:?}");
        }
    }

    #[test]
    fn padding_is_whole_or_absent() {
        assert_eq!(decode("AA==").unwrap(), decode("AA").unwrap());
        for text in ["AA=", "AAAA=", "AAAA==", "AAA=="] {
            assert_eq!(decode(text), Err(InvalidBase64Url::Syntax), "{text:?}");
        }
    }

    #[test]
    fn decoding_keeps_to_its_limit() {
        let text = URL_SAFE_NO_PAD.encode([7; 100]);
        assert_eq!(Decoded::<16>::new().decode(&text, 100, 0).unwrap(), [7; 100]);
        assert_eq!(Decoded::<16>::new().decode(&text, 99, 0), Err(InvalidBase64Url::TooLong));
        assert_eq!(Decoded::<16>::new().decode(&text, 9, 0), Err(InvalidBase64Url::TooLong));
    }

    proptest! {
        #[test]
        fn comparison_with_an_encoding_equals_encoding_and_comparing(
            bytes in proptest::collection::vec(any::<u8>(), 0..160),
            at: prop::sample::Index,
        ) {
            let mut text = URL_SAFE_NO_PAD.encode(&bytes);
            prop_assert!(is_encoding_of(text.as_bytes(), &bytes));
            text.push('A');
            prop_assert!(!is_encoding_of(text.as_bytes(), &bytes));
            text.truncate(at.index(text.len()));
            prop_assert_eq!(is_encoding_of(text.as_bytes(), &bytes), text == URL_SAFE_NO_PAD.encode(&bytes));
        }

        #[test]
        fn decoding_inverts_encoding_on_the_stack_and_beyond(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            spare in 0_usize..40,
        ) {
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            let mut decoded = Decoded::<48>::new();
            let found = decoded.decode(&text, bytes.len(), spare).unwrap();
            prop_assert_eq!(&found[..bytes.len()], &bytes[..]);
            prop_assert_eq!(found.len(), bytes.len() + spare);
            let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
            prop_assert_eq!(decode(&padded).unwrap(), bytes);
        }
    }
}
