//! Reading client extension outputs: JSON of which nothing is signed.

use alloc::{string::String, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use crate::{
    extensions::{Extension, ExtensionError, RequestedExtensions, Unread},
    json::text::Text,
    limits::CLIENT_EXTENSIONS_MAX,
};

/// What clients send if there are no outputs, as of nearly every sign-in: there is nothing to read in it.
pub(super) const NONE: &str = "{}";

/// The members of an object, each once.
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
                        return Err(de::Error::custom("a member twice, or too many"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Hands each output to `take`, which says whether it had its type, or nothing if it knows no such output. What it does not take is kept unread, unless it was requested.
pub(super) fn read<'a>(
    json: &'a str,
    requested: &RequestedExtensions,
    mut take: impl FnMut(&str, &'a RawValue) -> Option<bool>,
) -> Result<Unread<String>, ExtensionError> {
    let mut unread = Unread::default();
    let members = match serde_json::from_str::<Members<'_>>(json) {
        Ok(Members(members)) => members,
        // What nobody waits for cannot be worth a refusal.
        Err(_) if !requested.is_any_strict() => return Ok(unread),
        Err(_) => return Err(ExtensionError::ClientOutputs),
    };
    for (name, value) in members {
        let taken = take(&name, value);
        if taken == Some(false) {
            refuse_if_requested(&name, requested)?;
        }
        if taken != Some(true) {
            unread.push(&name, value.get().into());
        }
    }
    Ok(unread)
}

/// A mistyped output fails the ceremony if its extension was requested.
pub(super) fn refuse_if_requested(
    name: &str,
    requested: &RequestedExtensions,
) -> Result<(), ExtensionError> {
    match Extension::of_member(name).filter(|extension| requested.is_strict(*extension)) {
        Some(extension) => Err(ExtensionError::Type(extension)),
        None => Ok(()),
    }
}

/// Reads a value; `null` is none. Says whether it had its type, and nothing of what it was: it may be a secret.
pub(super) fn value<T: DeserializeOwned>(slot: &mut Option<T>, value: &RawValue) -> bool {
    serde_json::from_str(value.get()).map(|value| *slot = value).is_ok()
}

/// As [`value`], for an object.
pub(super) fn object<T: DeserializeOwned>(slot: &mut Option<T>, value: &RawValue) -> bool {
    let object = serde_json::from_str::<Option<Object<T>>>(value.get());
    object.map(|object| *slot = object.map(|Object(value)| value)).is_ok()
}

/// For the members of such an object.
pub(super) fn optional_object<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|Object(value)| value))
}

/// An object and nothing else: serde would read a struct from an array, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}
