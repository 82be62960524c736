//! From the bytes of a BLOB to metadata that the FIDO Alliance published.

use alloc::{string::ToString as _, vec::Vec};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{MdsError, Metadata, status::date};
use crate::{
    crypto::{SignatureError, SignatureVerifier},
    json::text::Text,
    jws::{InvalidJws, Jws},
    limits::MDS_BLOB_MAX,
    time::{Duration, Timestamp},
    x509::{OwnedCertificate, PathSearch, RevocationCheck, TrustAnchor},
};

/// What is asked of a metadata BLOB (FIDO Metadata Service §3.2).
///
/// ```
/// use relying_party::{Duration, Timestamp, crypto::RustCrypto, mds::{BlobVerification, Metadata, MdsError}};
/// # use relying_party::x509::TrustAnchor;
/// /// `anchors`: the root that the FIDO Alliance names, today GlobalSign's R3.
/// fn load(blob: &[u8], anchors: &[TrustAnchor], known: Option<u64>, now: Timestamp) -> Result<Metadata, MdsError> {
///     BlobVerification::new(anchors, now, &RustCrypto)
///         .not_before(known)
///         .grace(Duration::from_secs(7 * 24 * 60 * 60))
///         .verify(blob)
/// }
/// ```
#[derive(Clone, Copy)]
pub struct BlobVerification<'p> {
    search: PathSearch<'p>,
    now: Timestamp,
    verifier: &'p dyn SignatureVerifier,
    signer: Option<&'p str>,
    known: Option<u64>,
    grace: Duration,
}

/// Who signs the metadata of the FIDO Alliance.
const SIGNER: &str = "mds.fidoalliance.org";

/// `nextUpdate` is a day, and the BLOB is good to its end.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl<'p> BlobVerification<'p> {
    /// A verification with these anchors, at this instant.
    #[must_use]
    pub fn new(
        anchors: &'p [TrustAnchor],
        now: Timestamp,
        verifier: &'p dyn SignatureVerifier,
    ) -> Self {
        let search = PathSearch::new(anchors, now, verifier);
        Self {
            search,
            now,
            verifier,
            signer: Some(SIGNER),
            known: None,
            grace: Duration::from_secs(0),
        }
    }

    /// Completes the signer's path with these certificates.
    #[must_use]
    pub fn intermediates(mut self, certificates: &'p [OwnedCertificate]) -> Self {
        self.search = self.search.intermediates(certificates);
        self
    }

    /// Asks this whether the signer's certificate, or one above it, is revoked.
    #[must_use]
    pub fn revocation(mut self, check: &'p dyn RevocationCheck) -> Self {
        self.search = self.search.revocation(check);
        self
    }

    /// The host that the signer's certificate has to be for, which is `mds.fidoalliance.org` unless said.
    ///
    /// It matters: the root above it is one of the web, which has certified millions of others.
    #[must_use]
    pub fn signer(mut self, host: &'p str) -> Self {
        self.signer = Some(host);
        self
    }

    /// Accepts any signer whose path leads to an anchor. Right only if the anchors certify nobody but who publishes
    /// metadata.
    #[must_use]
    pub fn danger_any_signer(mut self) -> Self {
        self.signer = None;
        self
    }

    /// The [number](Metadata::number) of the metadata that the host has already: older ones are refused.
    #[must_use]
    pub fn not_before(mut self, known: Option<u64>) -> Self {
        self.known = known;
        self
    }

    /// How long after their last day metadata still are accepted; not at all unless said.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Verifies a BLOB: a JWS, signed by whom an anchor vouches for, not older than what is known, and not outdated.
    ///
    /// Nothing of its content is read before its signature was verified.
    ///
    /// # Errors
    ///
    /// The first check that fails.
    pub fn verify(&self, blob: &[u8]) -> Result<Metadata, MdsError> {
        if blob.len() > MDS_BLOB_MAX {
            return Err(MdsError::TooLong);
        }
        // Files end with a line break.
        let jws =
            Jws::parse(blob.trim_ascii()).map_err(|InvalidJws(reason)| MdsError::Jws(reason))?;
        self.check_signature(&jws)?;
        let payload: Payload<'_> =
            serde_json::from_slice(&jws.payload).map_err(|error| MdsError::payload(&error))?;
        self.check_number(payload.no)?;
        let next_update = date(&payload.next_update)
            .ok_or_else(|| MdsError::Payload("nextUpdate is no date".to_string()))?;
        if next_update + DAY + self.grace <= self.now {
            return Err(MdsError::Outdated { next_update });
        }
        Ok(Metadata::new(payload.no, next_update, &payload.entries))
    }

    fn check_signature(&self, jws: &Jws<'_>) -> Result<(), MdsError> {
        let chain = PathSearch::read_chain(jws.certificates.iter().map(Vec::as_slice))?;
        let Some(leaf) = chain.first() else { return Err(MdsError::Jws("x5c is empty")) };
        if let Some(host) = self.signer
            && !leaf.is_for_host(host)?
        {
            return Err(MdsError::Signer { expected: host.into() });
        }
        let key = leaf.public_key(jws.algorithm)?;
        self.verifier.verify(&key, jws.signing_input, &jws.signature).map_err(
            |error| match error {
                SignatureError::Invalid => MdsError::Signature,
                SignatureError::UnsupportedAlgorithm => {
                    MdsError::AlgorithmNotSupported(jws.algorithm)
                }
            },
        )?;
        self.search.find(&chain)?;
        Ok(())
    }

    fn check_number(&self, found: u64) -> Result<(), MdsError> {
        match self.known {
            Some(known) if found < known => Err(MdsError::RolledBack { known, found }),
            _ => Ok(()),
        }
    }
}

/// ```text
/// dictionary MetadataBLOBPayload {                        // FIDO Metadata Service §3.1.6
///     DOMString legalHeader;
///     required Number no;
///     required DOMString nextUpdate;
///     required MetadataBLOBPayloadEntry[] entries; };
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    no: u64,
    #[serde(borrow)]
    next_update: Text<'a>,
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}
