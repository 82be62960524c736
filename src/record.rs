//! Records: opaque values that a store keeps.
//!
//! A record is JSON in ASCII with a version. It survives text and binary columns of any character set, Redis strings
//! and files, and a later form can be distinguished from this one.

use alloc::string::{String, ToString as _};
use core::{fmt::Write as _, ops::RangeInclusive};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Why a record cannot be read.
#[derive(Debug)]
pub(crate) enum InvalidRecord {
    /// The version is unknown. The record is rejected, because a service that understands half of a newer record must
    /// not read it and write it back.
    Version(u32),
    /// It is not a record.
    Unreadable(String),
}

#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes a record of this version.
pub(crate) fn write<T: Serialize>(version: u32, content: &T) -> String {
    #[expect(clippy::expect_used, reason = "only maps with keys other than strings fail")]
    let json = serde_json::to_string(&Versioned { version, content }).expect("a record is JSON");
    let mut record = String::with_capacity(json.len());
    for character in json.chars() {
        if (' '..='~').contains(&character) {
            record.push(character);
        } else {
            // In JSON, only strings contain other characters, and all of them can be escaped.
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(record, "\\u{unit:04x}");
            }
        }
    }
    record
}

/// Reads a record with one of these versions. A record without a version has version 1.
pub(crate) fn read<T: DeserializeOwned>(
    record: &str,
    versions: RangeInclusive<u32>,
) -> Result<T, InvalidRecord> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default = "first")]
        version: u32,
    }
    fn first() -> u32 {
        1
    }

    let unreadable = |error: serde_json::Error| InvalidRecord::Unreadable(error.to_string());
    let Head { version } = serde_json::from_str(record).map_err(unreadable)?;
    if !versions.contains(&version) {
        return Err(InvalidRecord::Version(version));
    }
    serde_json::from_str(record).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec::Vec};

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Content {
        texts: Vec<String>,
    }

    proptest! {
        #[test]
        fn record_is_ascii_and_reads_back(texts: Vec<String>) {
            let content = Content { texts };
            let record = write(3, &content);
            prop_assert!(record.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{record}");
            prop_assert_eq!(read::<Content>(&record, 2..=3).unwrap(), content);
        }
    }

    #[test]
    fn rejects_other_versions_and_other_texts() {
        let record = write(3, &Content { texts: Vec::new() });
        for versions in [1..=2, 4..=5] {
            let refused = read::<Content>(&record, versions).unwrap_err();
            assert!(matches!(refused, InvalidRecord::Version(3)));
        }
        for text in ["", "null", "{}", r#"{"texts":[7]}"#, r#"{"version":"1","texts":[]}"#] {
            let refused = read::<Content>(text, 1..=1).unwrap_err();
            assert!(matches!(refused, InvalidRecord::Unreadable(_)), "{text}");
        }
        assert!(read::<Content>(r#"{"texts":[]}"#, 1..=1).is_ok());
    }
}
