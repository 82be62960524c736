//! Why the confirmation of a payment is rejected.

use crate::{
    ceremony::CeremonyError,
    cose::{InvalidKey, InvalidPublicKey},
    malformed::Malformed,
};

/// The first rule that the confirmation of a payment broke. The messages are for developers, and contain nothing of
/// what the user was shown. [The module](super) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaymentError {
    /// A step of §7.2 failed.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The user was shown something else than expected.
    #[error("payment.{member} of the client data is not what was expected")]
    Details {
        /// The member of `payment` in the client data, such as `total.value`.
        member: &'static str,
    },
    /// The client data have a browser-bound key, and the outputs of the extension `payment` have no signature of it.
    #[error("the signature of the browser-bound key is missing")]
    BrowserBoundSignatureMissing,
    /// The outputs of the extension `payment` have a signature, and the client data have no browser-bound key.
    #[error("the browser-bound key of a signature is missing")]
    BrowserBoundKeyMissing,
    /// The signature of the browser-bound key does not verify.
    #[error("the signature of the browser-bound key is invalid")]
    BrowserBoundSignature,
}

impl PaymentError {
    /// Returns a stable word for machines: `payment_details`, `browser_bound_key`, or the
    /// [code](CeremonyError::code) of the step that failed.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ceremony(error) => error.code(),
            Self::Details { .. } => "payment_details",
            Self::BrowserBoundSignatureMissing
            | Self::BrowserBoundKeyMissing
            | Self::BrowserBoundSignature => "browser_bound_key",
        }
    }
}

impl From<Malformed> for PaymentError {
    fn from(error: Malformed) -> Self {
        Self::Ceremony(error.into())
    }
}

impl From<InvalidKey> for PaymentError {
    fn from(error: InvalidKey) -> Self {
        Self::Ceremony(error.into())
    }
}

impl From<InvalidPublicKey> for PaymentError {
    fn from(error: InvalidPublicKey) -> Self {
        match error {
            InvalidPublicKey::Malformed(error) => error.into(),
            InvalidPublicKey::Invalid(error) => error.into(),
        }
    }
}
