//! Every order in which the effects of two or three requests can reach a store, with a failure before or after any of
//! them: what must never happen does not.
//!
//! Flows are sans-IO, so that concurrency can be tried exhaustively: the effects are atomic, and a schedule is the order
//! in which they happen. A crash and an error of the store are one thing to a flow, which is gone in either case, and
//! what it asked for has happened or has not. After every effect the checks in `explore.rs` hold; beside them each
//! scenario says how it may end.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests, which clippy does not see as such"
)]

#[path = "support/interleavings/mod.rs"]
mod support;

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
};

use relying_party::{
    Error, RelyingParty, ceremony::CeremonyError, test_authenticator::SignCounter,
};
use support::{
    actor::{Outcome, Request},
    explore::{End, Scenario},
    fixture::{
        authenticator, creates, creation, deletes, finishes_create, finishes_sign_in, lists,
        passkey, relying_party, renames, sign_in, signs_in, user,
    },
    model::{Model, Promise},
};

/// Two requests, with up to two failures.
fn two<'a>(
    name: &'static str,
    rp: &'a RelyingParty,
    store: &Model,
    actors: [Vec<Request<'a>>; 2],
    expect: fn(&End<'_>),
) -> usize {
    let actors = Vec::from(actors);
    Scenario { name, rp, store: store.clone(), actors, faults: 2, expect }.explore()
}

/// Three requests, with up to one failure.
fn three<'a>(
    name: &'static str,
    rp: &'a RelyingParty,
    store: &Model,
    actors: [Vec<Request<'a>>; 3],
    expect: fn(&End<'_>),
) -> usize {
    let actors = Vec::from(actors);
    Scenario { name, rp, store: store.clone(), actors, faults: 1, expect }.explore()
}

/// Three sign-ins have a million schedules with failures: those are run if `INTERLEAVINGS=all`.
fn three_sign_ins<'a>(
    name: &'static str,
    rp: &'a RelyingParty,
    store: &Model,
    actors: [Vec<Request<'a>>; 3],
    expect: fn(&End<'_>),
) -> usize {
    let all = env::var_os("INTERLEAVINGS").is_some_and(|value| value == "all");
    let (actors, faults) = (Vec::from(actors), usize::from(all));
    Scenario { name, rp, store: store.clone(), actors, faults, expect }.explore()
}

fn nothing_more(_: &End<'_>) {}

fn at_most_one_succeeds(end: &End<'_>) {
    assert!(end.successes() <= 1, "{:?}", end.outcomes);
}

fn one_succeeds_unless_the_store_fails(end: &End<'_>) {
    at_most_one_succeeds(end);
    assert!(end.successes() == 1 || end.faults > 0, "{:?}", end.outcomes);
}

fn all_succeed_unless_the_store_fails(end: &End<'_>) {
    let lost = end.outcomes.iter().filter(|outcome| **outcome == Outcome::Lost).count();
    assert_eq!(end.successes() + lost, end.outcomes.len(), "{:?}", end.outcomes);
}

#[test]
fn creations_keep_the_limit() {
    let rp = relying_party(|builder| builder.max_passkeys_per_user(2));
    let ada = user("ada");
    let mut store = Model::default();
    passkey(&rp, &mut store, &ada, &mut authenticator("first", SignCounter::Zero));
    let begun = [2, 3, 4].map(|number| {
        let mut new = authenticator(&number.to_string(), SignCounter::Zero);
        creation(&rp, &ada, &mut new, number)
    });
    let create = |number: usize| creates(&rp, &ada, &begun[number]);
    let expect = one_succeeds_unless_the_store_fails;
    two("create, create at the limit", &rp, &store, [create(0), create(1)], expect);

    store.ceremonies.extend(begun.iter().map(|begun| begun.ceremony.clone()));
    let finish = |number: usize| vec![finishes_create(&rp, &ada, &begun[number])];
    let actors = [finish(0), finish(1), finish(2)];
    three("create, create, create at the limit", &rp, &store, actors, expect);
}

#[test]
fn a_credential_gets_one_owner() {
    let rp = relying_party(|builder| builder);
    let (ada, bob) = (user("ada"), user("bob"));
    // One authenticator twice: the same credential for both.
    let adas = creation(&rp, &ada, &mut authenticator("same", SignCounter::Zero), 1);
    let bobs = creation(&rp, &bob, &mut authenticator("same", SignCounter::Zero), 2);
    let actors = [creates(&rp, &ada, &adas), creates(&rp, &bob, &bobs)];
    let expect = one_succeeds_unless_the_store_fails;
    two("create, create of one credential by two users", &rp, &Model::default(), actors, expect);

    let again = creation(&rp, &ada, &mut authenticator("same", SignCounter::Zero), 3);
    let actors = [creates(&rp, &ada, &adas), creates(&rp, &ada, &again)];
    two("create, create of one credential by one user", &rp, &Model::default(), actors, expect);
}

#[test]
fn a_ceremony_succeeds_at_most_once() {
    let rp = relying_party(|builder| builder);
    let ada = user("ada");
    let mut store = Model::default();
    let mut first = authenticator("first", SignCounter::Counting);
    passkey(&rp, &mut store, &ada, &mut first);
    let begun = sign_in(&rp, &mut first, 1);
    let new = creation(&rp, &ada, &mut authenticator("new", SignCounter::Zero), 2);
    store.ceremonies = vec![begun.ceremony.clone(), new.ceremony.clone()];
    let expect = one_succeeds_unless_the_store_fails;

    let finish = || vec![finishes_sign_in(&rp, &begun)];
    two("finish, finish of one sign-in", &rp, &store, [finish(), finish()], expect);
    let actors = [finish(), finish(), finish()];
    three("finish, finish, finish of one sign-in", &rp, &store, actors, expect);

    let finish = || vec![finishes_create(&rp, &ada, &new)];
    two("finish, finish of one creation", &rp, &store, [finish(), finish()], expect);
    let actors = [finish(), finish(), finish()];
    three("finish, finish, finish of one creation", &rp, &store, actors, expect);

    // One of the two ceremonies is used for the other purpose.
    let mut crossed = begun.clone();
    crossed.ceremony = new.ceremony.clone();
    let actors = [vec![finishes_sign_in(&rp, &crossed)], finish()];
    two("finish, finish of one creation, once as a sign-in", &rp, &store, actors, |end| {
        assert!(!end.outcomes[0].is_success());
    });
}

#[test]
fn of_two_sign_ins_with_one_counter_one_succeeds() {
    let rp = relying_party(|builder| builder);
    let ada = user("ada");
    let mut store = Model::default();
    let mut original = authenticator("counting", SignCounter::Counting);
    passkey(&rp, &mut store, &ada, &mut original);
    let mut clone = original.clone();
    let one = sign_in(&rp, &mut original, 1);
    let same = sign_in(&rp, &mut clone, 2);
    let later = sign_in(&rp, &mut original, 3);
    let latest = sign_in(&rp, &mut original, 4);

    let actors = [signs_in(&rp, &one), signs_in(&rp, &same)];
    two("sign-in, sign-in with one counter", &rp, &store, actors, |end| {
        one_succeeds_unless_the_store_fails(end);
        for outcome in end.outcomes {
            if let Outcome::Refused(error) = outcome {
                let regressed =
                    matches!(error, Error::Authentication(CeremonyError::SignCount { .. }));
                assert!(regressed, "{error}");
            }
        }
    });
    let actors = [signs_in(&rp, &one), signs_in(&rp, &later)];
    two("sign-in, sign-in with growing counters", &rp, &store, actors, |end| {
        assert!(end.outcomes[1].is_success() || end.outcomes[1] == Outcome::Lost);
        assert!(end.store.passkeys[0].state.sign_count == 3 || end.faults > 0);
    });
    store.ceremonies = [&one, &later, &latest].map(|begun| begun.ceremony.clone()).to_vec();
    let actors = [&one, &later, &latest].map(|begun| vec![finishes_sign_in(&rp, begun)]);
    three_sign_ins("sign-in, sign-in, sign-in with growing counters", &rp, &store, actors, |end| {
        assert!(end.outcomes[2].is_success() || end.outcomes[2] == Outcome::Lost);
    });
}

#[test]
fn sign_ins_without_a_counter_do_not_hinder_each_other() {
    let rp = relying_party(|builder| builder);
    let ada = user("ada");
    let mut store = Model::default();
    let mut synced = authenticator("synced", SignCounter::Zero);
    passkey(&rp, &mut store, &ada, &mut synced);
    let begun = [1, 2, 3].map(|number| sign_in(&rp, &mut synced, number));
    let actors = [signs_in(&rp, &begun[0]), signs_in(&rp, &begun[1])];
    let expect = all_succeed_unless_the_store_fails;
    two("sign-in, sign-in without counters", &rp, &store, actors, expect);
    store.ceremonies = begun.iter().map(|begun| begun.ceremony.clone()).collect();
    let actors = begun.each_ref().map(|begun| vec![finishes_sign_in(&rp, begun)]);
    three_sign_ins("sign-in, sign-in, sign-in without counters", &rp, &store, actors, expect);
}

#[test]
fn a_deleted_passkey_signs_nobody_in() {
    let rp = relying_party(|builder| builder);
    let ada = user("ada");
    let mut store = Model::default();
    let mut first = authenticator("first", SignCounter::Counting);
    let used = passkey(&rp, &mut store, &ada, &mut first);
    let begun = sign_in(&rp, &mut first, 1);
    let later = sign_in(&rp, &mut first, 2);
    let actors = || [signs_in(&rp, &begun), deletes(&rp, &used)];
    two("sign-in, delete", &rp, &store, actors(), nothing_more);
    let [signs_in, deletes] = actors();
    let rename = renames(&rp, &used, "renamed");
    let actors = [signs_in, deletes, rename];
    three("sign-in, delete, rename", &rp, &store, actors, nothing_more);

    // One after the other: what begins after the deletion was reported fails.
    let one_after_the_other = deletes_then_signs_in(&rp, &used, &later);
    let actors = [one_after_the_other, vec![finishes_sign_in(&rp, &begun)]];
    store.ceremonies = vec![begun.ceremony.clone()];
    two("delete and then sign-in, sign-in", &rp, &store, actors, |end| {
        assert!(matches!(
            end.outcomes[0],
            Outcome::Lost | Outcome::Refused(Error::UnknownCredential(_))
        ));
    });
    store.ceremonies.push(later.ceremony.clone());
    let [begun, later] = [&begun, &later].map(|begun| vec![finishes_sign_in(&rp, begun)]);
    let actors = [begun, later, crate::deletes(&rp, &used)];
    three("sign-in, sign-in, delete", &rp, &store, actors, nothing_more);
}

fn deletes_then_signs_in<'a>(
    rp: &'a RelyingParty,
    used: &relying_party::Passkey,
    begun: &support::fixture::Begun,
) -> Vec<Request<'a>> {
    let mut requests = deletes(rp, used);
    requests.extend(signs_in(rp, begun));
    requests
}

#[test]
fn the_last_passkey_stays() {
    let rp = relying_party(|builder| builder.keep_last_passkey(true));
    let ada = user("ada");
    let mut store = Model::default();
    let passkeys = ["a", "b", "c"]
        .map(|seed| passkey(&rp, &mut store, &ada, &mut authenticator(seed, SignCounter::Zero)));
    let delete = |number: usize| deletes(&rp, &passkeys[number]);
    let actors = [delete(0), delete(1), delete(2)];
    three("delete, delete, delete of three passkeys", &rp, &store, actors, |end| {
        assert!(end.successes() == 2 || end.faults > 0);
        assert!(!end.store.passkeys.is_empty());
    });
    store.passkeys.pop();
    let expect = one_succeeds_unless_the_store_fails;
    two("delete, delete of two passkeys", &rp, &store, [delete(0), delete(1)], expect);
    two("delete, delete of one passkey", &rp, &store, [delete(0), delete(0)], expect);

    let new = creation(&rp, &ada, &mut authenticator("new", SignCounter::Zero), 1);
    let actors = [delete(0), delete(1), creates(&rp, &ada, &new)];
    three("delete, delete, create", &rp, &store, actors, |end| {
        assert!(end.successes() >= 2 || end.faults > 0, "{:?}", end.outcomes);
    });
    store.passkeys.pop();
    let actors = [delete(0), creates(&rp, &ada, &new)];
    two("delete of the last, create", &rp, &store, actors, |end| {
        assert!(end.outcomes[1].is_success() || end.outcomes[1] == Outcome::Lost);
    });
}

#[test]
fn creations_and_deletions_keep_the_limit() {
    let rp = relying_party(|builder| builder.max_passkeys_per_user(2).keep_last_passkey(true));
    let ada = user("ada");
    let mut store = Model::default();
    let passkeys = ["a", "b"]
        .map(|seed| passkey(&rp, &mut store, &ada, &mut authenticator(seed, SignCounter::Zero)));
    let new = creation(&rp, &ada, &mut authenticator("new", SignCounter::Zero), 1);
    let actors = [creates(&rp, &ada, &new), deletes(&rp, &passkeys[0])];
    two("create, delete at the limit", &rp, &store, actors, nothing_more);
    let newer = creation(&rp, &ada, &mut authenticator("newer", SignCounter::Zero), 2);
    store.ceremonies = vec![new.ceremony.clone(), newer.ceremony.clone()];
    let actors = [
        vec![finishes_create(&rp, &ada, &new)],
        vec![finishes_create(&rp, &ada, &newer)],
        deletes(&rp, &passkeys[0]),
    ];
    three("create, create, delete at the limit", &rp, &store, actors, |end| {
        let created = end.outcomes[..2].iter().filter(|outcome| outcome.is_success()).count();
        assert!(created <= 1);
    });
    // A passkey is deleted and its credential registered anew at once.
    let again = creation(&rp, &ada, &mut authenticator("a", SignCounter::Zero), 3);
    let actors = [creates(&rp, &ada, &again), deletes(&rp, &passkeys[0])];
    two("create, delete of one credential", &rp, &store, actors, nothing_more);
}

#[test]
fn renames_neither_hinder_nor_undo_anything() {
    let rp = relying_party(|builder| builder);
    let ada = user("ada");
    let mut store = Model::default();
    let mut first = authenticator("first", SignCounter::Counting);
    let named = passkey(&rp, &mut store, &ada, &mut first);
    let begun = sign_in(&rp, &mut first, 1);
    let actors = [renames(&rp, &named, "one"), deletes(&rp, &named)];
    two("rename, delete", &rp, &store, actors, |end| {
        assert!(end.outcomes[1].is_success() || end.outcomes[1] == Outcome::Lost);
    });
    let expect = all_succeed_unless_the_store_fails;
    let actors = [renames(&rp, &named, "one"), renames(&rp, &named, "two")];
    two("rename, rename", &rp, &store, actors, expect);
    let actors = [renames(&rp, &named, "one"), signs_in(&rp, &begun)];
    two("rename, sign-in", &rp, &store, actors, |end| {
        all_succeed_unless_the_store_fails(end);
        if end.faults == 0 {
            assert_eq!(end.store.passkeys[0].name.as_str(), "one");
            assert_eq!(end.store.passkeys[0].state.sign_count, 2);
        }
    });
    let new = creation(&rp, &ada, &mut authenticator("new", SignCounter::Zero), 2);
    let actors = [renames(&rp, &named, "one"), creates(&rp, &ada, &new), lists(&rp, &ada)];
    three("rename, create, list", &rp, &store, actors, expect);
}

#[test]
fn every_effect_of_every_flow_failing_once_is_no_success() {
    let rp = relying_party(|builder| builder);
    let ada = user("ada");
    let mut store = Model::default();
    let mut first = authenticator("first", SignCounter::Counting);
    let stored = passkey(&rp, &mut store, &ada, &mut first);
    let begun = sign_in(&rp, &mut first, 1);
    let new = creation(&rp, &ada, &mut authenticator("new", SignCounter::Zero), 2);
    let flows = [
        ("create", creates(&rp, &ada, &new), 5),
        ("sign-in", signs_in(&rp, &begun), 5),
        ("rename", renames(&rp, &stored, "new"), 1),
        ("delete", deletes(&rp, &stored), 2),
        ("list", lists(&rp, &ada), 1),
    ];
    for (name, actor, effects) in flows {
        let expect = |end: &End<'_>| assert_eq!(end.successes(), 1 - end.faults);
        let store = store.clone();
        let alone = Scenario { name, rp: &rp, store, actors: vec![actor], faults: 1, expect };
        // Each effect fails before and after it happens, and once none does.
        assert_eq!(alone.explore(), 2 * effects + 1, "{name}");
    }
}

/// Were the effects not atomic, or the store not true to its contract, these tests would say so.
#[test]
fn a_store_that_breaks_a_promise_is_found_out() {
    let rp = relying_party(|builder| builder.max_passkeys_per_user(2).keep_last_passkey(true));
    let (ada, bob) = (user("ada"), user("bob"));
    let mut store = Model::default();
    let mut original = authenticator("counting", SignCounter::Counting);
    let first = passkey(&rp, &mut store, &ada, &mut original);
    let one = sign_in(&rp, &mut original.clone(), 1);
    let same = sign_in(&rp, &mut original, 2);
    let create = |user, seed, challenge| {
        creation(&rp, user, &mut authenticator(seed, SignCounter::Zero), challenge)
    };
    let [new, newer] = [create(&ada, "new", 3), create(&ada, "newer", 4)];
    let [adas, bobs] = [create(&ada, "same", 5), create(&bob, "same", 6)];
    store.ceremonies =
        [&one, &same, &new, &newer, &adas, &bobs].map(|begun| begun.ceremony.clone()).to_vec();
    let sign_in = |begun| vec![finishes_sign_in(&rp, begun)];
    let create = |user, begun| vec![finishes_create(&rp, user, begun)];
    let table = [
        (Promise::TakenOnce, [create(&ada, &new), create(&ada, &new)]),
        (Promise::Limit, [create(&ada, &new), create(&ada, &newer)]),
        (Promise::UniqueCredential, [create(&ada, &adas), create(&bob, &bobs)]),
        (Promise::CompareAndSet, [sign_in(&one), sign_in(&same)]),
        (Promise::KeepLast, [deletes(&rp, &first), lists(&rp, &ada)]),
        (Promise::Deletion, [deletes(&rp, &first), sign_in(&one)]),
    ];
    for (promise, actors) in table {
        // Without the last-passkey rule a deletion is refused for another reason.
        let mut store = store.clone();
        if promise == Promise::Deletion {
            passkey(&rp, &mut store, &ada, &mut authenticator("second", SignCounter::Zero));
        }
        let expect: fn(&End<'_>) = match promise {
            Promise::CompareAndSet => at_most_one_succeeds,
            _ => nothing_more,
        };
        let kept = passes(&rp, &store, actors.clone(), expect);
        assert!(kept, "{promise:?} is kept and objected to");
        store.breaks = Some(promise);
        let broken = !passes(&rp, &store, actors, expect);
        assert!(broken, "{promise:?} is broken unnoticed");
    }
}

fn passes<'a>(
    rp: &'a RelyingParty,
    store: &Model,
    actors: [Vec<Request<'a>>; 2],
    expect: fn(&End<'_>),
) -> bool {
    catch_unwind(AssertUnwindSafe(|| two("a promise", rp, store, actors, expect))).is_ok()
}
