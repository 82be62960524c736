//! `rename_passkey`.

use super::{
    Check,
    bench::{Bench, Found, expect, name},
    check,
};
use crate::{
    flow::{Owner, RecordOutcome},
    passkey::{Passkey, PasskeyState},
    time::Duration,
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        rename_sets_name_and_time_and_nothing_else,
        "rename_passkey sets name and updated time, and returns the changed passkey",
        "UPDATE … SET name = …, updated_at = … WHERE id = … AND rp_id = … AND user = … RETURNING *"
    ),
    check!(
        rename_is_for_the_owner_only,
        "rename_passkey only affects passkeys of the given account",
        "put the owner into the condition (WHERE id = … AND rp_id = … AND user = …), not into an earlier lookup"
    ),
    check!(
        rename_and_use_do_not_undo_each_other,
        "a rename and a recorded use at the same time both take effect",
        "update single columns, or the JSON under a lock; do not write back a whole passkey that was read earlier"
    ),
];

fn rename_sets_name_and_time_and_nothing_else(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let other = bench.stored(&owner)?;
    let passkey = bench.stored(&owner)?;
    let at = bench.now + Duration::from_millis(1234);
    let renamed = Passkey { name: name("new")?, updated_at: at, ..passkey };
    let returned = bench.store.rename_passkey(&owner, &renamed.id, &renamed.name, at)?;
    expect("what the rename returned", &returned, &Some(renamed.clone()))?;
    bench.expect_stored("after its rename", &renamed)?;
    bench.expect_stored("after the rename of another", &other)
}

fn rename_is_for_the_owner_only(bench: &Bench<'_>) -> Result<(), Found> {
    let passkey = bench.stored(&bench.owner())?;
    let elsewhere = bench.elsewhere(&Owner::of_passkey(&passkey));
    let new = name("new")?;
    for (what, owner) in [("another user", bench.owner()), ("the user elsewhere", elsewhere)] {
        bench.stored(&owner)?;
        let renamed = bench.store.rename_passkey(&owner, &passkey.id, &new, bench.now)?;
        expect(what, &renamed, &None)?;
        bench.expect_stored("afterwards", &passkey)?;
    }
    let unknown = bench.passkey(&Owner::of_passkey(&passkey))?;
    let renamed =
        bench.store.rename_passkey(&Owner::of_passkey(&unknown), &unknown.id, &new, bench.now)?;
    expect("a passkey that does not exist", &renamed, &None)?;
    expect("that passkey afterwards", &bench.lookup(&unknown)?, &None)
}

fn rename_and_use_do_not_undo_each_other(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let passkey = bench.stored(&owner)?;
    let counted = |count| PasskeyState { sign_count: count, ..passkey.state };
    let nth = |turn| name(&alloc::format!("name {turn}"));
    let rename = |turn| {
        let renamed = bench.store.rename_passkey(&owner, &passkey.id, &nth(turn)?, bench.now)?;
        let renamed = renamed.map(|passkey| passkey.name);
        expect("a rename beside uses", &renamed, &Some(nth(turn)?))
    };
    let record = |turn: u32| {
        let (from, to) = (counted(turn), counted(turn.saturating_add(1)));
        let recorded = bench.store.record_use(&passkey.id, &from, &to, bench.now)?;
        expect("a use beside renames", &recorded, &RecordOutcome::Updated)
    };
    let (renames, uses) = bench.beside(&rename, &record)?;
    let both = Passkey {
        name: nth(renames.saturating_sub(1))?,
        state: counted(uses),
        last_used_at: Some(bench.now),
        ..passkey.clone()
    };
    bench.expect_stored("after renames and uses", &both)
}
