//! Stores made of other stores: pairs, stores chosen at run time, blocking stores on a thread pool.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/host.rs"]
mod host;
#[path = "support/audit/store.rs"]
mod watched;

use std::{error::Error as _, io, sync::Arc};

use host::{Host, NOW, ORIGIN, authenticator, new_user, user};
use pollster::block_on;
use relying_party::{
    CeremonyId, CreatePasskey, Error, ListPasskeys, Passkey, SignIn, SignInRequest,
    ceremony::Ceremony,
    flow::{NewUser, Owner, SignUpOutcome},
    store::{
        self, AsyncCeremonyStore, Blocking, BlockingError, CeremonyStore, DynStore, MemoryStore,
        PasskeyStore as _, RunError, SpawnBlocking, run_async,
    },
};
use watched::{Failed, Watched};

/// A ceremony store that cannot be reached.
struct Unreachable;

impl CeremonyStore for Unreachable {
    type Error = io::Error;

    fn put_ceremony(&self, _: &Ceremony) -> io::Result<()> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    fn take_ceremony(&self, _: &CeremonyId) -> io::Result<Option<Ceremony>> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    fn erase_ceremonies(&self, _: &Owner) -> io::Result<()> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}

impl AsyncCeremonyStore for Unreachable {
    type Error = io::Error;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> io::Result<()> {
        CeremonyStore::put_ceremony(self, ceremony)
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> io::Result<Option<Ceremony>> {
        CeremonyStore::take_ceremony(self, id)
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> io::Result<()> {
        CeremonyStore::erase_ceremonies(self, owner)
    }
}

/// A pool that was shut down.
struct ShutDown;

impl SpawnBlocking for ShutDown {
    type Error = io::Error;

    async fn spawn_blocking<T: Send + 'static>(
        &self,
        _: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn pair_keeps_ceremonies_in_its_first_store_and_passkeys_in_its_second() {
    let host = Host::new();
    let ada = user("ada");
    let memory = [MemoryStore::new(), MemoryStore::new()];
    let [ceremonies, passkeys] = [0, 1].map(|half| Watched::new(&memory[half], None));
    let pair = (&ceremonies, &passkeys);

    let begin = CreatePasskey::begin(&host.rp, &ada, host::session(), host.challenge(), NOW);
    let start = store::run(&pair, begin).unwrap();
    let response = authenticator("device").create(&start.public_key, ORIGIN).unwrap();
    let posted = host::posted(start.ceremony_id, response.as_bytes());
    let finish = CreatePasskey::finish(&host.rp, ada.handle(), posted, NOW);
    store::run(&pair, finish).unwrap();

    assert_eq!(*ceremonies.verbs.borrow(), ["put_ceremony", "take_ceremony"]);
    assert_eq!(*passkeys.verbs.borrow(), ["passkeys_of", "passkeys_of", "insert_passkey"]);
}

#[test]
fn error_says_which_store_of_a_pair_failed() {
    let host = Host::new();
    let sign_in = || {
        SignIn::begin(&host.rp, SignInRequest::Discoverable, host::session(), host.challenge(), NOW)
    };
    let list = || ListPasskeys::begin(&host.rp, user("ada").handle());
    let passkeys = MemoryStore::new();
    let failing = || Watched::new(&passkeys, Some(1));

    let error = store::run(&(Unreachable, &passkeys), sign_in()).unwrap_err();
    assert!(
        matches!(&error, RunError::CeremonyStore(error) if error.kind() == io::ErrorKind::ConnectionRefused)
    );
    assert_eq!(error.to_string(), "the ceremony store failed");
    assert_eq!(error.source().unwrap().to_string(), "connection refused");

    let error = store::run(&(Unreachable, failing()), list()).unwrap_err();
    assert!(matches!(error, RunError::PasskeyStore(Failed("passkeys_of"))));

    let start = store::run(&passkeys, sign_in()).unwrap();
    let finish = || SignIn::finish(&host.rp, host::posted(start.ceremony_id, b"{}"), NOW);
    store::run(&(&passkeys, &passkeys), finish()).unwrap_err();
    let error = store::run(&(&passkeys, &passkeys), finish()).unwrap_err();
    assert_eq!(error, RunError::Flow(Error::CeremonyNotFound));
}

#[test]
fn store_chosen_at_run_time_fails_with_the_error_of_the_store() {
    let host = Host::new();
    let store = DynStore::new((Unreachable, MemoryStore::new()));
    let begin = SignIn::begin(
        &host.rp,
        SignInRequest::Discoverable,
        host::session(),
        host.challenge(),
        NOW,
    );
    let error = block_on(run_async(&store.clone(), begin)).unwrap_err();
    let RunError::CeremonyStore(error) = error else { panic!("{error}") };
    assert_eq!(error.to_string(), "connection refused");
    let error = error.get_ref().downcast_ref::<io::Error>().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn failure_of_the_pool_is_not_a_failure_of_the_store() {
    let host = Host::new();
    let store = Blocking::new(Arc::new(MemoryStore::new()), ShutDown);
    let begin = SignIn::begin(
        &host.rp,
        SignInRequest::Discoverable,
        host::session(),
        host.challenge(),
        NOW,
    );
    let error = block_on(run_async(&store, begin)).unwrap_err();
    let RunError::CeremonyStore(BlockingError::Pool(error)) = error else { panic!("{error}") };
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

/// The futures can be spawned on executors with several threads.
#[test]
fn futures_of_stores_can_be_sent() {
    fn spawn<T: Send>(future: T) -> T {
        future
    }
    let host = Host::new();
    let list = || ListPasskeys::begin(&host.rp, user("ada").handle());
    let pair = (MemoryStore::new(), Arc::new(MemoryStore::new()));
    assert!(block_on(spawn(run_async(&pair, list()))).unwrap().passkeys.is_empty());
    let dynamic = DynStore::new(pair);
    assert!(block_on(spawn(run_async(&dynamic, list()))).unwrap().passkeys.is_empty());
}

fn owner(name: &str) -> Owner {
    Owner { rp_id: "example.com".into(), user: user(name).handle() }
}

/// A passkey of that user, which is not in the store.
fn passkey(name: &str) -> Passkey {
    Host::new().create(&user(name), &mut authenticator(name)).unwrap()
}

#[test]
fn memory_store_creates_an_account_with_its_passkey_or_neither() {
    let store = MemoryStore::new();
    let create = |user: &NewUser, passkey: &Passkey| store.insert_account(user, passkey).unwrap();
    let (ada, bob) = (passkey("ada"), passkey("bob"));
    assert_eq!(create(&new_user("ada", "ada"), &ada), SignUpOutcome::Created);
    assert_eq!(create(&new_user("bob", "ada"), &bob), SignUpOutcome::NameTaken);
    assert_eq!(store.passkeys_of(&owner("bob")).unwrap(), []);
    // An existing credential or user handle leaves the name free.
    assert_eq!(create(&new_user("ada", "bob"), &ada), SignUpOutcome::AlreadyExists);
    assert_eq!(create(&new_user("bob", "bob"), &bob), SignUpOutcome::Created);
    // An account still exists when its last passkey is deleted.
    store.delete_passkey(&owner("ada"), &ada.id, false).unwrap();
    assert_eq!(create(&new_user("ada", "ada2"), &ada), SignUpOutcome::AlreadyExists);
    assert_eq!(create(&new_user("cyd", "ada"), &passkey("cyd")), SignUpOutcome::NameTaken);
    assert_eq!(store.passkeys_of(&owner("ada")).unwrap(), []);
    assert_eq!(store.passkeys_of(&owner("bob")).unwrap(), [bob]);
}

#[test]
fn memory_store_erases_an_account_and_nothing_else() {
    let host = Host::new();
    let (ada, bob) = (user("ada"), user("bob"));
    let kept = host.create(&bob, &mut authenticator("bob")).unwrap();
    let name = new_user("ada", "ada");
    host.store.insert_account(&name, &passkey("ada")).unwrap();
    let open = host.begin_create(&ada).unwrap().ceremony_id;
    let named = host.begin_sign_in(SignInRequest::for_account(ada.handle())).ceremony_id;
    let others = [
        host.begin_create(&bob).unwrap().ceremony_id,
        host.begin_sign_in(SignInRequest::Discoverable).ceremony_id,
    ];
    CeremonyStore::erase_ceremonies(&host.store, &owner("ada")).unwrap();
    let take = |id| CeremonyStore::take_ceremony(&host.store, &id).unwrap();
    assert_eq!([open, named].map(take), [None, None]);
    assert!(others.map(take).iter().all(Option::is_some));

    let erased = host.store.erase_passkeys(&owner("ada")).unwrap();
    assert_eq!(erased, [passkey("ada").credential_id]);
    assert_eq!(host.store.erase_passkeys(&owner("ada")).unwrap(), []);
    assert_eq!(host.passkeys(&ada), []);
    assert_eq!(host.passkeys(&bob), [kept]);
    // The name is free again.
    let created = host.store.insert_account(&new_user("cyd", "ada"), &passkey("cyd")).unwrap();
    assert_eq!(created, SignUpOutcome::Created);
}
