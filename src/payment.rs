//! Payments that a user confirms with a passkey: assertions of W3C *Secure Payment Confirmation* (SPC).
//!
//! A merchant's page calls `PaymentRequest` with the payment method `secure-payment-confirmation`. The browser shows
//! payee, amount and instrument to the user, and the passkey signs what was shown. [`verify_payment`] runs the steps of
//! §7.2 and compares what was signed with what you expect.
//!
//! A payment is no sign-in. The type of the client data differs, so the ceremonies and flows for a sign-in reject the
//! assertion of a payment, and [`verify_payment`] rejects that of a sign-in.
//!
//! # What you do
//!
//! - Create the passkey with the input `payment` of `{"isPayment": true}`, which
//!   [`RegistrationInputs::raw`](crate::extensions::RegistrationInputs::raw) passes to the browser.
//! - Make an [`OriginPolicy`](crate::policy::OriginPolicy) for the payment that accepts the origin of the page that
//!   calls `PaymentRequest`. That is often the merchant's. Do not use this policy for sign-ins.
//! - Draw a challenge for each payment, store it with what the user should be shown, and take it from the store before
//!   you verify the response. There is no [flow](crate::flow) for payments, so a challenge is accepted as often as you
//!   pass it.
//! - Verify the response, then store [`VerifiedPayment::state`] with the passkey.
//!
//! # Browser-bound keys
//!
//! A synced passkey does not prove that the user has a certain device. A browser may therefore add a key that never
//! leaves the device, the *browser-bound key*. Its public key is in the client data, so the passkey signs it, and it
//! signs the client data itself. You learn such a key at [registration](registered_key), or with the first payment in
//! another browser.
//!
//! # What is not checked
//!
//! - `iconMustBeShown` is an input. Chromium does not repeat it, so it is ignored in the client data.
//! - No attestation is defined for browser-bound keys. That such a key cannot leave its device is up to the browser.
//! - An icon that the browser could not show is signed as an empty URL, which is rejected unless you expect it.
//!
//! The specification has no JSON form for the output that contains the signature of a browser-bound key. It is read as
//! `payment.browserBoundSignature.signature` in base64url, as its dictionaries name the members.
//!
//! ```
//! use relying_party::{
//!     Challenge, Passkey,
//!     ceremony::{AuthenticationExpectation, BackupEligibilityRule, CounterRule},
//!     crypto::RustCrypto,
//!     extensions::RequestedExtensions,
//!     json::{AuthenticationResponse, UserVerification},
//!     payment::{
//!         BrowserBound, Instrument, Logo, PaymentDetails, PaymentError, PaymentExpectation, Total,
//!         VerifiedPayment, verify_payment,
//!     },
//!     policy::{OriginPolicy, RpId},
//! };
//!
//! fn confirm(
//!     posted: &[u8],
//!     challenge: &Challenge,
//!     passkey: &Passkey,
//! ) -> Result<VerifiedPayment, PaymentError> {
//!     let rp_id = RpId::new("bank.example").unwrap();
//!     let merchant = "https://shop.example";
//!     // The page of the merchant makes the call, with a passkey of the bank.
//!     let origins = OriginPolicy::builder(&rp_id).related_origin(merchant).build().unwrap();
//!     let expected = PaymentExpectation {
//!         authentication: AuthenticationExpectation {
//!             rp_id: &rp_id,
//!             origins: &origins,
//!             bound_origin: Some(merchant),
//!             check_token_binding: false,
//!             challenge: challenge.as_bytes(),
//!             user_verification: UserVerification::Required,
//!             allow_credentials: &[passkey.credential_id.clone()],
//!             user: Some(passkey.user.as_bytes()),
//!             counter_rule: CounterRule::Reject,
//!             backup_eligibility_rule: BackupEligibilityRule::Fixed,
//!             find_by_credential_id: false,
//!             extensions: &RequestedExtensions::default(),
//!             verifier: &RustCrypto,
//!         },
//!         details: PaymentDetails {
//!             top_origin: merchant,
//!             payee_name: None,
//!             payee_origin: Some(merchant),
//!             logos: &[Logo { url: "https://cards.example/logo.png", label: "Cards" }],
//!             total: Total { currency: "EUR", value: "12.50" },
//!             instrument: Instrument {
//!                 display_name: "Card ···· 1234",
//!                 icon: "https://bank.example/card.png",
//!                 details: None,
//!             },
//!         },
//!         browser_bound_keys: &[],
//!     };
//!     let response = AuthenticationResponse::parse(posted)?;
//!     let paid = verify_payment(&response, &expected, &passkey.into())?;
//!     if let BrowserBound::New(_key) = paid.browser_bound() {
//!         // Identify the user in another way, then store the key.
//!     }
//!     Ok(paid)
//! }
//! ```

mod browser_bound;
mod details;
mod error;

pub use self::{
    browser_bound::{BrowserBound, registered_key},
    details::{Instrument, Logo, PaymentDetails, Total},
    error::PaymentError,
};
use crate::{
    auth_data::Flags,
    base64url::Decoded,
    ceremony::{
        AuthenticationExpectation, CeremonyError, CredentialRecord, VerifiedAuthentication,
        verify_payment_steps,
    },
    cose::CosePublicKey,
    json::{AuthenticationResponse, UserVerification},
    limits::PAYMENT_CLIENT_DATA_MAX,
    passkey::PasskeyState,
};

/// The demands on the confirmation of a payment. [The module](self) has an example.
#[derive(Clone, Copy)]
pub struct PaymentExpectation<'a> {
    /// The demands that a sign-in has too, with two differences. `user_verification` is always treated as required, as
    /// SPC demands. `allow_credentials` must list the passkeys that were given to the merchant: if it is empty, no
    /// passkey is accepted.
    pub authentication: AuthenticationExpectation<'a>,
    /// What the user should have been shown.
    pub details: PaymentDetails<'a>,
    /// The browser-bound keys that you know and trust for this passkey.
    pub browser_bound_keys: &'a [CosePublicKey],
}

/// The confirmation of a payment that passed every step. [The module](self) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPayment {
    authentication: VerifiedAuthentication,
    browser_bound: BrowserBound,
}

impl VerifiedPayment {
    /// The flags of the authenticator data.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.authentication.flags()
    }

    /// The state to store with the passkey (§7.2 step 24), as after a sign-in.
    #[must_use]
    pub fn state(&self) -> PasskeyState {
        self.authentication.state()
    }

    /// Whether the browser proved that it has a key which does not leave its device.
    #[must_use]
    pub fn browser_bound(&self) -> &BrowserBound {
        &self.browser_bound
    }
}

/// Verifies the confirmation of a payment (SPC *Verifying an Authentication Assertion*): §7.2 steps 3 to 23 with the
/// client data type `payment.get`, then what the user was shown, then the signature of the browser-bound key, if there
/// is one.
///
/// Writes nothing. Take the challenge from your store before you call this, so that it counts once. [The module](self)
/// has an example.
///
/// # Errors
///
/// The first step that fails.
pub fn verify_payment(
    response: &AuthenticationResponse<'_>,
    expected: &PaymentExpectation<'_>,
    record: &CredentialRecord<'_>,
) -> Result<VerifiedPayment, PaymentError> {
    let steps = AuthenticationExpectation {
        user_verification: UserVerification::Required,
        ..expected.authentication
    };
    // For a sign-in an empty list accepts any passkey.
    if steps.allow_credentials.is_empty() {
        return Err(CeremonyError::CredentialNotAllowed.into());
    }
    let authentication = verify_payment_steps(response, &steps, record)?;

    let mut client_data_json = Decoded::<0>::new();
    let client_data_json =
        response.client_data_json(&mut client_data_json, PAYMENT_CLIENT_DATA_MAX)?;
    let signed = details::read(client_data_json)?;
    signed.check(steps.rp_id, &expected.details)?;

    let key = browser_bound::verified_key(
        signed.browser_bound_public_key(),
        response.client_extension_results(),
        client_data_json,
        steps.verifier,
    )?;
    let browser_bound = BrowserBound::of(key, expected.browser_bound_keys);
    Ok(VerifiedPayment { authentication, browser_bound })
}
