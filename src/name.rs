//! Names of passkeys.

mod characters;
mod fitting;

use alloc::{borrow::ToOwned as _, string::String};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use unicode_normalization::UnicodeNormalization as _;

use self::characters::{is_refused, is_seen};
use crate::limits::{NFC_SHRINKS_MAX, PASSKEY_NAME_MAX};

/// A name for a passkey: 1 to 100 characters after trimming, at least one of them to be seen, and none that controls
/// lines, terminals or the direction of the text around them.
///
/// White space at both ends is trimmed, and the name is kept in Unicode's form NFC, so that what looks the same is the
/// same. Characters are counted as Unicode scalar values in that form, as PostgreSQL's `char_length` and `varchar(100)`
/// do: what a reader takes for one character can consist of any number of them, and what belongs together changes from
/// one version of Unicode to the next, by which no stored name may become invalid.
///
/// ```
/// use relying_party::PasskeyName;
/// assert_eq!("  Laptop ".parse::<PasskeyName>()?.as_str(), "Laptop");
/// assert_eq!("Cle\u{301} USB".parse::<PasskeyName>()?, "Cl\u{e9} USB".parse()?);
/// assert!("\u{0}".parse::<PasskeyName>().is_err());
/// assert!("\u{200b}".parse::<PasskeyName>().is_err()); // nobody would see it
/// # Ok::<(), relying_party::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PasskeyName(String);

/// Why a text is no name for a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidName {
    /// Nothing is left after trimming.
    #[error("a name needs at least one character that is not white space")]
    Empty,
    /// Nothing of it can be seen: white space, and characters that have no width.
    #[error("nothing of the name can be seen")]
    Invisible,
    /// Longer than 100 characters.
    #[error("the name has {found} characters; {PASSKEY_NAME_MAX} are allowed")]
    TooLong {
        /// Characters found after trimming, in the form NFC; as they came if there are more than four times as many.
        found: usize,
    },
    /// A control character, a separator of lines or paragraphs, or one that overrides or isolates the direction of
    /// text.
    #[error("the name holds the control character U+{:04X}", u32::from(*.found))]
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

    /// A name from this crate's own tables.
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
        if let Some(found) = text.chars().find(|char| is_refused(*char)) {
            return Err(InvalidName::ControlCharacter { found });
        }
        // What is too long in any form is not brought into one.
        let found = text.chars().count();
        if found > PASSKEY_NAME_MAX * NFC_SHRINKS_MAX {
            return Err(InvalidName::TooLong { found });
        }
        let name = text.nfc().collect::<String>();
        match name.chars().count() {
            found if found > PASSKEY_NAME_MAX => Err(InvalidName::TooLong { found }),
            _ if !name.chars().any(is_seen) => Err(InvalidName::Invisible),
            _ => Ok(Self(name)),
        }
    }
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
        // Four become one; what is longer than four times the limit is not brought into that form to be counted.
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
    fn name_that_looks_the_same_is_the_same() {
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
    fn name_that_nobody_can_see_is_refused() {
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
            "\u{5d0}\u{200f}\u{5d1}", // a mark of direction, which right-to-left text needs
            "می\u{200c}خواهم",        // a joiner, which Persian needs
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
    fn stored_name_obeys_the_rule_too() {
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
