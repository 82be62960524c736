//! Data that browsers send and hosts store: responses, client data, settings, stored records.

use relying_party::{
    Attestation, AttestationTrust, ClientData, NewUser, Posted, SessionBinding, Settings,
    VerificationProof,
    advice::ClientCapabilities,
    audit::{AuditEntry, AuditError},
    ceremony::CeremonyKind,
    extensions::{AppId, RequestedExtensions},
    flow::{FailureReport, Owner, Task},
    json::{AuthenticationResponse, RegistrationResponse, Transport},
    limits::{CLIENT_CAPABILITIES_JSON_MAX, POSTED_JSON_MAX, REPORT_JSON_MAX, RESPONSE_JSON_MAX},
    settings::Reverification,
};

use super::{Case, framed, repeated};

type Parse = fn(&[u8]) -> bool;

pub(super) fn cases() -> Vec<Case> {
    let all =
        [posted(), reports(), capabilities(), responses(), client_data(), settings(), stored()];
    all.into_iter().flatten().collect()
}

/// Unknown members of every kind, which are skipped.
pub(super) const MEMBERS: [(&str, &str, &str, &str); 7] = [
    ("unknown members", "", r#""x":0,"#, ""),
    ("a long unknown list", r#""x":["#, "0,", "0],"),
    ("a long unknown list of objects", r#""x":["#, r#"{"":{}},"#, "0],"),
    ("nested lists", r#""x":["#, "[[[[[[[[[[[[]]]]]]]]]]]],", "0],"),
    ("a long number", r#""x":"#, "9", ","),
    ("a key in escapes", "\"", r"\u0041", "\":0,"),
    ("white space", "", " \n", ""),
];

/// What the browser sends around a response.
fn posted() -> Vec<Case> {
    let parse: Parse = |json| Posted::from_json(SessionBinding::none(), json).is_ok();
    let after = r#""ceremony":"AAAAAAAAAAAAAAAAAAAAAA","credential":{}}"#;
    let whole = |input, start: &str, unit: &'static str, end: &str| {
        let (start, end) = (start.to_owned(), end.to_owned());
        let make = move |size| framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
        Case::bytes("Posted::from_json", input, make, parse).max(POSTED_JSON_MAX).memory(4)
    };
    let case = |input, start: &str, unit, end: &str| {
        whole(input, &["{", start].concat(), unit, &[end, after].concat()).accepted()
    };
    let mut cases =
        Vec::from(MEMBERS.map(|(input, start, unit, end)| case(input, start, unit, end)));
    let too_long = |size| repeated(b"{", b"\"x\":0,", size + POSTED_JSON_MAX);
    cases.extend([
        whole(
            "members of the credential",
            r#"{"ceremony":"AAAAAAAAAAAAAAAAAAAAAA","credential":{"#,
            r#""x":0,"#,
            r#""x":0}}"#,
        )
        .accepted(),
        whole("a ceremony ID in escapes", r#"{"credential":{},"ceremony":""#, r"\u0041", r#""}"#),
        Case::bytes("Posted::from_json", "more than may be sent", too_long, parse).unread(),
    ]);
    cases
}

/// What the browser says about itself.
fn capabilities() -> Vec<Case> {
    let parse: Parse = |json| ClientCapabilities::from_json(json).is_ok();
    let max = CLIENT_CAPABILITIES_JSON_MAX;
    let case = |input, start: &str, unit: &'static str, end: &str| {
        let (start, end) = (start.to_owned(), end.to_owned());
        let make = move |size| framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
        Case::bytes("ClientCapabilities::from_json", input, make, parse).max(max)
    };
    let too_long = move |size| repeated(b"{", b"\"x\":0,", size + max);
    vec![
        case("unknown members", "{", r#""x":true,"#, r#""x":true}"#).accepted(),
        case("a name in escapes", "{\"", r"\u0041", "\":true}").accepted(),
        case("members before one of the wrong type", "{", r#""x":0,"#, r#""conditionalGet":0}"#),
        Case::bytes("ClientCapabilities::from_json", "more than is read", too_long, parse).unread(),
    ]
}

/// What a page reports when a ceremony failed in the browser.
fn reports() -> Vec<Case> {
    let parse: Parse = |json| FailureReport::from_json(SessionBinding::none(), json).is_ok();
    let after = r#""ceremony":"AAAAAAAAAAAAAAAAAAAAAA","error":"x"}"#;
    let case = |input, start: &str, unit: &'static str, end: &str| {
        let (start, end) = (["{", start].concat(), [end, after].concat());
        let make = move |size| framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
        Case::bytes("FailureReport::from_json", input, make, parse)
            .max(REPORT_JSON_MAX)
            .memory(4)
            .accepted()
    };
    let mut cases =
        Vec::from(MEMBERS.map(|(input, start, unit, end)| case(input, start, unit, end)));
    let too_long = |size| repeated(b"{", b"\"x\":0,", size + REPORT_JSON_MAX);
    cases.push(
        Case::bytes("FailureReport::from_json", "more than may be sent", too_long, parse).unread(),
    );
    cases
}

fn responses() -> Vec<Case> {
    let registration: Parse = |json| {
        RegistrationResponse::parse(json)
            .is_ok_and(|it| it.credential_id().is_ok() && it.transports().len() < 100)
    };
    let authentication: Parse =
        |json| AuthenticationResponse::parse(json).is_ok_and(|it| it.credential_id().is_ok());
    let mut cases = Vec::new();
    let incomplete_registration: Parse = |json| {
        RegistrationResponse::parse_incomplete(json).is_ok_and(|it| it.credential_id().is_ok())
    };
    let incomplete_authentication: Parse = |json| {
        AuthenticationResponse::parse_incomplete(json).is_ok_and(|it| it.credential_id().is_ok())
    };
    for (entry, parse, (before, after)) in [
        ("RegistrationResponse::parse", registration, REGISTRATION),
        ("RegistrationResponse::parse_incomplete", incomplete_registration, REGISTRATION),
        ("AuthenticationResponse::parse", authentication, AUTHENTICATION),
        ("AuthenticationResponse::parse_incomplete", incomplete_authentication, AUTHENTICATION),
    ] {
        let response = |input, start: &str, unit: &'static str, end: &str| {
            let [start, end] = [[before, start].concat(), [end, after].concat()];
            let make = move |size| framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
            Case::bytes(entry, input, make, parse).max(RESPONSE_JSON_MAX)
        };
        for (input, start, unit, end) in MEMBERS {
            cases.push(response(input, start, unit, end).accepted());
            // The same within the member `response`.
            let start = [r#""clientExtensionResults":{"#, start].concat();
            let end = [end, r#""x":0},"#].concat();
            cases.push(response(input, &start, unit, &end).accepted());
        }
        cases.push(response("a member twice at the end", "", r#""x":0,"#, r#""id":"AQID","#));
        // An error of the JSON parser quotes text that is in the wrong place, with six characters for some characters,
        // in a buffer that doubles as it grows.
        let control = |size| framed(b"\"", b"\x7f", b"\"", size);
        let misplaced = Case::bytes(entry, "a text of control characters", control, parse);
        cases.push(misplaced.max(RESPONSE_JSON_MAX).memory(13));
        let too_long = |size| repeated(b"{", b"\"x\":0,", size + RESPONSE_JSON_MAX);
        cases.push(Case::bytes(entry, "more than may be sent", too_long, parse).unread());
    }
    for (input, member, unit, end) in [
        ("transports", r#""transports":["""#, r#","""#, "],"),
        ("transports as long as they are kept", r#""transports":["""#, LONG_TRANSPORT, "],"),
        ("transports in escapes", r#""transports":["""#, r#","\u0041""#, "],"),
        ("an unknown member in the response", r#""x":""#, "x", "\","),
    ] {
        let make = move |size| {
            let before = [REGISTRATION.0, REGISTRATION_RESPONSE, member].concat();
            let after = [end, r#""attestationObject":"oA"}}"#].concat();
            framed(before.as_bytes(), unit.as_bytes(), after.as_bytes(), size)
        };
        let case = Case::bytes("RegistrationResponse::parse", input, make, registration);
        cases.push(case.max(RESPONSE_JSON_MAX).accepted());
    }
    cases
}

const LONG_TRANSPORT: &str = r#","xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx""#;

/// The JSON before and after the skipped members.
const REGISTRATION: (&str, &str) = (
    "{",
    r#""id":"AQID","rawId":"AQID","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}"#,
);
const REGISTRATION_RESPONSE: &str =
    r#""id":"AQID","rawId":"AQID","type":"public-key","response":{"clientDataJSON":"e30","#;
const AUTHENTICATION: (&str, &str) = (
    "{",
    r#""id":"AQID","rawId":"AQID","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}"#,
);

fn client_data() -> Vec<Case> {
    let parse: Parse = |json| ClientData::parse(json).is_ok();
    let known = r#""type":"webauthn.get","challenge":"AA","origin":"https://example.com"}"#;
    let case = |input, start: &'static str, unit: &'static str, end: &str| {
        let end = [end, known].concat();
        let make = move |size| framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
        Case::bytes("ClientData::parse", input, make, parse)
    };
    let mut cases = MEMBERS
        .map(|(input, start, unit, end)| {
            case(input, ["{", start].concat().leak(), unit, end).accepted()
        })
        .into_iter()
        .collect::<Vec<_>>();
    cases.extend([
        case("a type in escapes", r#"{"type":""#, r"\u0041", "\","),
        case("an origin in escapes", r#"{"topOrigin":""#, r"\u0041", "\",").accepted(),
        case("a text of control characters for a flag", r#"{"crossOrigin":""#, "\x7f", "\",")
            .memory(13),
    ]);
    cases
}

fn settings() -> Vec<Case> {
    let parse: Parse = |json| serde_json::from_slice::<Settings>(json).is_ok();
    let case =
        |input, make: fn(usize) -> Vec<u8>| Case::bytes("Settings from JSON", input, make, parse);
    vec![
        case("one algorithm again and again", |size| {
            framed(br#"{"algorithms":[-7"#, b",-7", b"]}", size)
        })
        .memory(8),
        case("algorithms that do not exist", |size| {
            let numbers = (10_000..10_000 + size / 6).map(|it| it.to_string()).collect::<Vec<_>>();
            format!(r#"{{"algorithms":[{}]}}"#, numbers.join(",")).into_bytes()
        })
        .memory(64),
        case("hints", |size| framed(br#"{"hints":["hybrid""#, br#","hybrid""#, b"]}", size))
            .accepted(),
        case("an unknown member", |size| framed(b"{\"", b"a", b"\":0}", size)).memory(4),
    ]
}

/// Data that the host has stored itself, and that an attacker with access to the database may change.
fn stored() -> Vec<Case> {
    let proof: Parse = |json| {
        VerificationProof::from_trusted_session(&mut serde_json::Deserializer::from_slice(json))
            .is_ok()
    };
    let mut cases = Vec::new();
    for (entry, parse) in [
        ("VerificationProof::from_trusted_session", proof),
        ("RequestedExtensions from JSON", reads::<RequestedExtensions>),
        ("AuditEntry from JSON", reads::<AuditEntry>),
        ("AuditError from JSON", reads::<AuditError>),
        ("Attestation from JSON", reads::<Attestation>),
        ("AttestationTrust from JSON", reads::<AttestationTrust>),
        ("CeremonyKind from JSON", reads::<CeremonyKind>),
        ("NewUser from JSON", reads::<NewUser>),
        ("Reverification from JSON", reads::<Reverification>),
        ("Owner from JSON", reads::<Owner>),
    ] {
        for (input, start, unit, end) in MEMBERS {
            let start = ["{", start].concat();
            let make = move |size| framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
            // Members are buffered until the one that says how to read them is found.
            let buffers = ["AuditEntry from JSON", "CeremonyKind from JSON"].contains(&entry);
            let memory = if buffers { 64 } else { 4 };
            cases.push(Case::bytes(entry, input, make, parse).memory(memory));
        }
    }
    let escapes = |size| framed(b"\"", br"\u0041", b"\"", size);
    let text = |entry, parse| Case::bytes(entry, "a text in escapes", escapes, parse);
    cases.push(text("Task from JSON", reads::<Task>).accepted());
    cases.push(text("json::Transport from JSON", reads::<Transport>).accepted());
    cases.push(text("extensions::AppId from JSON", reads::<AppId>).accepted());
    cases
}

/// Whether a value of this type can be read from the JSON.
pub(super) fn reads<T: serde::de::DeserializeOwned>(json: &[u8]) -> bool {
    serde_json::from_slice::<T>(json).is_ok()
}
