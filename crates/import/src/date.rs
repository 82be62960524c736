//! Times as databases write them.

use jiff::{fmt::temporal::DateTimeParser, tz::Offset};
use relying_party::Timestamp;

/// The instant, or `None` if it is not after 1970 began: systems write such times for "never".
pub(crate) fn from_millis(millis: i64) -> Option<Timestamp> {
    Timestamp::try_from(millis).ok().filter(|at| at.as_unix_millis() > 0)
}

/// Reads `2026-02-28T12:00:00.123+01:00`: with a space for `T` or before the offset, without a fraction, and without an
/// offset, which is UTC. In Unix milliseconds.
pub(crate) fn parse(text: &str) -> Option<i64> {
    // Some systems write a space before the offset, which RFC 3339 does not know.
    let (time, offset) = text.trim().rsplit_once(' ').unwrap_or((text, ""));
    let joined = format!("{time}{offset}");
    let text = if offset.starts_with(['+', '-']) { &joined } else { text.trim() };
    let pieces = DateTimeParser::new().parse_pieces(text).ok()?;
    let at = pieces.date().to_datetime(pieces.time()?);
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    (pieces.time_zone_annotation().is_none()).then_some(())?;
    Some(offset.to_timestamp(at).ok()?.as_millisecond())
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
            ("2024-12-31T23:59:60Z", 1_735_689_599_000),
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
            "2023-11-14T22:13:20+26:00",
            "2023-11-14T22:13:20 UTC",
            "+023-11-14T22:13:20Z",
            "2023-11-14T22:13:20+01:00x",
            "20ä3-11-14T22:13:20Z",
            "2023-11-14T22:13:20[Europe/Berlin]",
            "2023-11-14T22:13:20Z[Europe/Berlin]",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
