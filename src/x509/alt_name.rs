//! The subject alternative name (RFC 5280 §4.2.1.6), as far as attestation needs it.

use alloc::vec::Vec;

use super::{
    certificate::Certificate,
    error::CertificateError,
    general_name::{DNS_NAME, GeneralName},
    name,
    name::Name,
    oid,
};

/// The alternative names by form. Other forms are skipped.
#[derive(Debug, Default)]
pub(crate) struct AltNames<'a> {
    /// As encoded. No step requires them to be text.
    pub(crate) hosts: Vec<&'a [u8]>,
    pub(crate) directory_names: Vec<Name<'a>>,
}

impl<'a> Certificate<'a> {
    /// Returns the subject alternative names. Empty if the extension is missing.
    pub(crate) fn alt_names(&self) -> Result<AltNames<'a>, CertificateError> {
        let mut names = AltNames::default();
        self.each_alt_name(|name| {
            names.add(name);
            Ok::<_, CertificateError>(())
        })?;
        Ok(names)
    }

    /// Returns whether the certificate is for the server `host`: one of its alternative names is the host, or, if none
    /// is a host, its common name is, as in certificates from before RFC 6125. Wildcards are taken literally.
    pub(crate) fn is_for_host(&self, host: &str) -> Result<bool, CertificateError> {
        let hosts = self.alt_names()?.hosts;
        if !hosts.is_empty() {
            return Ok(hosts.iter().any(|name| name.eq_ignore_ascii_case(host.as_bytes())));
        }
        let common_name = self.subject().attribute(oid::COMMON_NAME).and_then(name::text);
        Ok(common_name.is_some_and(|name| name.eq_ignore_ascii_case(host)))
    }
}

impl<'a> AltNames<'a> {
    fn add(&mut self, name: GeneralName<'a>) {
        if name.form == DNS_NAME {
            self.hosts.push(name.value);
        }
        self.directory_names.extend(name.directory);
    }
}

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
    fn distinguishes_names_of_all_forms() {
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
        assert_eq!(names.hosts, [b"one.example", b"two.example"]);
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
    fn rejects_names_that_do_not_match_their_tag() {
        let bad_name = [common_name("TPM"), vec![0]].concat();
        for name in [tlv(0xa4, &bad_name), tlv(0xa4, &[]), tlv(0x30, &[])] {
            let der = certificate(Some(&[name]));
            assert!(Certificate::parse(&der).unwrap().alt_names().is_err());
        }
        // A TPM's certificate is not rejected for a host name that nothing uses.
        let der = certificate(Some(&[tlv(0x82, b"\xff"), tlv(0xa4, &common_name("TPM"))]));
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.alt_names().unwrap().directory_names.len(), 1);
        assert!(!certificate.is_for_host("host.example").unwrap(), "it is not for that host");
    }
}
