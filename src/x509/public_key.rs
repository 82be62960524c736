//! Public keys of certificates as COSE keys, so that one verifier serves both.

use coset::iana::{EllipticCurve, EnumI64 as _};
use der::{
    AnyRef, Reader as _, SliceReader, Tag,
    asn1::{BitStringRef, ObjectIdentifier},
};

use super::{
    error::CertificateError,
    oid,
    span::{content, spanned},
};
use crate::{
    cose::{Algorithm, KeyParameters},
    limits::CERTIFICATE_RSA_MODULUS_MAX_BITS,
};

/// A public key, borrowed from its DER (RFC 5280 §4.1.2.7).
///
/// ```text
/// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
/// AlgorithmIdentifier  ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct SubjectPublicKeyInfo<'a> {
    der: &'a [u8],
    algorithm: ObjectIdentifier,
    parameters: Option<AnyRef<'a>>,
    key: &'a [u8],
}

impl<'a> SubjectPublicKeyInfo<'a> {
    /// Parses a key without trailing bytes.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        let read = SliceReader::new(der).and_then(|mut reader| {
            let key = Self::read(&mut reader)?;
            reader.finish()?;
            Ok(key)
        });
        read.map_err(CertificateError::der("public key"))
    }

    /// Reads the next item as a key.
    pub(super) fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        let (der, (algorithm, parameters, key)) = spanned(reader, |reader| {
            reader.sequence(|info| {
                let (algorithm, parameters) = read_algorithm(info)?;
                Ok::<_, der::Error>((algorithm, parameters, info.decode::<BitStringRef<'a>>()?))
            })
        })?;
        // If some bits are claimed to be unused, there are two readings of the key.
        let key = key.as_bytes().ok_or_else(|| Tag::BitString.value_error())?;
        Ok(Self { der, algorithm, parameters, key })
    }

    /// Returns the `SubjectPublicKeyInfo` as encoded.
    pub(crate) fn as_bytes(&self) -> &'a [u8] {
        self.der
    }

    /// Returns the content of `subjectPublicKey`.
    #[cfg(feature = "mds")]
    pub(crate) fn key_bytes(&self) -> &'a [u8] {
        self.key
    }

    /// Returns the key. It is not checked against any algorithm here.
    ///
    /// # Errors
    ///
    /// If COSE does not know this type of key, or the point is not uncompressed.
    pub(crate) fn parameters(&self) -> Result<KeyParameters<'a>, CertificateError> {
        let absent = || match self.parameters {
            None => Ok(()),
            Some(_) => Err(CertificateError::PublicKey("unexpected parameters")),
        };
        match self.algorithm {
            oid::EC_PUBLIC_KEY => self.elliptic(),
            oid::RSA_ENCRYPTION => self.rsa(),
            oid::ED25519 => absent().map(|()| self.octet_key(EllipticCurve::Ed25519)),
            oid::ED448 => absent().map(|()| self.octet_key(EllipticCurve::Ed448)),
            oid::ML_DSA_44 | oid::ML_DSA_65 | oid::ML_DSA_87 => {
                absent().map(|()| KeyParameters::Akp { public: self.key })
            }
            _ => Err(CertificateError::PublicKey("unsupported type of key")),
        }
    }

    /// Returns the ML-DSA algorithm that the key itself names.
    pub(crate) fn ml_dsa(&self) -> Option<Algorithm> {
        ml_dsa(self.algorithm)
    }

    /// ```text
    /// ECParameters ::= CHOICE { namedCurve OBJECT IDENTIFIER }        ; RFC 5480 §2.1.1
    /// ECPoint      ::= 04 x y
    /// ```
    fn elliptic(&self) -> Result<KeyParameters<'a>, CertificateError> {
        let curve = self.parameters.and_then(|parameters| parameters.decode_as().ok());
        let (curve, size) = match curve {
            Some(oid::SECP256R1) => (EllipticCurve::P_256, 32),
            Some(oid::SECP384R1) => (EllipticCurve::P_384, 48),
            Some(oid::SECP521R1) => (EllipticCurve::P_521, 66),
            Some(oid::SECP256K1) => (EllipticCurve::Secp256k1, 32),
            _ => return Err(CertificateError::PublicKey("unsupported curve")),
        };
        match self.key.split_first() {
            Some((4, point)) if point.len() == size * 2 => {
                let (x, y) = point.split_at(size);
                Ok(KeyParameters::Ec2 { curve: curve.to_i64(), x, y })
            }
            _ => Err(CertificateError::PublicKey("not an uncompressed point on its curve")),
        }
    }

    /// ```text
    /// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }       ; RFC 8017 §A.1.1
    /// ```
    fn rsa(&self) -> Result<KeyParameters<'a>, CertificateError> {
        let error = CertificateError::der("RSA public key");
        let mut reader = SliceReader::new(self.key).map_err(&error)?;
        let (n, e) = reader
            .sequence(|key| Ok::<_, der::Error>((read_positive(key)?, read_positive(key)?)))
            .map_err(&error)?;
        reader.finish().map_err(error)?;
        if n.len() > CERTIFICATE_RSA_MODULUS_MAX_BITS / 8 {
            return Err(CertificateError::PublicKey("the RSA modulus is too long"));
        }
        Ok(KeyParameters::Rsa { n, e })
    }

    fn octet_key(&self, curve: EllipticCurve) -> KeyParameters<'a> {
        KeyParameters::Okp { curve: curve.to_i64(), x: self.key }
    }
}

/// Reads a positive INTEGER, and strips its leading zeros. DER allows one only if the number would otherwise be
/// negative. More would not change the value.
fn read_positive<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    let mut number = content(reader, Tag::Integer)?;
    if number.first().is_none_or(|first| *first >= 0x80) {
        return Err(Tag::Integer.value_error().into());
    }
    while let Some((0, rest)) = number.split_first() {
        number = rest;
    }
    Ok(number)
}

pub(super) fn ml_dsa(oid: ObjectIdentifier) -> Option<Algorithm> {
    match oid {
        oid::ML_DSA_44 => Some(Algorithm::ML_DSA_44),
        oid::ML_DSA_65 => Some(Algorithm::ML_DSA_65),
        oid::ML_DSA_87 => Some(Algorithm::ML_DSA_87),
        _ => None,
    }
}

/// Reads an `AlgorithmIdentifier`.
pub(super) fn read_algorithm<'a>(
    reader: &mut SliceReader<'a>,
) -> Result<(ObjectIdentifier, Option<AnyRef<'a>>), der::Error> {
    reader.sequence(|identifier| {
        let algorithm = identifier.decode()?;
        let parameters =
            if identifier.is_finished() { None } else { Some(identifier.decode::<AnyRef<'a>>()?) };
        Ok((algorithm, parameters))
    })
}
