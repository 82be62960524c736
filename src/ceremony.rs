//! The two ceremonies of §7 as pure functions. They take a response, what was expected of it, and the stored record,
//! and return a verified value that cannot be created in any other way.
//!
//! The checks are in the order of the specification, one readable step each, and the first step that fails is the error
//! that is reported. The [flows](crate::flow) call these functions. Call them yourself only if you keep ceremonies and
//! records in your own way. To see the verdict of every step, [explain](explain_authentication) a response.

mod authentication;
mod choices;
mod error;
mod explain;
mod judge;
mod new_user;
mod record;
mod registration;
mod request;
mod rules;
mod steps;

#[cfg(feature = "payment")]
pub(crate) use self::authentication::verify_payment_steps;
pub(crate) use self::record::CeremonyStart;
pub use self::{
    authentication::{
        AuthenticationExpectation, CredentialRecord, VerifiedAuthentication, verify_authentication,
    },
    choices::{BackupEligibilityRule, CounterRule},
    error::CeremonyError,
    explain::{Explanation, StepVerdict, Verdict, explain_authentication, explain_registration},
    new_user::{InvalidUserName, NewUser},
    record::{Ceremony, CeremonyKind, StoredCeremony},
    registration::{RegistrationExpectation, VerifiedRegistration, verify_registration},
    request::{Identifier, SignInRequest},
};
