//! What every finish step checks about the ceremony it has taken, before it parses or verifies anything.

use alloc::boxed::Box;

use crate::{
    bytes::CeremonyId, ceremony::Ceremony, error::Error, flow::Posted, limits::CLOCK_SKEW_MAX,
    relying_party::RelyingParty, session::SessionBinding, time::Timestamp,
};

/// Checks that a ceremony was found, that it is the requested one, that it began in this session, and that it has not
/// expired.
pub(super) fn check(
    taken: Option<Box<Ceremony>>,
    posted: &Posted<'_>,
    rp: &RelyingParty,
    now: Timestamp,
) -> Result<Box<Ceremony>, Error> {
    let ceremony = check_identity(taken, posted.ceremony, &posted.session, rp)?;
    // Clocks of different machines differ a little. A ceremony further ahead comes from a wrong clock.
    let from_the_future = ceremony.created_at() > now + CLOCK_SKEW_MAX;
    if now >= ceremony.expires_at() || from_the_future {
        return Err(Error::CeremonyExpired);
    }
    Ok(ceremony)
}

/// Checks that a ceremony was found, that it is the requested one, and that it began in this session.
pub(super) fn check_identity(
    found: Option<Box<Ceremony>>,
    id: CeremonyId,
    session: &SessionBinding,
    rp: &RelyingParty,
) -> Result<Box<Ceremony>, Error> {
    let ceremony = found.ok_or(Error::CeremonyNotFound)?;
    // The ID is derived from the challenge, so this detects a record whose challenge was exchanged.
    if ceremony.id() != id {
        return Err(Error::Inconsistent("a ceremony that was not asked for"));
    }
    if !ceremony.session().matches(session) {
        return Err(Error::AnotherSession);
    }
    if ceremony.rp_id() != rp.rp_id().as_str() {
        return Err(Error::CeremonyMismatch("another relying party"));
    }
    Ok(ceremony)
}
