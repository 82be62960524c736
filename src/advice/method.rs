//! How a user signed in.

use crate::{
    bytes::PasskeyId,
    flow::SignedIn,
    json::{AuthenticatorAttachment, Transport},
    passkey::Passkey,
};

/// How a user signed in.
///
/// ```
/// use relying_party::advice::SignInMethod;
/// use relying_party::flow::SignedIn;
/// fn is_on_another_device(signed_in: &SignedIn) -> bool {
///     matches!(SignInMethod::of(signed_in), SignInMethod::PasskeyOfAnotherDevice(_))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignInMethod {
    /// Without a passkey: with a password, a code, another service.
    Other,
    /// With a passkey that is available here: on this device, or on a security key that the user carries.
    Passkey(PasskeyId),
    /// With a passkey on another device, such as a phone that scanned a QR code.
    PasskeyOfAnotherDevice(PasskeyId),
}

impl SignInMethod {
    /// Returns the method of a sign-in with a passkey.
    ///
    /// It is a passkey of another device if the browser says that the authenticator [is not part of this
    /// device](SignedIn::attachment), although the passkey is built into one: the authenticator can be reached
    /// internally or by hybrid transport, or, if it names no transports, was part of the device where the passkey was
    /// created. The browser's word is not signed.
    #[must_use]
    pub fn of(signed_in: &SignedIn) -> Self {
        Self::with(&signed_in.passkey, signed_in.attachment)
    }

    pub(super) fn with(passkey: &Passkey, attachment: Option<AuthenticatorAttachment>) -> Self {
        let is_built_in = if passkey.transports.is_empty() {
            passkey.attachment == Some(AuthenticatorAttachment::Platform)
        } else {
            let built_in = [Transport::Internal, Transport::Hybrid];
            passkey.transports.iter().any(|transport| built_in.contains(transport))
        };
        if is_built_in && attachment == Some(AuthenticatorAttachment::CrossPlatform) {
            Self::PasskeyOfAnotherDevice(passkey.id)
        } else {
            Self::Passkey(passkey.id)
        }
    }
}
