//! `passkeys_of` and `pending_tasks`.

use alloc::vec::Vec;

use super::{
    Check,
    bench::{Bench, Found, OTHER_RP_ID, beside, expect},
    check,
};
use crate::{bytes::PasskeyId, flow::Owner, passkey::Passkey, time::Duration};

pub(super) const CHECKS: &[Check] = &[
    check!(
        passkeys_are_listed_oldest_first,
        "passkeys_of lists all of an account's passkeys, oldest first",
        "ORDER BY created_at"
    ),
    check!(
        only_the_accounts_own_passkeys_are_listed,
        "passkeys_of lists the passkeys of one user at one RP ID",
        "WHERE rp_id = … AND user = …, compared byte for byte"
    ),
    check!(
        list_lacks_nothing_that_is_there_all_the_time,
        "a list is complete at one instant, also while others insert and delete: what is missing in it the browser is \
         told to forget",
        "list by one statement; not ids first and passkeys afterwards, nor in pages"
    ),
    check!(
        pending_tasks_can_be_asked_for,
        "pending_tasks answers for every account",
        "leave out the method if your accounts have no tasks"
    ),
];

fn ids(passkeys: &[Passkey]) -> Vec<PasskeyId> {
    passkeys.iter().map(|passkey| passkey.id).collect()
}

fn passkeys_are_listed_oldest_first(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner()?;
    let mut made = Vec::new();
    for age in [3, 1, 4, 0, 2] {
        let mut passkey = bench.passkey(&owner)?;
        passkey.created_at = passkey.created_at + Duration::from_millis(age);
        bench.insert(&passkey)?;
        made.push(passkey);
    }
    made.sort_by_key(|passkey| passkey.created_at);
    expect("the account's passkeys", &ids(&bench.store.passkeys_of(&owner)?), &ids(&made))
}

fn only_the_accounts_own_passkeys_are_listed(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner()?;
    let elsewhere = Owner { rp_id: OTHER_RP_ID.into(), ..owner.clone() };
    let mine = bench.stored(&owner)?;
    bench.stored(&elsewhere)?;
    bench.stored(&bench.owner()?)?;
    expect("the account's passkeys", &ids(&bench.store.passkeys_of(&owner)?), &ids(&[mine]))?;
    let nobody = bench.owner()?;
    expect("passkeys of an account that has none", &bench.store.passkeys_of(&nobody)?, &Vec::new())
}

fn list_lacks_nothing_that_is_there_all_the_time(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner()?;
    let stays = ids(&[bench.stored(&owner)?, bench.stored(&owner)?]);
    let change = |_| {
        let passkey = bench.stored(&owner)?;
        bench.store.delete_passkey(&owner, &passkey.id, false).map(drop)
    };
    let list = |_| {
        let listed = ids(&bench.store.passkeys_of(&owner)?);
        let all = stays.iter().all(|id| listed.contains(id));
        expect("whether a list has all that stayed", &all, &true)
    };
    beside(&change, &list).map(drop)
}

fn pending_tasks_can_be_asked_for(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner()?;
    bench.stored(&owner)?;
    bench.store.pending_tasks(&owner)?;
    bench.store.pending_tasks(&bench.owner()?).map(drop)
}
