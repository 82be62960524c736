//! What every finish does with the ceremony it has taken, before anything is parsed or verified.

use alloc::boxed::Box;

use crate::{
    bytes::CeremonyId, ceremony::Ceremony, error::Error, limits::CLOCK_SKEW_MAX,
    relying_party::RelyingParty, time::Timestamp,
};

/// Checks that there was a ceremony, that it is the one that was asked for, and that it still counts.
pub(super) fn check(
    taken: Option<Box<Ceremony>>,
    id: CeremonyId,
    rp: &RelyingParty,
    now: Timestamp,
) -> Result<Box<Ceremony>, Error> {
    let ceremony = taken.ok_or(Error::CeremonyNotFound)?;
    // The id is derived from the challenge, so that a record whose challenge was exchanged shows here.
    if ceremony.id() != id {
        return Err(Error::Inconsistent("another ceremony than was asked for"));
    }
    if ceremony.rp_id() != rp.rp_id().as_str() {
        return Err(Error::CeremonyMismatch("another relying party"));
    }
    // Machines' clocks differ a little; a ceremony from further ahead was made by a clock that is wrong.
    let from_the_future = ceremony.created_at() > now + CLOCK_SKEW_MAX;
    if now >= ceremony.expires_at() || from_the_future {
        return Err(Error::CeremonyExpired);
    }
    Ok(ceremony)
}
