//! `webauthn-rs-core`, called as `webauthn-rs` calls it.

use std::{error::Error, time::Duration};

use serde_json::{from_str, to_string};
use url::Url;
use webauthn_rs_core::{WebauthnCore, proto::UserVerificationPolicy};

use crate::browser;

pub(crate) fn register_and_sign_in() -> Result<(), Box<dyn Error>> {
    let origins = vec![Url::parse("https://example.com")?];
    let timeout = Duration::from_secs(300);
    let core = WebauthnCore::new_unsafe_experts_only(
        "Example",
        "example.com",
        origins,
        timeout,
        None,
        None,
    );

    let builder = core
        .new_challenge_register_builder(&[0x75; 16], "alice", "Alice")?
        .user_verification_policy(UserVerificationPolicy::Required);
    let (options, state) = core.generate_challenge_register(builder)?;
    let response = from_str(&browser(&to_string(&options)?)?)?;
    let credential = core.register_credential(&response, &state, None)?;

    let policy = Some(UserVerificationPolicy::Required);
    let builder = core.new_challenge_authenticate_builder(vec![credential], policy)?;
    let (options, state) = core.generate_challenge_authenticate(builder)?;
    let response = from_str(&browser(&to_string(&options)?)?)?;
    core.authenticate_credential(&response, &state)?;
    Ok(())
}
