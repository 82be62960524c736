//! Parses client extension outputs, which are unsigned JSON.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::Rest;
use crate::{limits::CLIENT_EXTENSIONS_MAX, object, text::Text};

/// What clients send if there are no outputs, as in nearly every sign-in. There is nothing to parse in it.
pub(super) const NONE: &str = "{}";

/// The name under which outputs are kept that cannot be parsed at all.
const ALL: &str = "clientExtensionResults";

/// The members of an object, without duplicates.
pub(super) struct Members<'a>(Vec<(Text<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::<(Text<'de>, &'de RawValue)>::new();
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    let stands_twice = members.iter().any(|(known, _)| *known == name);
                    if stands_twice || members.len() >= CLIENT_EXTENSIONS_MAX {
                        return Err(de::Error::custom("a duplicate member, or too many members"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Passes each member of an object to `take`, which returns whether the value had the right type, or `None` if it does
/// not know the member.
///
/// Returns whether all members that `take` knows were readable. `null` counts as an object without members.
pub(super) fn members<'a>(
    object: &'a RawValue,
    mut take: impl FnMut(&str, &'a RawValue) -> Option<bool>,
) -> bool {
    let Ok(read) = serde_json::from_str::<Option<Members<'_>>>(object.get()) else { return false };
    let members = read.into_iter().flat_map(|Members(members)| members);
    members.fold(true, |all, (name, value)| take(&name, value).unwrap_or(true) && all)
}

/// Passes each output to `take`, like [`members`], and keeps the others unread.
pub(super) fn read<'a>(
    json: &'a str,
    mut take: impl FnMut(&str, &'a RawValue) -> Option<bool>,
) -> Rest<String> {
    let mut rest = Rest::default();
    let Ok(Members(members)) = serde_json::from_str::<Members<'_>>(json) else {
        rest.unreadable.push(ALL, json.into());
        return rest;
    };
    for (name, value) in members {
        match take(&name, value) {
            Some(true) => {}
            Some(false) => rest.unreadable.push(&name, value.get().into()),
            None => rest.other.push(&name, value.get().into()),
        }
    }
    rest
}

/// Parses a value. `null` counts as absent. Returns whether it had the right type, but not the error, which may contain
/// a secret.
pub(super) fn value<T: DeserializeOwned>(slot: &mut Option<T>, value: &RawValue) -> bool {
    serde_json::from_str(value.get()).map(|value| *slot = value).is_ok()
}

/// Like [`value`], for an object that must be read as a whole.
pub(super) fn object<T: DeserializeOwned>(slot: &mut Option<T>, value: &RawValue) -> bool {
    value.get() == "null"
        || object::from_slice(value.get().as_bytes()).map(|value| *slot = Some(value)).is_ok()
}
