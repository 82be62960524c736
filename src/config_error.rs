//! Configuration errors, all reported together.

use crate::{
    cose::Algorithm,
    decoys::InvalidDecoys,
    error_list::error_list,
    extensions::InvalidExtensions,
    policy::{InvalidRpId, PolicyError},
};

/// A problem with a relying party or its [settings](crate::Settings).
/// [`RelyingParty`](crate::RelyingParty) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The RP ID is invalid.
    #[error(transparent)]
    RpId(#[from] InvalidRpId),
    /// An origin is not acceptable.
    #[error(transparent)]
    Origin(#[from] PolicyError),
    /// The name is empty. Browsers reject that.
    #[error("the relying party has no name")]
    NoName,
    /// No algorithm is offered.
    #[error("no algorithm is offered; every authenticator supports ES256")]
    NoAlgorithm,
    /// An offered algorithm cannot be used for credentials: RS1, or one that this crate does not know.
    #[error("algorithm {0} is offered, but cannot be used for credentials")]
    NotForCredentials(Algorithm),
    /// An offered algorithm is not supported by the signature verifier.
    #[error("algorithm {0} is offered, but the signature verifier does not support it")]
    UnsupportedAlgorithm(Algorithm),
    /// An algorithm is offered twice.
    #[error("algorithm {0} is offered twice")]
    AlgorithmTwice(Algorithm),
    /// The limit of passkeys per user is zero.
    #[error("a limit of 0 passkeys per user: no one could create a passkey")]
    NoPasskeys,
    /// A client would reject the extension inputs.
    #[error(transparent)]
    Extensions(#[from] InvalidExtensions),
    /// The configuration of decoys is invalid.
    #[error(transparent)]
    Decoys(#[from] InvalidDecoys),
    /// A ceremony would expire as soon as it begins.
    #[error("a ceremony lifetime of 0 milliseconds: no ceremony could finish")]
    NoTime,
    /// A ceremony for autofill would expire as soon as it begins.
    #[error("an autofill lifetime of 0 milliseconds: no sign-in from autofill could finish")]
    NoAutofillTime,
    /// A verification would be too old as soon as it is made.
    #[error("a re-verification age of 0 milliseconds: every verification would be too old")]
    NoReverificationTime,
    /// Attestation must be trusted, but browsers are asked for "none" and will remove it.
    #[error("attestation must be trusted, but the requested attestation is \"none\"")]
    AttestationNotWanted,
}

error_list! {
    /// All problems of a configuration, at least one. `Display` writes one line for each.
    /// [`RelyingParty`](crate::RelyingParty) has an example.
    ConfigErrors of ConfigError
}
