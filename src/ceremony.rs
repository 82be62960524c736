//! The two ceremonies of §7 as pure functions: a response, what was expected of it, and the stored record go in;
//! a verified value that cannot be had otherwise comes out.
//!
//! The checks stand in the order of the specification, one readable step each, so that the first step that fails is
//! the error that is reported. The [flows](crate::flow) call them; call them yourself only if you keep ceremonies and
//! records in a way of your own.

mod authentication;
mod error;
mod record;
mod registration;
mod request;
mod steps;

pub(crate) use self::record::CeremonyStart;
pub use self::{
    authentication::{
        AuthenticationExpectation, CounterRule, CredentialRecord, VerifiedAuthentication,
        verify_authentication,
    },
    error::CeremonyError,
    record::{Ceremony, CeremonyKind},
    registration::{RegistrationExpectation, VerifiedRegistration, verify_registration},
    request::SignInRequest,
};
