//! Registrations of the test authenticator, tampered with before and after signing, and checked by a simple judge.

use ciborium::Value as CborValue;
use relying_party::{
    AttestationPolicy, Passkey,
    ceremony::{RegistrationExpectation, verify_registration},
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::{Cbor, RegistrationParts, SignedRegistration, TestAttestation},
};
use sha2::{Digest as _, Sha256};

use super::{
    fixture::{NOW, ORIGIN, RP_ID, fixture},
    judge::{Sent, check_authenticator_data, check_signature},
    source::Source,
    tamper,
};

/// The JSON of a registration, tampered with as the input says; honest once the input has ended.
pub(super) fn tampered(source: &mut Source<'_>, mut parts: RegistrationParts) -> Option<String> {
    for _ in 0..source.below(4) {
        match source.below(8) {
            0 => tamper::client_data(source, &mut parts.client_data),
            1 => tamper::authenticator_data(source, &mut parts.authenticator_data),
            2 => tamper::outer(source, &mut parts.outer),
            3 => parts.attestation = TestAttestation::PackedSelf,
            4 => parts.fmt = Some(source.text()),
            5 => parts.statement = Some(Cbor::Raw(source.bytes().to_vec())),
            6 => parts.transports = source.flag().then(|| vec![source.text(), source.text()]),
            _ => parts.key = fixture().assertion.key.clone(),
        }
    }
    let mut signed = parts.sign().ok()?;
    for _ in 0..source.below(3) {
        corrupt(source, &mut signed);
    }
    Some(signed.to_json().ok()?.to_string())
}

fn corrupt(source: &mut Source<'_>, signed: &mut SignedRegistration) {
    match source.below(6) {
        0 => tamper::bytes(source, &mut signed.client_data_json),
        1 => tamper::bytes(source, &mut signed.authenticator_data),
        2 => signed.attestation_object = Some(source.bytes().to_vec()),
        3 => tamper::outer(source, &mut signed.outer),
        4 => signed.fmt = source.text(),
        _ => signed.statement = Cbor::Raw(source.bytes().to_vec()),
    }
}

/// Accepted ⇒ the judge finds nothing wrong; untampered ⇒ accepted.
pub(super) fn verify(data: &[u8]) {
    let fixture = fixture();
    let mut source = Source::new(data);
    let attestation =
        if source.flag() { AttestationPolicy::statement() } else { AttestationPolicy::ignore() };
    let honest = source.is_empty();
    let Some(json) = tampered(&mut source, fixture.registration.clone()) else { return };
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    let expected = RegistrationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: fixture.creation.challenge().as_bytes(),
        user_verification: UserVerification::Required,
        algorithms: fixture.rp.algorithms(),
        conditional: false,
        attestation: &attestation,
        now: NOW,
        extensions: &RequestedExtensions::default(),
        verifier: &RustCrypto,
    };
    let Ok(response) = RegistrationResponse::parse(json.as_bytes()) else {
        assert!(!honest);
        return;
    };
    match verify_registration(&response, &expected) {
        Err(error) => {
            assert!(!honest, "an honest registration is refused: {error}");
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
        }
        Ok(verified) => {
            let name = "a name".parse().unwrap();
            let passkey = verified.into_passkey(&rp_id, fixture.passkey.user, name, NOW);
            judge(&passkey, json.as_bytes(), expected.challenge);
        }
    }
}

/// What must be true of a registration that became a passkey.
pub(super) fn judge(passkey: &Passkey, response: &[u8], challenge: &[u8]) {
    let sent = Sent::check(response, "webauthn.create", challenge);
    let object = sent.bytes("/response/attestationObject");
    let object = ciborium::from_reader::<CborValue, _>(&object[..]).unwrap().into_map().unwrap();
    let entry =
        |key: &str| &object.iter().find(|(found, _)| found.as_text() == Some(key)).unwrap().1;
    let data = entry("authData").as_bytes().unwrap();
    check_authenticator_data(data);
    assert!(data[32] & 0x40 != 0, "no attested credential data");
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    let (id, rest) = data[55..].split_at(length);
    assert!((1..=1023).contains(&length));
    assert_eq!(id, passkey.credential_id.as_bytes());
    assert_eq!(id, sent.bytes("/rawId"));
    let key = &passkey.public_key;
    assert!(rest.starts_with(key.as_bytes()));
    assert!(fixture().rp.algorithms().contains(&key.algorithm()));
    match entry("fmt").as_text().unwrap() {
        "none" => assert_eq!(*entry("attStmt"), CborValue::Map(vec![])),
        "packed" if passkey.attestation.kind.is_some() => {
            let statement = entry("attStmt").as_map().unwrap();
            let (_, signature) =
                statement.iter().find(|(key, _)| key.as_text() == Some("sig")).unwrap();
            let message = [&data[..], &Sha256::digest(&sent.client_data_json)].concat();
            if key.algorithm() == relying_party::Algorithm::ES256 {
                check_signature(key.as_bytes(), &message, signature.as_bytes().unwrap());
            }
        }
        _ => assert_eq!(passkey.attestation.kind, None, "a statement that was not judged"),
    }
}
