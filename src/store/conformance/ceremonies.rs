//! `put_ceremony` and `take_ceremony`.

use super::{
    Check,
    bench::{Bench, Found, ROUNDS, THREADS, at_once, expect},
    check,
};
use crate::{bytes::CeremonyId, bytes::Challenge, time::Duration};

const NOT_AGO: Duration = Duration::from_millis(0);

pub(super) const CHECKS: &[Check] = &[
    check!(
        ceremony_is_found_once_it_is_put,
        "when put_ceremony returns, take_ceremony finds the ceremony, unchanged",
        "store the ceremony's JSON under its id, and commit before you return; read from the same database, not from a \
         replica"
    ),
    check!(
        ceremony_is_kept_until_it_is_taken_or_has_expired,
        "a ceremony is kept until it is taken or has expired, whatever else is put or taken",
        "delete by id alone; sweep only what expires_at() puts into the past, in milliseconds"
    ),
    check!(
        ceremony_is_taken_once,
        "take_ceremony removes what it returns",
        "DELETE … RETURNING, or GETDEL; never SELECT alone"
    ),
    check!(
        of_parallel_takers_exactly_one_gets_the_ceremony,
        "of any number of concurrent takers exactly one gets the ceremony",
        "one statement that deletes and returns (DELETE … RETURNING, GETDEL); not SELECT and then DELETE, unless the row \
         is locked or the deletion's count is looked at"
    ),
    check!(
        unknown_ceremony_is_none,
        "a ceremony that was never put is not there",
        "return None for no row; look it up by its whole id"
    ),
    check!(
        parallel_puts_are_all_kept,
        "ceremonies that are put at the same time are all found",
        "give every ceremony a row of its own; do not write back a list that was read before"
    ),
];

fn ceremony_is_found_once_it_is_put(bench: &Bench<'_>) -> Result<(), Found> {
    for ceremony in [bench.creation(NOT_AGO)?, bench.sign_in(NOT_AGO)?] {
        bench.store.put_ceremony(&ceremony)?;
        let taken = bench.store.take_ceremony(&ceremony.id())?;
        expect("the ceremony that was taken", &taken, &Some(ceremony))?;
    }
    Ok(())
}

fn ceremony_is_kept_until_it_is_taken_or_has_expired(bench: &Bench<'_>) -> Result<(), Found> {
    // Ten minutes long, and nine of them gone.
    let old = bench.sign_in(Duration::from_secs(540))?;
    let other = bench.creation(NOT_AGO)?;
    bench.store.put_ceremony(&old)?;
    bench.store.put_ceremony(&other)?;
    let taken = bench.store.take_ceremony(&other.id())?;
    expect("the ceremony that was taken", &taken, &Some(other))?;
    let taken = bench.store.take_ceremony(&old.id())?;
    expect("another one, which has not expired", &taken, &Some(old))
}

fn ceremony_is_taken_once(bench: &Bench<'_>) -> Result<(), Found> {
    let ceremony = bench.creation(NOT_AGO)?;
    bench.store.put_ceremony(&ceremony)?;
    bench.store.take_ceremony(&ceremony.id())?;
    let again = bench.store.take_ceremony(&ceremony.id())?;
    expect("the ceremony, taken again", &again, &None)
}

fn of_parallel_takers_exactly_one_gets_the_ceremony(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let ceremony = bench.sign_in(NOT_AGO)?;
        bench.store.put_ceremony(&ceremony)?;
        let taken = at_once(0..THREADS, |_| bench.store.take_ceremony(&ceremony.id()))?;
        let winners = taken.iter().flatten().count();
        expect("takers that got the ceremony", &winners, &1)?;
    }
    Ok(())
}

fn unknown_ceremony_is_none(bench: &Bench<'_>) -> Result<(), Found> {
    bench.store.put_ceremony(&bench.creation(NOT_AGO)?)?;
    let id = CeremonyId::of(&Challenge::from([0; 32]));
    expect("a ceremony that was never put", &bench.store.take_ceremony(&id)?, &None)
}

fn parallel_puts_are_all_kept(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let put = at_once(0..THREADS, |_| {
            let ceremony = bench.sign_in(NOT_AGO)?;
            bench.store.put_ceremony(&ceremony)?;
            Ok(ceremony)
        })?;
        for ceremony in put {
            let taken = bench.store.take_ceremony(&ceremony.id())?;
            expect("one of several that were put at once", &taken, &Some(ceremony))?;
        }
    }
    Ok(())
}
