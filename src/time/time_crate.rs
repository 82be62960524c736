//! Times and durations of the crate `time`.

use ::time::{Duration as Span, OffsetDateTime};

use super::{Duration, TimeOutOfRange, Timestamp, millis_of_nanos};

/// Fails before 1970.
impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(at: OffsetDateTime) -> Result<Self, TimeOutOfRange> {
        millis_of_nanos(at.unix_timestamp_nanos()).map(Self)
    }
}

/// In UTC. Fails after the year 9999, or 999999 with `time`'s feature `large-dates`.
impl TryFrom<Timestamp> for OffsetDateTime {
    type Error = TimeOutOfRange;

    fn try_from(at: Timestamp) -> Result<Self, TimeOutOfRange> {
        let nanos = i128::from(at.0).saturating_mul(1_000_000);
        Self::from_unix_timestamp_nanos(nanos).map_err(|_| TimeOutOfRange)
    }
}

/// Fails if the duration is negative.
impl TryFrom<Span> for Duration {
    type Error = TimeOutOfRange;

    fn try_from(span: Span) -> Result<Self, TimeOutOfRange> {
        millis_of_nanos(span.whole_nanoseconds()).map(Self)
    }
}

/// Never fails: every duration fits.
impl TryFrom<Duration> for Span {
    type Error = TimeOutOfRange;

    fn try_from(span: Duration) -> Result<Self, TimeOutOfRange> {
        core::time::Duration::from(span).try_into().map_err(|_| TimeOutOfRange)
    }
}
