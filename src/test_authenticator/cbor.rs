//! CBOR to be encoded: a value, or bytes that replace it.

use alloc::{string::ToString, vec::Vec};
use core::mem;

use ciborium::Value;

use super::TestAuthenticatorError;

/// Something encoded as CBOR. [The module](crate::test_authenticator) has an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Cbor {
    /// A value, encoded in the shortest form and in the given order.
    Value(Value),
    /// These bytes instead, whether they are CBOR or not.
    Raw(Vec<u8>),
}

impl Cbor {
    /// An empty map.
    #[must_use]
    pub const fn empty_map() -> Self {
        Self::Value(Value::Map(Vec::new()))
    }

    /// A map of these entries, in this order.
    #[must_use]
    pub fn map<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Value(Value::Map(
            entries.into_iter().map(|(key, value)| (key.into(), value)).collect(),
        ))
    }

    /// Returns the encoded bytes.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Cbor`] for a value that CBOR cannot represent.
    pub fn to_vec(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        match self {
            Self::Value(value) => encode(value),
            Self::Raw(bytes) => Ok(bytes.clone()),
        }
    }

    /// Returns the entry of a map.
    #[must_use]
    pub fn entry(&self, key: impl Into<Value>) -> Option<&Value> {
        let key = key.into();
        let Self::Value(Value::Map(entries)) = self else { return None };
        entries.iter().find(|(found, _)| *found == key).map(|(_, value)| value)
    }

    /// Sets an entry of a map: replaces the one with the same key, or adds one at the end.
    ///
    /// A value that is not a map is replaced by a map with only this entry.
    pub fn set(&mut self, key: impl Into<Value>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        self.edit(|entries| match entries.iter_mut().find(|(found, _)| *found == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        });
    }

    /// Adds an entry at the end of a map, even if its key already exists.
    ///
    /// A value that is not a map is replaced by a map with only this entry.
    pub fn push(&mut self, key: impl Into<Value>, value: impl Into<Value>) {
        self.edit(|entries| entries.push((key.into(), value.into())));
    }

    /// Removes all entries with that key from a map.
    pub fn remove(&mut self, key: impl Into<Value>) {
        let key = key.into();
        if let Self::Value(Value::Map(entries)) = self {
            entries.retain(|(found, _)| *found != key);
        }
    }

    fn edit(&mut self, edit: impl FnOnce(&mut Vec<(Value, Value)>)) {
        let mut entries = match mem::replace(self, Self::empty_map()) {
            Self::Value(Value::Map(entries)) => entries,
            _ => Vec::new(),
        };
        edit(&mut entries);
        *self = Self::Value(Value::Map(entries));
    }
}

impl From<Value> for Cbor {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

pub(super) fn encode(value: &Value) -> Result<Vec<u8>, TestAuthenticatorError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes)
        .map_err(|error| TestAuthenticatorError::Cbor(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn maps_keep_their_order_and_can_hold_a_key_twice() {
        let mut cbor = Cbor::map([("b", 1.into()), ("a", Value::from(2))]);
        cbor.set("b", 3);
        cbor.set("c", 4);
        cbor.push("a", 5);
        assert_eq!(cbor.entry("b"), Some(&3.into()));
        assert_eq!(
            cbor.to_vec().unwrap(),
            [0xa4, 0x61, b'b', 3, 0x61, b'a', 2, 0x61, b'c', 4, 0x61, b'a', 5]
        );
        cbor.remove("a");
        assert_eq!(cbor.to_vec().unwrap(), [0xa2, 0x61, b'b', 3, 0x61, b'c', 4]);
    }

    #[test]
    fn values_that_are_not_maps_are_replaced_by_one() {
        let mut cbor = Cbor::Raw(vec![0x80]);
        assert_eq!(cbor.to_vec().unwrap(), [0x80]);
        cbor.remove(1);
        assert_eq!(cbor, Cbor::Raw(vec![0x80]));
        cbor.set(1, -7);
        assert_eq!(cbor.to_vec().unwrap(), [0xa1, 1, 0x26]);
    }
}
