//! Times and durations of the crate `chrono`.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::{Duration, TimeOutOfRange, Timestamp};

/// Fails before 1970.
impl<Tz: TimeZone> TryFrom<DateTime<Tz>> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(at: DateTime<Tz>) -> Result<Self, TimeOutOfRange> {
        at.timestamp_millis().try_into()
    }
}

/// Fails about 260,000 years ahead.
impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = TimeOutOfRange;

    fn try_from(at: Timestamp) -> Result<Self, TimeOutOfRange> {
        Self::from_timestamp_millis(at.try_into()?).ok_or(TimeOutOfRange)
    }
}

/// Fails if the duration is negative.
impl TryFrom<TimeDelta> for Duration {
    type Error = TimeOutOfRange;

    fn try_from(span: TimeDelta) -> Result<Self, TimeOutOfRange> {
        span.to_std().map(Self::from).map_err(|_| TimeOutOfRange)
    }
}

/// Fails beyond 292 million years.
impl TryFrom<Duration> for TimeDelta {
    type Error = TimeOutOfRange;

    fn try_from(span: Duration) -> Result<Self, TimeOutOfRange> {
        Self::from_std(span.into()).map_err(|_| TimeOutOfRange)
    }
}
