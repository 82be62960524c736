//! What a whole sign-in costs while there are ever more passkeys: both halves of the flow, with each store.
//!
//! `cargo bench -p server --bench scale`, or with sizes of one's own: `… -- 100 10000`. PostgreSQL is that of
//! `DATABASE_URL`, as in the tests; without one its rows are left out. The authenticator's part is not counted.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement that fails may end so"
)]
#![allow(dead_code, unreachable_pub, reason = "it does not need all of the tests' support")]

#[path = "../tests/support/many.rs"]
mod many;
#[path = "../tests/support/postgres.rs"]
mod postgres;

use std::{
    env,
    time::{Duration, Instant},
};

use postgres::Schema;
use relying_party::{
    Challenge, NewUser, Passkey, PasskeyId, Posted, RelyingParty, SessionBinding, SignIn,
    SignInRequest, Timestamp, UserHandle,
    flow::SignUpOutcome,
    store::{self, AsyncPasskeyStore, MemoryStore, PasskeyStore},
    test_authenticator::TestAuthenticator,
};
use server::store::{Database, Limits, Store};
use tokio::runtime::Runtime;

const SIGN_INS: usize = 300;

/// Somebody with a passkey, which is made in memory and put into each store.
struct User {
    rp: RelyingParty,
    device: TestAuthenticator,
    passkey: Passkey,
}

impl User {
    fn new() -> Self {
        let rp = many::rp();
        let (device, passkey) = many::passkey();
        Self { rp, device, passkey }
    }

    /// How long the two halves of a sign-in take, from the fastest to the slowest.
    fn measure(&mut self, store: &impl Run) -> [Vec<Duration>; 2] {
        let mut times = [Vec::new(), Vec::new()];
        let session = SessionBinding::of("the session of a browser");
        for _ in 0..SIGN_INS {
            let challenge = Challenge::generate().unwrap();
            let started = Instant::now();
            let begin = SignIn::begin(
                &self.rp,
                SignInRequest::Discoverable,
                session,
                challenge,
                Timestamp::now(),
            );
            let start = store.run(begin);
            times[0].push(started.elapsed());
            let response = self.device.get(&start.public_key, many::ORIGIN).unwrap();
            let started = Instant::now();
            let (ceremony, response) = (start.ceremony_id, response.as_bytes());
            let posted = Posted { session, ceremony, response };
            store.run(SignIn::finish(&self.rp, posted, Timestamp::now()));
            times[1].push(started.elapsed());
        }
        for times in &mut times {
            times.sort();
        }
        times
    }
}

/// Something that runs flows.
trait Run {
    fn run<F: relying_party::Flow>(
        &self,
        start: Result<relying_party::Step<F>, relying_party::Error>,
    ) -> F::Output;
}

impl Run for MemoryStore {
    fn run<F: relying_party::Flow>(
        &self,
        start: Result<relying_party::Step<F>, relying_party::Error>,
    ) -> F::Output {
        store::run(self, start).unwrap()
    }
}

impl Run for (Runtime, Store) {
    fn run<F: relying_party::Flow>(
        &self,
        start: Result<relying_party::Step<F>, relying_party::Error>,
    ) -> F::Output {
        self.0.block_on(store::run_async(self.1.passkeys(), start)).unwrap()
    }
}

fn main() {
    let sizes =
        env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect::<Vec<u32>>();
    let sizes = if sizes.is_empty() { vec![100, 10_000, 1_000_000] } else { sizes };
    println!("store       passkeys   begin µs  finish µs   whole µs   99 % of finishes within µs");
    for passkeys in sizes {
        let mut user = User::new();
        report("memory", passkeys, user.measure(&memory(&user.passkey, passkeys)));
        let folder = tempfile::tempdir().unwrap();
        report("SQLite", passkeys, user.measure(&sqlite(&folder, &user.passkey, passkeys)));
        if let Some(schema) = Schema::new() {
            report(
                "PostgreSQL",
                passkeys,
                user.measure(&postgres(&schema, &user.passkey, passkeys)),
            );
        }
    }
}

fn report(store: &str, passkeys: u32, [begin, finish]: [Vec<Duration>; 2]) {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let (b, f) = (micros(begin[begin.len() / 2]), micros(finish[finish.len() / 2]));
    let late = micros(finish[finish.len() * 99 / 100]);
    println!("{store:<10} {passkeys:>9} {b:>10.0} {f:>10.0} {:>10.0} {late:>10.0}", b + f);
}

fn memory(own: &Passkey, passkeys: u32) -> MemoryStore {
    let store = MemoryStore::new();
    let mut passkey = own.clone();
    for number in 0..passkeys {
        passkey.user = UserHandle::try_from(&number.to_be_bytes()[..]).unwrap();
        passkey.credential_id = (&number.to_be_bytes()[..]).try_into().unwrap();
        passkey.id = PasskeyId::of(&passkey.rp_id, &passkey.credential_id);
        PasskeyStore::insert_passkey(&store, &passkey, 10).unwrap();
    }
    PasskeyStore::insert_passkey(&store, own, 10).unwrap();
    store
}

fn sqlite(folder: &tempfile::TempDir, own: &Passkey, passkeys: u32) -> (Runtime, Store) {
    let file = folder.path().join("scale.sqlite");
    let runtime = Runtime::new().unwrap();
    let database = Database::File(file.clone());
    let store = runtime.block_on(Store::open(&database, None, limits())).unwrap();
    runtime.block_on(many::in_sqlite(&file, own, passkeys));
    with_own(runtime, store, own)
}

fn postgres(schema: &Schema, own: &Passkey, passkeys: u32) -> (Runtime, Store) {
    let runtime = Runtime::new().unwrap();
    let database = schema.url().parse::<Database>().unwrap();
    let store = runtime.block_on(Store::open(&database, None, limits())).unwrap();
    many::in_postgres(schema, own, passkeys);
    with_own(runtime, store, own)
}

fn limits() -> Limits {
    Limits { patience: Duration::from_mins(1), ..Limits::default() }
}

fn with_own(runtime: Runtime, store: Store, own: &Passkey) -> (Runtime, Store) {
    runtime.block_on(async {
        let user = NewUser::new(own.user, "ada", "Ada");
        let outcome = store.passkeys().insert_account(&user, own).await.unwrap();
        assert_eq!(outcome, SignUpOutcome::Created);
    });
    (runtime, store)
}
