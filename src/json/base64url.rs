//! base64url (RFC 4648 §5): written without padding, read with the leniency that front ends need.

use alloc::vec::Vec;
use core::fmt::{self, Display as _};

use base64::{
    Engine as _, alphabet,
    display::Base64Display,
    engine::{
        DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::URL_SAFE_NO_PAD,
    },
};

/// Padding may be there: hand-written front ends use encoders that add it. White space and non-zero trailing
/// bits may not: nothing sends them, and the latter would give one value several spellings.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(false);

static URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The standard alphabet, for hand-written front ends that use `btoa` as it is.
static STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The text is not base64url, or holds more bytes than there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64url, or too long")]
pub(crate) struct InvalidBase64Url;

/// A text in one alphabet or in the other, never in a mix of both.
fn engine(text: &str) -> &'static GeneralPurpose {
    if text.bytes().any(|byte| matches!(byte, b'+' | b'/')) { &STANDARD } else { &URL_SAFE }
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, InvalidBase64Url> {
    engine(text).decode(text).map_err(|_| InvalidBase64Url)
}

/// Decodes onto the caller's buffer and returns the part that was filled.
pub(crate) fn decode_into<'b>(
    text: &str,
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], InvalidBase64Url> {
    let length = engine(text).decode_slice(text, buffer).map_err(|_| InvalidBase64Url)?;
    buffer.get_mut(..length).ok_or(InvalidBase64Url)
}

pub(crate) fn fmt(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    Base64Display::new(bytes, &URL_SAFE_NO_PAD).fmt(f)
}
