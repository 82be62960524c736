//! The time of the system clock.

use std::time::SystemTime;

use super::{TimeOutOfRange, Timestamp};

/// Fails before 1970.
impl TryFrom<SystemTime> for Timestamp {
    type Error = TimeOutOfRange;

    fn try_from(at: SystemTime) -> Result<Self, TimeOutOfRange> {
        let since = at.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| TimeOutOfRange)?;
        u64::try_from(since.as_millis()).map(Self).map_err(|_| TimeOutOfRange)
    }
}

/// Fails if the platform's clock cannot represent the time.
impl TryFrom<Timestamp> for SystemTime {
    type Error = TimeOutOfRange;

    fn try_from(at: Timestamp) -> Result<Self, TimeOutOfRange> {
        let since = core::time::Duration::from_millis(at.0);
        Self::UNIX_EPOCH.checked_add(since).ok_or(TimeOutOfRange)
    }
}
