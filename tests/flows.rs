//! The flows of the product, as a host uses them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, flow, handle, session, user};
use relying_party::{
    Algorithm, DeletePasskey, Duration, Error, ErrorKind, PasskeyId, RelyingParty, RenamePasskey,
    SignInRequest, Timestamp,
    ceremony::CeremonyError,
    json::{AuthenticatorAttachment, Mediation, Transport},
    store,
    test_authenticator::{SignCounter, TestAlgorithm},
};
use serde_json::json;

#[test]
fn passkey_of_every_algorithm_is_created_and_signs_in() {
    for algorithm in
        [TestAlgorithm::Es256, TestAlgorithm::EdDsa, TestAlgorithm::Ed25519, TestAlgorithm::Rs256]
    {
        let algorithms = [Algorithm::new(algorithm.id().try_into().unwrap())];
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
        let host = Host::with(rp.algorithms(algorithms).build().unwrap());
        let ada = user("ada");
        let mut device = authenticator("device").with(|behaviour| {
            behaviour.algorithms = vec![algorithm];
        });
        let passkey = host.create(&ada, &mut device).unwrap();
        assert_eq!(passkey.public_key.algorithm(), algorithms[0]);
        for request in [
            SignInRequest::Discoverable,
            SignInRequest::Autofill,
            SignInRequest::for_account(ada.handle()),
        ] {
            let signed_in = host.sign_in(request, &mut device).unwrap();
            assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), passkey.id));
            assert!(signed_in.user_verified);
        }
    }
}

#[test]
fn creation_options_are_what_browsers_parse() {
    let host = Host::new();
    let ada = user("ada");
    let passkey = host
        .create(
            &ada,
            &mut authenticator("first").with(|behaviour| {
                behaviour.transports = vec![Transport::Internal, Transport::from("cable")];
            }),
        )
        .unwrap();
    let start = host.begin_create(&ada).unwrap();
    let options = serde_json::to_value(&start.public_key).unwrap();
    assert_eq!(
        options,
        json!({
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": "YWRh", "name": "ada@example.com", "displayName": "ada"},
            "challenge": start.public_key.challenge.to_string(),
            "pubKeyCredParams": [
                {"type": "public-key", "alg": -8},
                {"type": "public-key", "alg": -7},
                {"type": "public-key", "alg": -257},
            ],
            "timeout": 300_000,
            "excludeCredentials": [{
                "type": "public-key",
                "id": passkey.credential_id.to_string(),
                "transports": ["internal", "cable"],
            }],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
            "extensions": {"credProps": true},
        })
    );
    assert_eq!(start.expires_at, NOW + Duration::from_secs(300));
}

#[test]
fn request_options_name_credentials_only_for_a_named_user() {
    let host = Host::new();
    let ada = user("ada");
    let passkey = host.create(&ada, &mut authenticator("first")).unwrap();
    let autofill = host.begin_sign_in(SignInRequest::Autofill);
    assert_eq!(autofill.mediation, Some(Mediation::Conditional));
    assert_eq!(
        serde_json::to_value(&autofill.public_key).unwrap(),
        json!({
            "challenge": autofill.public_key.challenge.to_string(),
            "timeout": 300_000,
            "rpId": "example.com",
            "userVerification": "required",
        })
    );
    let named = host.begin_sign_in(SignInRequest::for_account(ada.handle()));
    assert_eq!(named.mediation, None);
    assert_eq!(named.public_key.allow_credentials[0].id, passkey.credential_id);
}

#[test]
fn new_passkey_is_named_after_its_authenticator_and_unique() {
    let host = Host::new();
    let ada = user("ada");
    let one_password = |seed| {
        authenticator(seed).with(|behaviour| {
            behaviour.aaguid = "bada5566-a7aa-401f-bd96-45619a55120d".parse().unwrap();
        })
    };
    let key = |seed| {
        authenticator(seed).with(|behaviour| {
            behaviour.aaguid = "00000000-0000-0000-0000-000000000000".parse().unwrap();
            behaviour.attachment = Some(AuthenticatorAttachment::CrossPlatform);
            behaviour.transports = vec![Transport::Usb];
            (behaviour.backup_eligible, behaviour.backed_up) = (false, false);
        })
    };
    host.create(&ada, &mut one_password("a")).unwrap();
    host.create(&ada, &mut one_password("b")).unwrap();
    host.create(&ada, &mut key("c")).unwrap();
    let names = host.passkeys(&ada).into_iter().map(|passkey| passkey.name.to_string());
    let mut names = names.collect::<Vec<_>>();
    names.sort();
    assert_eq!(names, ["1Password", "1Password 2", "Security key"]);
}

#[test]
fn sign_in_records_use_counter_and_backup_state() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device").with(|behaviour| {
        behaviour.counter = SignCounter::Counting;
        behaviour.backup_eligible = true;
        behaviour.backed_up = false;
    });
    let created = host.create(&ada, &mut device).unwrap();
    assert_eq!((created.last_used_at, created.is_synced()), (None, Some(false)));

    device.behaviour_mut().backed_up = true;
    let signed_in = host.sign_in(SignInRequest::Discoverable, &mut device).unwrap();
    assert!(signed_in.backup_state_changed);
    let stored = host.passkeys(&ada).remove(0);
    assert_eq!(stored, signed_in.passkey);
    assert_eq!((stored.last_used_at, stored.is_synced()), (Some(NOW), Some(true)));
    assert!(stored.state.sign_count > created.state.sign_count);
}

#[test]
fn credential_is_registered_once_for_any_user() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let mut device = authenticator("device");
    let start = host.begin_create(&ada).unwrap();
    let response = device.draft_creation(&start.public_key, ORIGIN).unwrap();
    let first = response.clone().sign().unwrap().to_json().unwrap().to_string();
    let passkey = host.finish_create(&ada, &start, &first).unwrap();

    for registrant in [&ada, &bob] {
        let again = host.begin_create(registrant).unwrap();
        let mut parts = response.clone();
        parts.client_data.challenge = again.public_key.challenge.to_string();
        let second = parts.sign().unwrap().to_json().unwrap().to_string();
        let refused = host.finish_create(registrant, &again, &second).unwrap_err();
        assert_eq!(refused, Error::AlreadyExists);
    }
    assert_eq!(host.passkeys(&ada), [passkey]);
    assert!(host.passkeys(&bob).is_empty());
}

#[test]
fn limit_holds_at_begin_and_at_the_insert() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.max_passkeys_per_user(2).build().unwrap());
    let ada = user("ada");
    host.create(&ada, &mut authenticator("first")).unwrap();
    // Two begin while there is room for one.
    let (second, third) = (host.begin_create(&ada).unwrap(), host.begin_create(&ada).unwrap());
    let response = authenticator("second").create(&second.public_key, ORIGIN).unwrap();
    host.finish_create(&ada, &second, &response).unwrap();
    let response = authenticator("third").create(&third.public_key, ORIGIN).unwrap();
    let refused = host.finish_create(&ada, &third, &response).unwrap_err();
    assert_eq!(refused, Error::LimitReached { max: 2 });
    assert_eq!(refused.kind(), ErrorKind::Policy);
    assert_eq!(host.begin_create(&ada).unwrap_err(), Error::LimitReached { max: 2 });
    assert_eq!(host.passkeys(&ada).len(), 2);
}

#[test]
fn rename_accepts_names_as_the_product_requires() {
    let host = Host::new();
    let ada = user("ada");
    let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
    let later = Timestamp::from_unix_millis(NOW.as_unix_millis() + 5);
    let rename = |name: &str| {
        let rename = RenamePasskey::begin(&host.rp, ada.handle(), passkey.id, name, later);
        flow(store::run(&host.store, rename))
    };
    let renamed = rename("  Work laptop ").unwrap();
    assert_eq!(renamed.name.as_str(), "Work laptop");
    assert_eq!((renamed.created_at, renamed.updated_at), (NOW, later));
    for bad in ["", "   ", "a\u{7}b", &"x".repeat(101)] {
        assert_eq!(rename(bad).unwrap_err().code(), "passkey_name_invalid", "{bad:?}");
    }
    assert_eq!(host.passkeys(&ada)[0].name.as_str(), "Work laptop");
}

#[test]
fn another_users_passkey_is_not_found_like_one_that_does_not_exist() {
    let host = Host::new();
    let (ada, eve) = (user("ada"), user("eve"));
    let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
    let nobodys = PasskeyId::try_from(&[7; 16][..]).unwrap();
    for id in [passkey.id, nobodys] {
        let rename = RenamePasskey::begin(&host.rp, eve.handle(), id, "Mine", NOW);
        assert_eq!(flow(store::run(&host.store, rename)).unwrap_err(), Error::PasskeyNotFound);
        let delete = DeletePasskey::begin(&host.rp, eve.handle(), id);
        assert_eq!(flow(store::run(&host.store, delete)).unwrap_err(), Error::PasskeyNotFound);
    }
    assert_eq!(host.passkeys(&ada), [passkey]);
}

#[test]
fn old_and_new_domain_share_a_store_during_a_move() {
    let ada = user("ada");
    let (mut old_device, mut new_device) = (authenticator("old"), authenticator("new"));
    let host = Host::new();
    let old = host.create(&ada, &mut old_device).unwrap();
    let new_origin = "https://example.net";
    let rp = RelyingParty::builder("example.net", "Example").origin(new_origin).build().unwrap();
    let old_rp = host.rp.clone();
    let host = host.under(rp);
    let start = host.begin_create(&ada).unwrap();
    let response = new_device.create(&start.public_key, new_origin).unwrap();
    let new = host.finish_create(&ada, &start, &response).unwrap();
    assert_eq!(host.passkeys(&ada), std::slice::from_ref(&new));

    // Each signs in on its domain, and on no other.
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = new_device.get(&start.public_key, new_origin).unwrap();
    assert_eq!(host.finish_sign_in(&start, &response).unwrap().passkey.id, new.id);
    let host = host.under(old_rp);
    assert_eq!(host.passkeys(&ada), std::slice::from_ref(&old));
    let signed_in = host.sign_in(SignInRequest::Discoverable, &mut old_device).unwrap();
    assert_eq!((signed_in.user, signed_in.passkey.id), (ada.handle(), old.id));
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    assert!(new_device.get(&start.public_key, ORIGIN).is_err(), "it has none for this RP ID");
}

#[test]
fn deleted_passkey_signs_no_one_in_and_the_browser_is_told() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    let gone = host.create(&ada, &mut device).unwrap();
    let kept = host.create(&ada, &mut authenticator("other")).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let delete = DeletePasskey::begin(&host.rp, ada.handle(), gone.id);
    let deleted = flow(store::run(&host.store, delete)).unwrap();
    assert_eq!(
        serde_json::to_value(&deleted.signal).unwrap(),
        json!({
            "rpId": "example.com",
            "userId": "YWRh",
            "allAcceptedCredentialIds": [kept.credential_id.to_string()],
        })
    );
    // Even if the ceremony had begun before.
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let refused = host.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(
        serde_json::to_value(refused.signal().unwrap()).unwrap(),
        json!({"rpId": "example.com", "credentialId": gone.credential_id.to_string()})
    );
    assert_eq!(refused.code(), "credential_unknown");
}

#[test]
fn last_passkey_is_kept_if_the_policy_says_so() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.keep_last_passkey(true).build().unwrap());
    let ada = user("ada");
    let passkeys = ["a", "b"].map(|seed| host.create(&ada, &mut authenticator(seed)).unwrap().id);
    let delete = |id| {
        flow(store::run(&host.store, DeletePasskey::begin(&host.rp, ada.handle(), id)))
            .map(|deleted| deleted.id)
    };
    assert_eq!(delete(passkeys[0]), Ok(passkeys[0]));
    assert_eq!(delete(passkeys[1]), Err(Error::LastPasskey));
    assert_eq!(host.passkeys(&ada).len(), 1);
}

#[test]
fn public_error_does_not_say_which_was_wrong() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    host.create(&ada, &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let forged =
        device.get_corrupted(&start.public_key, ORIGIN, |signed| signed.signature[8] ^= 1).unwrap();
    let bad_signature = host.finish_sign_in(&start, &forged).unwrap_err();
    assert_eq!(bad_signature, Error::Authentication(CeremonyError::Signature));

    let empty = Host::new();
    let start = empty.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get(&start.public_key, ORIGIN).unwrap();
    let unknown = empty.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(unknown.code(), "credential_unknown");

    assert_eq!(bad_signature.public(), unknown.public());
    let body = serde_json::to_value(unknown.public()).unwrap();
    assert_eq!(body["errors"][0]["code"], "passkey_retrieval_failed");
    assert_eq!(body["errors"][0]["meta"], json!({}));
}

#[test]
fn user_handle_of_another_account_is_rejected() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    host.create(&ada, &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::for_account(handle("bob")));
    let start_for_anybody = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device
        .get_tampered(&start_for_anybody.public_key, ORIGIN, |parts| {
            parts.client_data.challenge = start.public_key.challenge.to_string();
        })
        .unwrap();
    let refused = host.finish_sign_in(&start, &response).unwrap_err();
    assert_eq!(refused, Error::Authentication(CeremonyError::CredentialNotAllowed));
}

#[test]
fn ceremony_bound_to_an_origin_can_only_be_finished_there() {
    use relying_party::{CreatePasskey, SignIn, flow::BeginOptions, policy::SubdomainPolicy};
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let rp = rp.origins(|policy| policy.subdomains(SubdomainPolicy::any())).build().unwrap();
    let host = Host::with(rp);
    let ada = user("ada");
    let (here, there) = ("https://accounts.example.com", "https://example.com");
    for (page, accepted) in [(here, true), (there, false)] {
        let mut device = authenticator("device");
        let begin = CreatePasskey::begin(
            &host.rp,
            &ada,
            BeginOptions::new(session()).origin(here),
            host.challenge(),
            NOW,
        );
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = device.create(&start.public_key, page).unwrap();
        assert_eq!(host.finish_create(&ada, &start, &response).is_ok(), accepted, "{page}");

        let discoverable = SignInRequest::Discoverable;
        let begin = SignIn::begin(
            &host.rp,
            discoverable,
            BeginOptions::new(session()).origin(here),
            host.challenge(),
            NOW,
        );
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = device.get(&start.public_key, page).unwrap();
        let outcome = host.finish_sign_in(&start, &response);
        assert_eq!(outcome.map_err(|error| error.code()).err(), (!accepted).then_some("origin"));
    }
    let begin = CreatePasskey::begin(
        &host.rp,
        &ada,
        BeginOptions::new(session()).origin("https://evil.example"),
        host.challenge(),
        NOW,
    );
    assert_eq!(begin.unwrap_err().code(), "origin");
}
