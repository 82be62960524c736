//! `insert_passkey` and `passkey`.

use super::{
    Check,
    bench::{Bench, Found, OTHER_RP_ID, PLENTY, ROUNDS, THREADS, expect, name},
    check,
};
use crate::{
    bytes::{CredentialId, UserHandle},
    flow::{InsertOutcome, Owner},
    limits::{CREDENTIAL_ID_MAX, PASSKEY_NAME_MAX, USER_HANDLE_MAX},
    passkey::Passkey,
    time::Timestamp,
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        passkey_is_returned_as_it_was_inserted,
        "a store keeps every field of what it is given",
        "keep every column of Passkey::to_stored and the record; integers in 64 bits, bytes and text in columns that compare \
         byte for byte"
    ),
    check!(
        longest_values_fit,
        "whatever is within the limits can be stored: credential ids of 1023 bytes, user handles of 64, names of 100 \
         characters",
        "VARBINARY(1023), BYTEA or BLOB for credential ids; no column narrower than the limits in relying_party::limits"
    ),
    check!(
        passkey_is_found_by_rp_id_and_credential_id,
        "passkey looks up both the RP ID and the credential id",
        "WHERE rp_id = … AND credential_id = …, compared byte for byte"
    ),
    check!(
        one_credential_id_at_two_relying_parties_is_two_passkeys,
        "credential ids are unique per rp_id, not overall",
        "make the unique constraint on (rp_id, credential_id)"
    ),
    check!(
        existing_credential_is_never_overwritten,
        "a passkey is added only if no passkey of any user has its credential id at its rp_id",
        "INSERT … ON CONFLICT DO NOTHING and check the count; never use an upsert"
    ),
    check!(
        existing_credential_is_reported_before_the_limit,
        "the existing credential is reported before the limit",
        "look for the credential first, then count"
    ),
    check!(
        limit_is_kept,
        "a passkey is added only if its owner has fewer than max_per_user",
        "compare count(*) < max_per_user in the statement that inserts; AlreadyExists and LimitReached change nothing"
    ),
    check!(
        limit_counts_one_account,
        "the limit counts the passkeys of one account: one user handle at one RP ID",
        "count WHERE rp_id = … AND user = …"
    ),
    check!(
        limit_is_kept_under_parallel_inserts,
        "the count is checked at the instant of the insert: two at once do not exceed the limit",
        "lock the account first (SELECT … FOR UPDATE on a row of the account, an advisory lock, BEGIN IMMEDIATE in \
         SQLite), or use SERIALIZABLE and try again"
    ),
    check!(
        of_parallel_inserts_of_one_credential_exactly_one_wins,
        "a credential has one owner, even if two users register it at once",
        "put a unique constraint on (rp_id, credential_id), and report its violation as AlreadyExists"
    ),
];

fn passkey_is_returned_as_it_was_inserted(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let full = bench.passkey(&owner)?;
    let mut bare = bench.passkey(&owner)?;
    bare.transports.clear();
    bare.attachment = None;
    bare.discoverable = None;
    bare.attestation.kind = None;
    bare.last_used_at = Some(Timestamp::from_unix_millis(1));
    bare.updated_at = Timestamp::from_unix_millis(4_102_444_800_123);
    bare.state.sign_count = u32::MAX;
    bare.state.backup_eligible = None;
    bare.state.backup_state = None;
    bare.state.uv_initialized = false;
    for passkey in [full, bare] {
        bench.insert(&passkey)?;
        bench.expect_stored("a new passkey", &passkey)?;
    }
    Ok(())
}

fn longest_values_fit(bench: &Bench<'_>) -> Result<(), Found> {
    let seed = bench.credential_id()?;
    let long = |length| {
        seed.as_bytes().iter().copied().cycle().take(length).collect::<alloc::vec::Vec<_>>()
    };
    let refused = |error| Found(alloc::format!("{error:?}"));
    let user = UserHandle::try_from(&long(USER_HANDLE_MAX)[..]).map_err(refused)?;
    let owner = bench.prepared(Owner { user, ..bench.owner() });
    let credential_id = CredentialId::try_from(&long(CREDENTIAL_ID_MAX)[..]).map_err(refused)?;
    let mut passkey = bench.passkey_with(&owner, credential_id)?;
    passkey.name = name(&"\u{1f511}".repeat(PASSKEY_NAME_MAX))?;
    bench.insert(&passkey)?;
    bench.expect_stored("a passkey of the longest values", &passkey)
}

fn passkey_is_found_by_rp_id_and_credential_id(bench: &Bench<'_>) -> Result<(), Found> {
    let passkey = bench.stored(&bench.owner())?;
    let id = &passkey.credential_id;
    expect("a passkey at another RP ID", &bench.store.passkey(OTHER_RP_ID, id)?, &None)?;
    let id = bench.credential_id()?;
    expect("an unknown credential", &bench.store.passkey(&passkey.rp_id, &id)?, &None)
}

fn one_credential_id_at_two_relying_parties_is_two_passkeys(
    bench: &Bench<'_>,
) -> Result<(), Found> {
    let here = bench.stored(&bench.owner())?;
    let owner = bench.elsewhere(&Owner::of_passkey(&here));
    let there = bench.passkey_with(&owner, here.credential_id.clone())?;
    bench.insert(&there)?;
    bench.expect_stored("the first one", &here)?;
    bench.expect_stored("the second one", &there)
}

fn existing_credential_is_never_overwritten(bench: &Bench<'_>) -> Result<(), Found> {
    let passkey = bench.stored(&bench.owner())?;
    let mut again = passkey.clone();
    again.name = name("again")?;
    again.state.sign_count = 7;
    let thief = bench.passkey_with(&bench.owner(), passkey.credential_id.clone())?;
    for (what, other) in [("the owner inserts it again", again), ("another user inserts it", thief)]
    {
        let inserted = bench.store.insert_passkey(&other, PLENTY)?;
        expect(what, &inserted, &InsertOutcome::AlreadyExists)?;
        bench.expect_stored("afterwards", &passkey)?;
        if Owner::of_passkey(&other) != Owner::of_passkey(&passkey) {
            let listed = bench.store.passkeys_of(&Owner::of_passkey(&other))?;
            expect("the other user's passkeys afterwards", &listed, &alloc::vec![])?;
        }
    }
    Ok(())
}

fn existing_credential_is_reported_before_the_limit(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let passkey = bench.stored(&owner)?;
    let inserted = bench.store.insert_passkey(&passkey, 1)?;
    expect("an existing passkey at the limit", &inserted, &InsertOutcome::AlreadyExists)
}

fn limit_is_kept(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    for _ in 0..2 {
        let inserted = bench.store.insert_passkey(&bench.passkey(&owner)?, 2)?;
        expect("below the limit", &inserted, &InsertOutcome::Inserted)?;
    }
    // The same applies if the limit has been lowered since.
    for max_per_user in [2, 1, 0] {
        let passkey = bench.passkey(&owner)?;
        let inserted = bench.store.insert_passkey(&passkey, max_per_user)?;
        expect("at the limit", &inserted, &InsertOutcome::LimitReached)?;
        expect("the passkey that was one too many", &bench.lookup(&passkey)?, &None)?;
        expect("passkeys afterwards", &bench.store.passkeys_of(&owner)?.len(), &2)?;
    }
    Ok(())
}

fn limit_counts_one_account(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    bench.stored(&owner)?;
    let elsewhere = bench.elsewhere(&owner);
    for (what, owner) in [("another user", bench.owner()), ("the user at another RP ID", elsewhere)]
    {
        let inserted = bench.store.insert_passkey(&bench.passkey(&owner)?, 1)?;
        expect(what, &inserted, &InsertOutcome::Inserted)?;
    }
    Ok(())
}

fn limit_is_kept_under_parallel_inserts(bench: &Bench<'_>) -> Result<(), Found> {
    const MAX: u32 = 3;
    for _ in 0..ROUNDS {
        let owner = bench.owner();
        // The account already has one passkey, to test locking existing rows as well as locking none.
        bench.stored(&owner)?;
        let inserted = bench
            .at_once(0..THREADS, |_| bench.store.insert_passkey(&bench.passkey(&owner)?, MAX))?;
        let listed = bench.store.passkeys_of(&owner)?.len();
        expect("passkeys of the account, of which 3 are allowed", &listed, &3)?;
        let count =
            inserted.iter().filter(|inserted| **inserted == InsertOutcome::Inserted).count();
        expect("inserts that were reported as successful", &count, &2)?;
    }
    // The account has no passkey yet, so there is no row to lock.
    for _ in 0..ROUNDS {
        let owner = bench.owner();
        bench.at_once(0..THREADS, |_| bench.store.insert_passkey(&bench.passkey(&owner)?, 1))?;
        let listed = bench.store.passkeys_of(&owner)?.len();
        expect("passkeys of a new account, of which 1 is allowed", &listed, &1)?;
    }
    Ok(())
}

fn of_parallel_inserts_of_one_credential_exactly_one_wins(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let credential_id = bench.credential_id()?;
        let tried = bench.at_once(0..THREADS, |_| {
            let passkey = bench.passkey_with(&bench.owner(), credential_id.clone())?;
            let inserted = bench.store.insert_passkey(&passkey, PLENTY)?;
            Ok((passkey, inserted))
        })?;
        let won = tried.iter().filter(|(_, inserted)| *inserted == InsertOutcome::Inserted);
        expect("users who own the credential", &won.clone().count(), &1)?;
        for (passkey, _) in won {
            bench.expect_stored("the winner's", passkey)?;
        }
        let owned =
            |passkey: &Passkey| Ok(bench.store.passkeys_of(&Owner::of_passkey(passkey))?.len());
        let owned =
            tried.iter().map(|(passkey, _)| owned(passkey)).sum::<Result<usize, Found>>()?;
        expect("passkeys in the lists of all users who tried", &owned, &1)?;
    }
    Ok(())
}
