//! Revocation: what a search asks, and what a host answers.

use super::certificate::Certificate;
use crate::time::Timestamp;

/// Knows which certificates are revoked. The host downloads the lists: this crate never does.
///
/// [`CrlRevocation`](super::CrlRevocation) answers from CRLs. If you have another source, implement this trait:
///
/// ```
/// use relying_party::x509::{RevocationCheck, RevocationSubject};
/// /// The serial numbers in the status list that Google publishes for attestation keys.
/// struct StatusList(std::collections::HashSet<Vec<u8>>);
/// impl RevocationCheck for StatusList {
///     fn is_revoked(&self, subject: &RevocationSubject<'_>) -> bool {
///         self.0.contains(subject.certificate.serial_number())
///     }
/// }
/// ```
pub trait RevocationCheck: Send + Sync {
    /// Returns whether the certificate is revoked, or must be treated as revoked because its status is unknown.
    ///
    /// Called for every certificate of a path except the anchor, once all of their signatures have been verified.
    fn is_revoked(&self, subject: &RevocationSubject<'_>) -> bool;
}

/// A certificate whose revocation status is needed. [`RevocationCheck`] has an example.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RevocationSubject<'a> {
    /// The certificate.
    pub certificate: &'a Certificate<'a>,
    /// The `SubjectPublicKeyInfo` of the key that signed it, in DER. It distinguishes CAs with the same name. `None`
    /// for a certificate that is an anchor itself, whose issuer is unknown.
    pub issuer_key: Option<&'a [u8]>,
    /// The time of verification.
    pub now: Timestamp,
}
