//! Time as the host passes it in.

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "std")]
mod system;
#[cfg(all(test, any(feature = "chrono", feature = "jiff", feature = "std", feature = "time")))]
mod tests;
#[cfg(feature = "time")]
mod time_crate;

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, as in JavaScript's `Date.now()`.
///
/// ```
/// use relying_party::{Duration, Timestamp};
/// let now = Timestamp::from_unix_millis(1_700_000_000_000);
/// assert_eq!((now + Duration::from_secs(1)).as_unix_millis(), 1_700_000_001_000);
/// ```
///
/// # Conversions
/// `TryFrom` converts an instant to and from `i64` milliseconds and `std::time::SystemTime`, and with the features
/// `time`, `jiff` and `chrono` to and from the types of those crates. Anything finer than a millisecond is truncated.
/// An instant that does not fit, such as one before 1970, is a [`TimeOutOfRange`].
///
/// ```
/// use relying_party::Timestamp;
/// let at = Timestamp::from_unix_millis(1_700_000_000_000);
/// assert_eq!(i64::try_from(at), Ok(1_700_000_000_000)); // for a column of a database
/// assert!(Timestamp::try_from(-1_i64).is_err());
/// # #[cfg(feature = "std")] {
/// let clock = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
/// assert_eq!(Timestamp::try_from(clock), Ok(at));
/// # }
/// # #[cfg(feature = "time")] {
/// let clock = time::OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
/// assert_eq!(Timestamp::try_from(clock), Ok(at));
/// # }
/// # #[cfg(feature = "jiff")] {
/// let clock: jiff::Timestamp = "2023-11-14T22:13:20Z".parse().unwrap();
/// assert_eq!(Timestamp::try_from(clock), Ok(at));
/// # }
/// # #[cfg(feature = "chrono")] {
/// let clock = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// assert_eq!(Timestamp::try_from(clock), Ok(at));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The instant `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix_millis(self) -> u64 {
        self.0
    }

    /// Returns how long ago `earlier` was at this instant, or zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// Returns the current time of the system clock. Flows do not call it: you pass it in as `now`.
    ///
    /// A clock before 1970 reads as the epoch, at which every ceremony is rejected because it begins in the future.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }
}

impl Timestamp {
    /// Unix milliseconds for a database column, which has no unsigned type. Saturates 292 million years ahead.
    pub(crate) fn to_stored(self) -> i64 {
        self.try_into().unwrap_or(i64::MAX)
    }

    /// The instant in a database column, or `None` if it is before 1970.
    pub(crate) fn from_stored(millis: i64) -> Option<Self> {
        millis.try_into().ok()
    }
}

/// A time or duration that the other type cannot represent: before 1970, negative, or too far ahead.
/// [`Timestamp`](crate::Timestamp) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time is out of range")]
pub struct TimeOutOfRange;

/// Converts from Unix milliseconds. Fails before 1970.
impl TryFrom<i64> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(millis: i64) -> Result<Self, TimeOutOfRange> {
        u64::try_from(millis).map(Self).map_err(|_| TimeOutOfRange)
    }
}

/// Converts to Unix milliseconds. Fails 292 million years ahead.
impl TryFrom<Timestamp> for i64 {
    type Error = TimeOutOfRange;

    fn try_from(at: Timestamp) -> Result<Self, TimeOutOfRange> {
        at.0.try_into().map_err(|_| TimeOutOfRange)
    }
}

/// Truncates anything finer than a millisecond.
#[cfg(any(feature = "jiff", feature = "time"))]
fn millis_of_nanos<T: TryFrom<i128>>(nanos: i128) -> Result<T, TimeOutOfRange> {
    T::try_from(nanos.div_euclid(1_000_000)).map_err(|_| TimeOutOfRange)
}

impl core::ops::Add<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the maximum.
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// A duration in whole milliseconds.
///
/// `From` converts it to and from [`core::time::Duration`]: anything finer than a millisecond is truncated, and a
/// duration that is too long saturates. With the features `time`, `jiff` and `chrono`, `TryFrom` converts it to and
/// from the duration types of those crates. A negative duration is a [`TimeOutOfRange`].
///
/// ```
/// use relying_party::Duration;
/// let five_minutes = std::time::Duration::from_secs(300);
/// assert_eq!(Duration::from(five_minutes), Duration::from_secs(300));
/// assert_eq!(std::time::Duration::from(Duration::from_secs(300)), five_minutes);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(u64);

impl Duration {
    /// Creates a duration of `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Creates a duration of `secs` seconds. Saturates.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Returns the duration in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

impl From<core::time::Duration> for Duration {
    fn from(span: core::time::Duration) -> Self {
        Self(span.as_millis().try_into().unwrap_or(u64::MAX))
    }
}

impl From<Duration> for core::time::Duration {
    fn from(span: Duration) -> Self {
        Self::from_millis(span.0)
    }
}

#[cfg(test)]
mod arithmetic {
    use super::*;

    #[test]
    fn time_saturates_instead_of_wrapping() {
        let end = Timestamp::from_unix_millis(u64::MAX);
        assert_eq!(end + Duration::from_secs(u64::MAX), end);
        let beginning = Timestamp::from_unix_millis(0);
        assert_eq!(beginning.since(end), Duration::from_millis(0));
        assert_eq!(end.since(beginning), Duration::from_millis(u64::MAX));
    }

    #[test]
    fn stored_times_start_at_1970() {
        let ends = [0, 1, i64::MAX];
        for millis in ends {
            assert_eq!(Timestamp::try_from(millis).and_then(i64::try_from), Ok(millis));
        }
        for millis in [-1, i64::MIN] {
            assert_eq!(Timestamp::try_from(millis), Err(TimeOutOfRange));
        }
        let beyond = Timestamp::from_unix_millis(1 << 63);
        assert_eq!(i64::try_from(beyond), Err(TimeOutOfRange));
    }

    #[test]
    fn core_durations_are_truncated_and_saturate() {
        use core::time::Duration as Span;
        let longest = Duration::from_millis(u64::MAX);
        for (span, expected) in [
            (Span::ZERO, Duration::from_millis(0)),
            (Span::from_nanos(999_999), Duration::from_millis(0)),
            (Span::new(1, 999_999_999), Duration::from_millis(1999)),
            (Span::from_millis(u64::MAX), longest),
            (Span::MAX, longest),
        ] {
            assert_eq!(Duration::from(span), expected);
        }
        assert_eq!(Span::from(longest), Span::from_millis(u64::MAX));
    }
}
