//! Certificate revocation lists (RFC 5280 §5).

mod check;
mod entry;
mod error;

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::ops::Range;

use der::{
    Reader as _, SliceReader, Tag, TagNumber,
    asn1::{ContextSpecific, SequenceRef},
};

use self::entry::Entry;
pub use self::{
    check::CrlRevocation,
    entry::{Revocation, RevocationReason},
    error::CrlError,
};
use super::{
    certificate::Certificate,
    error::CertificateError,
    extension_list::read_extensions,
    name::Name,
    oid,
    signature::{self, SignatureAlgorithm},
    span::{content, spanned},
    validity::read_time,
};
use crate::{
    crypto::{SignatureError, SignatureVerifier},
    limits::CRL_MAX,
    time::{Duration, Timestamp},
};

/// A certificate revocation list, borrowed from its DER (RFC 5280 §5.1).
///
/// ```text
/// CertificateList ::= SEQUENCE { tbsCertList TBSCertList, signatureAlgorithm AlgorithmIdentifier,
///                                signatureValue BIT STRING }
/// TBSCertList     ::= SEQUENCE { version INTEGER OPTIONAL, signature AlgorithmIdentifier, issuer Name,
///                                thisUpdate Time, nextUpdate Time OPTIONAL, revokedCertificates SEQUENCE OF SEQUENCE
///                                { userCertificate INTEGER, revocationDate Time, crlEntryExtensions OPTIONAL } OPTIONAL,
///                                crlExtensions [0] EXPLICIT Extensions OPTIONAL }
/// ```
///
/// It is complete and direct: it names all revoked certificates of its issuer. Delta CRLs, indirect CRLs, CRLs for some
/// certificates or some reasons (`issuingDistributionPoint`), and CRLs with critical extensions are rejected: without
/// Only complete and direct lists are supported, which name all revoked certificates of their issuer. Delta CRLs,
/// indirect CRLs, CRLs for some certificates or some reasons (`issuingDistributionPoint`), and CRLs with critical
/// extensions are rejected. Otherwise a missing serial number would not mean that a certificate is valid.
///
/// A parsed list cannot be used until [`verify`](Self::verify) has verified its signature.
///
/// ```
/// # extern crate alloc;
/// use alloc::sync::Arc;
/// use relying_party::{
///     AttestationPolicy,
///     crypto::RustCrypto,
///     x509::{Certificate, Crl, CrlError, CrlRevocation, TrustAnchor},
/// };
/// /// Trusts a vendor whose CRL, which the host has fetched, counts for a day longer than it says.
/// fn policy(vendor: TrustAnchor, crl: &[u8]) -> Result<AttestationPolicy, CrlError> {
///     let issuer = Certificate::parse(vendor.certificate().as_bytes())?;
///     let crl = Crl::parse(crl)?.verify(&issuer, &RustCrypto)?;
///     let check = CrlRevocation::new([crl]).grace(relying_party::Duration::from_secs(86_400));
///     Ok(AttestationPolicy::trusted().anchors([vendor.clone()]).revocation(Arc::new(check)))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Crl<'a> {
    signed: &'a [u8],
    issuer: Name<'a>,
    this_update: Timestamp,
    next_update: Timestamp,
    /// The content of `revokedCertificates`.
    entries: &'a [u8],
    signature_algorithm: Result<Option<SignatureAlgorithm>, CertificateError>,
    signature: &'a [u8],
}

impl<'a> Crl<'a> {
    /// Parses a list in DER of at most [`CRL_MAX`] bytes, without trailing bytes.
    ///
    /// # Errors
    ///
    /// [`CrlError`] says what is wrong with the list.
    pub fn parse(der: &'a [u8]) -> Result<Self, CrlError> {
        if der.len() > CRL_MAX {
            return Err(CrlError::TooLong);
        }
        let error = CertificateError::der("CRL");
        let mut reader = SliceReader::new(der).map_err(&error)?;
        let ((signed, tbs), algorithm, signature) = reader
            .sequence(|list| {
                Ok::<_, der::Error>((
                    spanned(list, |reader| reader.sequence(Tbs::read))?,
                    list.tlv_bytes()?,
                    signature::read_octets(list)?,
                ))
            })
            .map_err(&error)?;
        reader.finish().map_err(error)?;
        tbs.check()?;
        let list = Self {
            signed,
            issuer: tbs.issuer.bounded()?,
            this_update: tbs.this_update,
            next_update: tbs.next_update.ok_or(CrlError::NoNextUpdate)?,
            entries: tbs.entries,
            signature_algorithm: signature::agreed(tbs.signature_algorithm, algorithm),
            signature,
        };
        Entry::read_all(list.entries).try_for_each(|entry| entry.map(drop))?;
        Ok(list)
    }

    /// Returns the issuer's name in DER.
    #[must_use]
    pub fn issuer_bytes(&self) -> &'a [u8] {
        self.issuer.as_bytes()
    }

    /// Returns when the list was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// Returns the time by which the next list will be issued.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// Verifies that this CA issued the list, and returns its content.
    ///
    /// You vouch for the CA by passing it in. Pass an anchor, or an intermediate of a verified path.
    ///
    /// # Errors
    ///
    /// If the CA has another name, may not sign lists, or did not sign this one; or if the verifier does not support
    /// the algorithm. SHA-1 is never supported.
    pub fn verify(
        &self,
        issuer: &Certificate<'_>,
        verifier: &dyn SignatureVerifier,
    ) -> Result<VerifiedCrl, CrlError> {
        if issuer.subject_bytes() != self.issuer_bytes() {
            return Err(CrlError::OtherIssuer);
        }
        if issuer.key_usage()?.is_some_and(|usage| !usage.crl_sign) {
            return Err(CrlError::KeyUsage);
        }
        let algorithm = match self.signature_algorithm? {
            None | Some(SignatureAlgorithm::RsaSha1) => return Err(CrlError::UnsupportedAlgorithm),
            Some(algorithm) => algorithm,
        };
        let key = issuer.subject_public_key_info();
        algorithm.verify(key, self.signed, self.signature, verifier).map_err(
            |error| match error {
                SignatureError::Invalid => CrlError::Signature,
                SignatureError::UnsupportedAlgorithm => CrlError::UnsupportedAlgorithm,
            },
        )?;
        VerifiedCrl::new(self, key.as_bytes())
    }
}

/// The extensions of a list that change its meaning (RFC 5280 §5.2.4, §5.2.5).
const DELTA_CRL_INDICATOR: der::asn1::ObjectIdentifier = oid::oid("2.5.29.27");
const ISSUING_DISTRIBUTION_POINT: der::asn1::ObjectIdentifier = oid::oid("2.5.29.28");

/// The signed part, parsed but not yet checked.
struct Tbs<'a> {
    version: &'a [u8],
    signature_algorithm: &'a [u8],
    issuer: Name<'a>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    entries: &'a [u8],
    extensions: Option<&'a SequenceRef>,
}

impl<'a> Tbs<'a> {
    fn read(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let is_next = |reader: &SliceReader<'a>, tags: &[Tag]| {
            Tag::peek(reader).is_ok_and(|tag| tags.contains(&tag))
        };
        Ok(Self {
            version: if is_next(reader, &[Tag::Integer]) {
                content(reader, Tag::Integer)?
            } else {
                V1
            },
            signature_algorithm: reader.tlv_bytes()?,
            issuer: Name::read(reader)?,
            this_update: read_time(reader)?,
            next_update: if is_next(reader, &[Tag::UtcTime, Tag::GeneralizedTime]) {
                Some(read_time(reader)?)
            } else {
                None
            },
            entries: if is_next(reader, &[Tag::Sequence]) {
                content(reader, Tag::Sequence)?
            } else {
                &[]
            },
            extensions: ContextSpecific::<&'a SequenceRef>::decode_explicit(reader, TagNumber(0))?
                .map(|field| field.value),
        })
    }

    /// Checks version and extensions.
    fn check(&self) -> Result<(), CrlError> {
        let extensions = match (self.version, self.extensions) {
            (V1 | V2, None) => return Ok(()),
            (V2, Some(extensions)) => read_extensions(extensions)?,
            _ => return Err(CrlError::Version),
        };
        for extension in extensions {
            match extension.critical {
                _ if *extension.oid == DELTA_CRL_INDICATOR => return Err(CrlError::Delta),
                _ if *extension.oid == ISSUING_DISTRIBUTION_POINT => return Err(CrlError::Partial),
                true => return Err(CrlError::CriticalExtension),
                false => {}
            }
        }
        Ok(())
    }
}

const V1: &[u8] = &[0];
const V2: &[u8] = &[1];

/// A list that was signed by its issuer. Cheap to clone. [`Crl`] has an example.
#[derive(Clone, Debug)]
pub struct VerifiedCrl(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    issuer: Box<[u8]>,
    /// The `SubjectPublicKeyInfo` of the issuer.
    key: Box<[u8]>,
    this_update: Timestamp,
    next_update: Timestamp,
    /// All serial numbers, concatenated.
    serials: Vec<u8>,
    /// Where each of them is, and its revocation, sorted by serial number.
    revoked: Vec<(Range<usize>, Revocation)>,
}

impl VerifiedCrl {
    fn new(list: &Crl<'_>, key: &[u8]) -> Result<Self, CrlError> {
        let (mut serials, mut revoked) = (Vec::new(), Vec::new());
        for entry in Entry::read_all(list.entries) {
            let Entry { serial, revocation } = entry?;
            let start = serials.len();
            serials.extend_from_slice(serial);
            revoked.push((start..serials.len(), revocation));
        }
        revoked
            .sort_unstable_by(|(a, _), (b, _)| serials.get(a.clone()).cmp(&serials.get(b.clone())));
        Ok(Self(Arc::new(Kept {
            issuer: list.issuer_bytes().into(),
            key: key.into(),
            this_update: list.this_update,
            next_update: list.next_update,
            serials,
            revoked,
        })))
    }

    /// Returns the revocation of the certificate with this serial number, in the form of
    /// [`Certificate::serial_number`]. `None` if it is not revoked.
    #[must_use]
    pub fn find(&self, serial_number: &[u8]) -> Option<Revocation> {
        let Kept { serials, revoked, .. } = &*self.0;
        let serial = entry::shortest(serial_number);
        let found =
            revoked.binary_search_by(|(range, _)| serials.get(range.clone()).cmp(&Some(serial)));
        found.ok().and_then(|at| revoked.get(at)).map(|(_, revocation)| *revocation)
    }

    /// Returns the number of revoked certificates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.revoked.len()
    }

    /// Returns whether no certificate is revoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.revoked.is_empty()
    }

    /// Returns the issuer's name in DER.
    #[must_use]
    pub fn issuer_bytes(&self) -> &[u8] {
        &self.0.issuer
    }

    /// Returns when the list was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.0.this_update
    }

    /// Returns the time by which the next list will be issued.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.0.next_update
    }

    /// Returns whether the list has been issued at this time, and the next one is not overdue by more than `grace`.
    #[must_use]
    pub fn is_current(&self, now: Timestamp, grace: Duration) -> bool {
        // The last second is included completely, as in a certificate's validity.
        let last = self.0.next_update + grace + Duration::from_millis(999);
        self.0.this_update <= now && now <= last
    }

    /// Returns whether the issuer of this list issued the certificate: the name must be equal, and the key too if it is
    /// known.
    fn is_for(&self, certificate: &Certificate<'_>, issuer_key: Option<&[u8]>) -> bool {
        *self.0.issuer == *certificate.issuer_bytes()
            && issuer_key.is_none_or(|key| *self.0.key == *key)
    }
}
