//! Listing, renaming and deleting, and the names of passkeys: each sentence of what the product promises.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/conformance/futures.rs"]
#[expect(dead_code, reason = "its executor is for the kit")]
mod futures;
#[path = "support/host.rs"]
mod host;

use std::sync::Arc;

use futures::LaterStore;
use host::{Host, NOW, ORIGIN, authenticator, flow, session, user};
use pollster::block_on;
use relying_party::{
    Aaguid, CreatePasskey, DeletePasskey, Error, InvalidName, ListPasskeys, Passkey, PasskeyId,
    RelyingParty, RenamePasskey, SignInRequest, SignedInUser, Timestamp,
    flow::{BeginOptions, Deleted, InsertOutcome},
    store::{self, AsyncPasskeyStore as _},
    test_authenticator::TestAuthenticator,
};

const ONE_PASSWORD: &str = "bada5566-a7aa-401f-bd96-45619a55120d";

fn later(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(NOW.as_unix_millis() + millis)
}

fn rename(host: &Host, user: &SignedInUser, id: PasskeyId, name: &str) -> Result<Passkey, Error> {
    let rename = RenamePasskey::begin(&host.rp, user.handle(), id, name, later(5));
    flow(store::run(&host.store, rename))
}

fn delete(host: &Host, user: &SignedInUser, id: PasskeyId) -> Result<Deleted, Error> {
    flow(store::run(&host.store, DeletePasskey::begin(&host.rp, user.handle(), id)))
}

fn of_model(seed: &str, aaguid: &str) -> TestAuthenticator {
    authenticator(seed).with(|behaviour| behaviour.aaguid = aaguid.parse().unwrap())
}

#[test]
fn fallback_names_a_passkey_whose_authenticator_has_no_name() {
    let host = Host::new();
    let ada = user("ada");
    let unknown = "00000000-0000-0000-0000-000000000000";
    let name = |options, aaguid, seed| {
        let begin = CreatePasskey::begin(&host.rp, &ada, options, host.challenge(), NOW);
        let start = flow(store::run(&host.store, begin)).unwrap();
        let response = of_model(seed, aaguid).create(&start.public_key, ORIGIN).unwrap();
        host.finish_create(&ada, &start, &response).unwrap().name
    };
    let options = || BeginOptions::new(session());
    let chrome = || options().fallback_name("Chrome\u{202e} on macOS");
    assert_eq!(name(chrome(), unknown, "a").as_str(), "Chrome on macOS");
    assert_eq!(name(chrome(), unknown, "b").as_str(), "Chrome on macOS 2");
    assert_eq!(name(chrome(), ONE_PASSWORD, "c").as_str(), "1Password");
    let given = chrome().name("Blue key".parse().unwrap());
    assert_eq!(name(given, unknown, "d").as_str(), "Blue key");
    assert_eq!(name(options().fallback_name("\u{200b}"), unknown, "e").as_str(), "Passkey");
    assert_eq!(name(options(), unknown, "f").as_str(), "Passkey 2");
    let long = name(options().fallback_name(&"long ".repeat(1000)), unknown, "g");
    assert_eq!(long.as_str().chars().count(), 99);
}

#[test]
fn rename_keeps_everything_but_name_and_time_of_change() {
    let host = Host::new();
    let ada = user("ada");
    let before = host.create(&ada, &mut authenticator("device")).unwrap();
    let renamed = rename(&host, &ada, before.id, " Cle\u{301} ").unwrap();
    let mut expected = before;
    expected.name = "Cl\u{e9}".parse().unwrap();
    expected.updated_at = later(5);
    assert_eq!(renamed, expected);
    assert_eq!(host.passkeys(&ada), [expected]);
}

#[test]
fn asynchronous_stores_rename_and_delete_too() {
    let host = Host::new();
    let ada = user("ada");
    let store = LaterStore::default();
    let [kept, gone] = ["a", "b"].map(|seed| {
        let passkey = host.create(&ada, &mut authenticator(seed)).unwrap();
        assert_eq!(block_on(store.insert_passkey(&passkey, 10)), Ok(InsertOutcome::Inserted));
        passkey
    });
    let rename = RenamePasskey::begin(&host.rp, ada.handle(), kept.id, "Laptop", later(5));
    let renamed = flow(block_on(store::run_async(&store, rename))).unwrap();
    assert_eq!((renamed.id, renamed.name.as_str()), (kept.id, "Laptop"));
    let delete = || DeletePasskey::begin(&host.rp, ada.handle(), gone.id);
    let deleted = flow(block_on(store::run_async(&store, delete()))).unwrap();
    assert_eq!(deleted.id, gone.id);
    let list = ListPasskeys::begin(&host.rp, ada.handle());
    assert_eq!(flow(block_on(store::run_async(&store, list))).unwrap().passkeys, [renamed]);
    let again = flow(block_on(store::run_async(&store, delete())));
    assert_eq!(again, Err(Error::PasskeyNotFound));
}

#[test]
fn invalid_name_is_a_clear_error_and_the_old_one_stays() {
    let host = Host::new();
    let ada = user("ada");
    let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
    let table = [
        ("", InvalidName::Empty),
        (" \u{a0}\t", InvalidName::Empty),
        ("\u{200b}\u{200d}", InvalidName::Invisible),
        ("a\u{0}", InvalidName::ControlCharacter { found: '\u{0}' }),
        ("two\nlines", InvalidName::ControlCharacter { found: '\n' }),
        ("two\u{2028}lines", InvalidName::ControlCharacter { found: '\u{2028}' }),
        ("two\u{2029}paragraphs", InvalidName::ControlCharacter { found: '\u{2029}' }),
        ("\u{1b}[31mred", InvalidName::ControlCharacter { found: '\u{1b}' }),
        ("\u{202e}gpj.exe", InvalidName::ControlCharacter { found: '\u{202e}' }),
        ("\u{2067}a\u{2069}", InvalidName::ControlCharacter { found: '\u{2067}' }),
        (&"x".repeat(101), InvalidName::TooLong { found: 101 }),
    ];
    for (name, reason) in table {
        let refused = rename(&host, &ada, passkey.id, name).unwrap_err();
        assert_eq!(refused, Error::Name(reason), "{name:?}");
        assert_eq!(refused.public().code(), "passkey_name_invalid");
        assert_eq!(host.passkeys(&ada), std::slice::from_ref(&passkey));
    }
}

#[test]
fn accepts_names_of_1_and_of_100_characters() {
    let host = Host::new();
    let ada = user("ada");
    let passkey = host.create(&ada, &mut authenticator("device")).unwrap();
    for name in ["x".to_owned(), "한".repeat(100), "👩\u{200d}💻".repeat(33)] {
        assert_eq!(rename(&host, &ada, passkey.id, &name).unwrap().name.as_str(), name);
    }
}

#[test]
fn user_may_give_two_passkeys_one_name() {
    let host = Host::new();
    let ada = user("ada");
    for seed in ["a", "b"] {
        let passkey = host.create(&ada, &mut authenticator(seed)).unwrap();
        assert_eq!(rename(&host, &ada, passkey.id, "Mine").unwrap().name.as_str(), "Mine");
    }
}

#[cfg(feature = "aaguid-names")]
#[test]
fn generated_name_is_the_first_free_one_of_the_user() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let create = |user: &SignedInUser, seed: &str| {
        host.create(user, &mut of_model(seed, ONE_PASSWORD)).unwrap()
    };
    let name = |passkey: &Passkey| passkey.name.as_str().to_owned();
    let first = create(&ada, "a");
    let second = create(&ada, "b");
    assert_eq!([name(&first), name(&second)], ["1Password", "1Password 2"]);
    // Another user's names do not matter.
    assert_eq!(name(&create(&bob, "c")), "1Password");
    // A name that the user gave to a passkey is taken, and that of a deleted passkey is free.
    rename(&host, &ada, first.id, "1Password 3").unwrap();
    assert_eq!(name(&create(&ada, "d")), "1Password");
    assert_eq!(name(&create(&ada, "e")), "1Password 4");
    delete(&host, &ada, second.id).unwrap();
    assert_eq!(name(&create(&ada, "f")), "1Password 2");
}

#[test]
fn hosts_names_take_precedence_for_new_passkeys() {
    let company_key = "11111111-2222-3333-4444-555555555555";
    let model: Aaguid = company_key.parse().unwrap();
    let names = move |aaguid| (aaguid == model).then(|| format!("{}🔑\n", "x".repeat(150)));
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.authenticator_names(Arc::new(names)).build().unwrap());
    let ada = user("ada");
    // Pages display the model next to the passkey's name, and shorten it themselves.
    let known = |aaguid: &str| host.rp.authenticator_name(aaguid.parse().unwrap());
    assert_eq!(known(company_key).unwrap(), format!("{}🔑\n", "x".repeat(150)));
    assert_eq!(known("22222222-2222-3333-4444-555555555555"), None);
    #[cfg(feature = "aaguid-names")]
    assert_eq!(known(ONE_PASSWORD).unwrap(), "1Password");
    let name = |seed: &str, aaguid: &str| {
        host.create(&ada, &mut of_model(seed, aaguid)).unwrap().name.as_str().to_owned()
    };
    assert_eq!(name("a", company_key), "x".repeat(100));
    assert_eq!(name("b", company_key), format!("{} 2", "x".repeat(98)));
    #[cfg(feature = "aaguid-names")]
    assert_eq!(name("c", ONE_PASSWORD), "1Password");
}

#[test]
fn list_shows_only_the_users_passkeys_oldest_first() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let mut device = authenticator("a");
    let first = host.create(&ada, &mut device).unwrap();
    host.create(&bob, &mut authenticator("b")).unwrap();
    host.create(&ada, &mut authenticator("c")).unwrap();
    assert_eq!(host.passkeys(&user("nobody")), []);
    host.sign_in(SignInRequest::Discoverable, &mut device).unwrap();
    let list = host.passkeys(&ada);
    assert_eq!(list.len(), 2);
    assert!(list.iter().all(|passkey| passkey.user == ada.handle()));
    assert!(list.is_sorted_by_key(|passkey| passkey.created_at));
    let used = list.iter().find(|passkey| passkey.id == first.id).unwrap();
    assert_eq!((used.created_at, used.updated_at, used.last_used_at), (NOW, NOW, Some(NOW)));
    assert!(
        list.iter().filter(|passkey| passkey.id != first.id).all(|it| it.last_used_at.is_none())
    );
}

#[test]
fn id_of_a_passkey_is_short_and_not_the_credential_id() {
    let host = Host::new();
    let passkey = host.create(&user("ada"), &mut authenticator("device")).unwrap();
    let id = passkey.id.to_string();
    assert_eq!(id.len(), 22);
    assert!(!passkey.credential_id.to_string().contains(&id));
    assert_eq!(passkey.id, PasskeyId::of("example.com", &passkey.credential_id));
}

#[test]
fn deletion_returns_the_deleted_passkey_and_all_that_remain() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    host.create(&bob, &mut authenticator("bob")).unwrap();
    let [first, second, third] =
        ["a", "b", "c"].map(|seed| host.create(&ada, &mut authenticator(seed)).unwrap());
    let deleted = delete(&host, &ada, second.id).unwrap();
    assert_eq!(deleted.id, second.id);
    let mut remaining = deleted.signal.all_accepted_credential_ids().to_vec();
    remaining.sort();
    let mut expected = [first.credential_id.clone(), third.credential_id.clone()];
    expected.sort();
    assert_eq!(remaining, expected);
    assert_eq!((deleted.signal.rp_id(), deleted.signal.user_id()), ("example.com", ada.handle()));
    // A deleted passkey is not found.
    assert_eq!(delete(&host, &ada, second.id), Err(Error::PasskeyNotFound));
    assert_eq!(rename(&host, &ada, second.id, "Back"), Err(Error::PasskeyNotFound));
    // The last one is deleted too unless the policy protects it, and then no credentials are accepted.
    delete(&host, &ada, first.id).unwrap();
    let last = delete(&host, &ada, third.id).unwrap();
    assert!(last.signal.all_accepted_credential_ids().is_empty());
    assert_eq!(host.passkeys(&bob).len(), 1);
}
