//! `certInfo`: what the TPM certifies about the key.

use super::reader::Reader;
use crate::attestation::StatementError;

/// An attestation that certifies a key (TPM 2.0 Library, Part 2, §10.12.8 and §10.12.3).
///
/// ```text
/// TPMS_ATTEST = magic u32, type u16, qualifiedSigner 2B, extraData 2B, clockInfo, firmwareVersion u64, attested
/// clockInfo   = clock u64, resetCount u32, restartCount u32, safe u8
/// attested    = name 2B, qualifiedName 2B                                 ; TPMS_CERTIFY_INFO
/// ```
///
/// `qualifiedSigner`, `qualifiedName`, `clockInfo` and `firmwareVersion` are not checked (§8.3).
#[derive(Debug)]
pub(super) struct CertInfo<'a> {
    /// Data that the authenticator passed to the TPM to sign.
    pub(super) extra_data: &'a [u8],
    /// The Name of the key.
    pub(super) name: &'a [u8],
}

impl<'a> CertInfo<'a> {
    /// Parses it, and checks `magic` and `type`, because `attested` only has this format if they are right.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes, "certInfo");
        if reader.u32()? != TPM_GENERATED_VALUE {
            return Err(reader.error("magic is not TPM_GENERATED_VALUE"));
        }
        if reader.u16()? != TPM_ST_ATTEST_CERTIFY {
            return Err(reader.error("type is not TPM_ST_ATTEST_CERTIFY"));
        }
        let _qualified_signer = reader.sized()?;
        let extra_data = reader.sized()?;
        let _clock_info: [u8; 17] = reader.array()?;
        let _firmware_version: [u8; 8] = reader.array()?;
        let name = reader.sized()?;
        let _qualified_name = reader.sized()?;
        reader.finish()?;
        Ok(Self { extra_data, name })
    }
}

/// Proves that the structure was created inside a TPM, because a TPM never signs external data with this prefix.
const TPM_GENERATED_VALUE: u32 = 0xff54_4347;
const TPM_ST_ATTEST_CERTIFY: u16 = 0x8017;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn cert_info() -> Vec<u8> {
        let head = [0xff, 0x54, 0x43, 0x47, 0x80, 0x17, 0, 1, 9, 0, 2, 5, 6];
        [&head[..], &[0; 25], &[0, 3, 1, 2, 3, 0, 0]].concat()
    }

    fn reason(bytes: &[u8]) -> &'static str {
        match CertInfo::parse(bytes) {
            Err(StatementError::Structure { what: "certInfo", reason }) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn extra_data_and_name_are_found() {
        let bytes = cert_info();
        let cert_info = CertInfo::parse(&bytes).unwrap();
        assert_eq!((cert_info.extra_data, cert_info.name), (&[5, 6][..], &[1, 2, 3][..]));
    }

    #[test]
    fn structure_of_another_kind_is_refused() {
        let tampered = |position: usize| {
            let mut bytes = cert_info();
            bytes[position] ^= 1;
            bytes
        };
        assert_eq!(reason(&tampered(3)), "magic is not TPM_GENERATED_VALUE");
        // TPM_ST_ATTEST_CREATION and other types have other bodies.
        assert_eq!(reason(&tampered(5)), "type is not TPM_ST_ATTEST_CERTIFY");
    }

    #[test]
    fn structure_of_another_length_is_refused() {
        let bytes = cert_info();
        for length in 0..bytes.len() {
            assert_eq!(reason(&bytes[..length]), "ends within a field", "{length}");
        }
        assert_eq!(reason(&[&bytes[..], &[0]].concat()), "has trailing bytes");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            tail in proptest::collection::vec(any::<u8>(), 0..100),
            at: prop::sample::Index,
            byte: u8,
        ) {
            let _ = CertInfo::parse(&tail);
            let _ = CertInfo::parse(&[&cert_info()[..6], &tail].concat());
            let mut tampered = cert_info();
            *at.get_mut(&mut tampered) = byte;
            let _ = CertInfo::parse(&tampered);
        }
    }
}
