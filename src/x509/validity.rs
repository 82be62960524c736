//! The validity period of a certificate (RFC 5280 §4.1.2.5).

use der::{AnyRef, DateTime, Reader as _, SliceReader, Tag, Tagged as _};

use crate::time::Timestamp;

/// The validity period of a certificate, including both ends.
///
/// ```text
/// Validity ::= SEQUENCE { notBefore Time, notAfter Time }       Time ::= CHOICE { UTCTime, GeneralizedTime }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

impl Validity {
    pub(super) fn read(reader: &mut SliceReader<'_>) -> der::Result<Self> {
        reader.sequence(|validity| {
            Ok(Self { not_before: read_time(validity)?, not_after: read_time(validity)? })
        })
    }

    /// Returns whether the time is within the period. The last second is included completely.
    pub(crate) fn contains(&self, now: Timestamp) -> bool {
        let last_second = self.not_after.as_unix_millis() / 1000;
        self.not_before <= now && now.as_unix_millis() / 1000 <= last_second
    }
}

/// Reads a `Time`. RFC 5280 requires seconds and `Z`. X.680 §46 and §47 also allow times without seconds or minutes,
/// with a fraction, and with an offset from UTC. They are accepted too, because each has one meaning. A time without a
/// zone is local time of an unknown place, and is rejected. Every time before 1970 is read as the start of 1970,
/// because it makes no difference.
pub(super) fn read_time(reader: &mut SliceReader<'_>) -> der::Result<Timestamp> {
    let value = reader.decode::<AnyRef<'_>>()?;
    let time = match value.tag() {
        Tag::UtcTime => utc_time(Text(value.value())),
        Tag::GeneralizedTime => generalized_time(Text(value.value())),
        tag => return Err(tag.unexpected_error(Some(Tag::GeneralizedTime)).into()),
    };
    time.ok_or_else(|| value.tag().value_error().into())
}

/// ```text
/// UTCTime = YY MM DD hh mm [ss] zone        ; YY below 50 is of this century (RFC 5280 §4.1.2.5.1)
/// zone    = "Z" / ("+" / "-") hh [mm]
/// ```
fn utc_time(mut text: Text<'_>) -> Option<Timestamp> {
    let year = text.two_digits()?;
    let year = if year < 50 { 2000 + u16::from(year) } else { 1900 + u16::from(year) };
    let date = text.month_and_day(year)?;
    let (hour, minute) = (text.two_digits()?, text.two_digits()?);
    let second = if text.has_digit() { text.two_digits()? } else { 0 };
    let zone = text.zone()?;
    text.end()?;
    date.at([hour, minute, second], 0, zone)
}

/// ```text
/// GeneralizedTime = YYYY MM DD hh [mm [ss]] [("." / ",") 1*DIGIT] zone
/// ```
///
/// The fraction belongs to the last unit before it.
fn generalized_time(mut text: Text<'_>) -> Option<Timestamp> {
    let year = u16::from(text.two_digits()?) * 100 + u16::from(text.two_digits()?);
    let date = text.month_and_day(year)?;
    let (mut time, mut unit) = ([text.two_digits()?, 0, 0], HOUR);
    for (field, its_unit) in time.iter_mut().skip(1).zip([MINUTE, SECOND]) {
        if text.has_digit() {
            *field = text.two_digits()?;
            unit = its_unit;
        } else {
            break;
        }
    }
    let fraction = text.fraction(unit)?;
    let zone = text.zone()?;
    text.end()?;
    date.at(time, fraction, zone)
}

// In milliseconds.
const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Returns the instant at this hour, minute, second and millisecond in a zone with this offset east of UTC.
    fn at(&self, [hour, minute, second]: [u8; 3], millis: i64, zone: i64) -> Option<Timestamp> {
        /// The calendar repeats after 400 years, and `der` has no dates before 1970.
        const CYCLES: u16 = 2000;
        const CYCLES_SECONDS: i64 = 5 * 146_097 * 24 * 60 * 60;
        let (year, shift) = match self.year {
            1970.. => (self.year, 0),
            year => (year.checked_add(CYCLES)?, CYCLES_SECONDS),
        };
        let date = DateTime::new(year, self.month, self.day, hour, minute, second).ok()?;
        let seconds = i64::try_from(date.unix_duration().as_secs()).ok()?.checked_sub(shift)?;
        let instant = seconds.checked_mul(SECOND)?.checked_add(millis)?.checked_sub(zone)?.max(0);
        u64::try_from(instant).ok().map(Timestamp::from_unix_millis)
    }
}

/// The rest of a time text.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    fn has_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    fn two_digits(&mut self) -> Option<u8> {
        let ([tens, ones], rest) = self.0.split_first_chunk()?;
        if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
            return None;
        }
        self.0 = rest;
        Some((tens - b'0') * 10 + (ones - b'0'))
    }

    fn month_and_day(&mut self, year: u16) -> Option<Date> {
        Some(Date { year, month: self.two_digits()?, day: self.two_digits()? })
    }

    /// Returns the fraction of a unit in milliseconds. Zero without a fraction. Digits after the ninth are ignored.
    fn fraction(&mut self, unit: i64) -> Option<i64> {
        let Some((b'.' | b',', rest)) = self.0.split_first() else { return Some(0) };
        let count = rest.iter().take_while(|it| it.is_ascii_digit()).count();
        let (digits, rest) = rest.split_at_checked(count)?;
        self.0 = rest;
        let (mut numerator, mut denominator) = (0_i64, 1_i64);
        for digit in digits.iter().take(9) {
            numerator = numerator * 10 + i64::from(digit - b'0');
            denominator *= 10;
        }
        (!digits.is_empty()).then_some(unit * numerator / denominator)
    }

    /// Returns the offset of the zone east of UTC, in milliseconds.
    fn zone(&mut self) -> Option<i64> {
        let (sign, rest) = self.0.split_first()?;
        self.0 = rest;
        let sign = match sign {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = self.two_digits()?;
        let minutes = if self.has_digit() { self.two_digits()? } else { 0 };
        let in_range = hours < 24 && minutes < 60;
        in_range.then_some(sign * (i64::from(hours) * HOUR + i64::from(minutes) * MINUTE))
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::test_ca::tlv;

    const UTC: u8 = 0x17;
    const GENERALIZED: u8 = 0x18;

    fn read(tag: u8, text: &str) -> Option<u64> {
        let der = tlv(tag, text.as_bytes());
        let time = read_time(&mut SliceReader::new(&der).unwrap());
        time.ok().map(Timestamp::as_unix_millis)
    }

    /// 2024-02-29T12:30:00Z
    const LEAP_DAY: u64 = 1_709_209_800_000;

    #[test]
    fn reads_times_as_rfc_5280_requires_them() {
        assert_eq!(read(UTC, "240229123000Z"), Some(LEAP_DAY));
        assert_eq!(read(GENERALIZED, "20240229123000Z"), Some(LEAP_DAY));
        assert_eq!(read(UTC, "491231235959Z"), Some(2_524_607_999_000));
        assert_eq!(read(GENERALIZED, "99991231235959Z"), Some(253_402_300_799_000));
    }

    #[test]
    fn reads_times_with_an_offset() {
        for text in ["240229143000+0200", "240229073000-0500", "240229123000+0000"] {
            assert_eq!(read(UTC, text), Some(LEAP_DAY), "{text}");
        }
        for text in ["20240301000000+1130", "20240229143000+02", "20240229120000-0030"] {
            assert_eq!(read(GENERALIZED, text), Some(LEAP_DAY), "{text}");
        }
    }

    #[test]
    fn reads_times_without_seconds_or_minutes() {
        assert_eq!(read(UTC, "2402291230Z"), Some(LEAP_DAY));
        assert_eq!(read(UTC, "2402291430+0200"), Some(LEAP_DAY));
        assert_eq!(read(GENERALIZED, "202402291230Z"), Some(LEAP_DAY));
        assert_eq!(read(GENERALIZED, "2024022912Z"), Some(LEAP_DAY - 1_800_000));
    }

    #[test]
    fn reads_fractions_of_the_last_unit() {
        assert_eq!(read(GENERALIZED, "20240229123000.5Z"), Some(LEAP_DAY + 500));
        assert_eq!(read(GENERALIZED, "20240229123000,25Z"), Some(LEAP_DAY + 250));
        assert_eq!(read(GENERALIZED, "20240229123000.00099999999Z"), Some(LEAP_DAY));
        assert_eq!(read(GENERALIZED, "202402291229.5Z"), Some(LEAP_DAY - 30_000));
        assert_eq!(read(GENERALIZED, "2024022912.5Z"), Some(LEAP_DAY));
    }

    #[test]
    fn reads_dates_before_1970_as_the_first_instant_of_1970() {
        assert_eq!(read(UTC, "700101000001Z"), Some(1000));
        for text in ["500101000000Z", "691231235959Z", "700101000000+0100"] {
            assert_eq!(read(UTC, text), Some(0), "{text}");
        }
        for text in ["00000101000000Z", "16000229000000Z", "19691231235959.9Z"] {
            assert_eq!(read(GENERALIZED, text), Some(0), "{text}");
        }
        // A day before 1970 must exist too.
        assert_eq!(read(GENERALIZED, "19000229000000Z"), None);
        assert_eq!(read(GENERALIZED, "19690230000000Z"), None);
    }

    #[test]
    fn rejects_local_times_and_invalid_times() {
        for text in [
            "",
            "240229123000",
            "2402291230",
            "24022912Z",
            "240229123000Z0",
            "240229123000z",
            "240229123000+2400",
            "240229123000+0260",
            "240229123000+0",
            "240229123000.5Z",
            "230229123000Z",
            "240229240000Z",
            "240229126000Z",
            "240229123060Z",
            "241329123000Z",
            "24 229123000Z",
            "+40229123000Z",
        ] {
            assert_eq!(read(UTC, text), None, "{text}");
        }
        for text in [
            "20240229123000",
            "20240229123000.Z",
            "20240229123000.5",
            "20240229123000.5.5Z",
            "202402291230001Z",
            "20240229Z",
            "20230229123000Z",
            "20240229123000+1",
        ] {
            assert_eq!(read(GENERALIZED, text), None, "{text}");
        }
        assert_eq!(read(0x13, "20240229123000Z"), None, "a PrintableString");
    }

    #[test]
    fn the_last_second_is_included_completely() {
        let at = Timestamp::from_unix_millis;
        let validity = |not_after| Validity { not_before: at(1000), not_after: at(not_after) };
        for not_after in [5000, 5300] {
            let validity = validity(not_after);
            assert!(validity.contains(at(1000)) && validity.contains(at(5999)));
            assert!(!validity.contains(at(999)) && !validity.contains(at(6000)));
        }
    }
}
