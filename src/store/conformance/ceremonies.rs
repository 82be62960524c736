//! `put_ceremony` and `take_ceremony`.

use alloc::{format, vec::Vec};

use super::{
    Check,
    bench::{Bench, Found, ROUNDS, THREADS, expect},
    check,
};
use crate::{
    bytes::{CeremonyId, Challenge, CredentialId},
    limits::{CREDENTIAL_ID_MAX, PASSKEYS_PER_USER_DEFAULT},
    time::Duration,
};

const NOT_AGO: Duration = Duration::from_millis(0);

pub(super) const CHECKS: &[Check] = &[
    check!(
        ceremony_is_found_once_it_is_put,
        "when put_ceremony returns, take_ceremony finds the ceremony, unchanged",
        "store the record of Ceremony::to_stored under the ceremony's ID, and commit before you return; read from the \
         same database, not from a replica"
    ),
    check!(
        long_ceremony_fits,
        "a ceremony can allow all credentials of an account, each with the maximum length",
        "TEXT, not VARCHAR(4096), for the record; it has up to 15 KB if an account has ten passkeys"
    ),
    check!(
        ceremony_of_another_version_is_absent,
        "a ceremony written by another version of your service is treated as missing: the user starts over",
        "return Ok(None) if Ceremony::from_stored returns None; it is not an error of the store"
    ),
    check!(
        ceremony_is_kept_until_it_is_taken_or_has_expired,
        "a ceremony is kept until it is taken or has expired, no matter what else is put or taken",
        "delete only by id; sweep only ceremonies whose expires_at() has passed, in milliseconds"
    ),
    check!(
        ceremony_is_taken_once,
        "take_ceremony removes what it returns",
        "DELETE … RETURNING, or GETDEL; never SELECT alone"
    ),
    check!(
        ceremony_that_is_read_can_still_be_taken,
        "read_ceremony, if the store implements it, returns the ceremony, leaves it in place, and finds none that was \
         taken or erased",
        "SELECT, or GET; nothing that deletes, marks or prolongs"
    ),
    check!(
        of_parallel_takers_exactly_one_gets_the_ceremony,
        "if several callers take a ceremony at once, exactly one gets it",
        "one statement that deletes and returns (DELETE … RETURNING, GETDEL); not SELECT and then DELETE, unless the row \
         is locked or the deletion's count is looked at"
    ),
    check!(
        unknown_ceremony_is_none,
        "a ceremony that was never put is not found",
        "return None if there is no row; look the ceremony up by its whole id"
    ),
    check!(
        parallel_puts_are_all_kept,
        "ceremonies that are put at the same time are all found",
        "use one row per ceremony; do not write back a list that was read earlier"
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

fn long_ceremony_fits(bench: &Bench<'_>) -> Result<(), Found> {
    let long = |_| {
        let seed = bench.credential_id()?;
        let bytes = seed.as_bytes().iter().copied().cycle().take(CREDENTIAL_ID_MAX);
        let id = CredentialId::try_from(&bytes.collect::<Vec<_>>()[..]);
        id.map_err(|error| Found(format!("{error}")))
    };
    let ids = (0..PASSKEYS_PER_USER_DEFAULT).map(long).collect::<Result<_, Found>>()?;
    let ceremony = bench.sign_in_with(NOT_AGO, ids);
    bench.store.put_ceremony(&ceremony)?;
    let taken = bench.store.take_ceremony(&ceremony.id())?;
    expect("the ceremony that was taken", &taken, &Some(ceremony))
}

fn ceremony_of_another_version_is_absent(bench: &Bench<'_>) -> Result<(), Found> {
    let ceremony = bench.creation(NOT_AGO)?.of_another_version();
    bench.store.put_ceremony(&ceremony)?;
    match bench.store.take_ceremony(&ceremony.id())? {
        None => Ok(()),
        // An in-memory store does not need the stored form.
        Some(taken) => expect("the ceremony that was taken", &taken, &ceremony),
    }
}

fn ceremony_is_kept_until_it_is_taken_or_has_expired(bench: &Bench<'_>) -> Result<(), Found> {
    // Ten minutes long, of which nine have passed.
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

fn ceremony_that_is_read_can_still_be_taken(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner_of_ceremonies();
    for ceremony in bench.ceremonies_of(&owner)? {
        bench.store.put_ceremony(&ceremony)?;
        let id = ceremony.id();
        let Some(read) = bench.store.read_ceremony(&id)? else {
            // The default implementation, which must not have taken anything either.
            let taken = bench.store.take_ceremony(&id)?;
            return expect("the ceremony, taken after it was read", &taken, &Some(ceremony));
        };
        expect("the ceremony that was read", &read, &ceremony)?;
        let taken = bench.store.take_ceremony(&id)?;
        expect("the ceremony, taken after it was read", &taken, &Some(ceremony))?;
        let read = bench.store.read_ceremony(&id)?;
        expect("the ceremony, read after it was taken", &read, &None)?;
    }
    for ceremony in bench.ceremonies_of(&owner)? {
        bench.store.put_ceremony(&ceremony)?;
        bench.store.erase_ceremonies(&owner)?;
        let read = bench.store.read_ceremony(&ceremony.id())?;
        expect("the ceremony, read after it was erased", &read, &None)?;
    }
    Ok(())
}

fn of_parallel_takers_exactly_one_gets_the_ceremony(bench: &Bench<'_>) -> Result<(), Found> {
    for _ in 0..ROUNDS {
        let ceremony = bench.sign_in(NOT_AGO)?;
        bench.store.put_ceremony(&ceremony)?;
        let taken = bench.at_once(0..THREADS, |_| bench.store.take_ceremony(&ceremony.id()))?;
        let winners = taken.iter().flatten().count();
        expect("callers that got the ceremony", &winners, &1)?;
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
        let put = bench.at_once(0..THREADS, |_| {
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
