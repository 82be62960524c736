//! The version of a stored form.

use alloc::format;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Stands in every stored record, so that a later form can be told from this one. A record of another version is
/// refused, not guessed at: a newer one must not be read, and written back, by a service that knows half of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version<const NUMBER: u32>;

impl<const NUMBER: u32> Serialize for Version<NUMBER> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(NUMBER)
    }
}

impl<'de, const NUMBER: u32> Deserialize<'de> for Version<NUMBER> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = u32::deserialize(deserializer)?;
        if found == NUMBER {
            Ok(Self)
        } else {
            Err(de::Error::custom(format!("a record of version {found}, where {NUMBER} is known")))
        }
    }
}
