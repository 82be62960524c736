//! JSON as browsers write it: by `JSON.stringify`, without white space, and of texts that need no escape.
//!
//! Nearly every response is of this form, and what reads nothing else needs three fifths of the time of a reader of all
//! JSON. It gives up on whatever it does not know, which then is for `serde_json`: it reads nothing that `serde_json`
//! would refuse, and nothing otherwise than `serde_json` reads it, so that the latter alone decides what is accepted.
//! Tests and fuzzing compare the two.

use super::text::Text;

/// The deepest nesting that is followed.
const DEPTH: usize = 8;

/// The most digits that a number may have to be known.
const DIGITS: usize = 15;

/// What can be read from this form.
pub(crate) trait FromPlain<'a>: Sized {
    /// Reads the value that comes next; `None` gives up.
    fn from_plain(json: &mut Plain<'a>) -> Option<Self>;
}

/// What has not been read yet.
pub(crate) struct Plain<'a>(&'a str);

/// Reads a whole text.
pub(crate) fn read<'a, T: FromPlain<'a>>(json: &'a str) -> Option<T> {
    let mut plain = Plain(json);
    let value = T::from_plain(&mut plain)?;
    plain.0.is_empty().then_some(value)
}

impl FromPlain<'_> for bool {
    fn from_plain(json: &mut Plain<'_>) -> Option<Self> {
        match json.token("false") {
            Some(()) => Some(false),
            None => json.token("true").map(|()| true),
        }
    }
}

impl<'a> FromPlain<'a> for Text<'a> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        json.string().map(Self::from)
    }
}

/// `null` is none.
impl<'a, T: FromPlain<'a>> FromPlain<'a> for Option<T> {
    fn from_plain(json: &mut Plain<'a>) -> Option<Self> {
        match json.token("null") {
            Some(()) => Some(None),
            None => T::from_plain(json).map(Some),
        }
    }
}

impl<'a> Plain<'a> {
    /// An object, of whose members `member` is given the name and has to read the value.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&'a str, &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.token("{")?;
        self.list("}", |json| {
            let name = json.string()?;
            json.token(":")?;
            member(name, json)
        })
    }

    /// The value of a member that has not been there before. What comes of one that stands twice is not decided here.
    pub(crate) fn once<T: FromPlain<'a>>(&mut self, slot: &mut Option<T>) -> Option<()> {
        let value = T::from_plain(self)?;
        slot.replace(value).is_none().then_some(())
    }

    /// An array, of which `element` has to read each element.
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.token("[")?;
        self.list("]", element)
    }

    fn list(&mut self, end: &str, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if self.token(end).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.token(end).is_some() {
                return Some(());
            }
            self.token(",")?;
        }
    }

    /// A string in which nothing is escaped.
    pub(crate) fn string(&mut self) -> Option<&'a str> {
        self.token("\"")?;
        let text = self.take(plain_length(self.0.as_bytes())?)?;
        self.token("\"")?;
        Some(text)
    }

    /// The text of whatever value comes next.
    pub(crate) fn value(&mut self) -> Option<&'a str> {
        self.text_of(|json| json.skip(DEPTH))
    }

    /// The text of what `read` reads.
    pub(crate) fn text_of(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<()>,
    ) -> Option<&'a str> {
        let start = self.0;
        read(self)?;
        start.get(..start.len().checked_sub(self.0.len())?)
    }

    fn skip(&mut self, depth: usize) -> Option<()> {
        let below = depth.checked_sub(1)?;
        match self.0.as_bytes().first()? {
            b'"' => self.string().map(drop),
            b'{' => self.object(|_, json| json.skip(below)),
            b'[' => self.array(|json| json.skip(below)),
            b't' => self.token("true"),
            b'f' => self.token("false"),
            b'n' => self.token("null"),
            _ => self.integer(),
        }
    }

    /// An integer without an exponent or needless zeros.
    fn integer(&mut self) -> Option<()> {
        // It need not be there.
        let _ = self.token("-");
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.take(digits)?;
        let ends = !self.0.starts_with(['.', 'e', 'E']);
        let is_plain = number == "0" || (1..=DIGITS).contains(&digits) && !number.starts_with('0');
        (ends && is_plain).then_some(())
    }

    fn token(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

/// How many bytes come before the first that ends a string or does not stand for itself in one.
fn plain_length(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    let mut length = 0_usize;
    for word in words {
        let marks = specials(*word);
        if marks != 0 {
            return length.checked_add(usize::try_from(marks.trailing_zeros() / 8).ok()?);
        }
        length = length.checked_add(word.len())?;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    length.checked_add(rest.iter().position(is_special)?)
}

/// Marks the highest bit of each of eight bytes that is special. Those after the first may be marked in error: what is
/// borrowed from a byte has an effect on those after it only.
fn specials(bytes: [u8; 8]) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let bytes = u64::from_le_bytes(bytes);
    let each = |byte: u8| ONES.wrapping_mul(u64::from(byte));
    let less = |bytes: u64, bound: u8| bytes.wrapping_sub(each(bound)) & !bytes;
    // Exchanged with its neighbour, a quotation mark (0x22) comes right after the control characters (below 0x20).
    let quote_or_control = less(bytes ^ each(2), 0x21);
    let backslash = less(bytes ^ each(b'\\'), 1);
    (quote_or_control | backslash) & HIGHS
}

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
    struct Raw<'a>(&'a str);

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
                strings.push(json.string()?);
                Some(())
            })?;
            Some(strings)
        }
    }

    fn is_read(json: &str) -> bool {
        read::<Raw<'_>>(json).is_some_and(|Raw(text)| text == json)
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
            r#"{"a":{"b":[true,false,null,"text",{"c":{}}]},"é":"ü"}"#,
        ] {
            assert!(is_read(json), "{json}");
            assert!(serde_json::from_str::<Value>(json).is_ok(), "{json}");
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
    fn strings_end_where_they_end_at_every_length() {
        for length in 0..70 {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let json = format!("[\"{text}\",\"\"]");
            assert_eq!(read::<Vec<&str>>(&json), Some(alloc::vec![&*text, ""]));
            for escape in ["\\", "\u{1}", "\u{1f}"] {
                assert_eq!(read::<Vec<&str>>(&format!("[\"{text}{escape}\"]")), None);
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
