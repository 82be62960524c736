//! `pubArea`: the public key as the TPM describes it.

use super::{hash::Hash, reader::Reader};
use crate::{
    attestation::StatementError,
    cose::{CoseKey, KeyParameters},
};

/// A public area (TPM 2.0 Library, Part 2, §12.2.4).
///
/// ```text
/// TPMT_PUBLIC    = type u16, nameAlg u16, objectAttributes u32, authPolicy 2B, parameters, unique
/// type = RSA     : parameters = symmetric, scheme, keyBits u16, exponent u32;  unique = n 2B
/// type = ECC     : parameters = symmetric, scheme, curveID u16, kdf;           unique = x 2B, y 2B
/// symmetric      = NULL u16 / algorithm u16, keyBits u16, mode u16
/// scheme, kdf    = NULL u16 / algorithm u16, hashAlg u16
/// ```
///
/// The statement contains it without a length. One that comes as a `TPM2B_PUBLIC`, with its length first, is an error
/// of the authenticator: the length is read as the type, and matches none.
#[derive(Debug)]
pub(super) struct PublicArea<'a> {
    bytes: &'a [u8],
    name_hash: Hash,
    name_algorithm: [u8; 2],
    pub(super) object_attributes: u32,
    key: Key<'a>,
}

/// The parts of `parameters` and `unique` that make up the key.
#[derive(Debug)]
enum Key<'a> {
    Rsa { n: &'a [u8], e: u32, has_scheme: bool },
    Ecc { curve: i64, x: &'a [u8], y: &'a [u8] },
}

impl<'a> PublicArea<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let mut reader = Reader::new(bytes, "pubArea");
        let kind = reader.u16()?;
        let name_algorithm = reader.array()?;
        let name_hash = Hash::of_identifier(u16::from_be_bytes(name_algorithm))
            .ok_or(reader.error("nameAlg is not a known hash"))?;
        let object_attributes = reader.u32()?;
        let _auth_policy = reader.sized()?;
        let key = match kind {
            TPM_ALG_RSA => Key::rsa(&mut reader)?,
            TPM_ALG_ECC => Key::ecc(&mut reader)?,
            _ => return Err(reader.error("type is neither RSA nor ECC")),
        };
        reader.finish()?;
        Ok(Self { bytes, name_hash, name_algorithm, object_attributes, key })
    }

    /// Returns whether this is the credential key. Numbers are compared by value, because a coordinate may lack leading
    /// zeros.
    ///
    /// `keyBits` is ignored: modulus and exponent are the key.
    pub(super) fn is_key(&self, credential: &CoseKey<'_>) -> bool {
        match (&self.key, credential.parameters) {
            (Key::Rsa { n, e, .. }, KeyParameters::Rsa { n: credential_n, e: credential_e }) => {
                is_same_number(n, credential_n) && is_same_number(&e.to_be_bytes(), credential_e)
            }
            (
                Key::Ecc { curve, x, y },
                KeyParameters::Ec2 { curve: credential_curve, x: credential_x, y: credential_y },
            ) => {
                *curve == credential_curve
                    && is_same_number(x, credential_x)
                    && is_same_number(y, credential_y)
            }
            _ => false,
        }
    }

    /// Returns whether `name` is the Name of this area: `nameAlg ‖ Hash(pubArea)` (TPM 2.0 Library, Part 1, §16).
    pub(super) fn has_name(&self, name: &[u8]) -> bool {
        let digest = name.strip_prefix(&self.name_algorithm);
        digest.is_some_and(|digest| self.name_hash.is_of(&[self.bytes], digest))
    }

    /// Returns whether it is an RSA key whose scheme is chosen at each use.
    pub(super) fn is_rsa_without_scheme(&self) -> bool {
        matches!(self.key, Key::Rsa { has_scheme: false, .. })
    }
}

impl<'a> Key<'a> {
    fn rsa(reader: &mut Reader<'a>) -> Result<Self, StatementError> {
        read_symmetric(reader)?;
        let has_scheme = read_scheme(reader, &[TPM_ALG_RSASSA, TPM_ALG_RSAPSS])?;
        let _key_bits = reader.u16()?;
        // 0 means the default.
        let e = match reader.u32()? {
            0 => 65537,
            e => e,
        };
        Ok(Self::Rsa { n: reader.sized()?, e, has_scheme })
    }

    fn ecc(reader: &mut Reader<'a>) -> Result<Self, StatementError> {
        read_symmetric(reader)?;
        read_scheme(reader, &[TPM_ALG_ECDSA])?;
        // Maps TPM_ECC_CURVE to COSE curves.
        let curve = match reader.u16()? {
            TPM_ECC_NIST_P256 => 1,
            TPM_ECC_NIST_P384 => 2,
            TPM_ECC_NIST_P521 => 3,
            _ => return Err(reader.error("curveID is not a curve that WebAuthn uses")),
        };
        read_kdf(reader)?;
        Ok(Self::Ecc { curve, x: reader.sized()?, y: reader.sized()? })
    }
}

/// `TPMT_SYM_DEF_OBJECT`: how a storage key protects its children. It means nothing for a signing key, but a TPM may
/// include it.
fn read_symmetric(reader: &mut Reader<'_>) -> Result<(), StatementError> {
    if reader.u16()? != TPM_ALG_NULL {
        let (_key_bits, _mode) = (reader.u16()?, reader.u16()?);
    }
    Ok(())
}

/// `TPMT_RSA_SCHEME`, `TPMT_ECC_SCHEME`: what the key is for, which must be signing. Other schemes have details of
/// other lengths. Returns whether there is a scheme.
fn read_scheme(reader: &mut Reader<'_>, signing: &[u16]) -> Result<bool, StatementError> {
    match reader.u16()? {
        TPM_ALG_NULL => Ok(false),
        scheme if signing.contains(&scheme) => reader.u16().map(|_hash| true),
        _ => Err(reader.error("scheme is not for signing")),
    }
}

/// `TPMT_KDF_SCHEME`.
fn read_kdf(reader: &mut Reader<'_>) -> Result<(), StatementError> {
    if reader.u16()? != TPM_ALG_NULL {
        let _hash = reader.u16()?;
    }
    Ok(())
}

/// Returns whether two big-endian numbers are equal, ignoring leading zeros.
fn is_same_number(one: &[u8], other: &[u8]) -> bool {
    fn significant(number: &[u8]) -> &[u8] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number.get(zeros..).unwrap_or_default()
    }
    significant(one) == significant(other)
}

// TCG Algorithm Registry, tables 3 and 4.
const TPM_ALG_RSA: u16 = 0x0001;
const TPM_ALG_NULL: u16 = 0x0010;
const TPM_ALG_RSASSA: u16 = 0x0014;
const TPM_ALG_RSAPSS: u16 = 0x0016;
const TPM_ALG_ECDSA: u16 = 0x0018;
const TPM_ALG_ECC: u16 = 0x0023;
const TPM_ECC_NIST_P256: u16 = 0x0003;
const TPM_ECC_NIST_P384: u16 = 0x0004;
const TPM_ECC_NIST_P521: u16 = 0x0005;

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::cose::Algorithm;

    const HEAD: [u8; 6] = [0, 6, 4, 0x72, 0, 0];
    const RSA_NULLS: [u8; 6] = [0, 0x10, 0, 0x10, 8, 0];

    fn rsa(exponent: u32, n: &[u8]) -> Vec<u8> {
        let size = u16::try_from(n.len()).unwrap().to_be_bytes();
        let exponent = exponent.to_be_bytes();
        [&[0, 1, 0, 0x0b], &HEAD[..], &RSA_NULLS, &exponent, &size, n].concat()
    }

    fn ecc(curve: u8, x: &[u8], y: &[u8]) -> Vec<u8> {
        let sized = |bytes: &[u8]| [&[0, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let parameters = [0, 0x10, 0, 0x18, 0, 0x0b, 0, curve, 0, 0x10];
        [&[0, 0x23, 0, 0x0b], &HEAD[..], &parameters, &sized(x), &sized(y)].concat()
    }

    fn ec2<'a>(curve: i64, x: &'a [u8], y: &'a [u8]) -> CoseKey<'a> {
        CoseKey { algorithm: Algorithm::ES256, parameters: KeyParameters::Ec2 { curve, x, y } }
    }

    fn rsa_key<'a>(n: &'a [u8], e: &'a [u8]) -> CoseKey<'a> {
        CoseKey { algorithm: Algorithm::RS256, parameters: KeyParameters::Rsa { n, e } }
    }

    fn reason(bytes: &[u8]) -> &'static str {
        match PublicArea::parse(bytes) {
            Err(StatementError::Structure { what: "pubArea", reason }) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rsa_exponent_zero_is_65537() {
        let key = rsa_key(&[0xc1; 256], &[1, 0, 1]);
        for exponent in [0, 65537] {
            let area = rsa(exponent, &[0xc1; 256]);
            assert!(PublicArea::parse(&area).unwrap().is_key(&key));
        }
        let area = rsa(3, &[0xc1; 256]);
        assert!(!PublicArea::parse(&area).unwrap().is_key(&key));
        assert!(PublicArea::parse(&area).unwrap().is_key(&rsa_key(&[0xc1; 256], &[3])));
    }

    #[test]
    fn key_in_the_area_is_compared_parameter_by_parameter() {
        let area = rsa(0, &[0xc1; 256]);
        let area = PublicArea::parse(&area).unwrap();
        assert!(!area.is_key(&rsa_key(&[0xc3; 256], &[1, 0, 1])));
        assert!(!area.is_key(&ec2(1, &[1; 32], &[2; 32])));
        for (tpm_curve, curve) in [(3, 1), (4, 2), (5, 3)] {
            let area = ecc(tpm_curve, &[1; 32], &[2; 32]);
            let area = PublicArea::parse(&area).unwrap();
            assert!(area.is_key(&ec2(curve, &[1; 32], &[2; 32])));
            assert!(!area.is_key(&ec2(curve + 1, &[1; 32], &[2; 32])));
            assert!(!area.is_key(&ec2(curve, &[3; 32], &[2; 32])));
            assert!(!area.is_key(&ec2(curve, &[1; 32], &[3; 32])));
            assert!(!area.is_key(&rsa_key(&[0xc1; 256], &[1, 0, 1])));
        }
    }

    #[test]
    fn coordinates_may_lack_leading_zeros() {
        let padded = [&[0, 0], &[7; 30][..]].concat();
        let key = ec2(1, &padded, &padded);
        for (x, y) in [(&[7; 30][..], &padded[..]), (&padded, &[7; 30]), (&padded, &padded)] {
            let area = ecc(3, x, y);
            assert!(PublicArea::parse(&area).unwrap().is_key(&key));
        }
        let area = ecc(3, &[7; 29], &padded);
        assert!(!PublicArea::parse(&area).unwrap().is_key(&key));
    }

    #[test]
    fn name_uses_the_hash_of_the_area() {
        let area = ecc(3, &[1; 32], &[2; 32]);
        let parsed = PublicArea::parse(&area).unwrap();
        let digest = Sha256::digest(&area);
        assert!(parsed.has_name(&[&[0, 0x0b], &digest[..]].concat()));
        assert!(!parsed.has_name(&[&[0, 0x0c], &digest[..]].concat()));
        assert!(!parsed.has_name(&digest));
        assert!(!parsed.has_name(&[&[0, 0x0b], &digest[..31]].concat()));
        assert!(!parsed.has_name(&[]));
    }

    #[test]
    fn wrapped_area_is_refused() {
        let area = rsa(0, &[0xc1; 256]);
        let size = u16::try_from(area.len()).unwrap().to_be_bytes();
        assert_eq!(reason(&[&size, &area[..]].concat()), "nameAlg is not a known hash");
    }

    #[test]
    fn area_of_another_length_is_refused() {
        for area in [rsa(0, &[0xc1; 256]), ecc(3, &[1; 32], &[2; 32])] {
            for length in 0..area.len() {
                assert_eq!(reason(&area[..length]), "ends within a field", "{length}");
            }
            assert_eq!(reason(&[&area[..], &[0]].concat()), "has trailing bytes");
        }
    }

    #[test]
    fn rejects_algorithms_that_webauthn_does_not_use() {
        let tampered = |position: usize, byte: u8| {
            let mut area = ecc(3, &[1; 32], &[2; 32]);
            area[position] = byte;
            area
        };
        assert_eq!(reason(&tampered(1, 0x25)), "type is neither RSA nor ECC");
        assert_eq!(reason(&tampered(3, 0x12)), "nameAlg is not a known hash");
        assert_eq!(reason(&tampered(13, 0x1a)), "scheme is not for signing");
        assert_eq!(reason(&tampered(17, 0x10)), "curveID is not a curve that WebAuthn uses");
    }

    #[test]
    fn symmetric_and_kdf_details_are_skipped() {
        let parameters = [0, 6, 0, 128, 0, 0x43, 0, 0x10, 0, 3, 0, 0x20, 0, 0x0b];
        let coordinates = [0, 1, 7, 0, 1, 8];
        let area = [&[0, 0x23, 0, 4], &HEAD[..], &parameters, &coordinates].concat();
        let area = PublicArea::parse(&area).unwrap();
        assert_eq!(area.name_hash, Hash::Sha1);
        assert!(area.is_key(&ec2(1, &[7], &[8])));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            at: prop::sample::Index,
            byte: u8,
        ) {
            let _ = PublicArea::parse(&bytes);
            for mut area in [rsa(0, &[0xc1; 256]), ecc(3, &[1; 32], &[2; 32])] {
                *at.get_mut(&mut area) = byte;
                if let Ok(area) = PublicArea::parse(&area) {
                    let _ = area.is_key(&rsa_key(&[0xc1; 256], &[1, 0, 1]));
                    let _ = area.has_name(&bytes);
                }
            }
        }
    }
}
