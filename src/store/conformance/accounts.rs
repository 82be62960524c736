//! `insert_account` and `erase_passkeys`.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{
    Check,
    bench::{Bench, Found, ROUNDS, THREADS, expect},
    check,
};
use crate::{
    bytes::CredentialId,
    ceremony::NewUser,
    flow::{Owner, SignUpOutcome},
    passkey::Passkey,
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        account_is_created_with_its_passkey_or_not_at_all,
        "insert_account creates the account and its passkey, or changes nothing",
        "insert both in one transaction, and roll it back unless both were inserted"
    ),
    check!(
        name_is_given_once,
        "a name that another account already has is reported as NameTaken",
        "put a unique constraint on the name, and report its violation as NameTaken"
    ),
    check!(
        credential_and_handle_are_given_once,
        "a registered credential, or a user handle that an account already has, is reported as AlreadyExists",
        "put unique constraints on the user handle and on (rp_id, credential_id); never use an upsert"
    ),
    check!(
        of_parallel_sign_ups_with_one_name_exactly_one_wins,
        "if several users sign up with one name at once, one of them gets the account",
        "put a unique constraint on the name; do not check for the name first"
    ),
    check!(
        erased_account_has_no_passkeys,
        "when erase_passkeys returns, the account has no passkeys, and their credentials can be registered again",
        "DELETE WHERE rp_id = … AND user = … RETURNING credential_id; delete every index entry, and commit before you \
         return"
    ),
    check!(
        passkeys_of_others_are_not_erased,
        "erase_passkeys erases the passkeys of one account: one user handle at one RP ID",
        "compare both rp_id and user, byte for byte"
    ),
    check!(
        of_parallel_erasures_each_passkey_is_reported_once,
        "erase_passkeys is one step: a passkey is reported by the erasure that deleted it, and by no other",
        "lock the account first, or report what the DELETE returns; not SELECT and then DELETE"
    ),
    check!(
        passkey_is_erased_or_listed,
        "an insert at the same time takes effect either before or after the erasure",
        "lock the account first, in insert_passkey and erase_passkeys; do not write back a list that was read earlier"
    ),
    check!(
        name_of_an_erased_account_is_free,
        "erase_passkeys deletes an account that insert_account created",
        "delete the account in the same transaction"
    ),
];

/// Signs the user up. `None` if the store does not create accounts.
fn sign_up(
    bench: &Bench<'_>,
    user: &NewUser,
    passkey: &Passkey,
) -> Result<Option<SignUpOutcome>, Found> {
    let outcome = bench.store.insert_account(user, passkey)?;
    if outcome != SignUpOutcome::Unsupported {
        return Ok(Some(outcome));
    }
    expect("the passkey of a sign-up that is not supported", &bench.lookup(passkey)?, &None)?;
    Ok(None)
}

/// Checks that the user can still sign up with that passkey: nothing of an earlier attempt was kept.
fn expect_nothing_kept(bench: &Bench<'_>, user: &NewUser, passkey: &Passkey) -> Result<(), Found> {
    expect("the passkey of a rejected sign-up", &bench.lookup(passkey)?, &None)?;
    let listed = bench.store.passkeys_of(&Owner::of_passkey(passkey))?;
    expect("passkeys_of after a rejected sign-up", &listed, &Vec::new())?;
    let outcome = bench.store.insert_account(user, passkey)?;
    expect("the next sign-up", &outcome, &SignUpOutcome::Created)
}

fn account_is_created_with_its_passkey_or_not_at_all(bench: &Bench<'_>) -> Result<(), Found> {
    let user = bench.new_user();
    let passkey = bench.first_passkey(&user)?;
    let Some(outcome) = sign_up(bench, &user, &passkey)? else { return Ok(()) };
    expect("a sign-up", &outcome, &SignUpOutcome::Created)?;
    bench.expect_stored("after the sign-up", &passkey)?;
    // The account accepts more passkeys, like every account.
    bench.stored(&Owner::of_passkey(&passkey)).map(drop)
}

fn name_is_given_once(bench: &Bench<'_>) -> Result<(), Found> {
    let user = bench.new_user();
    let passkey = bench.first_passkey(&user)?;
    if sign_up(bench, &user, &passkey)?.is_none() {
        return Ok(());
    }
    let second = bench.new_user_named(user.name());
    let theirs = bench.first_passkey(&second)?;
    let outcome = bench.store.insert_account(&second, &theirs)?;
    expect("another user with the name", &outcome, &SignUpOutcome::NameTaken)?;
    bench.expect_stored("the first user's", &passkey)?;
    let renamed = NewUser::new(second.handle(), bench.new_user().name(), second.display_name());
    expect_nothing_kept(bench, &renamed, &theirs)
}

fn credential_and_handle_are_given_once(bench: &Bench<'_>) -> Result<(), Found> {
    let user = bench.new_user();
    let passkey = bench.first_passkey(&user)?;
    if sign_up(bench, &user, &passkey)?.is_none() {
        return Ok(());
    }
    // Another user signs up with the credential.
    let second = bench.new_user();
    let owner = Owner { user: second.handle(), ..Owner::of_passkey(&passkey) };
    let thief = bench.passkey_with(&owner, passkey.credential_id.clone())?;
    let outcome = bench.store.insert_account(&second, &thief)?;
    expect("the credential of another account", &outcome, &SignUpOutcome::AlreadyExists)?;
    bench.expect_stored("afterwards", &passkey)?;
    expect_nothing_kept(bench, &second, &bench.first_passkey(&second)?)?;
    // A new name and a new credential, with the handle of an existing account.
    let third = NewUser::new(user.handle(), bench.new_user().name(), "");
    let theirs = bench.first_passkey(&third)?;
    let outcome = bench.store.insert_account(&third, &theirs)?;
    expect("the user handle of another account", &outcome, &SignUpOutcome::AlreadyExists)?;
    expect("its passkey", &bench.lookup(&theirs)?, &None)?;
    let renamed = bench.new_user_named(third.name());
    expect_nothing_kept(bench, &renamed, &bench.first_passkey(&renamed)?)
}

fn of_parallel_sign_ups_with_one_name_exactly_one_wins(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let name = bench.new_user();
        let tried = bench.at_once(0..THREADS, |_| {
            let user = bench.new_user_named(name.name());
            let passkey = bench.first_passkey(&user)?;
            let outcome = bench.store.insert_account(&user, &passkey)?;
            Ok((passkey, outcome))
        })?;
        if tried.iter().all(|(_, outcome)| *outcome == SignUpOutcome::Unsupported) {
            return Ok(());
        }
        let won = tried.iter().filter(|(_, outcome)| *outcome == SignUpOutcome::Created);
        expect("users who got the name", &won.count(), &1)?;
        let stored = tried.iter().map(|(passkey, _)| bench.lookup(passkey));
        let stored = stored.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().count();
        expect("passkeys of the users who tried", &stored, &1)?;
    }
    Ok(())
}

fn sorted(mut ids: Vec<CredentialId>) -> Vec<CredentialId> {
    ids.sort();
    ids
}

fn erased_account_has_no_passkeys(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let erased = bench.store.erase_passkeys(&owner)?;
    expect("what was erased from an account without passkeys", &erased, &Vec::new())?;
    bench.prepared(owner.clone());
    let passkeys = [bench.stored(&owner)?, bench.stored(&owner)?];
    let erased = sorted(bench.store.erase_passkeys(&owner)?);
    let ids = passkeys.iter().map(|passkey| passkey.credential_id.clone());
    expect("what was erased", &erased, &sorted(ids.collect()))?;
    expect("passkeys_of afterwards", &bench.store.passkeys_of(&owner)?, &Vec::new())?;
    for passkey in &passkeys {
        expect("passkey afterwards", &bench.lookup(passkey)?, &None)?;
    }
    let again = bench.store.erase_passkeys(&owner)?;
    expect("what was erased the second time", &again, &Vec::new())?;
    bench.prepared(owner);
    for passkey in &passkeys {
        bench.insert(passkey)?;
        bench.expect_stored("registered again", passkey)?;
    }
    Ok(())
}

fn passkeys_of_others_are_not_erased(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    bench.stored(&owner)?;
    let others = [bench.owner(), bench.elsewhere(&owner)];
    let others = others.each_ref().map(|other| bench.stored(other));
    bench.store.erase_passkeys(&owner)?;
    for other in others {
        bench.expect_stored("a passkey of another account", &other?)?;
    }
    Ok(())
}

fn of_parallel_erasures_each_passkey_is_reported_once(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let owner = bench.owner();
        bench.stored(&owner)?;
        bench.stored(&owner)?;
        let erased = bench.at_once(0..THREADS, |_| bench.store.erase_passkeys(&owner))?;
        expect("passkeys that were reported as erased", &erased.concat().len(), &2)?;
        expect("passkeys_of afterwards", &bench.store.passkeys_of(&owner)?, &Vec::new())?;
    }
    Ok(())
}

fn passkey_is_erased_or_listed(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let owner = bench.owner();
        let first = bench.stored(&owner)?;
        let done = bench.at_once(0..THREADS, |turn| {
            if turn == 0 {
                return bench.store.erase_passkeys(&owner).map(|erased| (erased, None));
            }
            let passkey = bench.passkey(&owner)?;
            // After the erasure a store may reject a passkey for an account that no longer exists.
            let inserted = bench.insert(&passkey).ok().map(|()| passkey.credential_id);
            Ok((Vec::new(), inserted))
        })?;
        let mut inserted = BTreeSet::from([first.credential_id]);
        let mut found = Vec::new();
        for (erased, passkey) in done {
            inserted.extend(passkey);
            found.extend(erased);
        }
        let listed = bench.store.passkeys_of(&owner)?;
        found.extend(listed.into_iter().map(|passkey| passkey.credential_id));
        let inserted = inserted.into_iter().collect::<Vec<_>>();
        expect("passkeys that were erased or are listed", &sorted(found), &inserted)?;
    }
    Ok(())
}

fn name_of_an_erased_account_is_free(bench: &Bench<'_>) -> Result<(), Found> {
    let user = bench.new_user();
    let passkey = bench.first_passkey(&user)?;
    if sign_up(bench, &user, &passkey)?.is_none() {
        return Ok(());
    }
    bench.store.erase_passkeys(&Owner::of_passkey(&passkey))?;
    let next = bench.new_user_named(user.name());
    let theirs = bench.first_passkey(&next)?;
    let outcome = bench.store.insert_account(&next, &theirs)?;
    expect("another user with the name of an erased account", &outcome, &SignUpOutcome::Created)
}
