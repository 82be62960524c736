//! Bytes in JSON: base64 in both alphabets, and PostgreSQL's hexadecimal form.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads bytes. The two alphabets of base64 differ in two characters, and neither has those of the other, so no text
/// means two things. No base64 begins with a backslash.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if let Some(digits) = text.strip_prefix("\\x") {
        return hex(digits);
    }
    let text = text.chars().filter(|char| !char.is_ascii_whitespace()).map(|char| match char {
        '+' => '-',
        '/' => '_',
        other => other,
    });
    BASE64URL.decode(text.collect::<String>()).ok()
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads pairs of hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |char: char| char.to_digit(16).and_then(|value| u8::try_from(value).ok());
    let values = digits.chars().map(digit).collect::<Option<Vec<u8>>>()?;
    let pairs = values.chunks(2).map(|pair| match pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_padded_or_not_and_hexadecimal_mean_the_same_bytes() {
        let bytes = [0xfb, 0xff, 0xbf, 0x01];
        for text in ["-_-_AQ", "-_-_AQ==", "+/+/AQ==", "+/+/\nAQ", "\\xfbffbf01", "\\xFBFFBF01"] {
            assert_eq!(decode(text).as_deref(), Some(&bytes[..]), "{text}");
        }
        assert_eq!(decode("\\x").as_deref(), Some(&[][..]));
        assert_eq!(decode(&encode(&bytes)).as_deref(), Some(&bytes[..]));
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["A", "AB=C", "ä", "AR", "\\xf", "\\xfg", "\\x+1", "\\y00", "AQ==="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
