//! The JSON of a registration.

use relying_party::test_authenticator::{SignedRegistration, flags};
use serde_json::Value;

use super::options::is_excluded;
use crate::fido::case::{Case, custom, intact, registration};

const SUITE: &str = "Attestation-Resp-1";

fn without(number: &'static str, what: &'static str, member: &'static str) -> Case {
    registration(SUITE, number, what, intact, move |signed| signed.outer.remove(member))
        .rejected("malformed")
}

fn with(
    number: &'static str,
    what: &'static str,
    member: &'static str,
    value: impl Into<Value>,
) -> Case {
    let value = value.into();
    let set = move |signed: &mut SignedRegistration| signed.outer.set(member, value.clone());
    registration(SUITE, number, what, intact, set).rejected("malformed")
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        custom(
            SUITE,
            "P-1",
            "a packed registration, after which the credential is excluded",
            is_excluded,
        ),
        without("F-1", "`id` is missing", "/id"),
        with("F-2", "`id` is a number", "/id", 7),
        with("F-3", "`id` has characters of no base64", "/id", "*no base64*"),
        without("F-4", "`type` is missing", "/type"),
        with("F-5", "`type` is a number", "/type", 7),
        with("F-6", "`type` is `password`", "/type", "password"),
        without("F-7", "`response` is missing", "/response"),
        with("F-8", "`response` is a string", "/response", "response"),
        without("F-9", "`response.clientDataJSON` is missing", "/response/clientDataJSON"),
        with("F-10", "`response.clientDataJSON` is a number", "/response/clientDataJSON", 7),
        with("F-11", "`response.clientDataJSON` has no characters", "/response/clientDataJSON", ""),
        without("F-12", "`response.attestationObject` is missing", "/response/attestationObject"),
        with("F-13", "`response.attestationObject` is a number", "/response/attestationObject", 7),
        with(
            "F-14",
            "`response.attestationObject` has no characters",
            "/response/attestationObject",
            "",
        ),
        registration(
            SUITE,
            "F-15",
            "verification was required, and UV is 0",
            |parts| parts.authenticator_data.flags &= !flags::UV,
            intact,
        )
        .verification("required")
        .rejected("user_verification"),
    ]
}
