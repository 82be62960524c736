//! JSON objects, and nothing in their place.

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
    forward_to_deserialize_any,
};

use super::plain::{self, FromPlain};

/// Reads a struct from an object only. As serde derives it, a struct could also be written as an array of its members
/// in their order, which no client does and other readers of the same bytes do not take for the same thing.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::deserialize(ObjectOnly(deserializer))
}

struct ObjectOnly<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads a struct from the text of one object, with nothing but white space around it.
pub(crate) fn from_slice<'de, T>(json: &'de [u8]) -> serde_json::Result<T>
where
    T: Deserialize<'de> + FromPlain<'de>,
{
    match plain::read(json) {
        Some(value) => Ok(value),
        None => from_str(core::str::from_utf8(json).map_err(de::Error::custom)?),
    }
}

/// The same from JSON of every form.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(json: &'de str) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = object(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}
