//! Attestation objects, and the authenticator data and statements in them.

use relying_party::test_authenticator::{
    AuthenticatorData, Cbor, CborValue, SignedRegistration, flags,
};

use crate::fido::case::{Case, intact, registration};

const SUITE: &str = "Attestation-Resp-3";

type Entries = Vec<(CborValue, CborValue)>;

/// Edits the entries of the attestation object, which is then written as it stands.
fn edit(signed: &mut SignedRegistration, edit: impl Fn(&mut Entries)) {
    let bytes = signed.to_attestation_object().unwrap();
    let CborValue::Map(mut entries) = ciborium::from_reader(&bytes[..]).unwrap() else {
        panic!("an attestation object is a map");
    };
    edit(&mut entries);
    signed.attestation_object = Some(Cbor::Value(CborValue::Map(entries)).to_vec().unwrap());
}

fn without(number: &'static str, what: &'static str, key: &'static str) -> Case {
    let remove = move |entries: &mut Entries| entries.retain(|(found, _)| *found != key.into());
    registration(SUITE, number, what, intact, move |signed| edit(signed, remove))
        .rejected("malformed")
}

fn with(
    number: &'static str,
    what: &'static str,
    key: &'static str,
    value: impl Into<CborValue>,
) -> Case {
    let value = value.into();
    let set = move |entries: &mut Entries| {
        let found = entries.iter_mut().filter(|(found, _)| *found == key.into());
        found.for_each(|(_, old)| *old = value.clone());
    };
    registration(SUITE, number, what, intact, move |signed| edit(signed, &set))
        .rejected("malformed")
}

fn data(
    number: &'static str,
    what: &'static str,
    tamper: impl Fn(&mut AuthenticatorData) + 'static,
) -> Case {
    registration(SUITE, number, what, move |parts| tamper(&mut parts.authenticator_data), intact)
}

fn statement(number: &'static str, what: &'static str, tamper: fn(&mut Cbor)) -> Case {
    registration(SUITE, number, what, intact, move |signed| tamper(&mut signed.statement))
        .rejected("attestation_statement")
}

fn bytes(bytes: &[u8]) -> CborValue {
    CborValue::Bytes(bytes.to_vec())
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        data("P-1", "authenticator data carry an extension output, and ED is 1", |data| {
            data.extend(Cbor::map([("example.extension", true.into())]));
        }),
        registration(SUITE, "F-1", "the attestation object is an array", intact, |signed| {
            signed.attestation_object = Some(vec![0x80]);
        })
        .rejected("malformed"),
        without("F-2", "the attestation object lacks `fmt`", "fmt"),
        with("F-3", "`fmt` is a byte string", "fmt", bytes(b"packed")),
        without("F-4", "the attestation object lacks `attStmt`", "attStmt"),
        with("F-5", "`attStmt` is a text", "attStmt", "statement"),
        without("F-6", "the attestation object lacks `authData`", "authData"),
        with("F-7", "`authData` is a text", "authData", "data"),
        with("F-8", "`authData` has no bytes", "authData", bytes(&[])),
        data("F-9", "a credential is included, and AT is 0", |data| data.flags &= !flags::AT)
            .rejected("malformed"),
        data("F-10", "no credential is included, and AT is 0", |data| {
            data.flags &= !flags::AT;
            data.attested = None;
        })
        .rejected("malformed"),
        data("F-11", "no credential is included, and AT is 1", |data| data.attested = None)
            .rejected("malformed"),
        data("F-12", "bytes follow the credential", |data| data.trailing = vec![0; 3])
            .rejected("malformed"),
        statement("F-13", "a packed statement is an empty map", |statement| {
            *statement = Cbor::empty_map();
        }),
        statement("F-14", "a packed statement lacks `alg`", |statement| statement.remove("alg")),
        statement("F-15", "`alg` of a packed statement is a text", |statement| {
            statement.set("alg", "ES256");
        }),
        statement(
            "F-16",
            "`alg` of a packed statement is PS256, of a model with ES256",
            |statement| {
                statement.set("alg", -37);
            },
        ),
        statement("F-17", "a packed statement lacks `sig`", |statement| statement.remove("sig")),
        statement("F-18", "`sig` of a packed statement is a text", |statement| {
            statement.set("sig", "signature");
        }),
        statement("F-19", "`sig` of a packed statement has no bytes", |statement| {
            statement.set("sig", bytes(&[]));
        }),
    ]
}
