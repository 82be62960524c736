//! Times as databases write them.

use relying_party::Timestamp;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The instant, or `None` if it is not after 1970 began: systems write such times for "never".
pub(crate) fn from_millis(millis: i64) -> Option<Timestamp> {
    Timestamp::try_from(millis).ok().filter(|at| at.as_unix_millis() > 0)
}

/// Reads `2026-02-28T12:00:00.123+01:00`: with a space for `T`, without a fraction, and without an offset, which is UTC.
/// In Unix milliseconds.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let year = number(&mut rest, 4)?;
    let month = after(&mut rest, &['-']).and_then(|()| number(&mut rest, 2))?;
    let day = after(&mut rest, &['-']).and_then(|()| number(&mut rest, 2))?;
    let hour = after(&mut rest, &['T', 't', ' ']).and_then(|()| number(&mut rest, 2))?;
    let minute = after(&mut rest, &[':']).and_then(|()| number(&mut rest, 2))?;
    let second = after(&mut rest, &[':']).and_then(|()| number(&mut rest, 2))?;
    let is_time = hour < 24 && minute < 60 && second <= 60;
    if !is_time || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let millis = fraction(&mut rest)?;
    let offset = offset(rest)?;
    let minutes = (hour * 60 + minute) - offset;
    let at = days(year, month, day) * MILLIS_PER_DAY + minutes * 60_000 + second * 1000 + millis;
    Some(at)
}

/// Takes exactly `digits` decimal digits.
fn number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (taken, left) = rest.split_at_checked(digits)?;
    *rest = left;
    taken.bytes().all(|byte| byte.is_ascii_digit()).then(|| taken.parse().ok()).flatten()
}

fn after(rest: &mut &str, separators: &[char]) -> Option<()> {
    *rest = rest.strip_prefix(separators)?;
    Some(())
}

/// Takes a fraction of a second, if there is one, as milliseconds.
fn fraction(rest: &mut &str) -> Option<i64> {
    let Some(digits) = rest.strip_prefix('.') else { return Some(0) };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (taken, left) = digits.split_at_checked(count).filter(|(taken, _)| !taken.is_empty())?;
    *rest = left;
    taken.chars().chain("000".chars()).take(3).collect::<String>().parse().ok()
}

/// Reads what follows the time: nothing, `Z`, `+01:00`, `+0100` or `+01`. In minutes.
fn offset(rest: &str) -> Option<i64> {
    let rest = rest.trim_start();
    if rest.is_empty() || rest.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let mut rest = rest.strip_prefix(['+', '-'])?;
    let hours = number(&mut rest, 2)?;
    let mut rest = rest.strip_prefix(':').unwrap_or(rest);
    let minutes = if rest.is_empty() { 0 } else { number(&mut rest, 2)? };
    let is_offset = rest.is_empty() && hours < 24 && minutes < 60;
    is_offset.then_some(sign * (hours * 60 + minutes))
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_the_year = (153 * month + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_the_year
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_databases_write() {
        for (text, at) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-14 22:13:20", 1_700_000_000_000),
            ("2023-11-14T22:13:20.1234567+00:00", 1_700_000_000_123),
            ("2023-11-14 23:13:20.5+01", 1_700_000_000_500),
            ("2023-11-14 17:43:20 -0430", 1_700_000_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("2024-12-31T23:59:60Z", 1_735_689_600_000),
        ] {
            assert_eq!(parse(text), Some(at), "{text}");
        }
    }

    #[test]
    fn time_before_1970_is_unknown() {
        assert_eq!(from_millis(1), Some(Timestamp::from_unix_millis(1)));
        for text in ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"] {
            assert_eq!(from_millis(parse(text).unwrap()), None, "{text}");
        }
    }

    #[test]
    fn other_text_is_no_time() {
        for text in [
            "",
            "2023-11-14",
            "2023-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2023-11-31T00:00:00Z",
            "2023-11-14T24:00:00Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20+25:00",
            "2023-11-14T22:13:20 UTC",
            "+023-11-14T22:13:20Z",
            "2023-11-14T22:13:20+01:00x",
            "20ä3-11-14T22:13:20Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
