//! Distinguished names.

use der::{
    AnyRef, Reader as _, SliceReader, Tag,
    asn1::{ObjectIdentifier, PrintableStringRef},
    oid::ObjectIdentifierRef,
};

use super::{
    error::CertificateError,
    oid,
    span::{content, spanned},
};
use crate::limits::NAME_ATTRIBUTES_MAX;

/// A distinguished name, borrowed from its DER (RFC 5280 §4.1.2.4).
///
/// ```text
/// Name                      ::= SEQUENCE OF RelativeDistinguishedName
/// RelativeDistinguishedName ::= SET OF AttributeTypeAndValue
/// AttributeTypeAndValue     ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
/// ```
///
/// In a path, names are equal if their bytes are. RFC 5280 §7.1 would also ignore case and white space, but requires
/// issuers to copy their subject name as encoded, which attestation CAs do. A more lenient comparison would only make
/// more names equal. Name constraints are compared as the RFC says (`name_match.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    der: &'a [u8],
    attributes: usize,
}

/// An attribute of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: &'a ObjectIdentifierRef,
    pub(crate) value: AnyRef<'a>,
}

impl<'a> Name<'a> {
    /// Reads the next item as a name.
    pub(super) fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        let mut attributes = 0_usize;
        let count = |_| attributes = attributes.saturating_add(1);
        let (der, ()) = spanned(reader, |reader| read_attributes(reader, count))?;
        Ok(Self { der, attributes })
    }

    /// Returns the name, unless it has too many attributes.
    pub(super) fn bounded(self) -> Result<Self, CertificateError> {
        if self.attributes > NAME_ATTRIBUTES_MAX {
            return Err(CertificateError::TooMany("attributes in a name"));
        }
        Ok(self)
    }

    /// Returns the name as encoded.
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.der
    }

    /// Returns whether it has no attributes, like the subject of an AIK certificate.
    pub(crate) fn is_empty(self) -> bool {
        self.attributes == 0
    }

    /// Calls `seen` with each attribute, in order, whether or not they share an RDN.
    pub(crate) fn each(self, seen: impl FnMut(Attribute<'a>)) {
        // The name has already been parsed, so this cannot fail.
        let _ =
            SliceReader::new(self.der).and_then(|mut reader| read_attributes(&mut reader, seen));
    }

    /// Returns the value of the attribute, if there is exactly one.
    pub(crate) fn attribute(self, oid: ObjectIdentifier) -> Option<AnyRef<'a>> {
        let [value] = self.attributes(&[oid]);
        value
    }

    /// Returns the value of each of these attributes, if there is exactly one.
    pub(crate) fn attributes<const N: usize>(
        self,
        oids: &[ObjectIdentifier; N],
    ) -> [Option<AnyRef<'a>>; N] {
        let (mut values, mut repeated) = ([None; N], [false; N]);
        self.each(|attribute| {
            for ((oid, value), repeated) in oids.iter().zip(&mut values).zip(&mut repeated) {
                if *attribute.oid == *oid {
                    *repeated |= value.replace(attribute.value).is_some();
                }
            }
        });
        for (value, repeated) in values.iter_mut().zip(repeated) {
            value.take_if(|_| repeated);
        }
        values
    }

    /// Returns whether it has the attribute at least once.
    pub(super) fn has(self, oid: ObjectIdentifier) -> bool {
        let mut found = false;
        self.each(|attribute| found |= *attribute.oid == oid);
        found
    }

    /// Returns the content of each RDN.
    pub(super) fn rdns(self) -> impl Iterator<Item = &'a [u8]> {
        values(self.der).take(1).flat_map(|name| values(name.value())).map(AnyRef::value)
    }
}

impl<'a> Attribute<'a> {
    /// Returns the attributes of an RDN.
    pub(super) fn all(rdn: &'a [u8]) -> impl Iterator<Item = Self> {
        values(rdn).filter_map(|pair| {
            let mut pair = SliceReader::new(pair.value()).ok()?;
            Some(Self { oid: oid::read(&mut pair).ok()?, value: pair.decode().ok()? })
        })
    }
}

/// Returns the concatenated values. They have already been parsed, so none is broken.
fn values(der: &[u8]) -> impl Iterator<Item = AnyRef<'_>> {
    let mut reader = SliceReader::new(der).ok();
    core::iter::from_fn(move || {
        let reader = reader.as_mut().filter(|reader| !reader.is_finished())?;
        reader.decode().ok()
    })
}

/// Reads a name, and calls `seen` with each attribute.
fn read_attributes<'a>(
    reader: &mut SliceReader<'a>,
    mut seen: impl FnMut(Attribute<'a>),
) -> Result<(), der::Error> {
    reader.sequence(|rdns| {
        while !rdns.is_finished() {
            let mut rdn = SliceReader::new(content(rdns, Tag::Set)?)?;
            while !rdn.is_finished() {
                let (oid, value) =
                    rdn.sequence(|pair| Ok::<_, der::Error>((oid::read(pair)?, pair.decode()?)))?;
                seen(Attribute { oid, value });
            }
        }
        Ok(())
    })
}

/// Returns the text of an attribute in one of the string types that attestation certificates use.
pub(crate) fn text(value: AnyRef<'_>) -> Option<&str> {
    let bytes = value.value();
    let is_text = match value.header().tag() {
        Tag::Utf8String => true,
        Tag::PrintableString => PrintableStringRef::new(bytes).is_ok(),
        // Only the ASCII part of T.61 has one meaning.
        Tag::TeletexString | Tag::Ia5String => bytes.is_ascii(),
        _ => false,
    };
    if is_text { core::str::from_utf8(bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::test_ca::name;

    #[test]
    fn an_empty_rdn_has_no_attribute() {
        let der = b"\x30\x02\x31\x00";
        let name = Name::read(&mut SliceReader::new(der).unwrap()).unwrap();
        assert!(name.is_empty());
        assert_eq!(name.rdns().count(), 1);
    }

    #[test]
    fn returns_only_attributes_that_occur_once() {
        let der =
            name(&[("2.5.4.3", "a"), ("2.5.4.10", "b"), ("2.5.4.11", "c"), ("2.5.4.10", "d")]);
        let told = Name::read(&mut SliceReader::new(&der).unwrap()).unwrap().attributes(&[
            oid::ORGANIZATIONAL_UNIT_NAME,
            oid::ORGANIZATION_NAME,
            oid::COUNTRY_NAME,
            oid::COMMON_NAME,
        ]);
        assert_eq!(told.map(|value| value.and_then(text)), [Some("c"), None, None, Some("a")]);
    }
}
