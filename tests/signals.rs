//! What browsers are told about passkeys that changed (§5.1.10).
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, authenticator, flow, user};
use relying_party::{
    DeletePasskey, Effect, Flow as _, ListPasskeys, Passkey, RelyingParty, Reply, SignInRequest,
    SignedInUser, Step, flow::RemoveOutcome, store,
};
use serde_json::{Value, json};

#[test]
fn unknown_credential_is_written_as_browsers_read_it() {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("device");
    let passkey = host.create(&ada, &mut device).unwrap();
    flow(store::run(&host.store, DeletePasskey::begin(&host.rp, ada.handle(), passkey.id)))
        .unwrap();
    let refused = host.sign_in(SignInRequest::Discoverable, &mut device).unwrap_err();
    assert_eq!(
        serde_json::to_value(refused.signal().unwrap()).unwrap(),
        json!({ "rpId": "example.com", "credentialId": passkey.credential_id }),
    );
}

/// A browser may only be told to forget an unknown credential. An attacker who could signal a known one would hide a
/// user's passkey.
#[test]
fn no_other_refusal_tells_the_browser_to_forget_a_credential() {
    let host = Host::new();
    let mut device = authenticator("device");
    host.create(&user("ada"), &mut device).unwrap();
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    let response = device.get_corrupted(&start.public_key, host::ORIGIN, |signed| {
        signed.signature[8] ^= 1;
    });
    let refused = host.finish_sign_in(&start, response.unwrap()).unwrap_err();
    assert_eq!((refused.code(), refused.signal()), ("signature", None));
}

#[test]
fn accepted_credentials_are_the_full_list_that_was_just_read() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let one = host.create(&ada, &mut authenticator("one")).unwrap();
    let two = host.create(&ada, &mut authenticator("two")).unwrap();
    host.create(&bob, &mut authenticator("of bob")).unwrap();
    let told = |accepted: &[&Passkey]| {
        let accepted = accepted.iter().map(|passkey| &passkey.credential_id).collect::<Vec<_>>();
        json!({ "rpId": "example.com", "userId": "YWRh", "allAcceptedCredentialIds": accepted })
    };

    let list = || ListPasskeys::begin(&host.rp, ada.handle());
    let listed = flow(store::run(&host.store, list())).unwrap();
    assert_eq!(listed.passkeys.len(), 2);
    let mut all = listed.passkeys.iter().collect::<Vec<_>>();
    assert_eq!(serde_json::to_value(&listed.signal).unwrap(), told(&all));
    all.sort_by_key(|passkey| passkey.id != one.id);
    assert_eq!(all, [&one, &two]);

    // After deletions the remaining ones, and in the end the empty list, which is sent deliberately.
    for (passkey, rest) in [(&one, &[&two][..]), (&two, &[])] {
        let delete = DeletePasskey::begin(&host.rp, ada.handle(), passkey.id);
        let deleted = flow(store::run(&host.store, delete)).unwrap();
        assert_eq!(serde_json::to_value(&deleted.signal).unwrap(), told(rest));
    }
    let listed = flow(store::run(&host.store, list())).unwrap();
    assert_eq!(listed.signal.all_accepted_credential_ids(), []);
    assert_eq!((listed.signal.rp_id(), listed.signal.user_id()), ("example.com", ada.handle()));
}

/// Otherwise one user's browser would learn about another's credentials.
#[test]
fn list_with_another_users_passkey_is_not_returned() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let mine = host.create(&ada, &mut authenticator("mine")).unwrap();
    let somebody_elses = host.create(&bob, &mut authenticator("of bob")).unwrap();
    let mut of_another_rp = mine.clone();
    of_another_rp.rp_id = "example.org".to_owned();
    for other in [somebody_elses, of_another_rp] {
        let lie = || Reply::Passkeys(vec![mine.clone(), other.clone()]);
        let Ok(Step::Effect(list, Effect::PasskeysOf(_))) =
            ListPasskeys::begin(&host.rp, ada.handle())
        else {
            panic!("lists")
        };
        assert_eq!(list.resume(lie()).unwrap_err().code(), "store_inconsistent");

        let Ok(Step::Effect(delete, Effect::DeletePasskey { .. })) =
            DeletePasskey::begin(&host.rp, ada.handle(), mine.id)
        else {
            panic!("deletes")
        };
        let Ok(Step::Effect(list, Effect::PasskeysOf(_))) =
            delete.resume(Reply::Removed(RemoveOutcome::Removed))
        else {
            panic!("lists")
        };
        assert_eq!(list.resume(lie()).unwrap_err().code(), "store_inconsistent");
    }
}

#[test]
fn current_user_details_are_those_of_the_signed_in_user() {
    let rp = RelyingParty::builder("example.com", "Example").origin(host::ORIGIN).build().unwrap();
    let handle = host::handle("ada");
    for (name, display_name) in [("ada@example.com", "Ada"), ("ada", ""), ("", "愛 \"Ada\"")] {
        let user = SignedInUser::new(handle, name, display_name);
        let told = serde_json::to_value(user.signal(&rp)).unwrap();
        // All four are required: an empty name is sent as such, and not omitted.
        let expected = json!({
            "rpId": "example.com", "userId": "YWRh", "name": name, "displayName": display_name,
        });
        assert_eq!(told, expected);
        assert_eq!(told.as_object().map(serde_json::Map::len), Some(4));
        assert!(told.as_object().unwrap().values().all(Value::is_string));
    }
}
