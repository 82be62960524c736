//! Identifiers of attestation statement formats and extensions.

use crate::limits::IDENTIFIER_MAX;

/// Returns whether a text is a valid identifier (§8.1, §9.1): 1 to 32 printable ASCII characters, without spaces,
/// double quotes and backslashes.
pub(crate) fn is_identifier(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    (1..=IDENTIFIER_MAX).contains(&text.len()) && text.bytes().all(is_allowed)
}
