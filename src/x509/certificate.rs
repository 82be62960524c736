//! Certificates.

use alloc::vec::Vec;

use der::{
    Reader as _, SliceReader, Tag,
    asn1::{
        BitStringRef, ContextSpecific, GeneralizedTime, IntRef, ObjectIdentifier, SequenceRef,
        UtcTime,
    },
    oid::ObjectIdentifierRef,
};

use super::{
    error::CertificateError,
    name::Name,
    oid,
    public_key::{SubjectPublicKeyInfo, octets},
    signature::{self, SignatureAlgorithm},
    span::{content, spanned},
};
use crate::{
    bytes::KeyHash,
    cose::{Algorithm, CoseKey, KeyParameters},
    crypto::{SignatureError, SignatureVerifier},
    limits::CERTIFICATE_EXTENSIONS_MAX,
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
/// One that was read is well-formed, and says nothing about who made it.
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
    signature_algorithm: Option<SignatureAlgorithm>,
    signature: &'a [u8],
}

/// From when until when a certificate is valid, both included.
///
/// ```text
/// Validity ::= SEQUENCE { notBefore Time, notAfter Time }       Time ::= CHOICE { UTCTime, GeneralizedTime }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// An extension, borrowed from its certificate.
///
/// ```text
/// Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a ObjectIdentifierRef,
    pub(crate) critical: bool,
    /// What stands within the octet string.
    pub(crate) value: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads a certificate that is followed by nothing.
    ///
    /// # Errors
    ///
    /// The bytes are not DER of that shape, an extension stands twice, or the two signature algorithms differ.
    pub fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        let error = CertificateError::der("certificate");
        let mut reader = SliceReader::new(der).map_err(&error)?;
        let ((signed, tbs), (algorithm, signature_algorithm), signature) = reader
            .sequence(|certificate| {
                Ok::<_, der::Error>((
                    spanned(certificate, |reader| reader.sequence(Tbs::read))?,
                    spanned(certificate, signature::read)?,
                    octets(certificate.decode::<BitStringRef<'a>>()?)?,
                ))
            })
            .map_err(&error)?;
        reader.finish().map_err(error)?;
        if tbs.signature_algorithm != algorithm {
            return Err(CertificateError::SignatureAlgorithmsDiffer);
        }
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
            issuer: tbs.issuer,
            validity: tbs.validity,
            subject: tbs.subject,
            key: tbs.key,
            extensions: tbs.extensions.map(read_extensions).transpose()?.unwrap_or_default(),
            signature_algorithm,
            signature,
        })
    }

    /// The certificate as it was read.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.der
    }

    /// The serial number: big-endian, in two's complement, as it is encoded.
    #[must_use]
    pub fn serial_number(&self) -> &'a [u8] {
        self.serial
    }

    /// The issuer's name in DER.
    #[must_use]
    pub fn issuer_bytes(&self) -> &'a [u8] {
        self.issuer.as_bytes()
    }

    /// The subject's name in DER.
    #[must_use]
    pub fn subject_bytes(&self) -> &'a [u8] {
        self.subject.as_bytes()
    }

    /// The `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn public_key_bytes(&self) -> &'a [u8] {
        self.key.as_bytes()
    }

    /// The hash of the public key, by which certificates are recorded.
    #[must_use]
    pub fn key_hash(&self) -> KeyHash {
        KeyHash::of(self.key.as_bytes())
    }

    /// The first instant at which it is valid.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.validity.not_before
    }

    /// The last second in which it is valid.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity.not_after
    }

    /// Whether it is of version 3, which all attestation certificates must be.
    pub(crate) fn is_v3(&self) -> bool {
        self.version == V3
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

    /// The parameters of the public key.
    ///
    /// # Errors
    ///
    /// A kind of key that COSE does not know.
    pub(crate) fn key_parameters(&self) -> Result<KeyParameters<'a>, CertificateError> {
        self.key.parameters()
    }

    /// The public key, for signatures of `algorithm`.
    ///
    /// # Errors
    ///
    /// The key is none for that algorithm.
    pub(crate) fn public_key(&self, algorithm: Algorithm) -> Result<CoseKey<'a>, CertificateError> {
        let key = CoseKey { algorithm, parameters: self.key.parameters()? };
        if key.check_shape().is_err() || self.key.ml_dsa().is_some_and(|named| named != algorithm) {
            return Err(CertificateError::PublicKey("none for the algorithm"));
        }
        Ok(key)
    }

    /// The extension, if it is there.
    pub(crate) fn extension(&self, oid: ObjectIdentifier) -> Option<Extension<'a>> {
        self.extensions.iter().find(|extension| *extension.oid == oid).copied()
    }

    pub(crate) fn extensions(&self) -> &[Extension<'a>] {
        &self.extensions
    }

    /// The algorithm with which it is signed, if it is supported.
    pub(crate) fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        self.signature_algorithm
    }

    /// Verifies that the key's owner signed this certificate.
    pub(super) fn verify_signed_by(
        &self,
        issuer: &SubjectPublicKeyInfo<'_>,
        verifier: &dyn SignatureVerifier,
    ) -> Result<(), SignatureError> {
        let algorithm = self.signature_algorithm.ok_or(SignatureError::UnsupportedAlgorithm)?;
        algorithm.verify(issuer, self.signed, self.signature, verifier)
    }
}

/// Two certificates are equal if their bytes are.
impl PartialEq for Certificate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate<'_> {}

/// The number that says version 3.
const V3: u8 = 2;

/// The signed part, read but not yet judged.
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
        let version = ContextSpecific::<u8>::decode_explicit(reader, der::TagNumber(0))?;
        // Negative ones occur in certificates of test CAs; a serial number only has to be told from others.
        let serial = reader.decode::<IntRef<'a>>()?.as_bytes();
        let signature_algorithm = reader.tlv_bytes()?;
        let issuer = Name::read(reader)?;
        let validity = Validity::read(reader)?;
        let subject = Name::read(reader)?;
        let key = SubjectPublicKeyInfo::read(reader)?;
        // issuerUniqueID and subjectUniqueID: obsolete, and of no meaning here.
        for tag in [1, 2] {
            ContextSpecific::<BitStringRef<'a>>::decode_implicit(reader, der::TagNumber(tag))?;
        }
        let extensions =
            ContextSpecific::<&'a SequenceRef>::decode_explicit(reader, der::TagNumber(3))?;
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

impl Validity {
    fn read(reader: &mut SliceReader<'_>) -> Result<Self, der::Error> {
        reader.sequence(|validity| {
            Ok(Self { not_before: read_time(validity)?, not_after: read_time(validity)? })
        })
    }

    /// Whether the instant lies within; the last second counts whole.
    pub(crate) fn contains(&self, now: Timestamp) -> bool {
        let end = self.not_after + crate::time::Duration::from_millis(999);
        self.not_before <= now && now <= end
    }
}

/// Both forms of time as RFC 5280 §4.1.2.5 restricts them, from 1970 on.
fn read_time(reader: &mut SliceReader<'_>) -> Result<Timestamp, der::Error> {
    let time = match Tag::peek(reader)? {
        Tag::UtcTime => reader.decode::<UtcTime>()?.to_unix_duration(),
        _ => reader.decode::<GeneralizedTime>()?.to_unix_duration(),
    };
    Ok(Timestamp::from_unix_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
}

/// `Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension`
fn read_extensions(sequence: &SequenceRef) -> Result<Vec<Extension<'_>>, CertificateError> {
    let error = CertificateError::der("certificate extensions");
    let mut reader = SliceReader::new(sequence.as_bytes()).map_err(&error)?;
    let mut extensions = Vec::new();
    while !reader.is_finished() {
        if extensions.len() == CERTIFICATE_EXTENSIONS_MAX {
            return Err(CertificateError::TooManyExtensions);
        }
        let extension = Extension::read(&mut reader).map_err(&error)?;
        if extensions.iter().any(|earlier: &Extension<'_>| earlier.oid == extension.oid) {
            return Err(CertificateError::DuplicateExtension);
        }
        extensions.push(extension);
    }
    Ok(extensions)
}

impl<'a> Extension<'a> {
    fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        reader.sequence(|extension| {
            let oid = oid::read(extension)?;
            // An explicit FALSE is not DER, but occurs, and has no other meaning.
            let critical = extension.decode::<Option<bool>>()?.unwrap_or(false);
            let value = content(extension, Tag::OctetString)?;
            Ok(Self { oid, critical, value })
        })
    }
}
