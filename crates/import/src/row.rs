//! One row: a JSON object whose members are found regardless of case and underscores.

use std::fmt;

use relying_party::{Aaguid, Timestamp, json::Transport};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{bytes, date, refusal::Refusal};

/// The members of an object, in their order, with duplicates.
#[derive(Debug)]
pub(crate) struct Row(Vec<(String, Member)>);

/// The value of a member. An object is read when it is needed, because it would lose its duplicates as a [`Value`].
#[derive(Debug)]
pub(crate) enum Member {
    Object(Box<RawValue>),
    Other(Value),
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Row(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        if value.get().starts_with('{') {
            return Ok(Self::Object(value));
        }
        serde_json::from_str(value.get()).map(Self::Other).map_err(D::Error::custom)
    }
}

/// Whether two names are the same but for ASCII case and underscores.
fn is_same(found: &str, name: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
    }
    letters(found).eq(letters(name))
}

impl Row {
    pub(crate) fn parse(json: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(json).map_err(|error| Refusal::NotJson { column: error.column() })
    }

    /// The member with this name. `null` counts as missing.
    pub(crate) fn member(&self, name: &'static str) -> Result<Option<&Member>, Refusal> {
        let mut found = self.0.iter().filter(|(found, _)| is_same(found, name));
        let first = found.next();
        if found.next().is_some() {
            return Err(Refusal::Twice(name));
        }
        let value = first.map(|(_, value)| value);
        Ok(value.filter(|value| !matches!(value, Member::Other(Value::Null))))
    }

    /// What `read` makes of a member that is no object, if it is there.
    fn read<T>(
        &self,
        member: &'static str,
        expected: &'static str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let value = match self.member(member)? {
            None => return Ok(None),
            Some(Member::Other(value)) => read(value),
            Some(Member::Object(_)) => None,
        };
        value.map(Some).ok_or(Refusal::Invalid { member, expected })
    }

    pub(crate) fn bytes(&self, name: &'static str) -> Result<Option<Vec<u8>>, Refusal> {
        self.read(name, "base64, base64url or \\x and hexadecimal digits", |value| match value {
            Value::String(text) => bytes::decode(text),
            Value::Array(list) => list.iter().map(|byte| byte.as_u64()?.try_into().ok()).collect(),
            _ => None,
        })
    }

    pub(crate) fn needed_bytes(&self, name: &'static str) -> Result<Vec<u8>, Refusal> {
        self.bytes(name)?.ok_or(Refusal::Missing(name))
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match self.member(name)? {
            None => Ok(None),
            Some(Member::Other(Value::String(text))) => Ok(Some(text)),
            Some(_) => Err(Refusal::Invalid { member: name, expected: "text" }),
        }
    }

    /// A key of a users table, as the text that systems make of it: text as it is, and an integer in decimal.
    pub(crate) fn needed_key(&self, name: &'static str) -> Result<String, Refusal> {
        let key = self.read(name, "text or an integer", |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if !number.is_f64() => Some(number.to_string()),
            _ => None,
        })?;
        key.ok_or(Refusal::Missing(name))
    }

    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.read(name, "true or false", |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => match number.as_u64()? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
            _ => None,
        })
    }

    /// A signature counter; 0, which is unknown, if it is missing.
    pub(crate) fn counter(&self, name: &'static str) -> Result<u32, Refusal> {
        let counter = self.read(name, "an integer from 0 to 4294967295", |value| match value {
            Value::Number(number) => number.as_u64()?.try_into().ok(),
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            _ => None,
        })?;
        Ok(counter.unwrap_or(0))
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<Option<Timestamp>, Refusal> {
        let millis = self.read(name, "a time", |value| match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => date::parse(text),
            _ => None,
        })?;
        Ok(millis.and_then(date::from_millis))
    }

    pub(crate) fn aaguid(&self, name: &'static str) -> Result<Aaguid, Refusal> {
        let aaguid = self.read(name, "an AAGUID", |value| aaguid(value.as_str()?))?;
        Ok(aaguid.unwrap_or_default())
    }

    /// Transports are hints, so what is not a list of names is treated as missing.
    pub(crate) fn transports(&self, name: &'static str) -> Result<Vec<Transport>, Refusal> {
        let of_list = |list: &[Value]| list.iter().filter_map(Value::as_str).map(into).collect();
        Ok(match self.member(name)? {
            Some(Member::Other(Value::Array(list))) => of_list(list),
            Some(Member::Other(Value::String(text))) => {
                match serde_json::from_str::<Vec<Value>>(text) {
                    Ok(list) => of_list(&list),
                    Err(_) => text.split(',').map(str::trim).map(into).collect(),
                }
            }
            _ => Vec::new(),
        })
    }

    /// An object inside the row, or its JSON text.
    pub(crate) fn object(&self, name: &'static str) -> Result<Option<Self>, Refusal> {
        let text = match self.member(name)? {
            None => return Ok(None),
            Some(Member::Object(text)) => Some(text.get()),
            Some(Member::Other(value)) => value.as_str(),
        };
        let object = text.and_then(|text| serde_json::from_str(text).ok());
        object.map(Some).ok_or(Refusal::Invalid { member: name, expected: "an object" })
    }

    pub(crate) fn needed_object(&self, name: &'static str) -> Result<Self, Refusal> {
        self.object(name)?.ok_or(Refusal::Missing(name))
    }

    /// Whether a device type says that the passkey is eligible for backup, as `SimpleWebAuthn` and `py_webauthn` name
    /// them.
    pub(crate) fn device_type(&self, name: &'static str) -> Result<Option<bool>, Refusal> {
        self.read(name, "a device type", |value| match value.as_str()? {
            "multiDevice" | "multi_device" => Some(true),
            "singleDevice" | "single_device" => Some(false),
            _ => None,
        })
    }
}

fn into(name: &str) -> Transport {
    name.into()
}

/// Reads an AAGUID with hyphens, or 16 bytes.
fn aaguid(text: &str) -> Option<Aaguid> {
    if text.is_empty() {
        return Some(Aaguid::default());
    }
    text.parse().ok().or_else(|| bytes::decode(text)?.try_into().ok().map(Aaguid::new))
}

/// Reads a UUID as its 16 bytes.
pub(crate) fn uuid(text: &str) -> Option<Vec<u8>> {
    text.parse::<Aaguid>().ok().map(|uuid| uuid.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> Row {
        Row::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn names_are_found_regardless_of_case_and_underscores() {
        for json in [r#"{"user_id":"a"}"#, r#"{"USERID":"a"}"#, r#"{"userID":"a"}"#] {
            assert_eq!(row(json).text("user_id"), Ok(Some("a")), "{json}");
        }
        assert_eq!(row(r#"{"user_idx":"a"}"#).text("user_id"), Ok(None));
    }

    #[test]
    fn name_that_occurs_twice_is_refused() {
        for json in [r#"{"a_b":1,"a_b":1}"#, r#"{"a_b":1,"AB":null}"#] {
            assert_eq!(row(json).member("a_b").map(drop), Err(Refusal::Twice("a_b")), "{json}");
        }
    }

    #[test]
    fn name_that_occurs_twice_in_an_object_in_the_row_is_refused() {
        for json in [
            r#"{"o":{"a_b":1,"a_b":1}}"#,
            r#"{"o":{"a_b":1,"AB":1}}"#,
            r#"{"o":"{\"a_b\":1,\"a_b\":1}"}"#,
        ] {
            let object = row(json).needed_object("o").unwrap();
            assert_eq!(object.counter("a_b"), Err(Refusal::Twice("a_b")), "{json}");
        }
        let object = row(r#"{"o":{"o":{"a":1,"a":1}}}"#).needed_object("o").unwrap();
        let object = object.needed_object("o").unwrap();
        assert_eq!(object.counter("a"), Err(Refusal::Twice("a")));
    }

    #[test]
    fn value_of_another_form_is_refused() {
        let odd = row(r#"{"n":-1,"big":4294967296,"text":"1e3!","list":[256],"half":0.5,"two":2,
            "object":{}}"#);
        for name in ["n", "big", "text", "list", "half", "object"] {
            assert!(odd.counter(name).is_err(), "{name}");
        }
        for name in ["text", "list", "two", "object"] {
            assert!(odd.flag(name).is_err(), "{name}");
        }
        for name in ["n", "text", "list", "object"] {
            assert!(odd.bytes(name).is_err(), "{name}");
        }
        for name in ["n", "list"] {
            assert!(odd.text(name).is_err(), "{name}");
            assert!(odd.aaguid(name).is_err(), "{name}");
            assert!(odd.object(name).is_err(), "{name}");
        }
        assert!(odd.needed_key("half").is_err() && odd.device_type("text").is_err());
        assert!(odd.time("text").is_err() && odd.time("list").is_err());
        assert!(odd.text("object").is_err() && odd.needed_key("object").is_err());
        assert!(odd.transports("n").unwrap().is_empty());
        assert!(odd.transports("object").unwrap().is_empty());
    }

    #[test]
    fn flag_is_a_boolean_or_0_or_1() {
        let flags = row(r#"{"yes":true,"one":1,"no":false,"zero":0}"#);
        for (name, expected) in [("yes", true), ("one", true), ("no", false), ("zero", false)] {
            assert_eq!(flags.flag(name), Ok(Some(expected)), "{name}");
        }
    }

    #[test]
    fn counter_is_a_number_or_its_digits() {
        let counters = row(r#"{"number":7,"digits":"7","plus":"+7","none":null}"#);
        assert_eq!(counters.counter("number"), Ok(7));
        assert_eq!(counters.counter("digits"), Ok(7));
        assert!(counters.counter("plus").is_err());
        assert_eq!(counters.counter("none"), Ok(0));
    }

    #[test]
    fn device_type_says_whether_the_passkey_may_be_backed_up() {
        for (kind, expected) in [
            ("multiDevice", true),
            ("multi_device", true),
            ("singleDevice", false),
            ("single_device", false),
        ] {
            let row = row(&format!(r#"{{"kind":"{kind}"}}"#));
            assert_eq!(row.device_type("kind"), Ok(Some(expected)), "{kind}");
        }
    }

    #[test]
    fn empty_aaguid_is_unknown() {
        assert_eq!(row(r#"{"aaguid":""}"#).aaguid("aaguid"), Ok(Aaguid::default()));
    }

    #[test]
    fn transports_are_a_list_its_text_or_names_between_commas() {
        let rows =
            [r#"{"t":["usb","nfc"]}"#, r#"{"t":"[\"usb\",\"nfc\"]"}"#, r#"{"t":"usb, nfc"}"#];
        for json in rows {
            assert_eq!(row(json).transports("t").unwrap(), [Transport::Usb, Transport::Nfc]);
        }
    }
}
