//! A demand on the model of an authenticator, beyond its AAGUID.

use alloc::string::String;

use super::AttestationSubject;
use crate::{cose::Algorithm, passkey::AttestationType};

/// An attestation whose model a [`ModelCheck`] decides on. Its statement is valid and leads to an anchor, and the model
/// is proved: the AAGUID is [attested](crate::AaguidAssurance), or the authenticator is a U2F key, whose model is that
/// of its attestation certificate. [`ModelCheck`] has an example.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ModelSubject<'a> {
    /// The attestation.
    pub attestation: AttestationSubject<'a>,
    /// How the authenticator attested (§6.5.4).
    pub kind: AttestationType,
    /// The algorithm of the new passkey.
    pub algorithm: Algorithm,
}

/// Decides whether passkeys of a model may be created. [`mds::Requirement`](crate::mds::Requirement) is one, with an
/// example; write your own for a list of models that you keep yourself.
///
/// ```
/// use std::sync::Arc;
/// use relying_party::{AttestationPolicy, ModelCheck, ModelSubject};
///
/// /// Accepts only passkeys that sign with the best algorithm of our keys.
/// struct BestAlgorithm;
///
/// impl ModelCheck for BestAlgorithm {
///     fn check(&self, subject: &ModelSubject<'_>) -> Result<(), String> {
///         match subject.algorithm {
///             relying_party::Algorithm::EdDSA => Ok(()),
///             other => Err(format!("our keys sign with EdDSA, not with {other}")),
///         }
///     }
/// }
///
/// let policy = AttestationPolicy::trusted().require_model(Arc::new(BestAlgorithm));
/// ```
pub trait ModelCheck: Send + Sync {
    /// Checks the model at the time of [`AttestationSubject::now`].
    ///
    /// # Errors
    ///
    /// Why the model is not accepted, for the log: it becomes [`TrustError::Model`](crate::TrustError::Model).
    fn check(&self, subject: &ModelSubject<'_>) -> Result<(), String>;
}
