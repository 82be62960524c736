//! `webauthn_rp`, called as its README shows.

use std::error::Error;

use serde_json::{from_str, to_string};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication64, DiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, Registration,
    bin::{Decode as _, Encode as _},
    request::{
        AsciiDomain, RpId,
        auth::AuthenticationVerificationOptions,
        register::{RegistrationVerificationOptions, UserHandle64},
    },
    response::register::{CompressedPubKey, StaticState},
};

use crate::browser;

/// A key as a store keeps it.
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

pub(crate) fn register_and_sign_in() -> Result<(), Box<dyn Error>> {
    let rp_id = RpId::Domain(AsciiDomain::try_from("example.com".to_owned())?);
    let user = UserHandle64::new();

    let options =
        PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(&rp_id, &user);
    let (state, options) = options.start_ceremony()?;
    let response: Registration = from_str(&browser(&to_string(&options)?)?)?;
    let expected = RegistrationVerificationOptions::<&str, &str>::default();
    let registered = state.verify(&rp_id, &response, &expected)?;

    let options = DiscoverableCredentialRequestOptions::passkey(&rp_id);
    let (state, options) = options.start_ceremony()?;
    let response: DiscoverableAuthentication64 = from_str(&browser(&to_string(&options)?)?)?;
    // The key is decompressed only for the sign-in, as it would be when it comes from a store.
    let static_state = StaticState::<PublicKey>::decode(&registered.static_state().encode()?)?;
    let id = response.raw_id();
    let mut credential =
        AuthenticatedCredential::new(id, &user, static_state, registered.dynamic_state())?;
    let expected = AuthenticationVerificationOptions::<&str, &str>::default();
    state.verify(&rp_id, &response, &mut credential, &expected)?;
    Ok(())
}
