//! `record_use`.

use super::{
    Check,
    bench::{Bench, Found, ROUNDS, THREADS, expect},
    check,
};
use crate::{
    flow::RecordOutcome,
    passkey::{Passkey, PasskeyState},
    time::Duration,
};

pub(super) const CHECKS: &[Check] = &[
    check!(
        use_sets_state_and_time_and_nothing_else,
        "record_use sets a passkey's state and last-used time, and nothing else",
        "UPDATE … SET state = …, last_used_at = … WHERE id = … AND state = …"
    ),
    check!(
        use_of_another_state_changes_nothing,
        "record_use reports a conflict unless every part of the state is still the expected one",
        "compare all four parts of the state; NULL needs IS NOT DISTINCT FROM (IS in SQLite, <=> in MySQL)"
    ),
    check!(
        use_of_a_passkey_that_is_not_there_is_not_found,
        "record_use reports NotFound if the passkey no longer exists",
        "if the update changed nothing, find out whether the row is missing or in another state; never use an upsert"
    ),
    check!(
        of_parallel_uses_of_one_state_exactly_one_is_recorded,
        "comparison and write are one step: of two sign-ins with the same counter one fails",
        "use one UPDATE with the expected state in its WHERE, and check its count; not SELECT and then UPDATE"
    ),
];

fn next(state: PasskeyState) -> PasskeyState {
    PasskeyState { sign_count: state.sign_count.saturating_add(1), ..state }
}

fn use_sets_state_and_time_and_nothing_else(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let other = bench.stored(&owner)?;
    let passkey = bench.stored(&owner)?;
    let state = PasskeyState {
        sign_count: u32::MAX,
        backup_eligible: None,
        backup_state: Some(true),
        uv_initialized: false,
    };
    let at = bench.now + Duration::from_millis(1234);
    let recorded = bench.store.record_use(&passkey.id, &passkey.state, &state, at)?;
    expect("a use of the expected state", &recorded, &RecordOutcome::Updated)?;
    let used = Passkey { state, last_used_at: Some(at), ..passkey };
    bench.expect_stored("after its use", &used)?;
    bench.expect_stored("after the use of another", &other)
}

fn use_of_another_state_changes_nothing(bench: &Bench<'_>) -> Result<(), Found> {
    let passkey = bench.stored(&bench.owner())?;
    let state = passkey.state;
    let others = [
        PasskeyState { sign_count: 1, ..state },
        PasskeyState { backup_eligible: Some(false), ..state },
        PasskeyState { backup_eligible: None, ..state },
        PasskeyState { backup_state: Some(true), ..state },
        PasskeyState { backup_state: None, ..state },
        PasskeyState { uv_initialized: false, ..state },
    ];
    for other in others {
        let recorded = bench.store.record_use(&passkey.id, &other, &next(state), bench.now)?;
        expect("a use of another state", &recorded, &RecordOutcome::Conflict)?;
        bench.expect_stored("after the conflict", &passkey)?;
    }
    // An unknown state is a state like any other.
    let unknown = PasskeyState { backup_eligible: None, backup_state: None, ..state };
    for (from, to) in [(state, unknown), (unknown, next(unknown))] {
        let recorded = bench.store.record_use(&passkey.id, &from, &to, bench.now)?;
        expect("a use of a state without backup flags", &recorded, &RecordOutcome::Updated)?;
    }
    Ok(())
}

fn use_of_a_passkey_that_is_not_there_is_not_found(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner();
    let unknown = bench.passkey(&owner)?;
    let deleted = bench.stored(&owner)?;
    bench.store.delete_passkey(&owner, &deleted.id, false)?;
    for passkey in [unknown, deleted] {
        let state = passkey.state;
        let recorded = bench.store.record_use(&passkey.id, &state, &next(state), bench.now)?;
        expect("a use of a passkey that does not exist", &recorded, &RecordOutcome::NotFound)?;
        expect("the passkey afterwards", &bench.lookup(&passkey)?, &None)?;
    }
    Ok(())
}

fn of_parallel_uses_of_one_state_exactly_one_is_recorded(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let passkey = bench.stored(&bench.owner())?;
        let (id, state) = (&passkey.id, passkey.state);
        let recorded = bench
            .at_once(0..THREADS, |_| bench.store.record_use(id, &state, &next(state), bench.now))?;
        let count = recorded.iter().filter(|recorded| **recorded == RecordOutcome::Updated).count();
        expect("sign-ins with one counter that were recorded", &count, &1)?;
    }
    Ok(())
}
