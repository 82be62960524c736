//! Certification paths, found and verified in one pass (RFC 5280 §6, RFC 4158), at a limited cost.

mod checks;
pub(super) mod error;

use alloc::{borrow::Cow, vec, vec::Vec};

pub(crate) use self::checks::JudgedDates;
pub use self::error::PathError;
use super::{
    anchor::{OwnedCertificate, TrustAnchor},
    certificate::Certificate,
    issuer::Issuer,
    key_purpose::KeyPurpose,
    name_match::Comparisons,
    revocation::{RevocationCheck, RevocationSubject},
};
use crate::{
    crypto::{SignatureError, SignatureVerifier},
    limits::{CERTIFICATES_MAX, INTERMEDIATES_MAX, PATH_CANDIDATES_MAX, PATH_SIGNATURES_MAX},
    time::Timestamp,
};

/// The search for a path from a certificate to an anchor.
///
/// The requirements on a path (RFC 5280 §6.1):
/// - each certificate is signed by the next, whose subject is its issuer, and the last by the anchor;
/// - an extended key usage of the first allows the [purpose](Self::purpose), and its key usage allows signatures;
/// - each is valid at the time of verification, is not revoked, and has no unknown critical extension;
/// - all but the first are CAs of version 3 that may sign certificates, and allow a path of this length and the names
///   below them.
///
/// Alternatively, the certificate itself is an anchor. It makes no difference whether a message contains its anchor.
/// Other roots in a message have no effect. Policies are not processed: any policy is acceptable, and a certificate
/// with a critical extension that requires more is rejected.
///
/// ```
/// use relying_party::{Timestamp, crypto::RustCrypto};
/// use relying_party::x509::{PathError, PathSearch, TrustAnchor};
///
/// /// Checks certificates in DER, of which the first must lead to an anchor.
/// fn check(sent: &[&[u8]], anchors: &[TrustAnchor], now: Timestamp) -> Result<(), PathError> {
///     let chain = PathSearch::read_chain(sent.iter().copied())?;
///     let path = PathSearch::new(anchors, now, &RustCrypto).find(&chain)?;
///     println!("vouched for by {}", path.anchor().key_hash());
///     Ok(())
/// }
/// assert_eq!(check(&[], &[], Timestamp::from_unix_millis(0)), Err(PathError::NoCertificate));
/// ```
#[derive(Clone, Copy)]
pub struct PathSearch<'p> {
    anchors: &'p [TrustAnchor],
    intermediates: &'p [OwnedCertificate],
    now: Timestamp,
    verifier: &'p dyn SignatureVerifier,
    revocation: Option<&'p dyn RevocationCheck>,
    sha1: bool,
    purpose: KeyPurpose,
    leaf_dates: JudgedDates,
    ca_dates: JudgedDates,
}

/// A verified path. [`PathSearch`] has an example.
#[derive(Clone, Debug)]
pub struct VerifiedPath<'p> {
    anchor: &'p TrustAnchor,
    intermediates: Vec<Certificate<'p>>,
}

impl<'p> VerifiedPath<'p> {
    /// Returns the anchor that was reached.
    #[must_use]
    pub fn anchor(&self) -> &'p TrustAnchor {
        self.anchor
    }

    /// Returns the CAs in between, starting with the issuer of the certificate.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate<'p>] {
        &self.intermediates
    }
}

impl<'p> PathSearch<'p> {
    /// Creates a search for one of these anchors, at this time.
    #[must_use]
    pub fn new(
        anchors: &'p [TrustAnchor],
        now: Timestamp,
        verifier: &'p dyn SignatureVerifier,
    ) -> Self {
        Self {
            anchors,
            intermediates: &[],
            now,
            verifier,
            revocation: None,
            sha1: false,
            purpose: KeyPurpose::default(),
            leaf_dates: JudgedDates::Both,
            ca_dates: JudgedDates::Both,
        }
    }

    /// Completes paths with these certificates.
    #[must_use]
    pub fn intermediates(mut self, certificates: &'p [OwnedCertificate]) -> Self {
        self.intermediates = certificates;
        self
    }

    /// Uses `check` to find out whether certificates are revoked.
    #[must_use]
    pub fn revocation(mut self, check: &'p dyn RevocationCheck) -> Self {
        self.revocation = Some(check);
        self
    }

    /// Sets what the key of the first certificate signs. The default is [`KeyPurpose::Attestation`].
    #[must_use]
    pub fn purpose(mut self, purpose: KeyPurpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Sets whether RSA signatures with SHA-1 are accepted.
    #[must_use]
    pub fn danger_sha1(mut self, accept: bool) -> Self {
        self.sha1 = accept;
        self
    }

    /// Sets which dates of the first certificate and of the CAs above it are checked. The default is both dates of
    /// each.
    pub(crate) fn dates(mut self, leaf: JudgedDates, cas: JudgedDates) -> Self {
        (self.leaf_dates, self.ca_dates) = (leaf, cas);
        self
    }

    /// Parses the certificates in a message.
    ///
    /// # Errors
    ///
    /// If one is not well-formed, or there are more than [`CERTIFICATES_MAX`].
    pub fn read_chain<'c>(
        certificates: impl IntoIterator<Item = &'c [u8]>,
    ) -> Result<Vec<Certificate<'c>>, PathError> {
        let mut chain = Vec::new();
        for der in certificates {
            if chain.len() == CERTIFICATES_MAX {
                return Err(PathError::TooManyCertificates);
            }
            chain.push(Certificate::parse(der)?);
        }
        Ok(chain)
    }

    /// Finds a path for the first certificate. The others may be part of it, in any order.
    ///
    /// # Errors
    ///
    /// If there is no path. The reason is that of the first candidate that failed.
    pub fn find(&self, chain: &[Certificate<'p>]) -> Result<VerifiedPath<'p>, PathError> {
        let (leaf, others) = chain.split_first().ok_or(PathError::NoCertificate)?;
        checks::check_each(leaf, self.leaf_dates, self.now)?;
        leaf.check_purpose(self.purpose)?;
        if let Some(anchor) = self.anchors.iter().find(|it| it.is(leaf)) {
            self.check_revocation(leaf, None)?;
            return Ok(VerifiedPath { anchor, intermediates: Vec::new() });
        }
        let mut walk = Walk {
            search: self,
            others,
            candidates: PATH_CANDIDATES_MAX,
            signatures: PATH_SIGNATURES_MAX,
            comparisons: Comparisons::of_one_search(),
        };
        let mut path = vec![Cow::Borrowed(leaf)];
        let anchor = walk.extend(&mut path)?;
        Ok(VerifiedPath {
            anchor,
            intermediates: path.into_iter().skip(1).map(Cow::into_owned).collect(),
        })
    }

    fn check_revocation(
        &self,
        certificate: &Certificate<'_>,
        issuer_key: Option<&[u8]>,
    ) -> Result<(), PathError> {
        let subject = RevocationSubject { certificate, issuer_key, now: self.now };
        match self.revocation {
            Some(check) if check.is_revoked(&subject) => Err(PathError::Revoked),
            _ => Ok(()),
        }
    }
}

/// A certificate of a path: from the message, or from the host. The latter are parsed when their name is needed.
type Link<'c, 'p> = Cow<'c, Certificate<'p>>;

/// A search in progress, depth first.
struct Walk<'c, 'p> {
    search: &'c PathSearch<'p>,
    others: &'c [Certificate<'p>],
    /// How many more issuer candidates may be examined.
    candidates: usize,
    /// How many more signatures may be verified.
    signatures: usize,
    /// How many more names may be compared.
    comparisons: Comparisons,
}

impl<'c, 'p> Walk<'c, 'p> {
    /// Extends the path, which starts with the leaf, until an anchor has signed its last certificate.
    fn extend(&mut self, path: &mut Vec<Link<'c, 'p>>) -> Result<&'p TrustAnchor, PathError> {
        let mut failure = PathError::UnknownIssuer;
        let Some(last) = path.last().cloned() else { return Err(PathError::NoCertificate) };

        for anchor in self.search.anchors.iter().filter(|it| it.issued_by_name(&last)) {
            match self.end_at(anchor, &last, path) {
                Ok(()) => return Ok(anchor),
                Err(PathError::Budget) => return Err(PathError::Budget),
                Err(error) => failure.keep(error),
            }
        }
        if path.len() > INTERMEDIATES_MAX {
            failure.keep(PathError::TooLong);
            return Err(failure);
        }
        for issuer in self.candidates(&last, path) {
            let tried = self.check_issuer(&issuer, &last, path).and_then(|()| {
                path.push(issuer);
                let found = self.extend(path);
                if found.is_err() {
                    path.pop();
                }
                found
            });
            match tried {
                Ok(anchor) => return Ok(anchor),
                Err(PathError::Budget) => return Err(PathError::Budget),
                Err(error) => failure.keep(error),
            }
        }
        Err(failure)
    }

    /// Returns the certificates that have the name of the issuer and are not part of the path.
    fn candidates(&self, last: &Certificate<'p>, path: &[Link<'c, 'p>]) -> Vec<Link<'c, 'p>> {
        let issuer = last.issuer_bytes();
        let sent = self.others.iter().filter(|it| it.subject_bytes() == issuer);
        let sent = sent.map(Cow::Borrowed);
        let known = self.search.intermediates.iter().filter(|it| it.subject_bytes() == issuer);
        let known = known.filter_map(|it| it.parse().ok()).map(Cow::Owned);
        // Each entity may only sign once in a path (RFC 4158 §2.4.2), otherwise cross-certificates form a loop.
        let is_new = |it: &Link<'_, '_>| {
            !path.iter().any(|earlier| {
                earlier.subject_bytes() == it.subject_bytes()
                    && earlier.public_key_bytes() == it.public_key_bytes()
            })
        };
        sent.chain(known).filter(is_new).collect()
    }

    /// Returns whether the candidate issued the path's last certificate, checking the cheap conditions first.
    fn check_issuer(
        &mut self,
        issuer: &Certificate<'p>,
        last: &Certificate<'p>,
        path: &[Link<'c, 'p>],
    ) -> Result<(), PathError> {
        self.look_at_candidate()?;
        checks::check_each(issuer, self.search.ca_dates, self.search.now)?;
        checks::check_critical_usage(issuer, self.search.purpose)?;
        let issuer = Issuer::of(issuer);
        checks::check_ca(&issuer.rules, path)?;
        self.check_signature(&issuer, last)
    }

    /// Returns whether the path leads to this anchor. Names and revocation are only checked here, once all signatures
    /// have been verified.
    fn end_at(
        &mut self,
        anchor: &'p TrustAnchor,
        last: &Certificate<'p>,
        path: &[Link<'c, 'p>],
    ) -> Result<(), PathError> {
        self.look_at_candidate()?;
        let issuer = anchor.issuer()?;
        checks::check_anchor(&issuer.rules, path)?;
        self.check_signature(&issuer, last)?;
        checks::check_names(path, &issuer, &mut self.comparisons)?;
        let mut issuer_key = issuer.key.as_bytes();
        for certificate in path.iter().rev() {
            self.search.check_revocation(certificate, Some(issuer_key))?;
            issuer_key = certificate.public_key_bytes();
        }
        Ok(())
    }

    fn look_at_candidate(&mut self) -> Result<(), PathError> {
        self.candidates = self.candidates.checked_sub(1).ok_or(PathError::Budget)?;
        Ok(())
    }

    fn check_signature(
        &mut self,
        issuer: &Issuer<'_>,
        signed: &Certificate<'_>,
    ) -> Result<(), PathError> {
        checks::check_algorithm(signed, self.search.sha1)?;
        self.signatures = self.signatures.checked_sub(1).ok_or(PathError::Budget)?;
        signed.verify_signed_by(&issuer.key, self.search.verifier).map_err(|error| match error {
            SignatureError::Invalid => PathError::Signature,
            SignatureError::UnsupportedAlgorithm => PathError::UnsupportedAlgorithm,
        })
    }
}
