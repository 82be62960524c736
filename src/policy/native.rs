//! Origins of native apps: opaque strings, compared as a whole (§5.8.1 `origin`).
//!
//! ```text
//! android = "android:apk-key-hash:" 43( ALPHA / DIGIT / "-" / "_" )    ; base64url of a certificate's SHA-256
//! opaque  = scheme ":" 1*VCHAR                                         ; 512 bytes at most
//! ```
//!
//! Apps on iOS have no special type of origin: they send the `https` origin of their associated domain.

use alloc::{format, string::String};
use core::fmt;

use super::shown;
use crate::{base64url, limits::OPAQUE_ORIGIN_MAX};

pub(super) const ANDROID: &str = "android:apk-key-hash:";

/// Length of the SHA-256 of a signing certificate.
const FINGERPRINT_BYTES: usize = 32;

/// Schemes of URLs whose origin browsers serialize as `null` or with another scheme.
const NO_ORIGIN: [&str; 6] = ["about", "blob", "data", "file", "filesystem", "javascript"];

/// Why a text is not an origin of a native app.
/// [`OriginPolicyBuilder::native_origin`](crate::policy::OriginPolicyBuilder::native_origin) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidNativeOrigin {
    /// The text is neither a SHA-256 fingerprint nor an origin.
    #[error(
        "{found:?} is not a fingerprint of an Android app's signing certificate; write the 64 hexadecimal digits of \
         its SHA-256, with or without colons, as keytool and the Play Console show them"
    )]
    AndroidFingerprint {
        /// The text.
        found: String,
    },
    /// The text is a SHA-1 fingerprint, which tools show next to the right one.
    #[error("{found:?} is a SHA-1 fingerprint; write the SHA-256 of the same certificate")]
    AndroidSha1 {
        /// The text.
        found: String,
    },
    /// The text after `android:apk-key-hash:` is not 32 bytes in base64url.
    #[error(
        "{found:?} is not an Android origin; write \"android:apk-key-hash:\" and the certificate's SHA-256 as \
         base64url without padding, 43 characters"
    )]
    AndroidKeyHash {
        /// The text.
        found: String,
    },
    /// The text is a web origin, or was meant to be one.
    #[error(
        "{found:?} is not a native app's origin; configure a web origin with `origin` or `related_origin`"
    )]
    Web {
        /// The text.
        found: String,
    },
    /// No client sends such an origin.
    #[error(
        "{found:?} is not a native app's origin; clients send {ANDROID:?}… or another \"scheme:…\" as it is"
    )]
    Opaque {
        /// The text.
        found: String,
    },
}

/// Returns the origin that an Android app sends, from the SHA-256 fingerprint of its signing certificate: 64
/// hexadecimal digits in upper or lower case, with or without colons between pairs. A well-formed origin is returned
/// unchanged.
///
/// For an app signed by Google Play, use Play's certificate, not the upload certificate.
///
/// ```
/// # use relying_party::policy::android_origin;
/// let fingerprint = "A4:D8:8F:E6:22:B2:43:C2:70:80:63:9A:28:0D:73:18:F5:0F:24:84:BE:D0:7D:71:28:24:1C:7E:0A:06:2D:C7";
/// assert_eq!(android_origin(fingerprint)?, "android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfgoGLcc");
/// # Ok::<(), relying_party::policy::InvalidNativeOrigin>(())
/// ```
///
/// # Errors
///
/// If the text is neither.
pub fn android_origin(fingerprint: &str) -> Result<String, InvalidNativeOrigin> {
    let text = fingerprint.trim();
    if text.starts_with(ANDROID) {
        return checked(text);
    }
    match hexadecimal::<FINGERPRINT_BYTES>(text) {
        Some(hash) => Ok(format!("{ANDROID}{}", Base64Url(&hash))),
        None if hexadecimal::<20>(text).is_some() => {
            Err(InvalidNativeOrigin::AndroidSha1 { found: shown(text) })
        }
        None => Err(InvalidNativeOrigin::AndroidFingerprint { found: shown(text) }),
    }
}

/// Checks the grammar above and returns the text.
pub(super) fn checked(text: &str) -> Result<String, InvalidNativeOrigin> {
    if let Some(hash) = text.strip_prefix(ANDROID) {
        return if is_key_hash(hash) {
            Ok(text.into())
        } else {
            Err(InvalidNativeOrigin::AndroidKeyHash { found: shown(text) })
        };
    }
    match text.split_once(':') {
        Some((scheme, _)) if is_web(scheme) => Err(InvalidNativeOrigin::Web { found: shown(text) }),
        Some(_) if is_opaque(text) => Ok(text.into()),
        _ => Err(InvalidNativeOrigin::Opaque { found: shown(text) }),
    }
}

/// Returns whether the text has the form of a native app's origin.
pub(super) fn is_native(text: &str) -> bool {
    checked(text).is_ok()
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// Accepts exactly one spelling: base64url without padding and without stray trailing bits.
fn is_key_hash(text: &str) -> bool {
    base64url::decode(text).is_ok_and(|hash| {
        hash.len() == FINGERPRINT_BYTES && format!("{}", Base64Url(&hash)) == text
    })
}

fn is_opaque(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_char = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(scheme_char)
        && !NO_ORIGIN.contains(&scheme)
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_graphic())
        && text.len() <= OPAQUE_ORIGIN_MAX
}

/// Parses `N` bytes as pairs of hexadecimal digits, with colons between all of them or none.
fn hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let separated = text.contains(':');
    let mut rest = text;
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        if separated && index > 0 {
            rest = rest.strip_prefix(':')?;
        }
        let (pair, after) = rest.split_at_checked(2)?;
        if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
        rest = after;
    }
    rest.is_empty().then_some(bytes)
}

struct Base64Url<'a>(&'a [u8]);

impl fmt::Display for Base64Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        base64url::fmt(self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "a4d88fe622b243c27080639a280d7318f50f2484bed07d7128241c7e0a062dc7";
    const HASH: &str = "pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfgoGLcc";

    #[test]
    fn android_origin_is_base64url_of_the_fingerprint() {
        let origin = format!("{ANDROID}{HASH}");
        let pairs = HEX.as_bytes().chunks(2).map(|pair| core::str::from_utf8(pair).unwrap());
        let colons = pairs.collect::<alloc::vec::Vec<_>>().join(":");
        for text in
            [HEX, &HEX.to_uppercase(), &colons, &format!(" {}\n", colons.to_uppercase()), &origin]
        {
            assert_eq!(android_origin(text), Ok(origin.clone()));
        }
    }

    #[test]
    fn malformed_fingerprint_is_refused() {
        let digits_only_in_part = format!("{}+a", &HEX[2..]);
        let one_colon = format!("{}:{}", &HEX[..2], &HEX[2..]);
        for text in [
            "",
            &HEX[1..],
            &HEX[2..],
            &format!("{HEX}00"),
            &digits_only_in_part,
            &one_colon,
            HASH,
            "ä",
        ] {
            let refused = android_origin(text);
            assert!(
                matches!(refused, Err(InvalidNativeOrigin::AndroidFingerprint { .. })),
                "{text}"
            );
        }
        let sha1 = android_origin(&HEX[..40]);
        assert!(matches!(sha1, Err(InvalidNativeOrigin::AndroidSha1 { .. })));
    }

    /// Abuse case 16.
    #[test]
    fn malformed_android_origin_is_refused() {
        let stray_bits = format!("{}d", &HASH[..42]);
        let standard = HASH.replace('-', "+");
        for hash in [
            "",
            "x",
            HEX,
            &HASH[1..],
            &format!("{HASH}="),
            &format!("{HASH}A"),
            &stray_bits,
            &standard,
        ] {
            let refused = checked(&format!("{ANDROID}{hash}"));
            assert!(matches!(refused, Err(InvalidNativeOrigin::AndroidKeyHash { .. })), "{hash}");
        }
        let upper_case = checked(&format!("Android:apk-key-hash:{HASH}"));
        assert!(matches!(upper_case, Err(InvalidNativeOrigin::Opaque { .. })));
    }

    #[test]
    fn opaque_origin_is_a_scheme_and_visible_ascii() {
        for text in ["ios:bundle-id:com.example.app", "chrome-extension://abcdefgh", "app+x.y-1:z"]
        {
            assert!(is_native(text), "{text}");
        }
        for text in [
            "",
            "null",
            ":",
            "x:",
            ":x",
            "1x:y",
            "X:y",
            "a b:c",
            "a:b c",
            "a:\u{e4}",
            "a:\n",
            "file:///x",
            "data:text/html,x",
            "about:blank",
            "blob:https://example.com/x",
            "javascript:alert(1)",
            &format!("a:{}", "b".repeat(511)),
        ] {
            assert!(matches!(checked(text), Err(InvalidNativeOrigin::Opaque { .. })), "{text}");
        }
        for text in ["https://example.com", "http:x", "HTTPS://example.com", "https:"] {
            assert!(matches!(checked(text), Err(InvalidNativeOrigin::Web { .. })), "{text}");
        }
    }
}
