//! The user of an authenticator by other authors.

use async_trait::async_trait;
use passkey::{
    authenticator::{UiHint, UserCheck, UserValidationMethod},
    types::{Passkey, ctap2::Ctap2Error},
};

/// A user who is present and verified.
pub(crate) struct Present;

#[async_trait]
impl UserValidationMethod for Present {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _hint: UiHint<'a, Passkey>,
        _presence: bool,
        _verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence: true, verification: true })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}
