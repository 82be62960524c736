//! Which characters a name may hold, and which of them are seen.

/// What would break lines, reach a terminal, or turn the direction of the text beside the name.
pub(super) fn is_refused(char: char) -> bool {
    char.is_control() || separates_lines(char) || turns_direction(char)
}

/// The characters of the categories Zl and Zp.
const fn separates_lines(char: char) -> bool {
    matches!(char, '\u{2028}' | '\u{2029}')
}

/// Bidirectional overrides, embeddings and isolates (Unicode UAX #9): with them a name could make the text
/// beside it read as something else. The marks U+200E, U+200F and U+061C do no such thing and are allowed.
const fn turns_direction(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether the character leaves a mark by itself. White space does not, nor does what has no width.
pub(super) fn is_seen(char: char) -> bool {
    !char.is_whitespace() && !is_ignorable(char) && char != BRAILLE_BLANK
}

/// A pattern without dots: a symbol by its category, and empty.
const BRAILLE_BLANK: char = '\u{2800}';

/// The property `Default_Ignorable_Code_Point` (Unicode, `DerivedCoreProperties.txt`): what is not shown where it is
/// not supported. It includes the ranges that Unicode reserves for such characters, so that it does not grow.
const fn is_ignorable(char: char) -> bool {
    matches!(char,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}
