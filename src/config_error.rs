//! What can be wrong with a configuration, reported all at once.

use alloc::vec::Vec;
use core::fmt;

use crate::{
    cose::Algorithm,
    decoys::InvalidDecoys,
    extensions::InvalidExtensions,
    policy::{InvalidRpId, PolicyError},
};

/// One thing that is wrong with a relying party or its [settings](crate::Settings).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The RP ID is none.
    #[error(transparent)]
    RpId(#[from] InvalidRpId),
    /// An origin cannot be accepted.
    #[error(transparent)]
    Origin(#[from] PolicyError),
    /// The name is empty, which browsers refuse.
    #[error("the relying party has no name")]
    NoName,
    /// No algorithm is offered.
    #[error("no algorithm is offered; ES256 is what every authenticator has")]
    NoAlgorithm,
    /// An algorithm is offered that no credential may have: RS1, or one that this crate does not know.
    #[error("algorithm {0} is offered, but no credential may have it")]
    NotForCredentials(Algorithm),
    /// An algorithm is offered that cannot be verified.
    #[error("algorithm {0} is offered, but the signature verifier does not support it")]
    UnsupportedAlgorithm(Algorithm),
    /// An algorithm is offered twice.
    #[error("algorithm {0} is offered twice")]
    AlgorithmTwice(Algorithm),
    /// Nobody may have a passkey.
    #[error("at most 0 passkeys per user: nobody could create one")]
    NoPasskeys,
    /// The extension inputs are ones that a client would refuse.
    #[error(transparent)]
    Extensions(#[from] InvalidExtensions),
    /// Decoys cannot be made so.
    #[error(transparent)]
    Decoys(#[from] InvalidDecoys),
    /// A ceremony would have expired when it begins.
    #[error("a ceremony lifetime of 0 milliseconds: none could finish")]
    NoTime,
    /// A verification would be too old when it is made.
    #[error("a re-verification age of 0 milliseconds: every verification would be too old")]
    NoReverificationTime,
    /// Attestation has to be trusted, but the browser is told that none is wanted and will remove it.
    #[error("attestation has to be trusted, but the attestation that is wanted is \"none\"")]
    AttestationNotWanted,
}

/// All that is wrong with a configuration, at least one thing. `Display` gives one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// These, of which there is at least one.
    pub(crate) fn new(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }

    /// The errors.
    pub fn iter(&self) -> core::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = core::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for ConfigErrors {}
