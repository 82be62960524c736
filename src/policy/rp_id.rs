//! RP IDs: the domains that passkeys are bound to (§4 *Relying Party Identifier*).

use alloc::{
    borrow::{Cow, ToOwned as _},
    boxed::Box,
    format,
    string::String,
};
use core::{fmt, hash};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::{
    advice,
    domain::{self, InvalidDomain, LOCALHOST},
    shown,
};

/// An RP ID: a domain name in lower case and punycode, 1 to 253 bytes, that is neither an IP address nor a public
/// suffix, and has at least two labels unless it is `localhost` (§4, §5.1.3).
///
/// A Chrome extension can also use its ID as the RP ID: 32 letters from a to p, which is what the browser expects in
/// the options.
///
/// Passkeys are permanently bound to the exact bytes of the RP ID, so nothing is corrected silently: any other spelling
/// is rejected, and the error says what to write. Names with one label (`intranet`) are rejected although browsers
/// accept them: every network has its own `intranet`, but a passkey created in one would work in all.
///
/// Public suffixes (`com`, `co.uk`, `github.io`) are known with the feature `public-suffix`. Without it only those with
/// one label are rejected.
///
/// ```
/// use relying_party::policy::RpId;
/// let rp_id = RpId::new("example.com")?;
/// assert_eq!(rp_id.as_str(), "example.com");
/// let error = RpId::new("https://Example.com/").unwrap_err();
/// assert!(error.to_string().ends_with(r#"write "example.com""#));
/// # Ok::<(), relying_party::policy::InvalidRpId>(())
/// ```
#[derive(Clone)]
pub struct RpId {
    text: Box<str>,
    hash: [u8; 32],
}

/// Why a text is not an RP ID. `write` is what to write instead, if known.
/// [`RpId`](crate::policy::RpId) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRpId {
    /// The text is an origin or a URL.
    #[error("the RP ID {found:?} has a scheme, but must be only a domain name{}", advice(.write.as_deref()))]
    Scheme {
        /// The text.
        found: String,
        /// The domain name in it.
        write: Option<String>,
    },
    /// The text has a port. Passkeys work on every port.
    #[error("the RP ID {found:?} has a port, but must be only a domain name{}", advice(.write.as_deref()))]
    Port {
        /// The text.
        found: String,
        /// The domain name in it.
        write: Option<String>,
    },
    /// The text has a path, a query or a fragment.
    #[error("the RP ID {found:?} has a path, but must be only a domain name{}", advice(.write.as_deref()))]
    Path {
        /// The text.
        found: String,
        /// The domain name in it.
        write: Option<String>,
    },
    /// The text is not a domain name as browsers serialize it.
    #[error("the RP ID {found:?} cannot be used: {reason}{}", advice(.write.as_deref()))]
    Domain {
        /// The text.
        found: String,
        /// What is wrong with it.
        reason: InvalidDomain,
        /// The correct spelling.
        write: Option<String>,
    },
    /// Anyone can register a domain below it.
    #[error(
        "the RP ID {found:?} is a public suffix, below which anyone can register; write your own \
         domain, such as \"your-domain.{found}\""
    )]
    PublicSuffix {
        /// The public suffix.
        found: String,
    },
    /// The name has one label and is not `localhost`.
    #[error(
        "the RP ID {found:?} has only one label; write a full domain name, such as \
         \"{found}.your-domain.com\", or \"localhost\" for development"
    )]
    SingleLabel {
        /// The name.
        found: String,
    },
}

impl RpId {
    /// Creates the RP ID with this text.
    ///
    /// # Errors
    ///
    /// If the text is not a valid RP ID. The error says why, and what to write instead.
    pub fn new(text: &str) -> Result<Self, InvalidRpId> {
        check(text)?;
        // Chrome makes authenticators sign an extension's whole origin instead of its ID, so that no domain can be
        // mistaken for an extension.
        let hash = if is_extension_id(text) {
            Sha256::new().chain_update(CHROME_EXTENSION).chain_update(text).finalize()
        } else {
            Sha256::digest(text)
        };
        Ok(Self { text: text.into(), hash: hash.into() })
    }

    /// Returns the RP ID as text, for `rp.id` and `rpId` in the options.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns `rpIdHash`, as in authenticator data: the SHA-256 of the text (§6.1), or of an extension's origin.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    pub(super) fn is_localhost(&self) -> bool {
        self.as_str() == LOCALHOST
    }

    /// Returns whether it is `localhost` or below it.
    pub(super) fn is_loopback(&self) -> bool {
        domain::is_loopback(self.as_str())
    }

    /// Returns the origin of the Chrome extension with this ID.
    pub(super) fn extension_origin(&self) -> Option<String> {
        is_extension_id(self.as_str()).then(|| format!("{CHROME_EXTENSION}{self}"))
    }
}

/// The part before the ID in the origin of a Chrome extension.
const CHROME_EXTENSION: &str = "chrome-extension://";

/// The first 128 bits of a hash, with letters instead of hexadecimal digits.
fn is_extension_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'a'..=b'p'))
}

fn check(text: &str) -> Result<(), InvalidRpId> {
    let found = || shown(text);
    let write = || spelling(text);
    if text.contains("://") {
        return Err(InvalidRpId::Scheme { found: found(), write: write() });
    }
    if text.contains(['/', '?', '#', '\\']) {
        return Err(InvalidRpId::Path { found: found(), write: write() });
    }
    match domain::check(text).and_then(|()| domain::check_punycode(text)) {
        Err(InvalidDomain::Character { found: ':' }) => {
            return Err(InvalidRpId::Port { found: found(), write: write() });
        }
        Err(reason) => {
            return Err(InvalidRpId::Domain { found: found(), reason, write: write() });
        }
        Ok(()) => {}
    }
    if text == LOCALHOST || is_extension_id(text) {
        return Ok(());
    }
    if domain::is_listed_suffix(text) {
        return Err(InvalidRpId::PublicSuffix { found: found() });
    }
    if !text.contains('.') {
        return Err(InvalidRpId::SingleLabel { found: found() });
    }
    Ok(())
}

/// Returns the RP ID that the text was probably meant to be: its host as browsers serialize it. The host is always the
/// one that a browser would read, so nothing is guessed around user names and IP addresses.
fn spelling(text: &str) -> Option<String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest).trim();
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    if authority.contains('@') {
        return None;
    }
    let host = authority.split_once(':').map_or(authority, |(host, _)| host);
    let ascii = domain::to_ascii(host)?;
    let spelled = ascii.strip_suffix('.').unwrap_or(&ascii);
    (spelled != text && is_rp_id(spelled)).then(|| spelled.to_owned())
}

/// Returns the verdict of [`check`] without advice. It is used to compute advice, so computing more advice here would
/// recurse until the stack overflows.
fn is_rp_id(text: &str) -> bool {
    domain::check(text).and_then(|()| domain::check_punycode(text)).is_ok()
        && (text == LOCALHOST
            || is_extension_id(text)
            || (text.contains('.') && !domain::is_listed_suffix(text)))
}

impl PartialEq for RpId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RpId {}

impl hash::Hash for RpId {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RpId({self})")
    }
}

impl core::str::FromStr for RpId {
    type Err = InvalidRpId;

    fn from_str(text: &str) -> Result<Self, InvalidRpId> {
        Self::new(text)
    }
}

impl Serialize for RpId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for RpId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&Cow::<'de, str>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    fn refusal(text: &str) -> String {
        RpId::new(text).unwrap_err().to_string()
    }

    #[test]
    fn rp_id_hash_is_sha_256_of_the_text() {
        // printf example.com | sha256sum
        let hash =
            RpId::new("example.com").unwrap().hash().map(|byte| alloc::format!("{byte:02x}"));
        assert_eq!(
            hash.concat(),
            "a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce1947"
        );
    }

    #[test]
    fn domains_and_localhost_are_rp_ids() {
        for text in
            ["example.com", "a.b.example.co.uk", "localhost", "your-domain.test", "app.localhost"]
        {
            assert_eq!(RpId::new(text).unwrap().to_string(), text);
            assert_eq!(text.parse::<RpId>(), RpId::new(text));
        }
    }

    /// Abuse case 18.
    #[test]
    fn misspelled_rp_id_is_refused_and_the_right_spelling_is_named() {
        for (text, write) in [
            ("https://example.com", "example.com"),
            ("https://example.com:8443/login?x#y", "example.com"),
            ("HTTPS://EXAMPLE.COM./", "example.com"),
            ("example.com:443", "example.com"),
            ("localhost:3000", "localhost"),
            ("http://localhost:3000", "localhost"),
            ("example.com/", "example.com"),
            ("example.com?x", "example.com"),
            ("example.com#x", "example.com"),
            ("example.com\\x", "example.com"),
            ("example.com.", "example.com"),
            ("Example.COM", "example.com"),
        ] {
            let error = refusal(text);
            assert!(error.ends_with(&alloc::format!("; write \"{write}\"")), "{text}: {error}");
        }
    }

    #[test]
    fn error_names_the_part_before_or_after_the_host() {
        for (text, scheme) in [("https://example.com", true), ("example.com/https:/", false)] {
            match RpId::new(text).unwrap_err() {
                InvalidRpId::Scheme { .. } => assert!(scheme, "{text}"),
                InvalidRpId::Path { .. } => assert!(!scheme, "{text}"),
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn rp_id_that_cannot_be_repaired_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "..",
            "example..com",
            ".example.com",
            "my_app.example.com",
            "*.example.com",
            "user@example.com",
            "example.com@evil.net",
            "https://example.com@evil.net",
            "https://example.com:443@evil.net",
            "-a.example.com",
            "null",
            "com:443",
            "https://com/",
            "https://intranet/",
            "exam\nple.com",
            "android:apk-key-hash:x",
        ] {
            let error = RpId::new(text).unwrap_err();
            assert!(!error.to_string().contains("; write \""), "{text}: {error}");
        }
    }

    #[test]
    fn rp_id_longer_than_253_bytes_is_refused() {
        let reason = InvalidDomain::TooLong { found: 257 };
        let text = alloc::format!("{}.com", "a.".repeat(127).trim_end_matches('.'));
        assert_eq!(text.len(), 257);
        let expected = InvalidRpId::Domain { found: text.clone(), reason, write: None };
        assert_eq!(RpId::new(&text), Err(expected));
    }

    #[test]
    fn long_rp_id_is_cut_in_the_error() {
        assert!(refusal(&"ä".repeat(100_000)).len() < 500);
    }

    #[test]
    fn advice_on_many_dots_terminates() {
        for text in [".".repeat(1 << 20), format!("example.com{}", ".".repeat(1 << 20))] {
            let Err(InvalidRpId::Domain { write, .. }) = RpId::new(&text) else { panic!() };
            assert_eq!(write, None);
        }
    }

    #[test]
    fn ip_address_is_refused_as_rp_id_in_every_spelling() {
        for text in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "0x7f000001",
            "10.0.0.1",
            "::1",
            "[::1]",
            "http://127.0.0.1:8080",
            "https://[::1]:8443/",
            "127.0.0.1:8080",
            "127.0.0.1.",
        ] {
            assert!(RpId::new(text).is_err(), "{text}");
            assert!(!refusal(text).contains("; write"), "{text}");
        }
        let reason = InvalidDomain::IpAddress;
        for text in ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "::1", "[::1]"] {
            let expected = InvalidRpId::Domain { found: text.into(), reason, write: None };
            assert_eq!(RpId::new(text), Err(expected));
        }
    }

    #[test]
    fn id_of_a_chrome_extension_is_an_rp_id_whose_hash_is_of_the_origin() {
        let id = "jnpfkofnigkaocfcdcdppaokjkmhjcio";
        let rp_id = RpId::new(id).unwrap();
        assert_eq!(rp_id.as_str(), id);
        let origin = rp_id.extension_origin().unwrap();
        assert_eq!(origin, format!("chrome-extension://{id}"));
        assert_eq!(*rp_id.hash(), <[u8; 32]>::from(Sha256::digest(&origin)));
        assert!(refusal(&origin).ends_with(&format!("; write {id:?}")));
        // One letter too many or too few, or an invalid letter: names with one label.
        for text in [&id[1..], &format!("{id}a"), &id.replace('j', "q")] {
            assert_eq!(RpId::new(text), Err(InvalidRpId::SingleLabel { found: (*text).into() }));
        }
        assert_eq!(RpId::new("example.com").unwrap().extension_origin(), None);
    }

    #[test]
    fn single_label_other_than_localhost_is_refused() {
        for text in ["intranet", "localhost2", "example"] {
            assert_eq!(RpId::new(text), Err(InvalidRpId::SingleLabel { found: text.into() }));
        }
        assert!(RpId::new("com").is_err());
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn public_suffix_is_refused_as_rp_id() {
        for text in ["com", "co.uk", "github.io", "s3.amazonaws.com", "xn--p1ai", "b.kawasaki.jp"] {
            assert_eq!(RpId::new(text), Err(InvalidRpId::PublicSuffix { found: text.into() }));
        }
        for text in ["example.co.uk", "me.github.io", "city.kawasaki.jp", "a.b.kawasaki.jp"] {
            assert!(RpId::new(text).is_ok(), "{text}");
        }
        for text in ["https://co.uk", "github.io:443", "GitHub.io"] {
            assert!(!refusal(text).contains("; write \""), "{text}");
        }
    }

    #[test]
    fn rp_ids_are_equal_if_their_text_is() {
        use core::hash::BuildHasher as _;

        let rp_id = |text| RpId::new(text).unwrap();
        assert_eq!(rp_id("example.com"), rp_id("example.com"));
        assert_ne!(rp_id("example.com"), rp_id("example.net"));
        let builder = hash::BuildHasherDefault::<Fnv>::default();
        let hash = |text| builder.hash_one(rp_id(text));
        assert_eq!(hash("example.com"), hash("example.com"));
        assert_ne!(hash("example.com"), hash("example.net"));
    }

    /// A deterministic hasher.
    #[derive(Default)]
    struct Fnv(u64);

    impl hash::Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0
        }

        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3).wrapping_add(1);
            }
        }
    }

    #[cfg(feature = "idna")]
    #[test]
    fn rp_id_beyond_ascii_is_refused_and_its_punycode_is_named() {
        for (text, write) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("\u{430}pple.com", "xn--pple-43d.com"), // a Cyrillic а
            ("example\u{3002}com", "example.com"),   // an ideographic full stop
            ("ｅｘａｍｐｌｅ.com", "example.com"),
        ] {
            assert!(refusal(text).ends_with(&alloc::format!("; write \"{write}\"")), "{text}");
            assert!(RpId::new(write).is_ok(), "{write}");
        }
        assert!(!refusal("１２７.0.0.1").contains("; write"));
        assert!(refusal("xn--a.example").contains("punycode"));
    }

    #[cfg(not(feature = "idna"))]
    #[test]
    fn rp_id_beyond_ascii_is_refused() {
        assert!(refusal("bücher.example").contains("punycode"));
    }

    #[test]
    fn stored_rp_id_is_checked_too() {
        let rp_id = RpId::new("example.com").unwrap();
        assert_eq!(serde_json::to_string(&rp_id).unwrap(), "\"example.com\"");
        assert_eq!(serde_json::from_str::<RpId>("\"example.com\"").unwrap(), rp_id);
        assert!(serde_json::from_str::<RpId>("\"Example.com\"").is_err());
    }
}
