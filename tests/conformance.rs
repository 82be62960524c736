//! The conformance kit passes correct stores, and finds the fault of each faulty store with the check designed for it.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not see as such")]

#[path = "support/conformance/mod.rs"]
mod support;
#[path = "support/without_accounts.rs"]
mod without_accounts;

use std::{
    collections::BTreeSet,
    panic,
    sync::{Arc, Mutex},
};

use relying_party::{
    CredentialId, StoredPasskey,
    flow::Owner,
    store::{
        Blocking, DynStore, MemoryStore, PasskeyStore as _, Table,
        conformance::{self, Broken, Kit, Tasks},
    },
};
use support::{
    foreign_key::ForeignKey,
    futures::{LaterStore, Pool, RacyStore, block_on},
    table::{MemoryTable, Reads},
    wrong::{Fault, WrongStore},
};
use without_accounts::WithoutAccounts;

fn on_threads(tasks: Tasks<'_>) {
    tasks.on_threads(block_on);
}

#[test]
fn memory_store_keeps_its_promises() {
    conformance::run(MemoryStore::new);
}

#[test]
fn a_store_of_futures_that_are_not_ready_at_once_passes() {
    conformance::run_async(LaterStore::default, on_threads);
}

#[test]
fn pair_of_stores_is_a_store() {
    conformance::run(|| (MemoryStore::new(), MemoryStore::new()));
    conformance::run_async(|| (LaterStore::default(), MemoryStore::new()), on_threads);
}

#[test]
fn pointer_to_a_store_is_a_store() {
    conformance::run(|| Box::new(MemoryStore::new()));
    conformance::run(|| Arc::new(MemoryStore::new()));
    conformance::run_async(|| Box::new(LaterStore::default()), on_threads);
    conformance::run_async(|| Arc::new(LaterStore::default()), on_threads);
    let store = LaterStore::default();
    conformance::run_async(|| &store, on_threads);
}

#[test]
fn store_chosen_at_run_time_is_a_store() {
    conformance::run_async(
        || DynStore::new((LaterStore::default(), MemoryStore::new())),
        on_threads,
    );
}

#[test]
fn blocking_store_on_a_pool_is_a_store() {
    conformance::run_async(|| Blocking::new(Arc::new(MemoryStore::new()), Pool), on_threads);
}

#[test]
fn table_is_a_store_even_if_it_reads_more_than_it_was_asked_for() {
    for reads in [Reads::Asked, Reads::All] {
        Kit::new().test_passkeys(|| Table(MemoryTable::new(reads))).assert_kept();
        Kit::new().test_passkeys_async(|| Table(MemoryTable::new(reads)), on_threads).assert_kept();
    }
}

/// An account can be erased even if a record or a column cannot be read.
#[test]
fn table_erases_rows_that_cannot_be_read() {
    let owner = Owner { rp_id: "example.com".into(), user: [7; 32].into() };
    let unreadable = StoredPasskey {
        id: vec![1; 16],
        rp_id: owner.rp_id.clone(),
        user: owner.user.as_bytes().to_vec(),
        credential_id: vec![3; 16],
        name: "Laptop".into(),
        created_at: 0,
        updated_at: 0,
        last_used_at: None,
        sign_count: -1,
        backup_eligible: None,
        backup_state: None,
        uv_initialized: false,
        record: r#"{"version":9}"#.into(),
    };
    let of_another = StoredPasskey { id: vec![2; 16], user: vec![8; 32], ..unreadable.clone() };
    let table = MemoryTable::new(Reads::All);
    table.put(unreadable.clone());
    table.put(of_another);
    let store = Table(table);
    assert!(store.passkeys_of(&owner).is_err());
    let erased = store.erase_passkeys(&owner).unwrap();
    assert_eq!(erased.iter().map(CredentialId::as_bytes).collect::<Vec<_>>(), [[3; 16]]);
    assert_eq!(store.0.len(), 1);
}

#[test]
fn one_store_passes_twice() {
    let store = MemoryStore::new();
    for _ in 0..2 {
        Kit::new().test(|| &store).assert_kept();
    }
}

#[test]
fn a_plain_store_without_a_fault_passes() {
    conformance::run(|| WrongStore::new(Fault::None));
}

/// Each fault, and the check designed for it.
const FAULTS: [(Fault, &str); 54] = [
    (Fault::PutForgets, "ceremony_is_found_once_it_is_put"),
    (Fault::PutSweepsEverything, "ceremony_is_kept_until_it_is_taken_or_has_expired"),
    (Fault::PutWritesBackTheList, "parallel_puts_are_all_kept"),
    (Fault::TakeKeeps, "ceremony_is_taken_once"),
    (Fault::ReadTakes, "ceremony_that_is_read_can_still_be_taken"),
    (Fault::ReadFindsWhatWasTaken, "ceremony_that_is_read_can_still_be_taken"),
    (Fault::TakeLooksThenDeletes, "of_parallel_takers_exactly_one_gets_the_ceremony"),
    (Fault::TakeReturnsWhatIsThere, "unknown_ceremony_is_none"),
    (Fault::InsertDropsTransports, "passkey_is_returned_as_it_was_inserted"),
    (Fault::InsertHasNarrowColumns, "longest_values_fit"),
    (Fault::InsertOverwrites, "existing_credential_is_never_overwritten"),
    (Fault::InsertCountsFirst, "existing_credential_is_reported_before_the_limit"),
    (Fault::InsertLooksThenInserts, "of_parallel_inserts_of_one_credential_exactly_one_wins"),
    (Fault::LimitIsOneMore, "limit_is_kept"),
    (Fault::LimitCountsAllRelyingParties, "limit_counts_one_account"),
    (Fault::LimitLooksThenInserts, "limit_is_kept_under_parallel_inserts"),
    (Fault::LimitLocksWhatIsThere, "limit_is_kept_under_parallel_inserts"),
    (
        Fault::CredentialIdsAreUniqueOverAll,
        "one_credential_id_at_two_relying_parties_is_two_passkeys",
    ),
    (Fault::FindIgnoresRpId, "passkey_is_found_by_rp_id_and_credential_id"),
    (Fault::ListIsNewestFirst, "passkeys_are_listed_oldest_first"),
    (Fault::ListIgnoresRpId, "only_the_accounts_own_passkeys_are_listed"),
    (Fault::UseTouchesUpdatedAt, "use_sets_state_and_time_and_nothing_else"),
    (Fault::UseIgnoresBackupFlags, "use_of_another_state_changes_nothing"),
    (Fault::UseTakesNullForEqual, "use_of_another_state_changes_nothing"),
    (Fault::UseOfNothingIsConflict, "use_of_a_passkey_that_is_not_there_is_not_found"),
    (Fault::UseLooksThenWrites, "of_parallel_uses_of_one_state_exactly_one_is_recorded"),
    (Fault::RenameForgetsTime, "rename_sets_name_and_time_and_nothing_else"),
    (Fault::RenameReturnsWhatWas, "rename_sets_name_and_time_and_nothing_else"),
    (Fault::RenameIgnoresOwner, "rename_is_for_the_owner_only"),
    (Fault::RenameWritesBack, "rename_and_use_do_not_undo_each_other"),
    (Fault::RenameUpserts, "deleted_passkey_stays_deleted"),
    (Fault::DeleteLeavesTheIndex, "deleted_passkey_is_gone"),
    (Fault::DeleteIgnoresOwner, "delete_is_for_the_owner_only"),
    (Fault::DeleteCountsFirst, "passkey_that_is_not_there_is_not_found"),
    (Fault::DeleteIgnoresKeepLast, "last_passkey_is_kept_if_that_is_asked"),
    (Fault::DeleteAlwaysKeepsLast, "last_passkey_is_kept_if_that_is_asked"),
    (Fault::DeleteLooksThenDeletes, "last_passkey_is_kept_under_parallel_deletes"),
    (
        Fault::DeleteDoesNotLookAtItsCount,
        "of_parallel_deletes_of_one_passkey_exactly_one_is_reported",
    ),
    (Fault::DeleteRewritesTheList, "list_lacks_nothing_that_is_there_all_the_time"),
    (Fault::LastCountsAllRelyingParties, "last_passkey_is_that_of_one_account"),
    (Fault::PutHasNarrowColumns, "long_ceremony_fits"),
    (Fault::TakeFailsOnOtherVersions, "ceremony_of_another_version_is_absent"),
    (Fault::EraseOnlyCreations, "erased_ceremonies_cannot_be_taken"),
    (Fault::EraseCeremoniesIgnoresRpId, "ceremonies_of_others_are_not_erased"),
    (Fault::EraseCeremoniesWritesBack, "ceremony_that_is_put_while_others_are_erased_is_kept"),
    (Fault::SignUpForgetsThePasskey, "account_is_created_with_its_passkey_or_not_at_all"),
    (Fault::SignUpInsertsThePasskeyFirst, "name_is_given_once"),
    (Fault::SignUpKeepsTheName, "credential_and_handle_are_given_once"),
    (Fault::SignUpLooksThenInserts, "of_parallel_sign_ups_with_one_name_exactly_one_wins"),
    (Fault::EraseLeavesTheIndex, "erased_account_has_no_passkeys"),
    (Fault::EraseIgnoresRpId, "passkeys_of_others_are_not_erased"),
    (Fault::EraseLooksThenDeletes, "of_parallel_erasures_each_passkey_is_reported_once"),
    (Fault::EraseWritesBack, "passkey_is_erased_or_listed"),
    (Fault::EraseKeepsTheName, "name_of_an_erased_account_is_free"),
];

/// Returns the checks that found it.
fn checks(broken: &Broken) -> impl Iterator<Item = &'static str> {
    [broken.check].into_iter().chain(broken.also.clone())
}

#[test]
fn every_fault_is_found_by_its_check() {
    for (fault, check) in FAULTS {
        let report = Kit::new().test(|| WrongStore::new(fault));
        let names = report.broken().iter().flat_map(checks).collect::<Vec<_>>();
        println!("{fault:?}: {names:?}");
        assert!(names.contains(&check), "{fault:?} is not found by {check}, but by {names:?}");
    }
}

#[test]
fn every_check_has_a_fault() {
    let meant = FAULTS.iter().map(|(_, check)| *check).collect::<BTreeSet<_>>();
    assert_eq!(meant, conformance::checks().collect());
}

#[test]
fn failure_says_which_promise_broke_and_how_to_fix_it() {
    let run = || conformance::run(|| WrongStore::new(Fault::TakeKeeps));
    let message = panic::catch_unwind(run).unwrap_err().downcast::<String>().unwrap();
    for part in
        ["ceremony_is_taken_once", "promised: ", "found: ", "remedy: ", "DELETE … RETURNING"]
    {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn an_error_of_the_store_is_a_finding() {
    let report = Kit::new().test(|| WrongStore::new(Fault::ListFails));
    let [broken] = report.broken() else { panic!("{report}") };
    assert!(broken.found.contains("no such table: passkeys"), "{broken}");
}

/// The errors contain the row, so no two are equal.
#[test]
fn failures_with_one_cause_are_one_finding() {
    let report = Kit::new().test(|| WrongStore::new(Fault::EverythingFails));
    let [broken] = report.broken() else { panic!("{report}") };
    assert!(broken.also.len() > 20, "{broken}");
    for part in ["passkey_is_returned_as_it_was_inserted, and ", "users", "Kit::accounts"] {
        assert!(report.to_string().contains(part), "{report}");
    }
    // Different findings stay separate, and so do findings that are not errors.
    let report = Kit::new().test(|| WrongStore::new(Fault::RenameIgnoresOwner));
    assert!(report.broken().iter().all(|broken| broken.also.is_empty()), "{report}");
}

#[test]
fn host_with_a_foreign_key_creates_the_account_first() {
    let made = Mutex::new(BTreeSet::<Owner>::new());
    let kit = Kit::new().accounts(|owner| {
        made.lock().unwrap().insert(owner.clone());
    });
    let store = || ForeignKey::new(&made);
    kit.test(store).assert_kept();
    kit.test_passkeys(store).assert_kept();
    kit.test_passkeys_async(store, on_threads).assert_kept();
    made.lock().unwrap().clear();
    let report = Kit::new().test_passkeys(store);
    let [broken] = report.broken() else { panic!("{report}") };
    assert!(broken.found.contains("FOREIGN KEY"), "{report}");
}

#[test]
fn store_that_does_not_create_accounts_passes() {
    conformance::run(WithoutAccounts::default);
    conformance::run_async(WithoutAccounts::default, on_threads);
}

#[test]
fn either_half_is_tested_alone() {
    let kit = Kit::new();
    kit.test_ceremonies(MemoryStore::new).assert_kept();
    kit.test_passkeys(MemoryStore::new).assert_kept();
    kit.test_ceremonies_async(LaterStore::default, on_threads).assert_kept();
    kit.test_passkeys_async(LaterStore::default, on_threads).assert_kept();
    let names = |report: &conformance::Report| {
        report.broken().iter().flat_map(checks).collect::<BTreeSet<_>>()
    };
    // A fault of one half is found by its test, and not by that of the other.
    for (fault, check) in FAULTS {
        let of_ceremonies = names(&kit.test_ceremonies(|| WrongStore::new(fault)));
        let of_passkeys = names(&kit.test_passkeys(|| WrongStore::new(fault)));
        assert_ne!(of_ceremonies.contains(check), of_passkeys.contains(check), "{fault:?}");
        assert!(of_ceremonies.is_empty() || of_passkeys.is_empty(), "{fault:?}");
    }
}

/// The store awaits between reading and deleting, and one thread polls all futures.
#[test]
fn futures_run_at_the_same_time_on_one_thread() {
    let on_one_thread = |tasks: Tasks<'_>| block_on(Box::pin(tasks));
    let report = Kit::new().test_ceremonies_async(|| RacyStore::new(true), on_one_thread);
    let found = report.broken().iter().flat_map(checks).collect::<Vec<_>>();
    assert_eq!(found, ["of_parallel_takers_exactly_one_gets_the_ceremony"], "{report}");
    Kit::new().test_ceremonies_async(|| RacyStore::new(false), on_one_thread).assert_kept();
    Kit::new().test_async(LaterStore::default, on_one_thread).assert_kept();
}

#[test]
fn executor_that_does_not_finish_is_a_finding() {
    let report = Kit::new().test_async(LaterStore::default, |tasks: Tasks<'_>| drop(tasks));
    let found = &report.broken()[0].found;
    assert!(found.contains("the executor returned before the future had ended"), "{report}");
}

#[test]
fn store_that_panics_is_a_finding() {
    for is_parallel in [false, true] {
        let report = Kit::new().test_ceremonies_async(
            || RacyStore::new(false),
            |tasks| {
                let tasks = tasks.into_iter().collect::<Vec<_>>();
                assert!(is_parallel == (tasks.len() < 8), "as a store that panics");
                tasks.into_iter().for_each(block_on);
            },
        );
        assert!(report.to_string().contains("the store panicked"), "{report}");
    }
}
