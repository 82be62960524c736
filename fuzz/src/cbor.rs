//! The CBOR reader compared with `ciborium`, on attestation statements, which may contain any CBOR.

use ciborium::Value;
use relying_party::{
    AttestationObject,
    limits::{CBOR_DEPTH_MAX, CBOR_MAP_ENTRIES_MAX},
};

use super::memory::bounded;

/// The bytes around a statement: a map with `fmt`, `authData` and, last, `attStmt`.
fn around(statement: &[u8]) -> Vec<u8> {
    let mut object = b"\xa3\x63fmt\x64none\x68authData\x58\x25".to_vec();
    object.extend([0; 37]);
    object.extend(b"\x67attStmt");
    object.extend(statement);
    object
}

/// A statement is accepted exactly if a general reader reads it as a map or an array, it keeps the rules, and writing
/// it again gives the same bytes. (The reader does not check how floating-point numbers are encoded.)
pub(super) fn statement(data: &[u8]) {
    let object = around(data);
    let ours = bounded("CBOR", 0, object.len(), || AttestationObject::parse(&object));
    let mut rest = data;
    let general = ciborium::from_reader::<Value, _>(&mut rest).ok().filter(|_| rest.is_empty());
    let Some(value) = general else {
        assert!(ours.is_err(), "accepted what a general reader refuses");
        return;
    };
    let mut again = Vec::new();
    ciborium::into_writer(&value, &mut again).unwrap();
    let is_container = matches!(value, Value::Map(_) | Value::Array(_));
    let keeps_rules = is_container && keeps_rules(&value, CBOR_DEPTH_MAX);
    if holds_float(&value) {
        assert!(keeps_rules || ours.is_err());
    } else {
        assert_eq!(ours.is_ok(), keeps_rules && again == data, "{value:?}: {ours:?}");
    }
    if let Ok(ours) = ours {
        assert_eq!(ours.statement(), data);
    }
}

fn keeps_rules(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| keeps_rules(item, depth - 1)),
        Value::Map(entries) => {
            let unique = |at: usize| entries[..at].iter().all(|(key, _)| *key != entries[at].0);
            depth > 0
                && entries.len() <= CBOR_MAP_ENTRIES_MAX
                && (0..entries.len()).all(unique)
                && entries.iter().all(|(key, value)| {
                    keeps_rules(key, depth - 1) && keeps_rules(value, depth - 1)
                })
        }
        // Numbers that need a tag are written with one.
        Value::Integer(value) => (-(1_i128 << 64)..1 << 64).contains(&i128::from(*value)),
        Value::Tag(..) => false,
        _ => true,
    }
}

fn holds_float(value: &Value) -> bool {
    match value {
        Value::Float(_) => true,
        Value::Array(items) => items.iter().any(holds_float),
        Value::Map(entries) => {
            entries.iter().any(|(key, value)| holds_float(key) || holds_float(value))
        }
        Value::Tag(_, value) => holds_float(value),
        _ => false,
    }
}
