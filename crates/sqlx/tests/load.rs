//! Many operations on few accounts at once: none fails, none deadlocks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use relying_party::{
    Challenge, Passkey, PasskeyId, SignIn, SignInRequest,
    flow::{InsertOutcome, Owner},
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, run_async},
};
use relying_party_sqlx::{Dialect, SqlxStore};
use support::{Fresh, NOW, account, later, passkey, rp, session};

const TASKS: u32 = 16;
const ROUNDS: u32 = 40;
const MAX: u32 = 4;
/// Longer than ceremonies live.
const AGE: u64 = 24 * 3_600_000;

/// A passkey of an account with a random credential.
fn another(made: &Passkey, owner: &Owner) -> Passkey {
    let (mut made, random) = (made.clone(), account().user);
    made.user = owner.user;
    made.credential_id = random.as_bytes().try_into().unwrap();
    made.id = PasskeyId::of(&made.rp_id, &made.credential_id);
    made
}

async fn work<DB: Dialect>(store: SqlxStore<DB>, task: u32, owners: [Owner; 2], made: Passkey) {
    let rp = rp();
    for round in 0..ROUNDS {
        let owner = &owners[usize::try_from((task + round) % 2).unwrap()];
        let made = another(&made, owner);
        let inserted = store.insert_passkey(&made, MAX).await.unwrap();
        if inserted == InsertOutcome::Inserted {
            // Others may delete it meanwhile.
            store.record_use(&made.id, &made.state, &made.state, NOW).await.unwrap();
            store.rename_passkey(owner, &made.id, &"New".parse().unwrap(), NOW).await.unwrap();
        }
        let there = store.passkeys_of(owner).await.unwrap();
        assert!(there.len() <= MAX.try_into().unwrap(), "{}", there.len());
        match (task + round) % 5 {
            0 => drop(store.erase_passkeys(owner).await.unwrap()),
            1 => drop(store.operator("grace").revoke_account(owner, NOW).await.unwrap()),
            2 => store.erase_ceremonies(owner).await.unwrap(),
            _ => {
                for passkey in &there {
                    store.delete_passkey(owner, &passkey.id, true).await.unwrap();
                }
            }
        }
        // Some ceremonies have expired when others begin, so that they are swept while they are taken.
        let now = later(if round % 2 == 0 { 0 } else { AGE });
        let request = SignInRequest::for_account(owner.user);
        let begin = SignIn::begin(&rp, request, session(), Challenge::generate().unwrap(), now);
        let start = run_async(&store, begin).await.unwrap();
        store.sweep(later(AGE)).await.unwrap();
        store.take_ceremony(&start.ceremony_id).await.unwrap();
    }
}

async fn nothing_fails_when_much_happens_at_once<DB: Dialect>(fresh: &Fresh<DB>) {
    let owners = [account(), account()];
    let made = passkey(&owners[0], "laptop");
    let store = fresh.store.clone().patience(std::time::Duration::from_mins(1));
    let tasks = (0..TASKS)
        .map(|task| tokio::spawn(work(store.clone(), task, owners.clone(), made.clone())))
        .collect::<Vec<_>>();
    for task in tasks {
        task.await.unwrap();
    }
}

on_each_database!(nothing_fails_when_much_happens_at_once);
