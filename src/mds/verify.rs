//! From the bytes of a BLOB to metadata published by the FIDO Alliance.

use alloc::{string::ToString as _, vec::Vec};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{MdsError, Metadata, status::date};
use crate::{
    crypto::{SignatureError, SignatureVerifier},
    jws::{InvalidJws, Jws},
    limits::MDS_BLOB_MAX,
    text::Text,
    time::{Duration, Timestamp},
    x509::{KeyPurpose, OwnedCertificate, PathSearch, RevocationCheck, TrustAnchor},
};

/// The requirements on a metadata BLOB (FIDO Metadata Service §3.2).
///
/// ```
/// use relying_party::{Duration, Timestamp, crypto::RustCrypto, mds::{BlobVerification, Metadata, MdsError}};
/// # use relying_party::x509::TrustAnchor;
/// /// `anchors`: the root that the FIDO Alliance names: GlobalSign Root R46 since 2026-08-21, R3 before.
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

/// The signer of the FIDO Alliance's metadata.
const SIGNER: &str = "mds.fidoalliance.org";

/// `nextUpdate` is a day, and the BLOB is valid until its end.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl<'p> BlobVerification<'p> {
    /// Creates a verification with these anchors, at this time.
    #[must_use]
    pub fn new(
        anchors: &'p [TrustAnchor],
        now: Timestamp,
        verifier: &'p dyn SignatureVerifier,
    ) -> Self {
        let search = PathSearch::new(anchors, now, verifier).purpose(KeyPurpose::TlsServer);
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

    /// Uses `check` to find out whether the signer's certificate, or one above it, is revoked. For CRLs, use
    /// [`CrlRevocation`](crate::x509::CrlRevocation).
    #[must_use]
    pub fn revocation(mut self, check: &'p dyn RevocationCheck) -> Self {
        self.search = self.search.revocation(check);
        self
    }

    /// Sets the host that the signer's certificate must be for. The default is `mds.fidoalliance.org`.
    ///
    /// This is important: the root above it is a root of the web, which has certified millions of other hosts.
    #[must_use]
    pub fn signer(mut self, host: &'p str) -> Self {
        self.signer = Some(host);
        self
    }

    /// Accepts any signer whose path leads to an anchor. Only safe if the anchors certify no one but the publisher of
    /// the metadata.
    #[must_use]
    pub fn danger_any_signer(mut self) -> Self {
        self.signer = None;
        self
    }

    /// Sets the [number](Metadata::number) of the metadata that you already have. Older ones are rejected.
    #[must_use]
    pub fn not_before(mut self, known: Option<u64>) -> Self {
        self.known = known;
        self
    }

    /// Sets how long metadata are accepted after their last day. By default they are not.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Verifies a BLOB: a JWS that is signed by a signer with a path to an anchor, is not older than the known one, and
    /// is not outdated.
    ///
    /// Its content is not read before the signature has been verified.
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
            .ok_or_else(|| MdsError::Payload("nextUpdate is not a date".to_string()))?;
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
