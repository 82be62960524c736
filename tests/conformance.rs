//! The conformance kit passes stores that are right, and finds the fault of each store that is wrong, by the check
//! that is meant for it.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not see as such")]

#[path = "support/conformance/mod.rs"]
mod support;

use std::{collections::BTreeSet, panic};

use relying_party::store::{MemoryStore, conformance};
use support::{
    futures::{LaterStore, block_on},
    wrong::{Fault, WrongStore},
};

#[test]
fn memory_store_keeps_its_promises() {
    conformance::run(MemoryStore::new);
}

#[test]
fn a_store_of_futures_that_are_not_ready_at_once_passes() {
    conformance::run_async(LaterStore::default, block_on);
}

#[test]
fn one_store_passes_twice() {
    let store = MemoryStore::new();
    for _ in 0..2 {
        assert_eq!(conformance::report(|| Shared(&store)), []);
    }
}

#[test]
fn a_plain_store_without_a_fault_passes() {
    conformance::run(|| WrongStore::new(Fault::None));
}

/// Each fault, and the check that is meant for it.
const FAULTS: [(Fault, &str); 39] = [
    (Fault::PutForgets, "ceremony_is_found_once_it_is_put"),
    (Fault::PutSweepsEverything, "ceremony_is_kept_until_it_is_taken_or_has_expired"),
    (Fault::PutWritesBackTheList, "parallel_puts_are_all_kept"),
    (Fault::TakeKeeps, "ceremony_is_taken_once"),
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
    (Fault::TasksFail, "pending_tasks_can_be_asked_for"),
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
];

#[test]
fn every_fault_is_found_by_the_check_that_is_meant_for_it() {
    for (fault, check) in FAULTS {
        let broken = conformance::report(|| WrongStore::new(fault));
        let names = broken.iter().map(|broken| broken.check).collect::<Vec<_>>();
        println!("{fault:?}: {names:?}");
        assert!(names.contains(&check), "{fault:?} is not found by {check}, but by {names:?}");
    }
}

#[test]
fn every_check_has_a_fault_that_it_is_meant_for() {
    let meant = FAULTS.iter().map(|(_, check)| *check).collect::<BTreeSet<_>>();
    assert_eq!(meant, conformance::checks().collect());
}

#[test]
fn failure_says_which_promise_broke_and_how_to_mend_it() {
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
    let broken = conformance::report(|| WrongStore::new(Fault::TasksFail));
    let [only] = &broken[..] else { panic!("{broken:?}") };
    assert!(only.found.contains("no such table: tasks"), "{only}");
}

/// A store that others use too.
struct Shared<'a>(&'a MemoryStore);

mod shared {
    use std::convert::Infallible;

    use relying_party::{
        CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
        ceremony::Ceremony,
        flow::{Inserted, Owner, Recorded, Removed},
        store::PasskeyStore,
    };

    macro_rules! verbs {
        ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
            impl PasskeyStore for super::Shared<'_> {
                type Error = Infallible;
                $(fn $verb(&self, $($argument: $type),*) -> Result<$output, Infallible> {
                    self.0.$verb($($argument),*)
                })*
            }
        };
    }

    verbs! {
        put_ceremony(ceremony: &Ceremony) -> ();
        take_ceremony(id: &CeremonyId) -> Option<Ceremony>;
        passkeys_of(owner: &Owner) -> Vec<Passkey>;
        passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
        insert_passkey(passkey: &Passkey, max_per_user: u32) -> Inserted;
        record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> Recorded;
        rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
        delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> Removed;
    }
}
