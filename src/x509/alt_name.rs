//! The subject alternative name (RFC 5280 §4.2.1.6), as far as attestation asks.

use alloc::vec::Vec;

use der::{AnyRef, Reader as _, SliceReader, Tag, TagNumber, Tagged as _, asn1::Ia5StringRef};

use super::{certificate::Certificate, error::CertificateError, name, name::Name, oid};

/// ```text
/// SubjectAltName ::= SEQUENCE SIZE (1..MAX) OF GeneralName
/// GeneralName    ::= CHOICE { …, dNSName [2] IA5String, …, directoryName [4] EXPLICIT Name, … }
/// ```
///
/// Names of other kinds are passed over.
#[derive(Debug, Default)]
pub(crate) struct AltNames<'a> {
    pub(crate) hosts: Vec<&'a str>,
    pub(crate) directory_names: Vec<Name<'a>>,
}

impl<'a> Certificate<'a> {
    /// The subject alternative names; none if the extension is not there.
    pub(crate) fn alt_names(&self) -> Result<AltNames<'a>, CertificateError> {
        let names = self.read_extension(oid::SUBJECT_ALT_NAME, WHAT, |reader| {
            let mut names = AltNames::default();
            reader.sequence(|reader| {
                while !reader.is_finished() {
                    names.add(reader.decode()?)?;
                }
                Ok::<_, der::Error>(())
            })?;
            Ok(names)
        })?;
        Ok(names.unwrap_or_default())
    }

    /// Whether the certificate is for the server `host`: it stands among its alternative names, or, if no host does,
    /// is its common name, as in certificates from before RFC 6125. Wildcards are taken literally.
    pub(crate) fn is_for_host(&self, host: &str) -> Result<bool, CertificateError> {
        let hosts = self.alt_names()?.hosts;
        if !hosts.is_empty() {
            return Ok(hosts.iter().any(|name| name.eq_ignore_ascii_case(host)));
        }
        let common_name = self.subject().attribute(oid::COMMON_NAME).and_then(name::text);
        Ok(common_name.is_some_and(|name| name.eq_ignore_ascii_case(host)))
    }
}

impl<'a> AltNames<'a> {
    fn add(&mut self, name: AnyRef<'a>) -> der::Result<()> {
        match name.tag() {
            Tag::ContextSpecific { constructed: false, number: DNS_NAME } => {
                self.hosts.push(Ia5StringRef::new(name.value())?.as_str());
            }
            Tag::ContextSpecific { constructed: true, number: DIRECTORY_NAME } => {
                let mut reader = SliceReader::new(name.value())?;
                self.directory_names.push(Name::read(&mut reader)?);
                reader.finish()?;
            }
            _ => {}
        }
        Ok(())
    }
}

const WHAT: &str = "subject alternative name";
const DNS_NAME: TagNumber = TagNumber(2);
const DIRECTORY_NAME: TagNumber = TagNumber(4);

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::x509::test_ca::{Draft, Key, common_name, extension, sequence, tlv};

    fn certificate(names: Option<&[Vec<u8>]>) -> Vec<u8> {
        let key = Key::p256("holder");
        let mut draft = Draft::new(common_name("Host.example"), &key, common_name("CA"));
        draft.extensions.extend(names.map(|names| extension("2.5.29.17", false, &sequence(names))));
        draft.sign(&key)
    }

    #[test]
    fn names_of_all_kinds_are_told_apart() {
        let names = [
            tlv(0x81, b"mail@example"),
            tlv(0x82, b"one.example"),
            tlv(0xa4, &common_name("TPM")),
            tlv(0x82, b"two.example"),
            tlv(0x87, &[127, 0, 0, 1]),
            tlv(0xa0, &[]),
        ];
        let der = certificate(Some(&names));
        let names = Certificate::parse(&der).unwrap().alt_names().unwrap();
        assert_eq!(names.hosts, ["one.example", "two.example"]);
        let [name] = names.directory_names[..] else { panic!("one name") };
        assert_eq!(name.as_bytes(), common_name("TPM"));
    }

    #[test]
    fn common_name_counts_only_if_no_host_is_an_alternative_name() {
        let is_for = |names: Option<&[Vec<u8>]>, host| {
            Certificate::parse(&certificate(names)).unwrap().is_for_host(host).unwrap()
        };
        assert!(is_for(None, "host.example"));
        assert!(is_for(Some(&[tlv(0x81, b"mail@example")]), "host.example"));
        assert!(!is_for(Some(&[tlv(0x82, b"other.example")]), "host.example"));
        assert!(is_for(Some(&[tlv(0x82, b"other.example")]), "OTHER.example"));
        assert!(!is_for(Some(&[tlv(0x82, b"*.example")]), "other.example"));
    }

    #[test]
    fn names_that_are_not_what_their_tag_says_are_refused() {
        let bad_name = [common_name("TPM"), vec![0]].concat();
        for name in [tlv(0x82, b"\xff"), tlv(0xa4, &bad_name), tlv(0xa4, &[])] {
            let der = certificate(Some(&[name]));
            assert!(Certificate::parse(&der).unwrap().alt_names().is_err());
        }
    }
}
