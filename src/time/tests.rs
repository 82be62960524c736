//! Conversions at the limits of each type.

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use super::Duration;
use super::{TimeOutOfRange, Timestamp};

fn at(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

/// Times that survive a round trip, and times that the other type cannot represent.
fn round_trips<T>(fit: &[u64], do_not: &[u64])
where
    T: TryFrom<Timestamp, Error = TimeOutOfRange>,
    Timestamp: TryFrom<T, Error = TimeOutOfRange>,
{
    for millis in fit {
        let there = T::try_from(at(*millis)).and_then(Timestamp::try_from);
        assert_eq!(there, Ok(at(*millis)));
    }
    for millis in do_not {
        assert!(T::try_from(at(*millis)).is_err(), "{millis}");
    }
}

/// Durations that survive a round trip, and durations that the other type cannot represent.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
fn spans_round_trip<T>(fit: &[u64], do_not: &[u64])
where
    T: TryFrom<Duration, Error = TimeOutOfRange>,
    Duration: TryFrom<T, Error = TimeOutOfRange>,
{
    for millis in fit {
        let span = Duration::from_millis(*millis);
        assert_eq!(T::try_from(span).and_then(Duration::try_from), Ok(span));
    }
    for millis in do_not {
        assert!(T::try_from(Duration::from_millis(*millis)).is_err(), "{millis}");
    }
}

/// 9999-12-31T23:59:59.999Z.
const YEAR_9999: u64 = 253_402_300_799_999;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
const I64_MAX: u64 = (1 << 63) - 1;

#[cfg(feature = "std")]
#[test]
fn times_of_std() {
    use std::time::{Duration as Span, SystemTime};
    let epoch = SystemTime::UNIX_EPOCH;
    round_trips::<SystemTime>(&[0, 1, 1_700_000_000_000, YEAR_9999], &[]);
    // Unix can represent every time, Windows cannot.
    if let Ok(last) = SystemTime::try_from(at(u64::MAX)) {
        assert_eq!(Timestamp::try_from(last), Ok(at(u64::MAX)));
        let beyond = last.checked_add(Span::from_millis(1)).unwrap();
        assert_eq!(Timestamp::try_from(beyond), Err(TimeOutOfRange));
    }
    assert_eq!(Timestamp::try_from(epoch + Span::from_nanos(1_999_999)), Ok(at(1)));
    for before in [Span::from_micros(1), Span::from_secs(1)] {
        assert_eq!(Timestamp::try_from(epoch - before), Err(TimeOutOfRange));
    }
}

#[cfg(feature = "time")]
#[test]
fn times_of_time() {
    use ::time::{Duration as Span, OffsetDateTime, UtcOffset};
    let epoch = OffsetDateTime::UNIX_EPOCH;
    round_trips::<OffsetDateTime>(&[0, 1, 1_700_000_000_000, YEAR_9999], &[u64::MAX]);
    assert_eq!(Timestamp::try_from(epoch + Span::nanoseconds(1_999_999)), Ok(at(1)));
    let elsewhere = epoch.to_offset(UtcOffset::from_hms(-8, 0, 0).unwrap());
    assert_eq!(Timestamp::try_from(elsewhere), Ok(at(0)));
    assert_eq!(Timestamp::try_from(epoch - Span::NANOSECOND), Err(TimeOutOfRange));

    spans_round_trip::<Span>(&[0, 1, I64_MAX, u64::MAX], &[]);
    assert_eq!(Duration::try_from(Span::nanoseconds(999_999)), Ok(Duration::from_millis(0)));
    for out_of_range in [-Span::NANOSECOND, Span::MIN, Span::MAX] {
        assert_eq!(Duration::try_from(out_of_range), Err(TimeOutOfRange));
    }
}

#[cfg(feature = "jiff")]
#[test]
fn times_of_jiff() {
    use ::jiff::SignedDuration as Span;
    // jiff ends a day before the year does, so that every time exists in every time zone.
    let last = YEAR_9999 - 2 * 24 * 3_600_000;
    round_trips::<::jiff::Timestamp>(&[0, 1, 1_700_000_000_000, last], &[I64_MAX, u64::MAX]);
    let nanos = |nanos| ::jiff::Timestamp::from_nanosecond(nanos).unwrap();
    assert_eq!(Timestamp::try_from(nanos(1_999_999)), Ok(at(1)));
    for before in [nanos(-1), ::jiff::Timestamp::MIN] {
        assert_eq!(Timestamp::try_from(before), Err(TimeOutOfRange));
    }
    assert!(Timestamp::try_from(::jiff::Timestamp::MAX).is_ok());

    spans_round_trip::<Span>(&[0, 1, I64_MAX, u64::MAX], &[]);
    assert_eq!(Duration::try_from(Span::from_nanos(999_999)), Ok(Duration::from_millis(0)));
    for out_of_range in [Span::from_nanos(-1), Span::MIN, Span::MAX] {
        assert_eq!(Duration::try_from(out_of_range), Err(TimeOutOfRange));
    }
}

#[cfg(feature = "chrono")]
#[test]
fn times_of_chrono() {
    use ::chrono::{DateTime, FixedOffset, TimeDelta as Span, Utc};
    round_trips::<DateTime<Utc>>(&[0, 1, 1_700_000_000_000, YEAR_9999], &[I64_MAX, u64::MAX]);
    let nanos = DateTime::from_timestamp_nanos;
    assert_eq!(Timestamp::try_from(nanos(1_999_999)), Ok(at(1)));
    let elsewhere = nanos(0).with_timezone(&FixedOffset::west_opt(8 * 3600).unwrap());
    assert_eq!(Timestamp::try_from(elsewhere), Ok(at(0)));
    for before in [nanos(-1), DateTime::<Utc>::MIN_UTC] {
        assert_eq!(Timestamp::try_from(before), Err(TimeOutOfRange));
    }
    assert!(Timestamp::try_from(DateTime::<Utc>::MAX_UTC).is_ok());

    spans_round_trip::<Span>(&[0, 1, I64_MAX], &[I64_MAX + 1, u64::MAX]);
    assert_eq!(Duration::try_from(Span::nanoseconds(999_999)), Ok(Duration::from_millis(0)));
    for negative in [Span::nanoseconds(-1), Span::MIN] {
        assert_eq!(Duration::try_from(negative), Err(TimeOutOfRange));
    }
}
