//! Compares directory names as in RFC 5280 §7.1, as far as that is possible without Unicode tables.

use der::{AnyRef, Tag, Tagged as _};

use super::{
    name::{Attribute, Name},
    path::error::PathError,
};
use crate::limits::NAME_COMPARISONS_MAX;

/// How many more names may be compared in one search.
#[derive(Debug)]
pub(super) struct Comparisons(usize);

impl Comparisons {
    pub(super) const fn of_one_search() -> Self {
        Self(NAME_COMPARISONS_MAX)
    }

    /// Uses up one comparison.
    pub(super) fn spend(&mut self) -> Result<(), PathError> {
        self.0 = self.0.checked_sub(1).ok_or(PathError::Budget)?;
        Ok(())
    }
}

/// Whether two names, or parts of names, are equal. A comparison that cannot be decided is not a "no": an excluded name
/// must not slip through, and an unpermitted one must not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    Undecided,
}

impl Match {
    /// Returns whether both match.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Undecided,
        }
    }

    /// Returns whether either matches.
    const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Undecided,
        }
    }
}

impl Name<'_> {
    /// Returns whether the first RDNs are those of `base` (X.501 §16.2).
    pub(super) fn is_below(
        self,
        base: Name<'_>,
        comparisons: &mut Comparisons,
    ) -> Result<Match, PathError> {
        let mut rdns = self.rdns();
        let mut matched = Match::Yes;
        for base in base.rdns() {
            let Some(rdn) = rdns.next() else { return Ok(Match::No) };
            matched = matched.and(same_rdn(rdn, base, comparisons)?);
            if matched == Match::No {
                break;
            }
        }
        Ok(matched)
    }
}

/// Returns whether two RDNs have the same attributes, in any order.
fn same_rdn(a: &[u8], b: &[u8], comparisons: &mut Comparisons) -> Result<Match, PathError> {
    if a == b {
        comparisons.spend()?;
        return Ok(Match::Yes);
    }
    Ok(all_in(a, b, comparisons)?.and(all_in(b, a, comparisons)?))
}

/// Returns whether each attribute of one RDN is in the other.
fn all_in(a: &[u8], b: &[u8], comparisons: &mut Comparisons) -> Result<Match, PathError> {
    let mut all = Match::Yes;
    for attribute in Attribute::all(a) {
        let mut found = Match::No;
        for other in Attribute::all(b) {
            comparisons.spend()?;
            if attribute.oid == other.oid {
                found = found.or(same_value(attribute.value, other.value));
            }
        }
        all = all.and(found);
    }
    Ok(all)
}

/// Returns whether two values are equal, ignoring the string type, case and the number of spaces.
///
/// Beyond ASCII, RFC 4518 requires Unicode tables. Such values are equal if their bytes are, and otherwise undecided.
fn same_value(a: AnyRef<'_>, b: AnyRef<'_>) -> Match {
    if a == b {
        return Match::Yes;
    }
    match (ascii(a), ascii(b)) {
        (Some(a), Some(b)) => {
            if folded(a).eq(folded(b)) {
                Match::Yes
            } else {
                Match::No
            }
        }
        _ => Match::Undecided,
    }
}

/// Returns the characters of a text, if all of them are visible ASCII.
fn ascii(value: AnyRef<'_>) -> Option<impl Iterator<Item = u8> + '_> {
    let bytes = value.value();
    let width = match value.tag() {
        Tag::Utf8String
        | Tag::NumericString
        | Tag::PrintableString
        | Tag::TeletexString
        | Tag::Ia5String
        | Tag::VisibleString
        | Tag::GeneralString => 1,
        Tag::BmpString => 2,
        _ => return None,
    };
    let is_ascii = |unit: &[u8]| match unit {
        [character] | [0, character] => matches!(character, b' '..=b'~'),
        _ => false,
    };
    let units = bytes.chunks(width);
    let all = units.clone().all(|unit| unit.len() == width && is_ascii(unit));
    all.then(|| units.filter_map(|unit| unit.last().copied()))
}

/// Returns the text in lower case, with sequences of spaces reduced to one and none at the ends (RFC 4518 §2.6.1).
fn folded(text: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> {
    let mut text = text.skip_while(|it| *it == b' ').peekable();
    core::iter::from_fn(move || {
        let character = text.next()?;
        if character != b' ' {
            return Some(character.to_ascii_lowercase());
        }
        while text.next_if_eq(&b' ').is_some() {}
        text.peek().map(|_| b' ')
    })
}

#[cfg(test)]
mod tests {
    use der::Decode as _;

    use super::*;
    use crate::x509::test_ca::tlv;

    #[test]
    fn compares_values_by_their_meaning() {
        const UTF8: u8 = 0x0c;
        const PRINTABLE: u8 = 0x13;
        const BMP: u8 = 0x1e;
        const BIT_STRING: u8 = 3;
        type Value = (u8, &'static [u8]);
        let table: [(Value, Value, Match); 17] = [
            ((UTF8, b"Acme"), (UTF8, b"Acme"), Match::Yes),
            ((UTF8, b"Acme"), (PRINTABLE, b"ACME"), Match::Yes),
            ((UTF8, b"Acme"), (BMP, b"\0a\0c\0m\0e"), Match::Yes),
            ((UTF8, b"Acme Inc"), (UTF8, b"  acme   inc "), Match::Yes),
            ((UTF8, b""), (UTF8, b" "), Match::Yes),
            ((UTF8, b"Acme Inc"), (UTF8, b"AcmeInc"), Match::No),
            ((UTF8, b"Acme"), (UTF8, b"Acm"), Match::No),
            ((UTF8, b"Acme"), (PRINTABLE, b"Other"), Match::No),
            ((UTF8, "Müller".as_bytes()), (UTF8, "Müller".as_bytes()), Match::Yes),
            ((UTF8, "Müller".as_bytes()), (UTF8, "MÜLLER".as_bytes()), Match::Undecided),
            ((UTF8, b"Acme"), (UTF8, "Acme\u{ad}".as_bytes()), Match::Undecided),
            ((UTF8, b"Acme"), (UTF8, b"Acme\0"), Match::Undecided),
            ((UTF8, b"Acme"), (UTF8, b"Acme\x7f"), Match::Undecided),
            ((UTF8, b"Acme"), (BMP, b"\0a\0c\0m\x01e"), Match::Undecided),
            ((UTF8, b"Acme"), (BMP, b"\0a\0c\0m\0e\0"), Match::Undecided),
            ((UTF8, b"Acme"), (BIT_STRING, b"\0Acme"), Match::Undecided),
            ((BIT_STRING, b"\0Acme"), (BIT_STRING, b"\0Acme"), Match::Yes),
        ];
        for ((a_tag, a), (b_tag, b), expected) in table {
            let (a, b) = (tlv(a_tag, a), tlv(b_tag, b));
            let [a, b] = [&a, &b].map(|der| AnyRef::from_der(der).unwrap());
            assert_eq!(same_value(a, b), expected, "{a:?} {b:?}");
            assert_eq!(same_value(b, a), expected, "{b:?} {a:?}");
        }
    }

    #[test]
    fn an_undecided_part_decides_nothing() {
        use Match::{No, Undecided, Yes};
        assert_eq!([Yes.and(Yes), Yes.and(Undecided), Undecided.and(No)], [Yes, Undecided, No]);
        assert_eq!([No.or(No), No.or(Undecided), Undecided.or(Yes)], [No, Undecided, Yes]);
    }
}
