//! The attestation object (§6.5), the result of a registration.

use crate::{
    auth_data::AuthenticatorData,
    cbor::{Item, Reader},
    malformed::{CborError, Malformed},
};

/// An attestation object, borrowed from its bytes.
///
/// ```text
/// attObj = { fmt: text, authData: bytes, attStmt: map / array }      ; array in `compound` only
/// ```
///
/// The members may come in any order (old Edge), and other text keys are ignored. Duplicate keys and trailing bytes are
/// errors. Whether `fmt` is an identifier of §8.1 is checked with the statement, in steps 21 and 22.
///
/// ```
/// use relying_party::AttestationObject;
/// let mut bytes = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58\x25".to_vec();
/// bytes.extend([0; 37]);
/// let object = AttestationObject::parse(&bytes)?;
/// assert_eq!((object.format(), object.authenticator_data().sign_count()), ("none", 0));
/// # Ok::<(), relying_party::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    format: &'a str,
    authenticator_data: AuthenticatorData<'a>,
    statement: &'a [u8],
}

const WHAT: &str = "attestation object";

impl<'a> AttestationObject<'a> {
    /// Parses an attestation object (§7.1 step 13).
    ///
    /// # Errors
    ///
    /// If the bytes are not canonical CBOR of that shape, or the authenticator data cannot be parsed.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, WHAT);
        let (mut format, mut authenticator_data, mut statement) = (None, None, None);
        reader.text_map(|key, reader| {
            match key {
                "fmt" => format = Some(reader.text()?),
                "authData" => authenticator_data = Some(reader.bytes()?),
                "attStmt" => {
                    let start = *reader;
                    let (item, raw) = reader.raw_item()?;
                    if !matches!(item, Item::Map(_) | Item::Array(_)) {
                        return Err(start.error(CborError::Type));
                    }
                    statement = Some(raw);
                }
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        let missing = |key| reader.error(CborError::Missing(key));
        let format = format.ok_or_else(|| missing("fmt"))?;
        let authenticator_data = authenticator_data.ok_or_else(|| missing("authData"))?;
        let statement = statement.ok_or_else(|| missing("attStmt"))?;
        reader.finish()?;
        let authenticator_data = AuthenticatorData::parse(authenticator_data)?;
        Ok(Self { format, authenticator_data, statement })
    }

    /// The statement's format, `fmt`.
    #[must_use]
    pub fn format(&self) -> &'a str {
        self.format
    }

    /// The authenticator data.
    #[must_use]
    pub fn authenticator_data(&self) -> &AuthenticatorData<'a> {
        &self.authenticator_data
    }

    /// The attestation statement, `attStmt`, as CBOR.
    #[must_use]
    pub fn statement(&self) -> &'a [u8] {
        self.statement
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use ciborium::{Value, cbor};
    use proptest::prelude::*;

    use super::*;

    fn encode(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).unwrap();
        bytes
    }

    fn auth_data() -> Value {
        Value::Bytes([0; 37].to_vec())
    }

    #[test]
    fn members_come_in_any_order() {
        let object =
            encode(&cbor!({"authData" => auth_data(), "attStmt" => {}, "fmt" => "none"}).unwrap());
        let object = AttestationObject::parse(&object).unwrap();
        assert_eq!((object.format(), object.statement()), ("none", &b"\xa0"[..]));
    }

    #[test]
    fn other_text_keys_are_ignored() {
        let object = cbor!({
            "fmt" => "none", "attStmt" => {}, "authData" => auth_data(), "epAtt" => true, "largeBlobKey" => [1],
        });
        assert!(AttestationObject::parse(&encode(&object.unwrap())).is_ok());
    }

    #[test]
    fn rejects_malformed_attestation_objects() {
        let table = [
            cbor!([]),
            cbor!({"fmt" => "none", "attStmt" => {}}),
            cbor!({"fmt" => "none", "authData" => auth_data()}),
            cbor!({"attStmt" => {}, "authData" => auth_data()}),
            cbor!({"fmt" => 1, "attStmt" => {}, "authData" => auth_data()}),
            cbor!({"fmt" => "none", "attStmt" => "x", "authData" => auth_data()}),
            cbor!({"fmt" => "none", "attStmt" => {}, "authData" => "text"}),
            cbor!({"fmt" => "none", "attStmt" => {}, "authData" => auth_data(), 1 => 2}),
            cbor!({"fmt" => "none", "fmt" => "none", "attStmt" => {}, "authData" => auth_data()}),
        ];
        for value in table {
            let value = value.unwrap();
            assert!(AttestationObject::parse(&encode(&value)).is_err(), "{value:?}");
        }
    }

    #[test]
    fn rejects_trailing_bytes() {
        let value = cbor!({"fmt" => "none", "attStmt" => {}, "authData" => auth_data()}).unwrap();
        let bytes = encode(&value);
        assert!(AttestationObject::parse(&bytes).is_ok());
        assert!(AttestationObject::parse(&[&bytes[..], &[0]].concat()).is_err());
    }

    proptest! {
        #[test]
        fn random_and_mutated_bytes_never_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            at: prop::sample::Index,
            by: u8,
        ) {
            let _ = AttestationObject::parse(&bytes);
            let value = cbor!({"fmt" => "none", "attStmt" => {}, "authData" => auth_data()}).unwrap();
            let mut object = encode(&value);
            let at = at.index(object.len());
            object[at] ^= by;
            let _ = AttestationObject::parse(&object);
        }
    }
}
