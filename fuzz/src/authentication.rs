//! Assertions of the test authenticator, tampered with before and after signing, and checked by a simple judge.

use relying_party::{
    Passkey,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CounterRule, CredentialRecord,
        verify_authentication,
    },
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::{AssertionParts, SignedAssertion},
};
use sha2::{Digest as _, Sha256};

use super::{
    codec,
    fixture::{ORIGIN, RP_ID, fixture},
    judge::{Sent, check_authenticator_data, check_signature},
    source::Source,
    tamper,
};

/// The JSON of an assertion, tampered with as the input says; honest once the input has ended.
pub(super) fn tampered(source: &mut Source<'_>, mut parts: AssertionParts) -> Option<String> {
    for _ in 0..source.below(4) {
        match source.below(5) {
            0 => tamper::client_data(source, &mut parts.client_data),
            1 => tamper::authenticator_data(source, &mut parts.authenticator_data),
            2 => tamper::outer(source, &mut parts.outer),
            3 => parts.user_handle = source.flag().then(|| source.bytes().to_vec()),
            _ => parts.key = fixture().registration.key.clone(),
        }
    }
    let mut signed = parts.sign().ok()?;
    for _ in 0..source.below(3) {
        corrupt(source, &mut signed);
    }
    Some(signed.to_json().ok()?.to_string())
}

fn corrupt(source: &mut Source<'_>, signed: &mut SignedAssertion) {
    match source.below(5) {
        0 => tamper::bytes(source, &mut signed.client_data_json),
        1 => tamper::bytes(source, &mut signed.authenticator_data),
        2 => tamper::bytes(source, &mut signed.signature),
        3 => tamper::outer(source, &mut signed.outer),
        _ => signed.user_handle = source.flag().then(|| source.bytes().to_vec()),
    }
}

/// Accepted ⇒ the judge finds nothing wrong; untampered ⇒ accepted.
pub(super) fn verify(data: &[u8]) {
    let fixture = fixture();
    let mut source = Source::new(data);
    let named = source.flag();
    let (parts, ceremony) = if named {
        (&fixture.assertion, &fixture.named)
    } else {
        (&fixture.open_assertion, &fixture.open)
    };
    let honest = source.is_empty();
    let Some(json) = tampered(&mut source, parts.clone()) else { return };
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    let allowed = [fixture.passkey.credential_id.clone()];
    let expected = AuthenticationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: ceremony.challenge().as_bytes(),
        user_verification: UserVerification::Required,
        allow_credentials: if named { &allowed } else { &[] },
        user: named.then(|| fixture.passkey.user.as_bytes()),
        counter_rule: CounterRule::Reject,
        backup_eligibility_rule: BackupEligibilityRule::Fixed,
        find_by_credential_id: false,
        extensions: &RequestedExtensions::default(),
        verifier: &RustCrypto,
    };
    let Ok(response) = AuthenticationResponse::parse(json.as_bytes()) else {
        assert!(!honest);
        return;
    };
    let record = CredentialRecord::from(&fixture.passkey);
    match verify_authentication(&response, &expected, &record) {
        Err(error) => {
            assert!(!honest, "an honest assertion is refused: {error}");
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
        }
        Ok(verified) => {
            judge(&fixture.passkey, json.as_bytes(), expected.challenge, named);
            assert!(verified.sign_count() > fixture.passkey.state.sign_count);
            assert_eq!(verified.state().sign_count, verified.sign_count());
        }
    }
}

/// What must be true of an assertion that was accepted for a passkey.
pub(super) fn judge(passkey: &Passkey, response: &[u8], challenge: &[u8], named: bool) {
    let sent = Sent::check(response, "webauthn.get", challenge);
    assert_eq!(sent.bytes("/rawId"), passkey.credential_id.as_bytes());
    let data = sent.bytes("/response/authenticatorData");
    check_authenticator_data(&data);
    assert!(passkey.state.backup_eligible.is_none_or(|stored| stored == (data[32] & 8 != 0)));
    let counter = u32::from_be_bytes(data[33..37].try_into().unwrap());
    let stored = passkey.state.sign_count;
    assert!(counter > stored || (counter, stored) == (0, 0), "the counter did not grow");
    match sent.json.pointer("/response/userHandle") {
        None | Some(serde_json::Value::Null) => assert!(named, "no user handle"),
        // An empty handle counts as absent.
        Some(handle) if handle == "" => assert!(named, "no user handle"),
        Some(handle) => {
            let handle = codec::decode(handle.as_str().unwrap()).unwrap();
            assert_eq!(handle, passkey.user.as_bytes());
        }
    }
    let message = [&data[..], &Sha256::digest(&sent.client_data_json)].concat();
    check_signature(passkey.public_key.as_bytes(), &message, &sent.bytes("/response/signature"));
}
