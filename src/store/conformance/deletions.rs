//! `delete_passkey`.

use super::{
    Check,
    bench::{Bench, Found, ROUNDS, THREADS, expect, name},
    check,
};
use crate::{
    flow::{InsertOutcome, Owner, RemoveOutcome},
    passkey::PasskeyState,
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        deleted_passkey_is_gone,
        "when delete_passkey returns Removed, the passkey is gone, and its credential can be registered again",
        "delete the row and every index entry; commit before you return"
    ),
    check!(
        delete_is_for_the_owner_only,
        "delete_passkey only affects passkeys of the given account",
        "put the owner into the condition (WHERE id = … AND rp_id = … AND user = …), not into an earlier lookup"
    ),
    check!(
        passkey_that_is_not_there_is_not_found,
        "delete_passkey reports NotFound if the account has no such passkey, even if it has only one passkey",
        "look for the passkey first, then count"
    ),
    check!(
        last_passkey_is_kept_if_that_is_asked,
        "an account's last passkey is kept with keep_last, and only then",
        "compare count(*) > 1 in the statement that deletes; LastPasskey changes nothing"
    ),
    check!(
        last_passkey_is_that_of_one_account,
        "the last-passkey rule counts the passkeys of one account: one user handle at one RP ID",
        "count WHERE rp_id = … AND user = …"
    ),
    check!(
        last_passkey_is_kept_under_parallel_deletes,
        "with keep_last the count is checked at the instant of the deletion: several at once leave one passkey",
        "lock the account first (SELECT … FOR UPDATE on its passkeys or a row of the account, an advisory lock, BEGIN \
         IMMEDIATE in SQLite), or use SERIALIZABLE and try again"
    ),
    check!(
        of_parallel_deletes_of_one_passkey_exactly_one_is_reported,
        "a passkey is removed only once",
        "check the count of the deletion"
    ),
    check!(
        deleted_passkey_stays_deleted,
        "uses and renames at the same time do not bring a deleted passkey back",
        "only update existing rows, never insert or write back; no upsert in record_use or rename_passkey"
    ),
];

fn deleted_passkey_is_gone(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let other = bench.stored(&owner)?;
    let passkey = bench.stored(&owner)?;
    let removed = bench.store.delete_passkey(&owner, &passkey.id, true)?;
    expect("one of two", &removed, &RemoveOutcome::Removed)?;
    expect("passkey afterwards", &bench.lookup(&passkey)?, &None)?;
    expect("passkeys_of afterwards", &bench.store.passkeys_of(&owner)?, &alloc::vec![other])?;
    // There is room for it too, although the limit had been reached.
    let inserted = bench.store.insert_passkey(&passkey, 2)?;
    expect("its credential, registered again", &inserted, &InsertOutcome::Inserted)?;
    bench.expect_stored("registered again", &passkey)
}

fn delete_is_for_the_owner_only(bench: &Bench<'_>) -> Result<(), Found> {
    let passkey = bench.stored(&bench.owner())?;
    let elsewhere = bench.elsewhere(&Owner::of_passkey(&passkey));
    for (what, owner) in [("another user", bench.owner()), ("the user elsewhere", elsewhere)] {
        bench.stored(&owner)?;
        bench.stored(&owner)?;
        for keep_last in [false, true] {
            let removed = bench.store.delete_passkey(&owner, &passkey.id, keep_last)?;
            expect(what, &removed, &RemoveOutcome::NotFound)?;
            bench.expect_stored("afterwards", &passkey)?;
        }
    }
    Ok(())
}

fn passkey_that_is_not_there_is_not_found(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let only = bench.stored(&owner)?;
    let unknown = bench.passkey(&owner)?;
    for keep_last in [false, true] {
        let removed = bench.store.delete_passkey(&owner, &unknown.id, keep_last)?;
        expect("a passkey that never existed", &removed, &RemoveOutcome::NotFound)?;
    }
    bench.expect_stored("afterwards", &only)?;
    bench.store.delete_passkey(&owner, &only.id, false)?;
    for keep_last in [false, true] {
        let removed = bench.store.delete_passkey(&owner, &only.id, keep_last)?;
        expect("a passkey that was already deleted", &removed, &RemoveOutcome::NotFound)?;
    }
    Ok(())
}

fn last_passkey_is_kept_if_that_is_asked(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let only = bench.stored(&owner)?;
    let removed = bench.store.delete_passkey(&owner, &only.id, true)?;
    expect("the last one, which must be kept", &removed, &RemoveOutcome::LastPasskey)?;
    bench.expect_stored("afterwards", &only)?;
    let removed = bench.store.delete_passkey(&owner, &only.id, false)?;
    expect("the last one, which may be deleted", &removed, &RemoveOutcome::Removed)
}

fn last_passkey_is_that_of_one_account(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let only = bench.stored(&owner)?;
    bench.stored(&bench.owner())?;
    bench.stored(&bench.elsewhere(&owner))?;
    let removed = bench.store.delete_passkey(&owner, &only.id, true)?;
    expect(
        "the last one, although other accounts have passkeys",
        &removed,
        &RemoveOutcome::LastPasskey,
    )
}

fn last_passkey_is_kept_under_parallel_deletes(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let owner = bench.owner();
        let passkeys = (0..THREADS).map(|_| bench.stored(&owner));
        let passkeys = passkeys.collect::<Result<alloc::vec::Vec<_>, Found>>()?;
        let removed = bench
            .at_once(&passkeys, |passkey| bench.store.delete_passkey(&owner, &passkey.id, true))?;
        let left = bench.store.passkeys_of(&owner)?.len();
        expect("passkeys that the account has left", &left, &1)?;
        let kept = removed.iter().filter(|removed| **removed == RemoveOutcome::LastPasskey).count();
        expect("rejected deletions", &kept, &1)?;
    }
    Ok(())
}

fn of_parallel_deletes_of_one_passkey_exactly_one_is_reported(
    bench: &Bench<'_>,
) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let owner = bench.owner();
        let passkey = bench.stored(&owner)?;
        bench.stored(&owner)?;
        let removed =
            bench.at_once(0..THREADS, |_| bench.store.delete_passkey(&owner, &passkey.id, true))?;
        let count = removed.iter().filter(|removed| **removed == RemoveOutcome::Removed).count();
        expect("deletions that were reported as successful", &count, &1)?;
    }
    Ok(())
}

fn deleted_passkey_stays_deleted(bench: &Bench<'_>) -> Result<(), Found> {
    let new = name("new")?;
    for round in 0..ROUNDS {
        let owner = bench.owner();
        let passkey = bench.stored(&owner)?;
        let state = PasskeyState { sign_count: 1, ..passkey.state };
        bench.at_once(0..THREADS, |turn| // Another thread begins in every round.
            match turn.wrapping_add(round) % 3 {
            0 => bench.store.delete_passkey(&owner, &passkey.id, false).map(drop),
            1 => bench.store.rename_passkey(&owner, &passkey.id, &new, bench.now).map(drop),
            _ => {
                let expected = &passkey.state;
                bench.store.record_use(&passkey.id, expected, &state, bench.now).map(drop)
            }
        })?;
        expect("passkey after its deletion", &bench.lookup(&passkey)?, &None)?;
        let listed = bench.store.passkeys_of(&owner)?;
        expect("passkeys_of after the deletion", &listed, &alloc::vec![])?;
    }
    Ok(())
}
