//! The canonical form of a name: NFC, without invisible characters that have no effect in their place.
//!
//! An invisible difference must not distinguish two names. Characters that change how their neighbours look are part of
//! the name: joiners in scripts that need them and within emoji, variation selectors after characters with variations,
//! and the tags of flags.
//!
//! Whether to keep an invisible character depends on the last character before it that is not a combining mark, and on
//! the next one. The text is decomposed for this, so that composed and decomposed texts are treated alike.

use alloc::string::String;

use unicode_normalization::{UnicodeNormalization as _, char::canonical_combining_class};

use super::characters::{
    BLACK_FLAG, FLAG_TAGS, JOINER, KEYCAP, NON_JOINER, has_keycap, has_variations, is_emoji_style,
    is_invisible, is_joining, is_pictograph, is_variation,
};

/// Returns the canonical form of the text. Takes time linear in its length.
pub(super) fn canonical(text: &str) -> String {
    let decomposed = text.nfd().collect::<String>();
    let mut kept = Kept::default();
    let mut rest = decomposed.as_str();
    while let Some(char) = rest.chars().next() {
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
        kept.push(char);
        if char == BLACK_FLAG
            && let Some(tags) = FLAG_TAGS.into_iter().find(|tags| rest.starts_with(tags))
        {
            kept.text.push_str(tags);
            rest = rest.get(tags.len()..).unwrap_or_default();
        }
    }
    kept.text.nfc().collect()
}

/// The text that has been kept so far.
#[derive(Default)]
struct Kept {
    text: String,
    /// The last character that is neither invisible nor a combining mark.
    base: Option<char>,
    /// Whether a variation selector or a joiner follows the base.
    is_modified: bool,
    /// An invisible character that is only kept before certain characters.
    pending: Option<char>,
}

impl Kept {
    fn push(&mut self, char: char) {
        if is_invisible(char) {
            self.push_invisible(char);
            return;
        }
        let is_mark = canonical_combining_class(char) != 0;
        if let Some(pending) = self.pending.take()
            && counts_before(pending, char, is_mark)
        {
            self.text.push(pending);
        }
        self.text.push(char);
        if !is_mark {
            self.base = Some(char);
            self.is_modified = false;
        }
    }

    /// Between a base and the next character there is at most one variation selector and one joiner.
    fn push_invisible(&mut self, char: char) {
        let Some(base) = self.base else { return };
        match char {
            _ if self.pending.is_some() => {}
            NON_JOINER if is_joining(base) => self.pending = Some(char),
            JOINER if is_pictograph(base) => self.pending = Some(char),
            _ if is_emoji_style(char) && has_keycap(base) => self.pending = Some(char),
            _ if self.is_modified => {}
            JOINER if is_joining(base) => self.modify(char),
            _ if is_emoji_style(char) && is_pictograph(base) => self.modify(char),
            _ if is_variation(char) && has_variations(base) => self.modify(char),
            _ => {}
        }
    }

    fn modify(&mut self, char: char) {
        self.text.push(char);
        self.is_modified = true;
    }
}

/// Returns whether the pending character changes how the next character, which may be a mark, is displayed.
fn counts_before(pending: char, next: char, is_mark: bool) -> bool {
    match pending {
        NON_JOINER => is_mark || is_joining(next),
        JOINER => is_pictograph(next),
        _ => next == KEYCAP,
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    /// Every invisible character, where it would be dropped.
    #[test]
    fn invisible_characters_do_not_tell_names_apart() {
        let all = (0..=0x0010_FFFF).filter_map(char::from_u32).filter(|char| is_invisible(*char));
        let mut count = 0;
        for hidden in all {
            for text in [
                format!("Lap{hidden}top"),
                format!("Laptop{hidden}"),
                format!("{hidden}Laptop"),
                format!("L{hidden}{hidden}aptop"),
            ] {
                assert_eq!(canonical(&text), "Laptop", "U+{:04X}", u32::from(hidden));
            }
            count += 1;
        }
        assert_eq!(count, 4174 + 3, "the whole property, and three annotations");
    }

    #[test]
    fn keeps_joiners_in_persian_and_indic_names() {
        for text in [
            "کلید می\u{200c}خواهم", // Persian: two words written apart without a space
            "نامه\u{200c}ای",       // Persian: an ending after heh
            "ه\u{200d}",            // Persian: the joined form of heh, as an abbreviation
            "क्\u{200d}ष",           // Hindi: a half form
            "र्\u{200d}य",           // Marathi: an eyelash ra
            "क्\u{200c}ष",           // Hindi: a visible virama
            "ന്\u{200d}",            // Malayalam: a chillu
            "র\u{200d}\u{9cd}য",    // Bengali: ra with ya-phalaa
            "ක්\u{200d}ෂ",           // Sinhala: a conjunct
            "\u{182e}\u{1823}\u{1829}\u{180b}", // Mongolian: a variant
        ] {
            assert_eq!(canonical(text), text, "{text}");
        }
    }

    #[test]
    fn keeps_parts_of_emoji_and_ideographs() {
        for text in [
            "👩\u{200d}💻",
            "👩🏽\u{200d}💻",
            "👩\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨",
            "🏳\u{fe0f}\u{200d}🌈",
            "🏴\u{200d}☠\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            "🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
            "1\u{fe0f}\u{20e3}#\u{fe0f}\u{20e3}",
            "☎\u{fe0f}",
            "☎\u{fe0e}",
            "©\u{fe0f}",
            "葛\u{e0100}",
            "🇩🇪",
        ] {
            assert_eq!(canonical(text), text, "{text}");
        }
    }

    #[test]
    fn drops_ineffective_characters_next_to_emoji_and_joining_letters() {
        for (text, kept) in [
            ("👩\u{200d}", "👩"),
            ("👩\u{200d} a", "👩 a"),
            ("👩\u{200d}\u{200d}💻", "👩\u{200d}💻"),
            ("a\u{200d}💻", "a💻"),
            ("👩\u{200c}💻", "👩💻"),
            ("☎\u{fe0f}\u{fe0f}", "☎\u{fe0f}"),
            ("☎\u{fe00}\u{fe0f}", "☎\u{fe00}"),
            ("1\u{fe0f}", "1"),
            ("1\u{fe0f}2", "12"),
            ("a\u{fe0f}\u{20e3}", "a\u{20e3}"),
            ("é\u{fe0f}", "é"),
            ("葛\u{e0100}\u{e0101}", "葛\u{e0100}"),
            ("می\u{200c}", "می"),
            ("می\u{200c} خواهم", "می خواهم"),
            ("می\u{200c}\u{200c}خواهم", "می\u{200c}خواهم"),
            ("ه\u{200d}\u{200d}", "ه\u{200d}"),
            ("\u{5d0}\u{200f}\u{5d1}", "\u{5d0}\u{5d1}"),
            ("\u{61c}مفتاح\u{200e}", "مفتاح"),
            // A flag that is not recommended, and the tags of one after another character.
            ("🏴\u{e0075}\u{e0073}\u{e0074}\u{e0078}\u{e007f}", "🏴"),
            ("🏁\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "🏁"),
            // Without the character between them, the marks are put into canonical order.
            ("a\u{301}\u{34f}\u{323}", "\u{1ea1}\u{301}"),
        ] {
            assert_eq!(canonical(text), kept, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_form_is_its_own_form(
            text in "([a1#☎👩🏴葛یक्é\u{323}\u{301}\u{610}\u{94d}\u{20e3}\u{34f}\u{200c}\u{200d}\u{fe00}\u{fe0f}\u{e0067}\u{2194}\u{338} ]|\\PC|\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}){0,24}",
        ) {
            let once = canonical(&text);
            prop_assert_eq!(canonical(&once), once);
            let [nfc, nfd] = [text.nfc().collect::<String>(), text.nfd().collect::<String>()];
            prop_assert_eq!(canonical(&nfc), canonical(&nfd));
        }
    }
}
