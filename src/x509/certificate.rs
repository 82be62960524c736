//! Certificates.

use alloc::vec::Vec;

use der::{
    AnyRef, Reader as _, SliceReader, Tag, TagNumber,
    asn1::{ContextSpecific, ObjectIdentifier, SequenceRef},
};

use super::{
    error::CertificateError,
    extension_list::{Extension, read_extensions},
    name::Name,
    public_key::SubjectPublicKeyInfo,
    signature::{self, SignatureAlgorithm},
    span::{content, spanned},
    validity::Validity,
};
use crate::{
    bytes::KeyHash,
    cose::{Algorithm, CoseKey, KeyParameters},
    crypto::{SignatureError, SignatureVerifier},
    time::Timestamp,
};

/// A certificate, borrowed from its DER (RFC 5280 §4.1).
///
/// ```text
/// Certificate    ::= SEQUENCE { tbsCertificate TBSCertificate, signatureAlgorithm AlgorithmIdentifier,
///                               signatureValue BIT STRING }
/// TBSCertificate ::= SEQUENCE { version [0] EXPLICIT INTEGER DEFAULT v1, serialNumber INTEGER,
///                               signature AlgorithmIdentifier, issuer Name, validity Validity, subject Name,
///                               subjectPublicKeyInfo SubjectPublicKeyInfo, issuerUniqueID [1] IMPLICIT OPTIONAL,
///                               subjectUniqueID [2] IMPLICIT OPTIONAL, extensions [3] EXPLICIT Extensions OPTIONAL }
/// ```
///
/// A parsed certificate is well-formed. That says nothing about who issued it.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    der: &'a [u8],
    signed: &'a [u8],
    version: u8,
    serial: &'a [u8],
    issuer: Name<'a>,
    validity: Validity,
    subject: Name<'a>,
    key: SubjectPublicKeyInfo<'a>,
    extensions: Vec<Extension<'a>>,
    signature_algorithm: Result<Option<SignatureAlgorithm>, CertificateError>,
    signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Parses a certificate without trailing bytes.
    ///
    /// # Errors
    ///
    /// If the bytes are not DER of that shape, an extension is repeated, or a list is longer than its limit in
    /// [`limits`](crate::limits).
    pub fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        let error = CertificateError::der("certificate");
        let mut reader = SliceReader::new(der).map_err(&error)?;
        let ((signed, tbs), signature_algorithm, signature) = reader
            .sequence(|certificate| {
                Ok::<_, der::Error>((
                    spanned(certificate, |reader| reader.sequence(Tbs::read))?,
                    certificate.tlv_bytes()?,
                    signature::read_octets(certificate)?,
                ))
            })
            .map_err(&error)?;
        reader.finish().map_err(error)?;
        if tbs.version > V3 {
            return Err(CertificateError::Version);
        }
        if tbs.extensions.is_some() && tbs.version != V3 {
            return Err(CertificateError::ExtensionsNeedV3);
        }
        Ok(Self {
            der,
            signed,
            version: tbs.version,
            serial: tbs.serial,
            issuer: tbs.issuer.bounded()?,
            validity: tbs.validity,
            subject: tbs.subject.bounded()?,
            key: tbs.key,
            extensions: tbs.extensions.map(read_extensions).transpose()?.unwrap_or_default(),
            signature_algorithm: signature::agreed(tbs.signature_algorithm, signature_algorithm),
            signature,
        })
    }

    /// Returns the bytes of the certificate.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.der
    }

    /// Returns the serial number as encoded: big-endian, in two's complement. It may have more leading zeros than DER
    /// allows.
    #[must_use]
    pub fn serial_number(&self) -> &'a [u8] {
        self.serial
    }

    /// Returns the issuer's name in DER.
    #[must_use]
    pub fn issuer_bytes(&self) -> &'a [u8] {
        self.issuer.as_bytes()
    }

    /// Returns the subject's name in DER.
    #[must_use]
    pub fn subject_bytes(&self) -> &'a [u8] {
        self.subject.as_bytes()
    }

    /// Returns the `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn public_key_bytes(&self) -> &'a [u8] {
        self.key.as_bytes()
    }

    /// Returns the hash of the public key, which identifies certificates in records.
    #[must_use]
    pub fn key_hash(&self) -> KeyHash {
        KeyHash::of(self.key.as_bytes())
    }

    /// Returns the first time at which it is valid. 1970-01-01T00:00:00Z for every date before that.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.validity.not_before
    }

    /// Returns the last second in which it is valid.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity.not_after
    }

    /// Returns whether it has version 3, as all attestation certificates must.
    pub(crate) fn is_v3(&self) -> bool {
        self.version == V3
    }

    /// Returns whether it is valid at this time.
    pub(crate) fn is_valid_at(&self, now: Timestamp) -> bool {
        self.validity.contains(now)
    }

    pub(super) fn validity(&self) -> Validity {
        self.validity
    }

    pub(crate) fn subject(&self) -> Name<'a> {
        self.subject
    }

    pub(crate) fn subject_public_key_info(&self) -> &SubjectPublicKeyInfo<'a> {
        &self.key
    }

    /// Returns the parameters of the public key.
    ///
    /// # Errors
    ///
    /// If COSE does not know this type of key.
    pub(crate) fn key_parameters(&self) -> Result<KeyParameters<'a>, CertificateError> {
        self.key.parameters()
    }

    /// Returns the public key, for signatures of `algorithm`.
    ///
    /// # Errors
    ///
    /// If the key is invalid for that algorithm.
    pub(crate) fn public_key(&self, algorithm: Algorithm) -> Result<CoseKey<'a>, CertificateError> {
        let key = CoseKey { algorithm, parameters: self.key.parameters()? };
        if key.check_shape().is_err() || self.key.ml_dsa().is_some_and(|named| named != algorithm) {
            return Err(CertificateError::PublicKey("invalid for the algorithm"));
        }
        Ok(key)
    }

    /// Returns the extension, if present.
    pub(crate) fn extension(&self, oid: ObjectIdentifier) -> Option<Extension<'a>> {
        self.extensions.iter().find(|extension| *extension.oid == oid).copied()
    }

    pub(crate) fn extensions(&self) -> &[Extension<'a>] {
        &self.extensions
    }

    /// Returns the algorithm with which it is signed, if supported.
    ///
    /// # Errors
    ///
    /// If the algorithm outside the signed part differs from the one inside. This is only an error when the signature
    /// is verified.
    pub(crate) fn signature_algorithm(
        &self,
    ) -> Result<Option<SignatureAlgorithm>, CertificateError> {
        self.signature_algorithm
    }

    /// Verifies that the key's owner signed this certificate.
    pub(super) fn verify_signed_by(
        &self,
        issuer: &SubjectPublicKeyInfo<'_>,
        verifier: &dyn SignatureVerifier,
    ) -> Result<(), SignatureError> {
        let Ok(Some(algorithm)) = self.signature_algorithm else {
            return Err(SignatureError::UnsupportedAlgorithm);
        };
        algorithm.verify(issuer, self.signed, self.signature, verifier)
    }
}

/// Certificates are equal if their bytes are.
impl PartialEq for Certificate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate<'_> {}

/// The number that means version 3.
const V3: u8 = 2;

/// The signed part, parsed but not yet checked.
struct Tbs<'a> {
    version: u8,
    serial: &'a [u8],
    signature_algorithm: &'a [u8],
    issuer: Name<'a>,
    validity: Validity,
    subject: Name<'a>,
    key: SubjectPublicKeyInfo<'a>,
    extensions: Option<&'a SequenceRef>,
}

impl<'a> Tbs<'a> {
    fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        let version = ContextSpecific::<u8>::decode_explicit(reader, TagNumber(0))?;
        // Certificates of test CAs have negative ones, and those of TPMs have too many leading zeros. A serial number
        // only has to be distinguishable from others.
        let serial = content(reader, Tag::Integer)?;
        let signature_algorithm = reader.tlv_bytes()?;
        let issuer = Name::read(reader)?;
        let validity = Validity::read(reader)?;
        let subject = Name::read(reader)?;
        let key = SubjectPublicKeyInfo::read(reader)?;
        // issuerUniqueID and subjectUniqueID are obsolete, and have no meaning here.
        for identifier in [1, 2].map(TagNumber) {
            if matches!(Tag::peek(reader), Ok(Tag::ContextSpecific { number, .. }) if number == identifier)
            {
                reader.decode::<AnyRef<'a>>()?;
            }
        }
        let extensions = ContextSpecific::<&'a SequenceRef>::decode_explicit(reader, TagNumber(3))?;
        Ok(Self {
            version: version.map_or(0, |field| field.value),
            serial,
            signature_algorithm,
            issuer,
            validity,
            subject,
            key,
            extensions: extensions.map(|field| field.value),
        })
    }
}
