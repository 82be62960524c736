//! Names of passkeys.

mod canonical;
mod characters;
mod fitting;

use alloc::{borrow::ToOwned as _, string::String};
use core::fmt;

use self::{
    canonical::canonical,
    characters::{is_refused, is_seen},
};
use crate::limits::{NFC_SHRINKS_MAX, PASSKEY_NAME_MAX};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A name of a passkey: 1 to 100 characters after trimming, at least one of them visible, and none that controls lines,
/// terminals or the direction of the surrounding text.
///
/// White space at both ends is trimmed, and the name is stored in Unicode's NFC form. Invisible characters that have no
/// effect in their place are dropped: zero width spaces, direction marks, tags, joiners between Latin letters. So names
/// that only differ in such characters are equal. Joiners stay in the scripts that need them (Persian, Hindi) and
/// within emoji, and variation selectors stay after symbols and ideographs.
///
/// Characters are counted as Unicode scalar values in that form, like PostgreSQL's `char_length` and `varchar(100)` do.
/// Grapheme clusters are not counted, because they can have any length, and because their boundaries change between
/// versions of Unicode, which must not make a stored name invalid.
///
/// ```
/// use relying_party::PasskeyName;
/// assert_eq!("  Laptop ".parse::<PasskeyName>()?.as_str(), "Laptop");
/// assert_eq!("Cle\u{301} USB".parse::<PasskeyName>()?, "Cl\u{e9} USB".parse()?);
/// assert_eq!("Laptop\u{200e}".parse::<PasskeyName>()?, "Laptop".parse()?);
/// assert!("\u{0}".parse::<PasskeyName>().is_err());
/// assert!("\u{200b}".parse::<PasskeyName>().is_err()); // no one would see it
/// # Ok::<(), relying_party::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PasskeyName(String);

/// Why a text is not a valid name for a passkey. [`PasskeyName`](crate::PasskeyName) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidName {
    /// Nothing remains after trimming.
    #[error("a name needs at least one character that is not white space")]
    Empty,
    /// The text has no visible characters, only white space and characters without width.
    #[error("the name has no visible characters")]
    Invisible,
    /// The text is longer than 100 characters.
    #[error("the name has {found} characters; the maximum is {PASSKEY_NAME_MAX}")]
    TooLong {
        /// The number of characters after trimming and in NFC form. If the text is more than four times too long, the
        /// number before normalization.
        found: usize,
    },
    /// The text contains a control character, a line or paragraph separator, or a character that overrides or isolates
    /// the direction of text.
    #[error("the name contains the control character U+{:04X}", u32::from(*.found))]
    ControlCharacter {
        /// The first such character.
        found: char,
    },
}

impl PasskeyName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Creates a name from this crate's tables.
    pub(crate) fn of_the_crate(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl core::str::FromStr for PasskeyName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidName::Empty);
        }
        if let Some(found) = control_character(text) {
            return Err(InvalidName::ControlCharacter { found });
        }
        // Text that is too long in any form is not normalized.
        let found = text.chars().count();
        if found > PASSKEY_NAME_MAX * NFC_SHRINKS_MAX {
            return Err(InvalidName::TooLong { found });
        }
        let name = canonical(text);
        let name = name.trim();
        match name.chars().count() {
            found if found > PASSKEY_NAME_MAX => Err(InvalidName::TooLong { found }),
            _ if !is_visible(name) => Err(InvalidName::Invisible),
            _ => Ok(Self(name.to_owned())),
        }
    }
}

/// Returns the first character that no name may contain: a control character, a line separator, or one that changes the
/// direction of text.
pub(crate) fn control_character(text: &str) -> Option<char> {
    text.chars().find(|char| is_refused(*char))
}

/// Returns whether any character of the text is visible.
pub(crate) fn is_visible(text: &str) -> bool {
    text.chars().any(is_seen)
}

impl fmt::Display for PasskeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PasskeyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString as _};

    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    fn name(text: &str) -> PasskeyName {
        text.parse().unwrap()
    }

    #[test]
    fn name_is_trimmed() {
        assert_eq!(name(" \t My key\n ").as_str(), "My key");
    }

    #[test]
    fn name_of_white_space_is_refused() {
        assert_eq!(" \u{3000} ".parse::<PasskeyName>(), Err(InvalidName::Empty));
    }

    #[test]
    fn name_length_counts_characters_not_bytes() {
        assert!("ü".repeat(100).parse::<PasskeyName>().is_ok());
        let too_long = "ü".repeat(101).parse::<PasskeyName>();
        assert_eq!(too_long, Err(InvalidName::TooLong { found: 101 }));
    }

    #[test]
    fn name_length_counts_characters_of_the_form_nfc() {
        // Two characters become one, three become one, and one becomes three.
        assert_eq!(name(&"u\u{308}".repeat(100)).as_str(), "ü".repeat(100));
        assert_eq!(name(&"\u{1112}\u{1161}\u{11ab}".repeat(100)).as_str(), "한".repeat(100));
        // Four become one. Text longer than four times the limit is not normalized for counting.
        let parts = "\u{3b1}\u{313}\u{300}\u{345}";
        assert_eq!(name(&parts.repeat(100)).as_str(), "\u{1f82}".repeat(100));
        let longer = parts.repeat(101).parse::<PasskeyName>();
        assert_eq!(longer, Err(InvalidName::TooLong { found: 404 }));
        let grows = "\u{fb2c}".repeat(34).parse::<PasskeyName>();
        assert_eq!(grows, Err(InvalidName::TooLong { found: 102 }));
        let huge = "a".repeat(1_000_000).parse::<PasskeyName>();
        assert_eq!(huge, Err(InvalidName::TooLong { found: 1_000_000 }));
    }

    #[test]
    fn names_that_look_the_same_are_equal() {
        assert_eq!(name("Cle\u{301}"), name("Cl\u{e9}"));
        assert_eq!(name("A\u{30a}ngstro\u{308}m"), name("\u{212b}ngström"));
    }

    #[test]
    fn name_with_control_or_direction_override_is_refused() {
        let lines = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
        let directions = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        let controls = ('\u{0}'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
        for found in lines.into_iter().chain(directions).chain(controls) {
            let refused = format!("a{found}b").parse::<PasskeyName>();
            assert_eq!(refused, Err(InvalidName::ControlCharacter { found }));
        }
    }

    #[test]
    fn rejects_invisible_names() {
        for text in [
            "\u{200b}",           // zero width space
            "\u{200d}\u{200c}",   // joiners
            "\u{feff}",           // byte order mark
            "\u{ad} \u{2060}",    // soft hyphen, word joiner
            "\u{3164}",           // Hangul filler
            "\u{fe0f}",           // variation selector
            "\u{e0041}\u{e007f}", // tags
            "\u{2800}",           // Braille pattern blank
            "\u{200e}\u{61c}",    // marks of direction
        ] {
            assert_eq!(text.parse::<PasskeyName>(), Err(InvalidName::Invisible), "{text:?}");
        }
    }

    #[test]
    fn name_in_any_script_and_emoji_is_a_name() {
        for text in [
            "مفتاح",
            "می\u{200c}خواهم", // a joiner, which Persian needs
            "क्षि",
            "👩\u{200d}💻",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "☎\u{fe0f}",
            "a",
        ] {
            assert_eq!(name(text).to_string(), text);
        }
    }

    #[test]
    fn names_with_only_invisible_differences_are_equal() {
        for text in [
            "Laptop\u{200e}",
            "\u{61c}Laptop",
            "Lap\u{fff9}top",
            "Laptop\u{e0041}\u{e007f}",
            "Lap\u{200d}top",
            "Lap\u{ad}top",
            "Laptop \u{200b}",
            "\u{feff} Laptop",
        ] {
            assert_eq!(name(text).as_str(), "Laptop", "{text:?}");
        }
        assert_ne!(name("می\u{200c}خواهم"), name("میخواهم"), "this one is seen");
        assert_ne!(name("👩\u{200d}💻"), name("👩💻"), "and so is this one");
    }

    /// A passkey stored with an invisible character in its name must not become unreadable.
    #[test]
    fn stored_name_with_invisible_characters_is_read_without_them() {
        let stored = serde_json::from_str::<PasskeyName>("\"Laptop\u{200e}\"").unwrap();
        assert_eq!(stored, name("Laptop"));
    }

    #[test]
    fn stored_name_is_checked_too() {
        assert!(serde_json::from_str::<PasskeyName>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn name_is_kept_as_it_is_once_it_is_one(text in "\\PC{0,120}") {
            let Ok(first) = text.parse::<PasskeyName>() else { return Ok(()) };
            prop_assert_eq!(first.as_str().parse::<PasskeyName>(), Ok(first));
        }

        #[test]
        fn names_of_one_canonical_form_are_one(text in "\\PC{1,30}") {
            let [composed, decomposed] =
                [text.nfc().collect::<String>(), text.nfd().collect::<String>()];
            prop_assert_eq!(composed.parse::<PasskeyName>(), decomposed.parse::<PasskeyName>());
        }
    }
}
