//! Client data: the same cases for registrations and for assertions.

use relying_party::test_authenticator::ClientData;
use serde_json::{Map, Value, json};

use crate::fido::case::{Case, assertion, intact, registration};

const TOKEN_BINDING: &str =
    "Level 3 withdrew tokenBinding, and nothing depends on it: clients wrote it in several forms";

type Edit = fn(&mut Map<String, Value>);

/// Number, what is done, the edit, and the code of the error.
const CASES: [(&str, &str, Edit, &str); 16] = [
    ("F-1", "client data lack `type`", |data| drop(data.remove("type")), "malformed"),
    ("F-2", "`type` in client data is a number", |data| set(data, "type", json!(7)), "malformed"),
    ("F-3", "`type` in client data has no characters", |data| set(data, "type", json!("")), "type"),
    (
        "F-4",
        "`type` in client data names no ceremony",
        |data| set(data, "type", json!("webauthn.make")),
        "type",
    ),
    ("F-6", "client data lack `challenge`", |data| drop(data.remove("challenge")), "malformed"),
    ("F-7", "`challenge` is a number", |data| set(data, "challenge", json!(7)), "malformed"),
    ("F-8", "`challenge` has no characters", |data| set(data, "challenge", json!("")), "challenge"),
    (
        "F-9",
        "`challenge` has characters of no base64",
        |data| set(data, "challenge", json!("*no base64*")),
        "challenge",
    ),
    (
        "F-10",
        "`challenge` is another one",
        |data| set(data, "challenge", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        "challenge",
    ),
    ("F-11", "client data lack `origin`", |data| drop(data.remove("origin")), "malformed"),
    ("F-12", "`origin` is a number", |data| set(data, "origin", json!(7)), "malformed"),
    ("F-13", "`origin` has no characters", |data| set(data, "origin", json!("")), "origin"),
    (
        "F-14",
        "`origin` is that of another site",
        |data| set(data, "origin", json!("https://example.net")),
        "origin",
    ),
    (
        "F-15",
        "`tokenBinding` is a string",
        |data| set(data, "tokenBinding", json!("supported")),
        "malformed",
    ),
    (
        "F-16",
        "`tokenBinding` lacks `status`",
        |data| set(data, "tokenBinding", json!({ "id": "AQID" })),
        "malformed",
    ),
    (
        "F-17",
        "`tokenBinding.status` is unknown",
        |data| set(data, "tokenBinding", json!({ "status": "unused" })),
        "malformed",
    ),
];

fn set(data: &mut Map<String, Value>, member: &str, value: Value) {
    data.insert(member.into(), value);
}

fn edited(data: &mut ClientData, edit: Edit) {
    let mut json = serde_json::from_slice::<Map<String, Value>>(&data.to_bytes()).unwrap();
    edit(&mut json);
    data.raw = Some(serde_json::to_vec(&json).unwrap());
}

/// All cases of a suite; the fifth is about the type of the other ceremony.
fn cases(of_the_other: Case, case: impl Fn(&'static str, &'static str, Edit) -> Case) -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, what, edit, code) in CASES {
        let case = case(number, what, edit).rejected(code);
        let is_ignored = what.contains("tokenBinding");
        cases.push(if is_ignored { case.by_default(TOKEN_BINDING) } else { case });
    }
    cases.insert(4, of_the_other.rejected("type"));
    cases
}

pub(super) fn of_registrations() -> Vec<Case> {
    const SUITE: &str = "Attestation-Resp-2";
    let tampered = |number, what, edit: Edit| {
        registration(SUITE, number, what, move |parts| edited(&mut parts.client_data, edit), intact)
    };
    let of_an_assertion: Edit = |data| set(data, "type", json!("webauthn.get"));
    cases(tampered("F-5", "`type` in client data is that of a sign-in", of_an_assertion), tampered)
}

pub(super) fn of_assertions() -> Vec<Case> {
    const SUITE: &str = "Assertion-Resp-2";
    let tampered = |number, what, edit: Edit| {
        assertion(SUITE, number, what, move |parts| edited(&mut parts.client_data, edit), intact)
    };
    let of_a_registration: Edit = |data| set(data, "type", json!("webauthn.create"));
    cases(
        tampered("F-5", "`type` in client data is that of a creation", of_a_registration),
        tampered,
    )
}
