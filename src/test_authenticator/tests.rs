//! Other libraries check that what the test authenticator creates is well-formed.

use alloc::{borrow::ToOwned, collections::BTreeSet, string::String, vec, vec::Vec};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use coset::{CborSerializable as _, CoseKey, RegisteredLabelWithPrivate, iana::EnumI64 as _};
use p256::pkcs8::DecodePublicKey as _;
use rsa::signature::Verifier as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::*;
use crate::Aaguid;

mod tampering;

const ORIGIN: &str = "https://login.example.com";
const RP_ID: &str = "example.com";

fn creation_options(algorithms: &[TestAlgorithm]) -> Value {
    let parameters: Vec<_> = algorithms
        .iter()
        .map(|algorithm| json!({"type": "public-key", "alg": algorithm.id()}))
        .collect();
    json!({
        "rp": {"id": RP_ID, "name": RP_ID},
        "user": {"id": "YWxpY2U", "name": "alice", "displayName": "Alice"},
        "challenge": "AAECAwQFBgcICQoLDA0ODw",
        "pubKeyCredParams": parameters,
    })
}

fn request_options(allowed: &[&str]) -> Value {
    let allowed: Vec<_> =
        allowed.iter().map(|id| json!({"type": "public-key", "id": id})).collect();
    json!({"rpId": RP_ID, "challenge": "Dw4NDAsKCQgHBgUEAwIBAA", "allowCredentials": allowed})
}

fn parse(response: &str) -> Value {
    serde_json::from_str(response).unwrap()
}

fn bytes(json: &Value, pointer: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(json.pointer(pointer).unwrap().as_str().unwrap()).unwrap()
}

fn attestation_object(response: &Value) -> Vec<(CborValue, CborValue)> {
    let object = bytes(response, "/response/attestationObject");
    let object: CborValue = ciborium::from_reader(object.as_slice()).unwrap();
    object.into_map().unwrap()
}

fn signed(authenticator_data: &[u8], client_data_json: &[u8]) -> Vec<u8> {
    [authenticator_data, &Sha256::digest(client_data_json)].concat()
}

/// Verifies with the SPKI in the response, using only the libraries.
fn verifies(algorithm: TestAlgorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> bool {
    macro_rules! ecdsa {
        ($library:ident) => {{
            let key = $library::ecdsa::VerifyingKey::from_public_key_der(spki).unwrap();
            key.verify(message, &$library::ecdsa::Signature::from_der(signature).unwrap()).is_ok()
        }};
    }
    macro_rules! rsa {
        ($padding:ident, $hash:ty) => {{
            let key = rsa::PublicKey::from_public_key_der(spki).unwrap();
            rsa::$padding::VerifyingKey::<$hash>::new(key)
                .verify(message, &signature.try_into().unwrap())
                .is_ok()
        }};
    }
    #[cfg(feature = "ml-dsa")]
    macro_rules! ml_dsa {
        ($parameters:ident) => {{
            let key = ml_dsa::VerifyingKey::<ml_dsa::$parameters>::from_public_key_der(spki);
            key.unwrap().verify(message, &signature.try_into().unwrap()).is_ok()
        }};
    }
    match algorithm {
        TestAlgorithm::Es256 | TestAlgorithm::Esp256 => ecdsa!(p256),
        TestAlgorithm::EdDsa | TestAlgorithm::Ed25519 => {
            let key = ed25519_dalek::VerifyingKey::from_public_key_der(spki).unwrap();
            key.verify_strict(message, &signature.try_into().unwrap()).is_ok()
        }
        TestAlgorithm::Rs256 => rsa!(pkcs1v15, Sha256),
        #[cfg(feature = "es384")]
        TestAlgorithm::Es384 | TestAlgorithm::Esp384 => ecdsa!(p384),
        #[cfg(feature = "es512")]
        TestAlgorithm::Es512 | TestAlgorithm::Esp512 => ecdsa!(p521),
        #[cfg(feature = "es256k")]
        TestAlgorithm::Es256K => ecdsa!(k256),
        #[cfg(feature = "ed448")]
        TestAlgorithm::Ed448 => {
            let key = ed448_goldilocks::VerifyingKey::from_public_key_der(spki).unwrap();
            key.verify(message, &signature.try_into().unwrap()).is_ok()
        }
        #[cfg(feature = "rsa-all")]
        TestAlgorithm::Rs384 => rsa!(pkcs1v15, sha2::Sha384),
        #[cfg(feature = "rsa-all")]
        TestAlgorithm::Rs512 => rsa!(pkcs1v15, sha2::Sha512),
        #[cfg(feature = "rsa-all")]
        TestAlgorithm::Ps256 => rsa!(pss, Sha256),
        #[cfg(feature = "rsa-all")]
        TestAlgorithm::Ps384 => rsa!(pss, sha2::Sha384),
        #[cfg(feature = "rsa-all")]
        TestAlgorithm::Ps512 => rsa!(pss, sha2::Sha512),
        #[cfg(feature = "ml-dsa")]
        TestAlgorithm::MlDsa44 => ml_dsa!(MlDsa44),
        #[cfg(feature = "ml-dsa")]
        TestAlgorithm::MlDsa65 => ml_dsa!(MlDsa65),
        #[cfg(feature = "ml-dsa")]
        TestAlgorithm::MlDsa87 => ml_dsa!(MlDsa87),
    }
}

fn assertion_verifies(algorithm: TestAlgorithm, spki: &[u8], response: &Value) -> bool {
    let message = signed(
        &bytes(response, "/response/authenticatorData"),
        &bytes(response, "/response/clientDataJSON"),
    );
    verifies(algorithm, spki, &message, &bytes(response, "/response/signature"))
}

#[test]
fn registrations_of_every_algorithm_are_well_formed() {
    for &algorithm in TestAlgorithm::ALL {
        let mut authenticator = TestAuthenticator::new("seed");
        let response =
            parse(&authenticator.create(&creation_options(&[algorithm]), ORIGIN).unwrap());
        let credential = &authenticator.credentials()[0];

        assert_eq!(bytes(&response, "/rawId"), credential.id);
        assert_eq!(response["id"], response["rawId"]);
        assert_eq!(response["type"], "public-key");
        assert_eq!(response["authenticatorAttachment"], "platform");
        assert_eq!(response["clientExtensionResults"], json!({}));
        assert_eq!(response["response"]["transports"], json!(["hybrid", "internal"]));
        assert_eq!(response["response"]["publicKeyAlgorithm"], algorithm.id());
        assert_eq!(
            serde_json::from_slice::<Value>(&bytes(&response, "/response/clientDataJSON")).unwrap(),
            json!({
                "type": "webauthn.create", "challenge": "AAECAwQFBgcICQoLDA0ODw",
                "origin": ORIGIN, "crossOrigin": false,
            })
        );

        let data = bytes(&response, "/response/authenticatorData");
        assert_eq!(
            attestation_object(&response),
            [
                ("fmt".into(), "none".into()),
                ("attStmt".into(), CborValue::Map(vec![])),
                ("authData".into(), CborValue::Bytes(data.clone())),
            ]
        );
        assert_eq!(data[..32], Sha256::digest(RP_ID)[..]);
        assert_eq!(data[32], flags::UP | flags::UV | flags::BE | flags::BS | flags::AT);
        assert_eq!(data[33..37], [0; 4]);
        assert_eq!(data[37..53], *TEST_AAGUID.as_bytes());
        assert_eq!(data[53..55], [0, 32]);
        assert_eq!(data[55..87], credential.id);
        let cose = CoseKey::from_slice(&data[87..]).unwrap();
        assert_eq!(cose, credential.key.cose_key());
        let Some(RegisteredLabelWithPrivate::Assigned(named)) = cose.alg else {
            panic!("{cose:?}")
        };
        assert_eq!(named.to_i64(), algorithm.id());
    }
}

#[test]
fn cose_keys_are_canonical_and_match_the_spki() {
    for &algorithm in TestAlgorithm::ALL {
        let key = TestKey::from_seed(algorithm, "seed").unwrap();
        let cose = key.public_key().unwrap();
        let parameter = |label: i64| cose.entry(label).unwrap().as_bytes().unwrap().clone();
        let Cbor::Value(CborValue::Map(entries)) = &cose else { panic!("{cose:?}") };
        let labels: Vec<i128> =
            entries.iter().map(|(label, _)| label.as_integer().unwrap().into()).collect();
        let spki = key.spki().unwrap();
        let kty: i128 = cose.entry(1).unwrap().as_integer().unwrap().into();
        match kty {
            // OKP
            1 => {
                assert_eq!(labels, [1, 3, -1, -2]);
                assert!(spki.ends_with(&parameter(-2)));
            }
            // EC2
            2 => {
                assert_eq!(labels, [1, 3, -1, -2, -3]);
                assert!(spki.ends_with(&[&[4][..], &parameter(-2), &parameter(-3)].concat()));
            }
            // RSA
            3 => {
                assert_eq!(labels, [1, 3, -1, -2]);
                assert_eq!((parameter(-1).len(), parameter(-2)), (256, vec![1, 0, 1]));
                assert!(spki.windows(256).any(|window| window == parameter(-1)));
            }
            // AKP
            7 => {
                assert_eq!(labels, [1, 3, -1]);
                assert!(spki.ends_with(&parameter(-1)));
            }
            other => panic!("{algorithm:?} has key type {other}"),
        }
    }
}

#[test]
fn supports_exactly_the_algorithms_of_the_default_verifier() {
    use crate::crypto::RustCrypto;
    let of_verifier: BTreeSet<_> =
        RustCrypto::ALGORITHMS.iter().map(|it| i64::from(it.identifier())).collect();
    let ours: BTreeSet<_> = TestAlgorithm::ALL.iter().map(|it| it.id()).collect();
    assert_eq!(ours, of_verifier);
    assert_eq!(ours.len(), TestAlgorithm::ALL.len());
}

#[test]
fn assertions_of_every_algorithm_verify_by_the_registered_key() {
    for &algorithm in TestAlgorithm::ALL {
        let mut authenticator = TestAuthenticator::new("seed");
        let registration =
            parse(&authenticator.create(&creation_options(&[algorithm]), ORIGIN).unwrap());
        let spki = bytes(&registration, "/response/publicKey");
        let response = parse(&authenticator.get(&request_options(&[]), ORIGIN).unwrap());

        assert_eq!(response["id"], registration["id"]);
        assert_eq!(response["response"]["userHandle"], "YWxpY2U");
        let data = bytes(&response, "/response/authenticatorData");
        assert_eq!(data.len(), 37);
        assert_eq!(data[32], flags::UP | flags::UV | flags::BE | flags::BS);
        let client_data: Value =
            serde_json::from_slice(&bytes(&response, "/response/clientDataJSON")).unwrap();
        assert_eq!(client_data["type"], "webauthn.get");
        assert_eq!(client_data["challenge"], "Dw4NDAsKCQgHBgUEAwIBAA");
        assert!(assertion_verifies(algorithm, &spki, &response));

        let corrupted = authenticator.get_corrupted(&request_options(&[]), ORIGIN, |signed| {
            signed.authenticator_data[36] ^= 1;
        });
        assert!(!assertion_verifies(algorithm, &spki, &parse(&corrupted.unwrap())));
    }
}

#[test]
fn self_attestation_is_signed_by_the_credential_key() {
    for &algorithm in TestAlgorithm::ALL {
        let mut authenticator =
            TestAuthenticator::new("seed").with(|it| it.attestation = TestAttestation::PackedSelf);
        let response =
            parse(&authenticator.create(&creation_options(&[algorithm]), ORIGIN).unwrap());
        let object = attestation_object(&response);
        assert_eq!(object[0].1, "packed".into());
        let statement = Cbor::Value(object[1].1.clone());
        assert_eq!(statement.entry("alg"), Some(&algorithm.id().into()));
        assert_eq!(statement.entry("x5c"), None);
        let message = signed(
            &bytes(&response, "/response/authenticatorData"),
            &bytes(&response, "/response/clientDataJSON"),
        );
        let signature = statement.entry("sig").unwrap().as_bytes().unwrap();
        assert!(verifies(algorithm, &bytes(&response, "/response/publicKey"), &message, signature));
    }
}

#[test]
fn everything_follows_from_the_seed() {
    let run = |seed: &str| {
        let mut authenticator = TestAuthenticator::new(seed);
        let options = creation_options(&[TestAlgorithm::Es256]);
        let first = authenticator.create(&options, ORIGIN).unwrap();
        let second = authenticator.create(&options, ORIGIN).unwrap();
        assert_ne!(first, second);
        (first, second, authenticator.get(&request_options(&[]), ORIGIN).unwrap())
    };
    assert_eq!(run("a"), run("a"));
    assert_ne!(run("a"), run("b"));
}

#[test]
fn seeds_choose_between_the_rsa_test_keys() {
    let moduli: BTreeSet<_> = (0_u8..16)
        .map(|seed| TestKey::from_seed(TestAlgorithm::Rs256, [seed]).unwrap().spki().unwrap())
        .collect();
    assert_eq!(moduli.len(), 2);
}

#[test]
fn first_offered_algorithm_that_is_supported_is_taken() {
    use TestAlgorithm::{EdDsa, Es256, Rs256};
    for (offered, supported, taken) in [
        (&[EdDsa, Es256][..], &[Es256, EdDsa][..], Some(EdDsa)),
        (&[EdDsa, Es256], &[Es256], Some(Es256)),
        (&[EdDsa], &[Es256], None),
        (&[], &[Rs256], Some(Rs256)),
        (&[], &[EdDsa], None),
    ] {
        let mut authenticator =
            TestAuthenticator::new("seed").with(|it| it.algorithms = supported.to_vec());
        let result = authenticator.create(&creation_options(offered), ORIGIN);
        match taken {
            Some(_) => assert!(result.is_ok()),
            None => assert_eq!(result, Err(TestAuthenticatorError::NoAlgorithm)),
        }
        let made = authenticator.credentials().first().map(|made| made.key.algorithm());
        assert_eq!(made, taken);
    }
}

#[test]
fn excluded_credential_is_refused() {
    let mut authenticator = TestAuthenticator::new("seed");
    let mut options = creation_options(&[TestAlgorithm::Es256]);
    let id = parse(&authenticator.create(&options, ORIGIN).unwrap())["id"].clone();
    options["excludeCredentials"] = json!([{"type": "public-key", "id": id}]);
    let refused = authenticator.create(&options, ORIGIN).unwrap_err();
    assert_eq!(refused.dom_exception(), Some("InvalidStateError"));
    options["rp"]["id"] = json!("example.org");
    assert!(authenticator.create(&options, ORIGIN).is_ok());
}

#[test]
fn rejects_what_it_does_not_support() {
    let mut authenticator = TestAuthenticator::new("seed").with(|it| {
        it.user_verified = false;
        it.discoverable = false;
    });
    let mut options = creation_options(&[TestAlgorithm::Es256]);
    options["authenticatorSelection"] = json!({"userVerification": "required"});
    let refused = authenticator.create(&options, ORIGIN);
    assert_eq!(refused, Err(TestAuthenticatorError::UserVerification));
    for selection in [json!({"residentKey": "required"}), json!({"requireResidentKey": true})] {
        options["authenticatorSelection"] = selection;
        let refused = authenticator.create(&options, ORIGIN);
        assert_eq!(refused, Err(TestAuthenticatorError::NotDiscoverable));
    }
    options["authenticatorSelection"] =
        json!({"residentKey": "preferred", "requireResidentKey": true});
    let made = parse(&authenticator.create(&options, ORIGIN).unwrap());

    let refused = authenticator.get(&request_options(&[]), ORIGIN);
    assert_eq!(refused, Err(TestAuthenticatorError::NoCredential));
    let mut request = request_options(&[made["id"].as_str().unwrap()]);
    assert!(authenticator.get(&request, ORIGIN).is_ok());
    request["userVerification"] = json!("required");
    let refused = authenticator.get(&request, ORIGIN);
    assert_eq!(refused, Err(TestAuthenticatorError::UserVerification));
}

#[test]
fn first_allowed_credential_answers_otherwise_the_newest_or_the_chosen_account() {
    let mut authenticator = TestAuthenticator::new("seed");
    let mut ids = Vec::<String>::new();
    for user in ["YWxpY2U", "Ym9i", "Y2Fyb2w"] {
        let mut options = creation_options(&[TestAlgorithm::Es256]);
        options["user"]["id"] = json!(user);
        let made = parse(&authenticator.create(&options, ORIGIN).unwrap());
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let mut answer = |allowed: &[&str], account: Option<&[u8]>| {
        authenticator.behaviour_mut().account = account.map(<[u8]>::to_vec);
        let response = authenticator.get(&request_options(allowed), ORIGIN)?;
        let id = parse(&response)["id"].as_str().unwrap().to_owned();
        Ok(ids.iter().position(|made| *made == id).unwrap())
    };
    assert_eq!(answer(&[], None), Ok(2));
    assert_eq!(answer(&[], Some(b"bob")), Ok(1));
    assert_eq!(answer(&[], Some(b"dave")), Err(TestAuthenticatorError::NoCredential));
    assert_eq!(answer(&["AAAA", &ids[1], &ids[0]], None), Ok(1));
    assert_eq!(answer(&["AAAA"], None), Err(TestAuthenticatorError::NoCredential));

    let elsewhere = json!({"challenge": "AAAA", "rpId": "example.org"});
    let refused = authenticator.get(&elsewhere, ORIGIN);
    assert_eq!(refused, Err(TestAuthenticatorError::NoCredential));
}

#[test]
fn discoverable_credential_replaces_the_one_of_the_same_account() {
    let mut authenticator = TestAuthenticator::new("seed");
    let options = creation_options(&[TestAlgorithm::Es256]);
    authenticator.create(&options, ORIGIN).unwrap();
    authenticator.create(&options, ORIGIN).unwrap();
    assert_eq!(authenticator.credentials().len(), 1);
    authenticator.behaviour_mut().discoverable = false;
    authenticator.create(&options, ORIGIN).unwrap();
    assert_eq!(authenticator.credentials().len(), 2);
}

#[test]
fn behaviour_shows_in_the_response() {
    let mut authenticator = TestAuthenticator::new("seed").with(|it| {
        it.aaguid = Aaguid::new([1; 16]);
        it.transports = vec!["usb".into(), "future".into()];
        it.attachment = None;
        it.user_present = false;
        it.user_verified = false;
        it.backup_eligible = false;
        it.counter = SignCounter::Counting;
        it.credential_id_length = 1023;
        it.user_handle = UserHandleReply::WhenDiscovered;
    });
    let mut options = creation_options(&[TestAlgorithm::Es256]);
    options["extensions"] = json!({"credProps": true});
    let made = parse(&authenticator.create(&options, ORIGIN).unwrap());
    let data = bytes(&made, "/response/authenticatorData");
    assert_eq!(data[32..37], [flags::AT, 0, 0, 0, 1]);
    assert_eq!(data[37..53], [1; 16]);
    assert_eq!(data[53..55], [3, 0xff]);
    assert_eq!(made["response"]["transports"], json!(["usb", "future"]));
    assert_eq!(made.get("authenticatorAttachment"), None);
    assert_eq!(made["clientExtensionResults"], json!({"credProps": {"rk": true}}));

    let allowed = request_options(&[made["id"].as_str().unwrap()]);
    let response = parse(&authenticator.get(&allowed, ORIGIN).unwrap());
    assert_eq!(bytes(&response, "/response/authenticatorData")[32..], [0, 0, 0, 0, 2]);
    assert_eq!(response["response"].get("userHandle"), None);
    let behaviour = authenticator.behaviour_mut();
    behaviour.counter = SignCounter::Fixed(u32::MAX);
    behaviour.user_present = true;
    let response = parse(&authenticator.get(&request_options(&[]), ORIGIN).unwrap());
    assert_eq!(bytes(&response, "/response/authenticatorData")[32..], [1, 255, 255, 255, 255]);
    assert_eq!(response["response"]["userHandle"], "YWxpY2U");
    authenticator.behaviour_mut().user_handle = UserHandleReply::Never;
    let response = parse(&authenticator.get(&request_options(&[]), ORIGIN).unwrap());
    assert_eq!(response["response"].get("userHandle"), None);
}

#[test]
fn rp_id_defaults_to_the_effective_domain() {
    let mut authenticator = TestAuthenticator::new("seed");
    let mut options = creation_options(&[TestAlgorithm::Es256]);
    options["rp"] = json!({"name": "Example"});
    authenticator.create(&options, ORIGIN).unwrap();
    assert_eq!(authenticator.credentials()[0].rp_id, "login.example.com");
    assert!(authenticator.get(&json!({"challenge": "AAAA"}), ORIGIN).is_ok());
}
