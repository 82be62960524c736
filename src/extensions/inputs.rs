//! Client extension inputs (§9.3), as the options contain them.

mod authentication;
mod registration;

pub use self::{authentication::AuthenticationInputs, registration::RegistrationInputs};
