//! JSON as browsers write it: by `JSON.stringify`, without white space, in ASCII that needs no escape.
//!
//! Nearly every response is of this form, and what reads nothing else needs less than two fifths of the time of a
//! reader of all JSON. It gives up on whatever it does not know, which then is for `serde_json`: it reads nothing that
//! `serde_json` would refuse, and nothing otherwise than `serde_json` reads it, so that the latter alone decides what
//! is accepted. Tests and fuzzing compare the two.

use super::text::{Text, TextBytes};

/// The deepest nesting that is followed.
const DEPTH: usize = 8;

/// The most digits that a number may have to be known.
const DIGITS: usize = 15;

/// What can be read from this form.
pub(crate) trait FromPlain<'a>: Sized {
    /// Reads the value that comes next; `None` gives up.
    fn from_plain(json: &mut Plain<'a>) -> Option<Self>;
}

/// What has not been read yet of a text that [is plain](is_plain).
pub(crate) struct Plain<'a>(&'a [u8]);

/// Reads a whole text.
pub(crate) fn read<'a, T: FromPlain<'a>>(json: &'a [u8]) -> Option<T> {
    if !is_plain(json) {
        return None;
    }
    let mut plain = Plain(json);
    let value = T::from_plain(&mut plain)?;
    plain.0.is_empty().then_some(value)
}

/// Whether every byte stands for itself: no control character, nothing beyond ASCII, and nothing escaped, so that a
/// string ends at the next quotation mark.
fn is_plain(json: &[u8]) -> bool {
    are_plain::<64>(json)
        .or_else(|| are_plain::<8>(json))
        .unwrap_or_else(|| json.iter().all(|byte| stands_for_itself(*byte)))
}

/// Looks at so many bytes in one, without a way out in their midst; `None` if there are not so many.
fn are_plain<const N: usize>(json: &[u8]) -> Option<bool> {
    let are_plain =
        |chunk: &[u8; N]| chunk.iter().fold(true, |all, byte| all & stands_for_itself(*byte));
    let last = json.last_chunk()?;
    Some(json.as_chunks().0.iter().all(are_plain) && are_plain(last))
}

fn stands_for_itself(byte: u8) -> bool {
    // Beyond ASCII they are negative.
    byte.cast_signed() >= 0x20 && byte != b'\\'
}

impl FromPlain<'_> for bool {
    fn from_plain(json: &mut Plain<'_>) -> Option<Self> {
        match json.token(b"false") {
            Some(()) => Some(false),
            None => json.token(b"true").map(|()| true),
        }
    }
}

impl<'a> FromPlain<'a> for Text<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        json.text().map(Self::from)
    }
}

impl<'a> FromPlain<'a> for TextBytes<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        json.string().map(Self::from)
    }
}

/// `null` is none.
impl<'a, T: FromPlain<'a>> FromPlain<'a> for Option<T> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        match json.token(b"null") {
            Some(()) => Some(None),
            None => T::from_plain(json).map(Some),
        }
    }
}

impl<'a> Plain<'a> {
    /// An object, of which `member` has to read each member.
    pub(crate) fn object(&mut self, member: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.token(b"{")?;
        self.list(b"}", member)
    }

    /// A member of which nothing is kept.
    pub(crate) fn member(&mut self) -> Option<()> {
        self.skip_member(DEPTH)
    }

    /// The value of a member that has not been there before. What comes of one that stands twice is not decided here.
    pub(crate) fn once<T: FromPlain<'a>>(&mut self, slot: &mut Option<T>) -> Option<()> {
        let value = T::from_plain(self)?;
        slot.replace(value).is_none().then_some(())
    }

    /// An array, of which `element` has to read each element.
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.token(b"[")?;
        self.list(b"]", element)
    }

    fn list(&mut self, end: &[u8], mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if self.token(end).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.token(end).is_some() {
                return Some(());
            }
            self.token(b",")?;
        }
    }

    /// A string.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.string()?).ok()
    }

    /// The bytes of a string.
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        self.token(b"\"")?;
        let text = self.take(to_quotation_mark(self.0)?)?;
        self.token(b"\"")?;
        Some(text)
    }

    /// The text of whatever value comes next.
    pub(crate) fn value(&mut self) -> Option<&'a [u8]> {
        self.text_of(|json| json.skip(DEPTH))
    }

    /// The text of what `read` reads.
    pub(crate) fn text_of(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<&'a [u8]> {
        let start = self.0;
        read(self)?;
        start.get(..start.len().checked_sub(self.0.len())?)
    }

    fn skip(&mut self, depth: usize) -> Option<()> {
        let below = depth.checked_sub(1)?;
        match self.0.first()? {
            b'"' => self.string().map(drop),
            b'{' => self.object(|json| json.skip_member(below)),
            b'[' => self.array(|json| json.skip(below)),
            b't' => self.token(b"true"),
            b'f' => self.token(b"false"),
            b'n' => self.token(b"null"),
            _ => self.integer(),
        }
    }

    fn skip_member(&mut self, depth: usize) -> Option<()> {
        self.string()?;
        self.token(b":")?;
        self.skip(depth)
    }

    /// An integer without an exponent or needless zeros.
    fn integer(&mut self) -> Option<()> {
        // It need not be there.
        let _ = self.token(b"-");
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.take(digits)?;
        let ends = !matches!(self.0, [b'.' | b'e' | b'E', ..]);
        let is_plain = match number {
            [] => false,
            [b'0', rest @ ..] => rest.is_empty(),
            _ => digits <= DIGITS,
        };
        (ends && is_plain).then_some(())
    }

    #[inline]
    pub(crate) fn token(&mut self, token: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

/// How many bytes of plain text come before the first quotation mark.
fn to_quotation_mark(text: &[u8]) -> Option<usize> {
    let is_other = |byte: &u8| *byte != b'"';
    let has_none = |chunk: &&[u8; 32]| chunk.iter().fold(true, |all, byte| all & is_other(byte));
    let mut length = text.as_chunks().0.iter().take_while(has_none).count().checked_mul(32)?;
    let (words, rest) = text.get(length..)?.as_chunks();
    for word in words {
        let marks = quotation_marks(*word);
        if marks != 0 {
            return length.checked_add(usize::try_from(marks.trailing_zeros() / 8).ok()?);
        }
        length = length.checked_add(word.len())?;
    }
    length.checked_add(rest.iter().position(|byte| *byte == b'"')?)
}

/// Marks the highest bit of each of eight ASCII characters that is a quotation mark.
fn quotation_marks(text: [u8; 8]) -> u64 {
    let of_each = |byte| u64::from_le_bytes([byte; 8]);
    let difference = u64::from_le_bytes(text) ^ of_each(b'"');
    // Whatever differs carries into the highest bit, and no further.
    !difference.wrapping_add(of_each(0x7f)) & of_each(0x80)
}

/// Reads an object: each member of these names as is said for it; of others nothing is kept.
///
/// Each name is looked for, rather than one read and compared with them: then the processor need not wait for the end
/// of a name before it goes on after it.
macro_rules! members {
    ($json:ident: $($name:literal => $value:expr),+ $(,)?) => {
        $json.object(|$json| {
            $(if $json.token(concat!("\"", $name, "\":").as_bytes()).is_some() {
                return $value;
            })+
            $json.member()
        })
    };
}

pub(crate) use members;

#[cfg(test)]
mod tests {
    use alloc::{
        format,
        string::{String, ToString as _},
        vec::Vec,
    };

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Any value.
    struct Raw<'a>(&'a [u8]);

    impl<'a> FromPlain<'a> for Raw<'a> {
        fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
            json.value().map(Raw)
        }
    }

    /// A list of strings.
    impl<'a> FromPlain<'a> for Vec<&'a str> {
        fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
            let mut strings = Self::new();
            json.array(|json| {
                strings.push(json.text()?);
                Some(())
            })?;
            Some(strings)
        }
    }

    fn is_read(json: &str) -> bool {
        read::<Raw<'_>>(json.as_bytes()).is_some_and(|Raw(text)| text == json.as_bytes())
    }

    #[test]
    fn what_stringify_writes_is_read() {
        for json in [
            "{}",
            "[]",
            "\"\"",
            "0",
            "-7",
            "-0",
            "123456789012345",
            r#"{"a":{"b":[true,false,null,"text",{"c":{}}]},"":"~"}"#,
        ] {
            assert!(is_read(json), "{json}");
            assert!(serde_json::from_str::<Value>(json).is_ok(), "{json}");
        }
    }

    #[test]
    fn what_does_not_stand_for_itself_is_found_wherever_it_is() {
        for length in 0..150 {
            let plain = alloc::vec![b' '; length];
            assert!(is_plain(&plain));
            for at in 0..length {
                for special in [0, 0x1f, b'\\', 0x80, 0xff] {
                    let mut text = plain.clone();
                    text[at] = special;
                    assert!(!is_plain(&text), "{special:#x} at {at} of {length}");
                }
            }
        }
    }

    #[test]
    fn other_forms_are_left_to_a_reader_of_all_json() {
        for json in [
            "",
            " {}",
            "{} ",
            "{ }",
            "[1, 2]",
            "{\"a\" :1}",
            "\"\\n\"",
            "\"\t\"",
            "\"",
            "\"\\\"",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{1:2}",
            "01",
            "-",
            "1.5",
            "1e3",
            "1E3",
            "+1",
            "1234567890123456",
            "nul",
            "tru",
            "NaN",
            "{}{}",
            "\u{feff}{}",
            "\"é\"",
            "\"\u{80}\"",
            "\"\u{1f}\"",
        ] {
            assert!(!is_read(json), "{json}");
        }
    }

    #[test]
    fn nesting_is_followed_to_a_bound() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(is_read(&nested(DEPTH)));
        assert!(!is_read(&nested(DEPTH + 1)));
        assert!(!is_read(&nested(100_000)));
    }

    #[test]
    fn strings_end_at_the_first_of_many_quotation_marks() {
        for count in 1..100 {
            let marks = "\"".repeat(count);
            let json = format!("[\"{marks}\",\"\"]");
            assert_eq!(read::<Vec<&str>>(json.as_bytes()), None, "{count}");
        }
    }

    #[test]
    fn strings_end_where_they_end_at_every_length() {
        for length in 0..100 {
            for character in [" ", "!", "#", "x", "\u{7f}"] {
                let text = character.repeat(length);
                let json = format!("[\"{text}\",\"\"]");
                assert_eq!(read::<Vec<&str>>(json.as_bytes()), Some(alloc::vec![&*text, ""]));
                for special in ["\\", "\u{1}", "\u{1f}", "\u{80}", "é"] {
                    let json = format!("[\"{text}{special}\"]");
                    assert_eq!(read::<Vec<&str>>(json.as_bytes()), None);
                }
            }
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::btree_map("[a-z\"]{0,20}", inner, 0..6)
                    .prop_map(|map| map.into_iter().collect::<Value>()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_read_is_json_however_it_was_bent(
            value in value(),
            at in any::<prop::sample::Index>(),
            bent in "[\\[\\]{}\",:0-9a-f\\\\ .-]{0,3}",
            cut in 0_usize..4,
        ) {
            let json = value.to_string();
            if is_read(&json) {
                prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
            }
            let characters: Vec<char> = json.chars().collect();
            let at = at.index(characters.len());
            let end = (at + cut).min(characters.len());
            let json: String = characters[..at].iter().copied().chain(bent.chars())
                .chain(characters[end..].iter().copied()).collect();
            if is_read(&json) {
                prop_assert!(serde_json::from_str::<Value>(&json).is_ok(), "{}", json);
            }
        }
    }
}
