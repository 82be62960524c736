//! Which characters a name may contain, and which of them are visible.

/// Returns whether a character could break lines, control a terminal, or change the direction of the text next to the
/// name.
pub(super) fn is_refused(char: char) -> bool {
    char.is_control() || separates_lines(char) || turns_direction(char)
}

/// Characters of the categories Zl and Zp.
const fn separates_lines(char: char) -> bool {
    matches!(char, '\u{2028}' | '\u{2029}')
}

/// Bidirectional overrides, embeddings and isolates (Unicode UAX #9): with them a name could make the text next to it
/// read differently. The marks U+200E, U+200F and U+061C only affect the name, and are dropped.
const fn turns_direction(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether the character is visible on its own. White space and zero-width characters are not.
pub(super) fn is_seen(char: char) -> bool {
    !char.is_whitespace() && !is_invisible(char) && char != BRAILLE_BLANK
}

/// A pattern without dots: a symbol by its category, but blank.
const BRAILLE_BLANK: char = '\u{2800}';

/// The property `Default_Ignorable_Code_Point` (Unicode, `DerivedCoreProperties.txt`), whose characters are not
/// displayed where they are not supported, and the interlinear annotations U+FFF9 to U+FFFB. The property includes the
/// ranges that Unicode reserves for such characters, so it does not grow.
pub(super) const fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Zero width non-joiner. In Persian and in Indic scripts it determines the shapes of the letters next to it.
pub(super) const NON_JOINER: char = '\u{200C}';

/// Zero width joiner. It does the same, and combines several emoji into one.
pub(super) const JOINER: char = '\u{200D}';

/// The variation selectors for text and emoji style.
pub(super) const fn is_emoji_style(char: char) -> bool {
    matches!(char, '\u{FE0E}' | '\u{FE0F}')
}

/// The other variation selectors: of symbols, ideographs and some scripts, and of Mongolian.
pub(super) const fn is_variation(char: char) -> bool {
    matches!(char, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}')
}

/// Returns whether variation selectors other than [emoji styles](is_emoji_style) can change the character. They cannot
/// change the alphabets of Europe and the Middle East, which come first in Unicode.
pub(super) const fn has_variations(char: char) -> bool {
    char >= '\u{1000}'
}

/// Letters of scripts in which joiners matter, by block: Arabic, Syriac, N'Ko and their neighbours, the scripts of
/// South Asia, Myanmar, Khmer and Mongolian.
pub(super) const fn is_joining(char: char) -> bool {
    matches!(char,
        '\u{600}'..='\u{DFF}' | '\u{1000}'..='\u{109F}' | '\u{1700}'..='\u{18AF}' | '\u{1A20}'..='\u{1CFF}'
        | '\u{A800}'..='\u{A8FF}' | '\u{A980}'..='\u{AA7F}' | '\u{AAE0}'..='\u{AAFF}' | '\u{ABC0}'..='\u{ABFF}'
        | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10A00}'..='\u{11FFF}'
        | '\u{1E900}'..='\u{1E95F}')
}

/// Symbols, by block. They include every emoji except the digits of keycaps.
pub(super) const fn is_pictograph(char: char) -> bool {
    matches!(char,
        '\u{A9}' | '\u{AE}' | '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21FF}'
        | '\u{2300}'..='\u{23FF}' | '\u{24C2}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}'
        | '\u{2B00}'..='\u{2BFF}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}'
        | '\u{1F000}'..='\u{1FAFF}')
}

/// The base of a keycap emoji, which consists of it, the emoji style and [`KEYCAP`].
pub(super) const fn has_keycap(char: char) -> bool {
    matches!(char, '0'..='9' | '#' | '*')
}

/// The frame that turns a digit into a keycap.
pub(super) const KEYCAP: char = '\u{20E3}';

/// The flag that tags turn into another flag.
pub(super) const BLACK_FLAG: char = '\u{1F3F4}';

/// The tags of the flags of England, Scotland and Wales, the only ones that Unicode recommends for general interchange
/// (`emoji-sequences.txt`, `RGI_Emoji_Tag_Sequence`).
pub(super) const FLAG_TAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];
