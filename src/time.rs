//! Time as the host tells it: this crate has no clock.

use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z, as in JavaScript's `Date.now()`.
///
/// ```
/// use relying_party::{Duration, Timestamp};
/// let now = Timestamp::from_unix_millis(1_700_000_000_000);
/// assert_eq!((now + Duration::from_secs(1)).as_unix_millis(), 1_700_000_001_000);
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

    /// How long ago `earlier` was at this instant; no time at all if it comes later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// The system clock's present. Nothing in this crate calls it; hosts pass it in as `now`.
    ///
    /// A clock before 1970 reads as the epoch, at which every ceremony is refused as one from the future.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }
}

impl core::ops::Add<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// A span of time in whole milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(u64);

impl Duration {
    /// A span of `millis` milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// A span of `secs` seconds; saturates.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// The span in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_saturates_instead_of_wrapping() {
        let end = Timestamp::from_unix_millis(u64::MAX);
        assert_eq!(end + Duration::from_secs(u64::MAX), end);
        let beginning = Timestamp::from_unix_millis(0);
        assert_eq!(beginning.since(end), Duration::from_millis(0));
        assert_eq!(end.since(beginning), Duration::from_millis(u64::MAX));
    }
}
