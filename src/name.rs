//! Names that users give to their passkeys.

use alloc::{borrow::ToOwned, format, string::String};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::limits::PASSKEY_NAME_MAX;

/// A name for a passkey: 1 to 100 characters after trimming, no control characters, and none that turn the
/// direction of the text around them.
///
/// ```
/// use relying_party::PasskeyName;
/// assert_eq!("  Laptop ".parse::<PasskeyName>()?.as_str(), "Laptop");
/// assert!("\u{0}".parse::<PasskeyName>().is_err());
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
    /// Longer than 100 characters.
    #[error("the name has {found} characters; {PASSKEY_NAME_MAX} are allowed")]
    TooLong {
        /// Characters found after trimming.
        found: usize,
    },
    /// A control character, or one that overrides or isolates the direction of text.
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

    /// This name, or the first of `NAME 2`, `NAME 3`, … that `taken` does not hold.
    #[must_use]
    pub(crate) fn unique_among(self, taken: &[&Self]) -> Self {
        // Of n + 1 different candidates one is not among n names.
        (1..=taken.len().saturating_add(1))
            .map(|number| if number == 1 { self.clone() } else { self.numbered(number) })
            .find(|candidate| !taken.contains(&candidate))
            .unwrap_or(self)
    }

    /// `NAME 2`, cut so that it still is a name.
    fn numbered(&self, number: usize) -> Self {
        let suffix = format!(" {number}");
        let room = PASSKEY_NAME_MAX.saturating_sub(suffix.chars().count());
        let kept = self.0.chars().take(room).collect::<String>();
        Self(format!("{}{suffix}", kept.trim_end()))
    }
}

impl core::str::FromStr for PasskeyName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        if let Some(found) = text.chars().find(|char| char.is_control() || turns_direction(*char)) {
            return Err(InvalidName::ControlCharacter { found });
        }
        match text.chars().count() {
            0 => Err(InvalidName::Empty),
            found if found > PASSKEY_NAME_MAX => Err(InvalidName::TooLong { found }),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// Bidirectional overrides, embeddings and isolates (Unicode UAX #9): with them a name could make the text
/// beside it read as something else. The marks U+200E, U+200F and U+061C do no such thing and are allowed.
const fn turns_direction(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
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
    use alloc::vec::Vec;

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
    fn name_with_control_or_direction_override_is_refused() {
        for found in ['\u{0}', '\n', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}'] {
            let refused = format!("a{found}b").parse::<PasskeyName>();
            assert_eq!(refused, Err(InvalidName::ControlCharacter { found }));
        }
    }

    #[test]
    fn stored_name_obeys_the_rule_too() {
        assert!(serde_json::from_str::<PasskeyName>("\"\"").is_err());
    }

    #[test]
    fn taken_name_gets_the_first_free_number() {
        let taken = [name("1Password"), name("1Password 2"), name("1Password 4")];
        let taken = taken.iter().collect::<Vec<_>>();
        assert_eq!(name("1Password").unique_among(&taken).as_str(), "1Password 3");
        assert_eq!(name("YubiKey").unique_among(&taken).as_str(), "YubiKey");
    }

    proptest! {
        #[test]
        fn numbered_name_is_unique_and_still_a_name(
            text in "\\PC{1,120}",
            others in proptest::collection::vec("[a-c]{1,2}", 0..20),
        ) {
            let Ok(first) = text.parse::<PasskeyName>() else { return Ok(()) };
            let mut taken = others.iter().map(|other| name(other)).collect::<Vec<_>>();
            taken.push(first.clone());
            let unique = first.unique_among(&taken.iter().collect::<Vec<_>>());
            prop_assert!(!taken.contains(&unique));
            prop_assert_eq!(unique.as_str().parse::<PasskeyName>().unwrap(), unique);
        }
    }
}
