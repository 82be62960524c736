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
