//! The JSON of an assertion, and its authenticator data.

use relying_party::test_authenticator::{
    AssertionParts, Cbor, SignCounter, SignedAssertion, TestAlgorithm, flags,
};
use serde_json::Value;

use crate::fido::{
    case::{Case, assertion, intact},
    model::self_attesting,
};

pub(super) fn structure() -> Vec<Case> {
    const SUITE: &str = "Assertion-Resp-1";
    const NO_BASE64: &str = "*no base64*";
    const DATA: &str = "/response/authenticatorData";
    const SIGNATURE: &str = "/response/signature";
    let without = |number, what, member: &'static str| {
        assertion(SUITE, number, what, intact, move |signed| signed.outer.remove(member))
            .rejected("malformed")
    };
    let with = |number, what, member: &'static str, value: Value| {
        let set = move |signed: &mut SignedAssertion| signed.outer.set(member, value.clone());
        assertion(SUITE, number, what, intact, set).rejected("malformed")
    };
    vec![
        assertion(SUITE, "P-1", "a sign-in", intact, intact),
        without("F-1", "`id` is missing", "/id"),
        with("F-2", "`id` is a number", "/id", 7.into()),
        with("F-3", "`id` has characters of no base64", "/id", NO_BASE64.into()),
        without("F-4", "`type` is missing", "/type"),
        with("F-5", "`type` is a number", "/type", 7.into()),
        with("F-6", "`type` is `password`", "/type", "password".into()),
        without("F-7", "`response` is missing", "/response"),
        with("F-8", "`response` is a string", "/response", "response".into()),
        without("F-9", "`response.clientDataJSON` is missing", "/response/clientDataJSON"),
        with("F-10", "`response.clientDataJSON` is a number", "/response/clientDataJSON", 7.into()),
        with(
            "F-11",
            "`response.clientDataJSON` has no characters",
            "/response/clientDataJSON",
            "".into(),
        ),
        without("F-12", "`response.authenticatorData` is missing", DATA),
        with("F-13", "`response.authenticatorData` is a number", DATA, 7.into()),
        with(
            "F-14",
            "`response.authenticatorData` has characters of no base64",
            DATA,
            NO_BASE64.into(),
        ),
        with("F-15", "`response.authenticatorData` has no characters", DATA, "".into()),
        without("F-16", "`response.signature` is missing", SIGNATURE),
        with("F-17", "`response.signature` is a number", SIGNATURE, 7.into()),
        with(
            "F-18",
            "`response.signature` has characters of no base64",
            SIGNATURE,
            NO_BASE64.into(),
        ),
        with("F-19", "`response.signature` has no characters", SIGNATURE, "".into())
            .rejected("signature"),
        assertion(SUITE, "F-20", "a bit of `response.signature` is flipped", intact, |signed| {
            *signed.signature.last_mut().unwrap() ^= 1;
        })
        .rejected("signature"),
        with("F-21", "`response.userHandle` is a number", "/response/userHandle", 7.into()),
    ]
}

pub(super) fn authenticator_data() -> Vec<Case> {
    const SUITE: &str = "Assertion-Resp-3";
    const VERIFIED: &str =
        "user verification is required by default, whatever a request would ask for";
    let unverified: fn(&mut AssertionParts) = |parts| parts.authenticator_data.flags &= !flags::UV;
    let tampered = |number, what, tamper: fn(&mut AssertionParts)| {
        assertion(SUITE, number, what, tamper, intact)
    };
    let counting =
        || self_attesting(TestAlgorithm::Es256).with(|it| it.counter = SignCounter::Counting);
    vec![
        tampered("P-1", "the counter was zero and still is", intact),
        tampered("P-2", "verification is required, and UV is 1", intact).verification("required"),
        tampered("P-3", "verification is preferred, and UV is 0", unverified).by_default(VERIFIED),
        tampered("P-4", "verification is preferred, and UV is 1", intact),
        tampered("P-5", "verification is discouraged, and UV is 0", unverified)
            .verification("discouraged")
            .by_default(VERIFIED),
        tampered("P-6", "verification is discouraged, and UV is 1", intact)
            .verification("discouraged"),
        tampered("P-7", "authenticator data carry an extension output, and ED is 1", |parts| {
            parts.authenticator_data.extend(Cbor::map([("example.extension", true.into())]));
        }),
        tampered("F-1", "bytes follow the authenticator data", |parts| {
            parts.authenticator_data.trailing = vec![0; 3];
        })
        .rejected("malformed"),
        tampered("F-2", "the hash is that of another RP ID", |parts| {
            parts.authenticator_data.rp_id_hash = vec![7; 32];
        })
        .rejected("rp_id"),
        assertion(SUITE, "F-3", "other client data were signed", intact, |signed| {
            // White space that changes nothing but the hash.
            signed.client_data_json.push(b' ');
        })
        .rejected("signature"),
        tampered("F-4", "the counter is what it was", |parts| {
            parts.authenticator_data.sign_count -= 1;
        })
        .model(counting())
        .rejected("sign_count"),
        tampered("F-5", "verification is required, and UV is 0", unverified)
            .verification("required")
            .rejected("user_verification"),
    ]
}
