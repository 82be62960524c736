//! Distinguished names.

use der::{
    AnyRef, Reader as _, SliceReader, Tag,
    asn1::{ObjectIdentifier, PrintableStringRef},
    oid::ObjectIdentifierRef,
};

use super::{
    oid,
    span::{content, spanned},
};

/// A distinguished name, borrowed from its DER (RFC 5280 §4.1.2.4).
///
/// ```text
/// Name                      ::= SEQUENCE OF RelativeDistinguishedName
/// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF AttributeTypeAndValue
/// AttributeTypeAndValue     ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
/// ```
///
/// Names are equal if their bytes are. RFC 5280 §7.1 would also have the case of letters and white space ignored, but
/// wants issuers to copy their subject name as it is encoded, which attestation CAs do; to compare less would only
/// make more names equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a>(&'a [u8]);

/// One attribute of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: &'a ObjectIdentifierRef,
    pub(crate) value: AnyRef<'a>,
}

impl<'a> Name<'a> {
    /// Reads the name that comes next.
    pub(super) fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        let (name, ()) = spanned(reader, |reader| read_attributes(reader, |_| ()))?;
        Ok(Self(name))
    }

    /// The name as it is encoded.
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether it has no attribute at all, as the subject of an AIK certificate.
    pub(crate) fn is_empty(self) -> bool {
        self.rdns().is_ok_and(<[u8]>::is_empty)
    }

    /// Calls `seen` with each attribute, in order, whether they share an RDN or not.
    pub(crate) fn each(self, seen: impl FnMut(Attribute<'a>)) {
        // The name was read before, so that this cannot fail.
        let _ = SliceReader::new(self.0).and_then(|mut reader| read_attributes(&mut reader, seen));
    }

    /// The value of the attribute, if there is exactly one.
    pub(crate) fn attribute(self, oid: ObjectIdentifier) -> Option<AnyRef<'a>> {
        let [value] = self.attributes(&[oid]);
        value
    }

    /// The value of each of these attributes, if there is exactly one of it.
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

    /// Whether it has the attribute, once or more.
    pub(super) fn has(self, oid: ObjectIdentifier) -> bool {
        let mut found = false;
        self.each(|attribute| found |= *attribute.oid == oid);
        found
    }

    /// Whether its first RDNs are those of `base` (X.501 §16.2).
    pub(super) fn is_below(self, base: Name<'_>) -> bool {
        match (self.rdns(), base.rdns()) {
            (Ok(rdns), Ok(base)) => rdns.starts_with(base),
            _ => false,
        }
    }

    /// The RDNs as they are encoded. Each tells its own length, so that one can only begin where another does.
    fn rdns(self) -> Result<&'a [u8], der::Error> {
        let mut reader = SliceReader::new(self.0)?;
        Ok(reader.decode::<AnyRef<'a>>()?.value())
    }
}

/// Reads a name, and calls `seen` with each attribute.
fn read_attributes<'a>(
    reader: &mut SliceReader<'a>,
    mut seen: impl FnMut(Attribute<'a>),
) -> Result<(), der::Error> {
    reader.sequence(|rdns| {
        while !rdns.is_finished() {
            let mut rdn = SliceReader::new(content(rdns, Tag::Set)?)?;
            // An empty RDN has nothing to say and is none.
            loop {
                let (oid, value) =
                    rdn.sequence(|pair| Ok::<_, der::Error>((oid::read(pair)?, pair.decode()?)))?;
                seen(Attribute { oid, value });
                if rdn.is_finished() {
                    break;
                }
            }
        }
        Ok(())
    })
}

/// The text of an attribute in one of the string types that attestation certificates use.
pub(crate) fn text(value: AnyRef<'_>) -> Option<&str> {
    let bytes = value.value();
    let is_text = match value.header().tag() {
        Tag::Utf8String => true,
        Tag::PrintableString => PrintableStringRef::new(bytes).is_ok(),
        // Of T.61 only the part that is ASCII has one meaning.
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
    fn of_several_attributes_each_is_told_that_stands_once() {
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
