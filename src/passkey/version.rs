//! The version of a passkey's stored form.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Stands in every stored record, so that a later form can be told from this one: a record lives for years, and a
/// newer one must not be read, and written back, by a service that knows half of it. A record without a version is of
/// the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version;

impl Version {
    const NUMBER: u32 = 1;
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            Self::NUMBER => Ok(Self),
            _ => Err(de::Error::custom("a passkey of another version")),
        }
    }
}
