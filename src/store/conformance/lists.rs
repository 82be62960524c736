//! `passkeys_of`.

use alloc::vec::Vec;

use super::{
    Check,
    bench::{Bench, Found, expect},
    check,
};
use crate::{bytes::PasskeyId, passkey::Passkey, time::Duration};

pub(super) const CHECKS: &[Check] = &[
    check!(
        passkeys_are_listed_oldest_first,
        "passkeys_of lists all of an account's passkeys, oldest first",
        "ORDER BY created_at"
    ),
    check!(
        only_the_accounts_own_passkeys_are_listed,
        "passkeys_of lists only the passkeys of one user at one RP ID",
        "WHERE rp_id = … AND user = …, compared byte for byte"
    ),
    check!(
        list_lacks_nothing_that_is_there_all_the_time,
        "a list is complete at one instant, also while others insert and delete: what is missing in it the browser is \
         told to forget",
        "use one statement; do not list ids first and passkeys afterwards, or in pages"
    ),
];

fn ids(passkeys: &[Passkey]) -> Vec<PasskeyId> {
    passkeys.iter().map(|passkey| passkey.id).collect()
}

fn passkeys_are_listed_oldest_first(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
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
    let owner = bench.owner();
    let elsewhere = bench.elsewhere(&owner);
    let mine = bench.stored(&owner)?;
    bench.stored(&elsewhere)?;
    bench.stored(&bench.owner())?;
    expect("the account's passkeys", &ids(&bench.store.passkeys_of(&owner)?), &ids(&[mine]))?;
    let nobody = bench.owner();
    expect(
        "passkeys of an account without passkeys",
        &bench.store.passkeys_of(&nobody)?,
        &Vec::new(),
    )
}

fn list_lacks_nothing_that_is_there_all_the_time(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let stays = ids(&[bench.stored(&owner)?, bench.stored(&owner)?]);
    let change = |_| {
        let passkey = bench.stored(&owner)?;
        bench.store.delete_passkey(&owner, &passkey.id, false).map(drop)
    };
    let list = |_| {
        let listed = ids(&bench.store.passkeys_of(&owner)?);
        let all = stays.iter().all(|id| listed.contains(id));
        expect("whether a list has all passkeys that stayed", &all, &true)
    };
    bench.beside(&change, &list).map(drop)
}
