//! The JSON formats of §5.1, §5.1.8 and §5.1.9: options out, responses in.

mod enums;
mod options;
mod response;
mod signal;
mod transports;

pub use self::{
    enums::{
        AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, Transport,
        UnknownTransport, UserVerification,
    },
    options::{
        AuthenticatorSelection, CreationOptions, CredentialDescriptor, CredentialParameters,
        Mediation, RequestOptions, RpEntity, UiMode, UserEntity,
    },
    response::{AuthenticationResponse, RegistrationResponse},
    signal::{AllAcceptedCredentials, CurrentUserDetails, UnknownCredential},
};
pub(crate) use self::{
    enums::{named_enum, string_enum},
    response::INLINE_ID,
};
