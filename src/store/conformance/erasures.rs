//! `erase_ceremonies`.

use alloc::vec::Vec;

use super::{
    Check,
    bench::{Bench, Found, OTHER_RP_ID, ROUNDS, THREADS, expect},
    check,
};
use crate::{ceremony::Ceremony, flow::Owner, time::Duration};

pub(super) const CHECKS: &[Check] = &[
    check!(
        erased_ceremonies_cannot_be_taken,
        "when erase_ceremonies returns, no ceremony of the account that was put before can be taken",
        "DELETE WHERE rp_id = … AND user = …, by the columns of Ceremony::to_stored; or store the account's number beside \
         each ceremony, and increment it to erase"
    ),
    check!(
        ceremonies_of_others_are_not_erased,
        "erase_ceremonies erases the ceremonies of one account: one user handle at one RP ID",
        "compare both rp_id and user, byte for byte; a ceremony without a user belongs to no account"
    ),
    check!(
        ceremony_that_is_put_while_others_are_erased_is_kept,
        "erase_ceremonies touches nothing else, even while others put and take",
        "delete by a condition; do not write back a list that was read earlier"
    ),
];

fn erased_ceremonies_cannot_be_taken(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner_of_ceremonies();
    // Erasing an account without ceremonies succeeds too.
    bench.store.erase_ceremonies(&owner)?;
    let ceremonies = bench.ceremonies_of(&owner)?;
    for ceremony in &ceremonies {
        bench.store.put_ceremony(ceremony)?;
    }
    bench.store.erase_ceremonies(&owner)?;
    for ceremony in &ceremonies {
        let taken = bench.store.take_ceremony(&ceremony.id())?;
        expect("a ceremony of the account that was erased", &taken, &None)?;
    }
    Ok(())
}

fn ceremonies_of_others_are_not_erased(bench: &Bench<'_>) -> Result<(), Found> {
    let owner = bench.owner_of_ceremonies();
    let elsewhere = Owner { rp_id: OTHER_RP_ID.into(), user: owner.user };
    let mut others = bench.ceremonies_of(&elsewhere)?;
    others.extend(bench.ceremonies_of(&bench.owner_of_ceremonies())?);
    others.push(bench.discoverable());
    for ceremony in &others {
        bench.store.put_ceremony(ceremony)?;
    }
    bench.store.erase_ceremonies(&owner)?;
    for ceremony in others {
        let taken = bench.store.take_ceremony(&ceremony.id())?;
        expect("a ceremony of another account, or without an account", &taken, &Some(ceremony))?;
    }
    Ok(())
}

fn ceremony_that_is_put_while_others_are_erased_is_kept(bench: &Bench<'_>) -> Result<(), Found> {
    let now = Duration::from_millis(0);
    for _ in 0..ROUNDS {
        let owner = bench.owner_of_ceremonies();
        let (theirs, taken) = (bench.creation_of(&owner, now)?, bench.creation(now)?);
        bench.store.put_ceremony(&theirs)?;
        bench.store.put_ceremony(&taken)?;
        let put = bench.at_once(0..THREADS, |turn| match turn {
            0 => bench.store.erase_ceremonies(&owner).map(|()| None),
            1 => bench.store.take_ceremony(&taken.id()).map(|_| None),
            _ => {
                let ceremony = bench.creation(now)?;
                bench.store.put_ceremony(&ceremony)?;
                Ok(Some(ceremony))
            }
        })?;
        for ceremony in put.into_iter().flatten() {
            let found = bench.store.take_ceremony(&ceremony.id())?;
            expect("a ceremony that was put at the same time", &found, &Some(ceremony))?;
        }
        let gone = [&theirs, &taken].map(Ceremony::id);
        let left = gone.iter().map(|id| bench.store.take_ceremony(id));
        let left = left.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().count();
        expect("ceremonies that reappeared after they were erased or taken", &left, &0)?;
    }
    Ok(())
}
