//! Each theorem can fail: a store that breaks a promise is reported under the theorem's name.

use std::collections::BTreeSet;

use relying_party::test_authenticator::SignCounter;

use super::{
    actor::Request,
    explore::Scenario,
    fixture::{
        authenticator, creation, deletes, erases, finishes_create, finishes_sign_in,
        finishes_sign_up, lists, new_user, passkey, relying_party, renames, sign_in, sign_up, user,
    },
    model::{Model, Promise},
    theorems::THEOREMS,
};

#[test]
fn each_theorem_can_fail() {
    let rp = relying_party(|builder| builder.max_passkeys_per_user(2).keep_last_passkey(true));
    let (ada, bob) = (user("ada"), user("bob"));
    let mut store = Model::default();
    let mut original = authenticator("counting", SignCounter::Counting);
    let first = passkey(&rp, &mut store, &ada, &mut original);
    let one = sign_in(&rp, &mut original.clone(), 1);
    let same = sign_in(&rp, &mut original, 2);
    let later = sign_in(&rp, &mut original, 3);
    let creation_of = |user, seed, challenge| {
        creation(&rp, user, &mut authenticator(seed, SignCounter::Zero), challenge)
    };
    let [new, newer] = [creation_of(&ada, "new", 4), creation_of(&ada, "newer", 5)];
    let [adas, bobs] = [creation_of(&ada, "same", 6), creation_of(&bob, "same", 7)];
    let users = [new_user("cyd", "one"), new_user("dan", "one")];
    let sign_ups = [sign_up(&rp, &users[0], 8), sign_up(&rp, &users[1], 9)];
    let begun = [&one, &same, &later, &new, &newer, &adas, &bobs, &sign_ups[0], &sign_ups[1]];
    store.ceremonies = begun.map(|begun| begun.ceremony.clone()).to_vec();
    // Where a passkey is deleted or changes hands, its account has another.
    let mut with_second = store.clone();
    passkey(&rp, &mut with_second, &ada, &mut authenticator("second", SignCounter::Zero));

    let signs_in = |begun| vec![finishes_sign_in(&rp, begun)];
    let creates = |user, begun| vec![finishes_create(&rp, user, begun)];
    let signs_up = |number: usize| vec![finishes_sign_up(&rp, &sign_ups[number])];
    let [delete, erase, list] = [deletes(&rp, &first), erases(&rp, &ada), lists(&rp, &ada)];
    let rename = renames(&rp, &first, "renamed");
    let new = creates(&ada, &new);
    let one = signs_in(&one);
    let table: [(&str, Promise, &Model, [&Vec<Request<'_>>; 2]); THEOREMS.len()] = [
        ("taken_once", Promise::TakenOnce, &store, [&new, &new]),
        ("erased_ceremonies_are_over", Promise::CeremoniesErased, &store, [&erase, &new]),
        ("one_write", Promise::ReadsChangeNothing, &store, [&one, &list]),
        ("refusals_write_nothing", Promise::RefusalsChangeNothing, &store, [&new, &list]),
        (
            "one_record",
            Promise::UniqueCredential,
            &store,
            [&creates(&ada, &adas), &creates(&bob, &bobs)],
        ),
        ("one_account", Promise::Owner, &with_second, [&rename, &list]),
        ("limit", Promise::Limit, &store, [&new, &creates(&ada, &newer)]),
        ("last_passkey", Promise::KeepLast, &store, [&delete, &list]),
        ("counters_grow", Promise::CompareAndSet, &store, [&one, &signs_in(&later)]),
        ("counter_accepted_once", Promise::CompareAndSet, &store, [&one, &signs_in(&same)]),
        ("only_deletion_removes", Promise::OthersStay, &store, [&new, &list]),
        ("created_is_stored", Promise::Insertion, &store, [&new, &list]),
        ("sign_in_is_recorded", Promise::Recording, &store, [&one, &list]),
        ("new_name_is_stored", Promise::Naming, &store, [&rename, &list]),
        ("deleted_is_gone", Promise::Deletion, &with_second, [&delete, &one]),
        ("deleted_is_not_used", Promise::NothingToRecord, &with_second, [&delete, &one]),
        ("erased_is_empty", Promise::PasskeysErased, &store, [&erase, &list]),
        ("one_account_per_name", Promise::UniqueName, &store, [&signs_up(0), &signs_up(1)]),
        ("account_with_passkey", Promise::PasskeyWithItsAccount, &store, [&signs_up(0), &list]),
    ];
    for (theorem, promise, store, actors) in &table {
        let scenario = |breaks| Scenario {
            name: theorem,
            rp: &rp,
            store: Model { breaks, ..Model::clone(store) },
            actors: actors.map(Clone::clone).to_vec(),
            faults: 2,
            expect: |_| {},
        };
        if let Err(violation) = scenario(None).explore() {
            panic!("{promise:?} is kept: {violation}");
        }
        let violated = scenario(Some(*promise)).explore().err();
        let name = violated.map(|violation| violation.theorem.name);
        assert_eq!(name, Some(*theorem), "{promise:?} is broken");
    }
    let tried = table.iter().map(|(theorem, ..)| *theorem).collect::<BTreeSet<_>>();
    let all = THEOREMS.iter().map(|theorem| theorem.name).collect::<BTreeSet<_>>();
    assert_eq!(tried, all);
}
