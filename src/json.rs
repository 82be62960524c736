//! The JSON shapes of §5.1, §5.1.8 and §5.1.9: options out, responses in.

pub(crate) mod base64url;
mod enums;
pub(crate) mod object;
mod options;
pub(crate) mod plain;
mod response;
mod signal;
pub(crate) mod text;
mod transports;

pub(crate) use self::response::INLINE_ID;
pub use self::{
    enums::{
        AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, Transport,
        UnknownTransport, UserVerification,
    },
    options::{
        AuthenticatorSelection, CreationOptions, CredentialDescriptor, CredentialParameters,
        Mediation, RequestOptions, RpEntity, UserEntity,
    },
    response::{AuthenticationResponse, RegistrationResponse},
    signal::{AllAcceptedCredentials, CurrentUserDetails, UnknownCredential},
};
