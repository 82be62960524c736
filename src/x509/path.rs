//! Certification paths: found and verified in one go (RFC 5280 §6, RFC 4158), within a budget.

mod checks;
mod error;

use alloc::{borrow::Cow, vec, vec::Vec};

pub use self::error::PathError;
use super::{
    anchor::{OwnedCertificate, TrustAnchor},
    certificate::Certificate,
    issuer::Issuer,
};
use crate::{
    crypto::{SignatureError, SignatureVerifier},
    limits::{CERTIFICATES_MAX, INTERMEDIATES_MAX, PATH_SIGNATURES_MAX},
    time::Timestamp,
};

/// Knows which certificates are revoked. The host fetches what it takes; nothing is fetched here.
///
/// ```
/// use relying_party::x509::{Certificate, RevocationCheck};
/// /// The (issuer, serial number) pairs of the CRLs that the host has read.
/// struct Crls(std::collections::HashSet<(Vec<u8>, Vec<u8>)>);
/// impl RevocationCheck for Crls {
///     fn is_revoked(&self, certificate: &Certificate<'_>) -> bool {
///         let key = (certificate.issuer_bytes().to_vec(), certificate.serial_number().to_vec());
///         self.0.contains(&key)
///     }
/// }
/// ```
pub trait RevocationCheck: Send + Sync {
    /// Whether the certificate is revoked, or has to be taken for it because its status is not known.
    ///
    /// It is asked about every certificate of a path but the anchor, whose signatures are verified by then.
    fn is_revoked(&self, certificate: &Certificate<'_>) -> bool;
}

/// The search for a path from a certificate to an anchor.
///
/// What is asked of a path (RFC 5280 §6.1):
/// - each certificate is signed by the next, whose subject is its issuer, and the last by the anchor;
/// - each is valid at the time of judging, not revoked, and has no critical extension that is not understood;
/// - all but the first are CAs of version 3 that may sign certificates, allow a path of this length, and names like
///   those below them.
///
/// Or the certificate itself is an anchor. That an anchor also comes with the message neither helps nor hurts; other
/// roots that come with it are worth nothing. Policies are not processed: any is acceptable, and a certificate that
/// insists by a critical extension on more than that is refused.
#[derive(Clone, Copy)]
pub struct PathSearch<'p> {
    anchors: &'p [TrustAnchor],
    intermediates: &'p [OwnedCertificate],
    now: Timestamp,
    verifier: &'p dyn SignatureVerifier,
    revocation: Option<&'p dyn RevocationCheck>,
    sha1: bool,
}

/// A path that was verified.
#[derive(Clone, Debug)]
pub struct VerifiedPath<'p> {
    anchor: &'p TrustAnchor,
    intermediates: Vec<Certificate<'p>>,
}

impl<'p> VerifiedPath<'p> {
    /// The anchor that was reached.
    #[must_use]
    pub fn anchor(&self) -> &'p TrustAnchor {
        self.anchor
    }

    /// The CAs between, the issuer of the certificate first.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate<'p>] {
        &self.intermediates
    }
}

impl<'p> PathSearch<'p> {
    /// A search for one of these anchors, at this instant.
    #[must_use]
    pub fn new(
        anchors: &'p [TrustAnchor],
        now: Timestamp,
        verifier: &'p dyn SignatureVerifier,
    ) -> Self {
        Self { anchors, intermediates: &[], now, verifier, revocation: None, sha1: false }
    }

    /// Completes paths with these certificates.
    #[must_use]
    pub fn intermediates(mut self, certificates: &'p [OwnedCertificate]) -> Self {
        self.intermediates = certificates;
        self
    }

    /// Asks this whether certificates are revoked.
    #[must_use]
    pub fn revocation(mut self, check: &'p dyn RevocationCheck) -> Self {
        self.revocation = Some(check);
        self
    }

    /// Whether RSA signatures with SHA-1 will do.
    #[must_use]
    pub fn danger_sha1(mut self, accept: bool) -> Self {
        self.sha1 = accept;
        self
    }

    /// Reads the certificates that came with a message.
    ///
    /// # Errors
    ///
    /// One is not well-formed, or they are more than [`CERTIFICATES_MAX`].
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

    /// Finds a path for the first certificate; the others may be part of it, in any order.
    ///
    /// # Errors
    ///
    /// There is none. The reason is that of the first candidate that failed.
    pub fn find(&self, chain: &[Certificate<'p>]) -> Result<VerifiedPath<'p>, PathError> {
        let (leaf, others) = chain.split_first().ok_or(PathError::NoCertificate)?;
        checks::check_each(leaf, self.now)?;
        if let Some(anchor) = self.anchors.iter().find(|it| it.is(leaf)) {
            self.check_revocation(leaf)?;
            return Ok(VerifiedPath { anchor, intermediates: Vec::new() });
        }
        let mut walk = Walk { search: self, others, signatures: PATH_SIGNATURES_MAX };
        let mut path = vec![Cow::Borrowed(leaf)];
        let anchor = walk.extend(&mut path)?;
        Ok(VerifiedPath {
            anchor,
            intermediates: path.into_iter().skip(1).map(Cow::into_owned).collect(),
        })
    }

    fn check_revocation(&self, certificate: &Certificate<'_>) -> Result<(), PathError> {
        match self.revocation {
            Some(check) if check.is_revoked(certificate) => Err(PathError::Revoked),
            _ => Ok(()),
        }
    }
}

/// A certificate of a path: one that was sent, or one of the host's, which is read when its name is asked for.
type Link<'c, 'p> = Cow<'c, Certificate<'p>>;

/// One search on its way, depth first.
struct Walk<'c, 'p> {
    search: &'c PathSearch<'p>,
    others: &'c [Certificate<'p>],
    /// How many more signatures may be verified.
    signatures: usize,
}

impl<'c, 'p> Walk<'c, 'p> {
    /// Extends the path, the leaf first, until an anchor has signed its last certificate.
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

    /// The certificates that have the name of the issuer and are not part of the path.
    fn candidates(&self, last: &Certificate<'p>, path: &[Link<'c, 'p>]) -> Vec<Link<'c, 'p>> {
        let issuer = last.issuer_bytes();
        let sent = self.others.iter().filter(|it| it.subject_bytes() == issuer);
        let sent = sent.map(Cow::Borrowed);
        let known = self.search.intermediates.iter().filter(|it| it.subject_bytes() == issuer);
        let known = known.filter_map(|it| it.parse().ok()).map(Cow::Owned);
        // One entity signs once in a path (RFC 4158 §2.4.2): else cross-certificates make a loop.
        let is_new = |it: &Link<'_, '_>| {
            !path.iter().any(|earlier| {
                earlier.subject_bytes() == it.subject_bytes()
                    && earlier.public_key_bytes() == it.public_key_bytes()
            })
        };
        sent.chain(known).filter(is_new).collect()
    }

    /// Whether the candidate issued the path's last certificate, cheap questions first.
    fn check_issuer(
        &mut self,
        issuer: &Certificate<'p>,
        last: &Certificate<'p>,
        path: &[Link<'c, 'p>],
    ) -> Result<(), PathError> {
        checks::check_each(issuer, self.search.now)?;
        let issuer = Issuer::of(issuer);
        checks::check_ca(&issuer.rules, path)?;
        self.check_signature(&issuer, last)?;
        checks::check_names(issuer.name_constraints, path)
    }

    /// Whether the path leads to this anchor.
    fn end_at(
        &mut self,
        anchor: &'p TrustAnchor,
        last: &Certificate<'p>,
        path: &[Link<'c, 'p>],
    ) -> Result<(), PathError> {
        let issuer = anchor.issuer()?;
        checks::check_anchor(&issuer.rules, path)?;
        self.check_signature(&issuer, last)?;
        checks::check_names(issuer.name_constraints, path)?;
        path.iter().rev().try_for_each(|it| self.search.check_revocation(it))
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
