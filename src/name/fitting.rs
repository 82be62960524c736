//! Generated names: they are cut to fit and numbered, but never in the middle of what a reader sees as one character.

use alloc::{format, string::String};

use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    PasskeyName,
    canonical::canonical,
    characters::{is_refused, is_seen},
};
use crate::limits::{NFC_SHRINKS_MAX, PASSKEY_NAME_MAX};

impl PasskeyName {
    /// Turns a text into a name: drops the characters that a name may not contain, and cuts the rest to fit. `None` if
    /// nothing visible remains.
    pub(crate) fn fitting(text: &str) -> Option<Self> {
        let allowed = text.trim_start().chars().filter(|char| !is_refused(*char));
        let text = allowed.take(PASSKEY_NAME_MAX * NFC_SHRINKS_MAX).collect::<String>();
        let text = canonical(&text);
        cut(text.trim_start(), PASSKEY_NAME_MAX).parse().ok()
    }

    /// Returns this name, or the first of `NAME 2`, `NAME 3`, … that is not in `taken`.
    #[must_use]
    pub(crate) fn unique_among(self, taken: &[&Self]) -> Self {
        // Of n + 1 different candidates at least one is not among n names.
        (1..=taken.len().saturating_add(1))
            .map(|number| if number == 1 { self.clone() } else { self.numbered(number) })
            .find(|candidate| !taken.contains(&candidate))
            .unwrap_or(self)
    }

    /// Returns `NAME 2`, cut so that it is still a valid name.
    fn numbered(&self, number: usize) -> Self {
        let suffix = format!(" {number}");
        let room = PASSKEY_NAME_MAX.saturating_sub(suffix.chars().count());
        let kept = cut(&self.0, room).trim_end();
        // If a single character consists of a hundred code points, nothing remains when it is cut off.
        let kept = if kept.chars().any(is_seen) { kept } else { "Passkey" };
        // A joiner at the end of the remaining text no longer joins anything.
        Self(canonical(&format!("{kept}{suffix}")))
    }
}

/// Returns the longest prefix of at most `room` characters that ends at a grapheme cluster boundary (Unicode UAX #29).
fn cut(text: &str, room: usize) -> &str {
    let mut left = room;
    let whole = text.grapheme_indices(true).take_while(|(_, cluster)| {
        let length = cluster.chars().count();
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    });
    let end = whole.last().map_or(0, |(at, cluster)| at.saturating_add(cluster.len()));
    text.get(..end).unwrap_or(text)
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
    fn taken_name_gets_the_first_free_number() {
        let taken = [name("1Password"), name("1Password 2"), name("1Password 4")];
        let taken = taken.iter().collect::<Vec<_>>();
        assert_eq!(name("1Password").unique_among(&taken).as_str(), "1Password 3");
        assert_eq!(name("YubiKey").unique_among(&taken).as_str(), "YubiKey");
    }

    #[test]
    fn fitting_counts_characters_in_nfc() {
        let parts = "\u{3b1}\u{313}\u{300}\u{345}".repeat(101);
        let fitting = PasskeyName::fitting(&parts).unwrap();
        assert_eq!(fitting.as_str(), "\u{1f82}".repeat(100));
    }

    #[test]
    fn number_does_not_split_a_grapheme_cluster() {
        // 98 characters fit, and the last emoji consists of three.
        let long = name(&format!("{}👩\u{200d}💻", "a".repeat(97)));
        let numbered = long.clone().unique_among(&[&long]);
        assert_eq!(numbered.as_str(), format!("{} 2", "a".repeat(97)));
        let long = name(&format!("{}e\u{323}\u{331}", "a".repeat(97)));
        let numbered = long.clone().unique_among(&[&long]);
        assert_eq!(numbered.as_str(), format!("{} 2", "a".repeat(97)));
    }

    #[test]
    fn single_character_of_many_code_points_is_not_split() {
        let heap = name(&format!("a{}", "\u{332}".repeat(99)));
        assert_eq!(heap.clone().unique_among(&[&heap]).as_str(), "Passkey 2");
    }

    #[test]
    fn joiner_at_the_cut_is_dropped() {
        let long = name(&format!("{}ی\u{200c}{}", "a".repeat(96), "خ"));
        let numbered = long.clone().unique_among(&[&long]);
        assert_eq!(numbered.as_str(), format!("{}ی 2", "a".repeat(96)));
        assert_eq!(numbered.as_str().parse(), Ok(numbered));
    }

    #[test]
    fn text_is_made_to_fit() {
        let fitting = |text: &str| PasskeyName::fitting(text);
        assert_eq!(fitting("\u{202e} Key\n of Ada "), Some(name("Key of Ada")));
        assert_eq!(fitting(&"ab ".repeat(1000)).unwrap().as_str().chars().count(), 99 + 1);
        assert_eq!(fitting(" \u{200b}\n"), None);
        let flags = "🇩🇪".repeat(60);
        assert_eq!(fitting(&flags).unwrap().as_str(), "🇩🇪".repeat(50));
        assert_eq!(fitting("\u{200b} Laptop\u{e0041}"), Some(name("Laptop")));
        let families = "👩\u{200d}👩\u{200d}👧".repeat(60);
        assert_eq!(fitting(&families).unwrap().as_str(), "👩\u{200d}👩\u{200d}👧".repeat(20));
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

        #[test]
        fn numbered_name_ends_where_a_cluster_of_the_first_does(
            text in "(\\PC|e\u{323}|👩\u{200d}💻|🇩🇪|한){90,110}",
        ) {
            let Ok(first) = text.parse::<PasskeyName>() else { return Ok(()) };
            let numbered = first.numbered(2);
            let kept = numbered.as_str().strip_suffix(" 2").unwrap();
            let kept_clusters = kept.graphemes(true).collect::<Vec<_>>();
            let clusters = first.as_str().graphemes(true).take(kept_clusters.len());
            prop_assert_eq!(kept_clusters, clusters.collect::<Vec<_>>());
        }

        #[test]
        fn what_fits_is_a_name(text in any::<String>()) {
            if let Some(name) = PasskeyName::fitting(&text) {
                prop_assert_eq!(name.as_str().parse::<PasskeyName>(), Ok(name));
            }
        }
    }
}
