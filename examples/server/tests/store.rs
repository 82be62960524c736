//! The contract of `relying_party::store`, sentence by sentence, on SQLite. Races run over two handles of one file, as
//! two processes would have them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

use std::{path::PathBuf, sync::Barrier, thread};

use relying_party::{
    Challenge, CreatePasskey, Passkey, PasskeyState, RelyingParty, SignIn, SignInRequest,
    SignedInUser, Timestamp, UserHandle,
    ceremony::Ceremony,
    flow::{Effect, Inserted, Owner, Recorded, Removed, Step},
    store::{self, MemoryStore, PasskeyStore},
    test_authenticator::TestAuthenticator,
};
use server::store::{Sqlite, StoreError};

const ORIGIN: &str = "https://example.com";
const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);
const RACERS: usize = 8;

/// A database of its own, gone when dropped.
struct Database {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Database {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { file: folder.path().join("test.sqlite"), _folder: folder }
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.file).unwrap()
    }

    /// Runs `race` at the same instant in several threads, half of them on another handle.
    fn race<T: Send>(&self, race: impl Fn(&Sqlite, usize) -> T + Sync) -> Vec<T> {
        let handles = [self.open(), self.open()];
        let start = Barrier::new(RACERS);
        thread::scope(|scope| {
            let racers = (0..RACERS)
                .map(|number| {
                    let (handle, start, race) = (&handles[number % 2], &start, &race);
                    scope.spawn(move || {
                        start.wait();
                        race(handle, number)
                    })
                })
                .collect::<Vec<_>>();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        })
    }
}

fn rp() -> RelyingParty {
    RelyingParty::builder("example.com", "Example").origin(ORIGIN).build().unwrap()
}

fn account(store: &Sqlite, name: &str) -> Owner {
    let account = store.sign_up(name.parse().unwrap(), NOW).unwrap();
    Owner { rp_id: "example.com".into(), user: account.handle }
}

/// A passkey of that account, as the create flow makes it; another one for every `seed`.
fn passkey(owner: &Owner, seed: &str) -> Passkey {
    let (rp, memory) = (rp(), MemoryStore::new());
    let user = SignedInUser::new(owner.user, "user", "User");
    let challenge = Challenge::generate().unwrap();
    let start = store::run(&memory, CreatePasskey::begin(&rp, &user, challenge, NOW)).unwrap();
    let response = TestAuthenticator::new(seed).create(&start.public_key, ORIGIN).unwrap();
    let finish =
        CreatePasskey::finish(&rp, owner.user, start.ceremony_id, response.as_bytes(), NOW);
    store::run(&memory, finish).unwrap().passkey
}

fn ceremony(at: Timestamp) -> Ceremony {
    match SignIn::begin(&rp(), SignInRequest::Discoverable, Challenge::generate().unwrap(), at)
        .unwrap()
    {
        Step::Effect(_, Effect::PutCeremony(ceremony)) => *ceremony,
        step => panic!("a sign-in begins by putting its ceremony, not by {step:?}"),
    }
}

fn count<T: PartialEq>(results: &[T], wanted: &T) -> usize {
    results.iter().filter(|result| *result == wanted).count()
}

fn later(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(NOW.as_unix_millis() + millis)
}

#[test]
fn a_ceremony_is_kept_until_it_is_taken_and_taken_once() {
    let database = Database::new();
    let ceremony = ceremony(NOW);
    database.open().put_ceremony(&ceremony).unwrap();
    // On another handle, as on another machine.
    let store = database.open();
    assert_eq!(store.take_ceremony(&ceremony.id()).unwrap(), Some(ceremony.clone()));
    assert_eq!(store.take_ceremony(&ceremony.id()).unwrap(), None);
    assert_eq!(database.open().take_ceremony(&ceremony.id()).unwrap(), None);
}

#[test]
fn of_concurrent_takers_exactly_one_gets_the_ceremony() {
    let database = Database::new();
    for _ in 0..10 {
        let ceremony = ceremony(NOW);
        database.open().put_ceremony(&ceremony).unwrap();
        let taken =
            database.race(|store, _| store.take_ceremony(&ceremony.id()).unwrap().is_some());
        assert_eq!(count(&taken, &true), 1);
    }
}

#[test]
fn expired_ceremonies_do_not_pile_up() {
    let database = Database::new();
    let store = database.open();
    let (old, new) = (ceremony(NOW), ceremony(later(3_600_000)));
    store.put_ceremony(&old).unwrap();
    store.put_ceremony(&new).unwrap();
    assert_eq!(store.take_ceremony(&old.id()).unwrap(), None);
    assert_eq!(store.take_ceremony(&new.id()).unwrap(), Some(new));
}

#[test]
fn passkeys_are_those_of_one_account_oldest_first() {
    let database = Database::new();
    let store = database.open();
    let (ada, bob) = (account(&store, "Ada"), account(&store, "Bob"));
    let mut passkeys = ["1", "2", "3"].map(|seed| passkey(&ada, seed));
    for (passkey, age) in passkeys.iter_mut().zip([20, 10, 30]) {
        passkey.created_at = later(age);
        assert_eq!(store.insert_passkey(passkey, 10).unwrap(), Inserted::Inserted);
    }
    store.insert_passkey(&passkey(&bob, "4"), 10).unwrap();
    passkeys.sort_by_key(|passkey| passkey.created_at);
    assert_eq!(store.passkeys_of(&ada).unwrap(), passkeys);
    assert_eq!(store.passkeys_of(&bob).unwrap().len(), 1);
    let elsewhere = Owner { rp_id: "example.org".into(), ..ada };
    assert_eq!(store.passkeys_of(&elsewhere).unwrap(), []);
}

#[test]
fn a_passkey_is_found_by_its_credential_id_whoever_owns_it() {
    let database = Database::new();
    let store = database.open();
    let passkey = passkey(&account(&store, "Ada"), "1");
    store.insert_passkey(&passkey, 10).unwrap();
    assert_eq!(
        store.passkey("example.com", &passkey.credential_id).unwrap(),
        Some(passkey.clone())
    );
    assert_eq!(store.passkey("example.org", &passkey.credential_id).unwrap(), None);
    let unknown = (&[1, 2, 3][..]).try_into().unwrap();
    assert_eq!(store.passkey("example.com", &unknown).unwrap(), None);
}

#[test]
fn a_credential_is_registered_once_over_all_users_and_never_overwritten() {
    let database = Database::new();
    let store = database.open();
    let (ada, bob) = (account(&store, "Ada"), account(&store, "Bob"));
    let mine = passkey(&ada, "1");
    store.insert_passkey(&mine, 10).unwrap();
    let mut stolen = passkey(&bob, "2");
    (stolen.id, stolen.credential_id) = (mine.id, mine.credential_id.clone());
    assert_eq!(store.insert_passkey(&stolen, 10).unwrap(), Inserted::AlreadyExists);
    assert_eq!(store.insert_passkey(&mine, 10).unwrap(), Inserted::AlreadyExists);
    // Reported before the limit.
    assert_eq!(store.insert_passkey(&mine, 1).unwrap(), Inserted::AlreadyExists);
    assert_eq!(store.passkeys_of(&ada).unwrap(), [mine]);
    assert_eq!(store.passkeys_of(&bob).unwrap(), []);
}

#[test]
fn of_concurrent_insertions_of_one_credential_one_succeeds() {
    let database = Database::new();
    let store = database.open();
    let owners =
        (0..RACERS).map(|number| account(&store, &format!("User {number}"))).collect::<Vec<_>>();
    let first = passkey(&owners[0], "1");
    let inserted = database.race(|store, number| {
        let mut passkey = first.clone();
        passkey.user = owners[number].user;
        store.insert_passkey(&passkey, 10).unwrap()
    });
    assert_eq!(count(&inserted, &Inserted::Inserted), 1);
    assert_eq!(count(&inserted, &Inserted::AlreadyExists), RACERS - 1);
    assert_eq!(
        owners.iter().map(|owner| store.passkeys_of(owner).unwrap().len()).sum::<usize>(),
        1
    );
}

#[test]
fn concurrent_insertions_do_not_exceed_the_limit() {
    let database = Database::new();
    let store = database.open();
    let ada = account(&store, "Ada");
    let passkeys = (0..RACERS).map(|number| passkey(&ada, &number.to_string())).collect::<Vec<_>>();
    let inserted =
        database.race(|store, number| store.insert_passkey(&passkeys[number], 3).unwrap());
    assert_eq!(count(&inserted, &Inserted::Inserted), 3);
    assert_eq!(count(&inserted, &Inserted::LimitReached), RACERS - 3);
    assert_eq!(store.passkeys_of(&ada).unwrap().len(), 3);
}

#[test]
fn a_use_is_recorded_if_the_state_is_as_expected() {
    let database = Database::new();
    let store = database.open();
    let mut passkey = passkey(&account(&store, "Ada"), "1");
    // What an imported record may not say has to be compared, too.
    passkey.state.backup_eligible = None;
    passkey.state.backup_state = None;
    store.insert_passkey(&passkey, 10).unwrap();
    let read = || store.passkey("example.com", &passkey.credential_id).unwrap().unwrap();

    let before = passkey.state;
    let after = PasskeyState {
        sign_count: u32::MAX,
        backup_eligible: Some(true),
        backup_state: Some(false),
        uv_initialized: true,
    };
    assert_eq!(
        store.record_use(&passkey.id, &before, &after, later(1)).unwrap(),
        Recorded::Updated
    );
    assert_eq!((read().state, read().last_used_at), (after, Some(later(1))));

    // Every part of the state counts.
    let others = [
        before,
        PasskeyState { sign_count: 7, ..after },
        PasskeyState { backup_eligible: None, ..after },
        PasskeyState { backup_state: Some(true), ..after },
        PasskeyState { uv_initialized: false, ..after },
    ];
    for other in others {
        assert_eq!(
            store.record_use(&passkey.id, &other, &before, later(2)).unwrap(),
            Recorded::Conflict
        );
        assert_eq!((read().state, read().last_used_at), (after, Some(later(1))));
    }
    let owner = Owner { rp_id: passkey.rp_id.clone(), user: passkey.user };
    store.delete_passkey(&owner, &passkey.id, false).unwrap();
    assert_eq!(
        store.record_use(&passkey.id, &after, &before, later(3)).unwrap(),
        Recorded::NotFound
    );
}

#[test]
fn of_concurrent_uses_of_one_state_one_is_recorded() {
    let database = Database::new();
    let store = database.open();
    let passkey = passkey(&account(&store, "Ada"), "1");
    store.insert_passkey(&passkey, 10).unwrap();
    let recorded = database.race(|store, number| {
        let sign_count = passkey.state.sign_count + 1 + u32::try_from(number).unwrap();
        let next = PasskeyState { sign_count, ..passkey.state };
        store.record_use(&passkey.id, &passkey.state, &next, later(1)).unwrap()
    });
    assert_eq!(count(&recorded, &Recorded::Updated), 1);
    assert_eq!(count(&recorded, &Recorded::Conflict), RACERS - 1);
}

#[test]
fn only_the_owner_renames_and_deletes() {
    let database = Database::new();
    let store = database.open();
    let (ada, bob) = (account(&store, "Ada"), account(&store, "Bob"));
    let mut mine = passkey(&ada, "1");
    store.insert_passkey(&mine, 10).unwrap();
    let name = "Laptop".parse().unwrap();
    let elsewhere = Owner { rp_id: "example.org".into(), user: ada.user };
    for stranger in [&bob, &elsewhere] {
        assert_eq!(store.rename_passkey(stranger, &mine.id, &name, later(1)).unwrap(), None);
        assert_eq!(store.delete_passkey(stranger, &mine.id, false).unwrap(), Removed::NotFound);
    }
    assert_eq!(store.passkeys_of(&ada).unwrap(), [mine.clone()]);

    (mine.name, mine.updated_at) = (name.clone(), later(1));
    assert_eq!(store.rename_passkey(&ada, &mine.id, &name, later(1)).unwrap(), Some(mine.clone()));
    assert_eq!(store.passkeys_of(&ada).unwrap(), [mine.clone()]);
    assert_eq!(store.delete_passkey(&ada, &mine.id, false).unwrap(), Removed::Removed);
    assert_eq!(store.delete_passkey(&ada, &mine.id, false).unwrap(), Removed::NotFound);
    assert_eq!(store.rename_passkey(&ada, &mine.id, &name, later(2)).unwrap(), None);
    assert_eq!(store.passkeys_of(&ada).unwrap(), []);
}

#[test]
fn the_last_passkey_stays_if_it_has_to() {
    let database = Database::new();
    let store = database.open();
    let (ada, bob) = (account(&store, "Ada"), account(&store, "Bob"));
    let mine = passkey(&ada, "1");
    store.insert_passkey(&mine, 10).unwrap();
    store.insert_passkey(&passkey(&bob, "2"), 10).unwrap();
    assert_eq!(store.delete_passkey(&ada, &mine.id, true).unwrap(), Removed::LastPasskey);
    // Whose last one it is nobody else learns.
    assert_eq!(store.delete_passkey(&bob, &mine.id, true).unwrap(), Removed::NotFound);
    store.insert_passkey(&passkey(&ada, "3"), 10).unwrap();
    assert_eq!(store.delete_passkey(&ada, &mine.id, true).unwrap(), Removed::Removed);
    assert_eq!(store.passkeys_of(&ada).unwrap().len(), 1);
}

#[test]
fn concurrent_deletions_leave_the_last_passkey() {
    let database = Database::new();
    let store = database.open();
    let ada = account(&store, "Ada");
    let passkeys = (0..RACERS).map(|number| passkey(&ada, &number.to_string())).collect::<Vec<_>>();
    for passkey in &passkeys {
        store.insert_passkey(passkey, 10).unwrap();
    }
    let removed = database
        .race(|store, number| store.delete_passkey(&ada, &passkeys[number].id, true).unwrap());
    assert_eq!(count(&removed, &Removed::Removed), RACERS - 1);
    assert_eq!(count(&removed, &Removed::LastPasskey), 1);
    assert_eq!(store.passkeys_of(&ada).unwrap().len(), 1);
}

#[test]
fn everything_is_there_after_the_file_is_opened_again() {
    let database = Database::new();
    let store = database.open();
    let ada = account(&store, "Ada");
    let mut passkey = passkey(&ada, "1");
    store.insert_passkey(&passkey, 10).unwrap();
    passkey.name = "Ada's \u{1f511} “key”".parse().unwrap();
    passkey.updated_at = later(1);
    store.rename_passkey(&ada, &passkey.id, &passkey.name, passkey.updated_at).unwrap();
    let state = PasskeyState { sign_count: 9, ..passkey.state };
    store.record_use(&passkey.id, &passkey.state, &state, later(2)).unwrap();
    (passkey.state, passkey.last_used_at) = (state, Some(later(2)));
    let ceremony = ceremony(NOW);
    store.put_ceremony(&ceremony).unwrap();
    drop(store);

    let store = database.open();
    assert_eq!(store.passkeys_of(&ada).unwrap(), [passkey]);
    assert_eq!(store.take_ceremony(&ceremony.id()).unwrap(), Some(ceremony));
    assert_eq!(store.account_by_handle(&ada.user).unwrap().unwrap().name.as_str(), "Ada");
    assert_eq!(store.account_by_name(&"ADA".parse().unwrap()).unwrap().unwrap().handle, ada.user);
}

#[test]
fn a_passkey_needs_an_account() {
    let database = Database::new();
    let store = database.open();
    let nobody = Owner { rp_id: "example.com".into(), user: UserHandle::generate().unwrap() };
    let refused = store.insert_passkey(&passkey(&nobody, "1"), 10);
    assert!(matches!(refused, Err(StoreError::Sqlite(_))), "{refused:?}");
    assert_eq!(store.passkeys_of(&nobody).unwrap(), []);
}

#[test]
fn the_file_has_a_write_ahead_log() {
    let database = Database::new();
    let _store = database.open();
    let connection = rusqlite::Connection::open(&database.file).unwrap();
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_file_of_a_later_layout_is_refused() {
    let database = Database::new();
    drop(database.open());
    let connection = rusqlite::Connection::open(&database.file).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(Sqlite::open(&database.file), Err(StoreError::Layout { found: 2 })));
}
