//! Inputs of extensions that this crate does not know, passed through unread.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String};

use serde::Serialize;
use serde_json::Value;

use super::{Extension, InvalidExtensions};
use crate::identifier::is_identifier;

/// Inputs by extension identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RawInputs(BTreeMap<String, Value>);

impl RawInputs {
    pub(super) fn insert(
        &mut self,
        identifier: &str,
        input: &impl Serialize,
    ) -> Result<(), InvalidExtensions> {
        if !is_identifier(identifier) {
            return Err(InvalidExtensions::Identifier(identifier.to_owned()));
        }
        if let Some(extension) = Extension::of_member(identifier) {
            return Err(InvalidExtensions::Typed(extension));
        }
        match serde_json::to_value(input) {
            Ok(Value::Null) | Err(_) => Err(InvalidExtensions::Input(identifier.to_owned())),
            Ok(input) => {
                self.0.insert(identifier.to_owned(), input);
                Ok(())
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}
