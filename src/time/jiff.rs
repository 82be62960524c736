//! Times and durations of the crate `jiff`.

use jiff::SignedDuration;

use super::{Duration, TimeOutOfRange, Timestamp, millis_of_nanos};

/// Fails before 1970.
impl TryFrom<jiff::Timestamp> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(at: jiff::Timestamp) -> Result<Self, TimeOutOfRange> {
        millis_of_nanos(at.as_nanosecond()).map(Self)
    }
}

/// Fails after the year 9999.
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(at: Timestamp) -> Result<Self, TimeOutOfRange> {
        Self::from_millisecond(at.try_into()?).map_err(|_| TimeOutOfRange)
    }
}

/// Fails if the duration is negative.
impl TryFrom<SignedDuration> for Duration {
    type Error = TimeOutOfRange;

    fn try_from(span: SignedDuration) -> Result<Self, TimeOutOfRange> {
        millis_of_nanos(span.as_nanos()).map(Self)
    }
}

/// Never fails: every duration fits.
impl TryFrom<Duration> for SignedDuration {
    type Error = TimeOutOfRange;

    fn try_from(span: Duration) -> Result<Self, TimeOutOfRange> {
        core::time::Duration::from(span).try_into().map_err(|_| TimeOutOfRange)
    }
}
