//! What is tampered with in client data, in registrations and in assertions.

use relying_party::test_authenticator::ClientData;
use serde_json::{Map, Value, json};

use crate::{ceremony::ORIGIN, flip::Turn};

pub type Edit = fn(&mut ClientData, &Turn);

fn edit(data: &mut ClientData, edit: impl FnOnce(&mut Map<String, Value>)) {
    let mut json = serde_json::from_slice::<Map<String, Value>>(&data.to_bytes()).unwrap();
    edit(&mut json);
    data.raw = Some(serde_json::to_vec(&json).unwrap());
}

fn set(data: &mut ClientData, member: &str, value: Value) {
    edit(data, |json| drop(json.insert(member.into(), value)));
}

fn text(data: &mut ClientData, change: impl FnOnce(String) -> String) {
    data.raw = Some(change(String::from_utf8(data.to_bytes()).unwrap()).into_bytes());
}

/// Adds bytes that base64 and base64url write differently.
pub fn need_both_alphabets(data: &mut ClientData) {
    data.extra.push(("unknown".into(), json!("????????>>>>>>>>")));
}

/// Flips a bit in the value of a member, or without one in everything else: the names and punctuation.
fn flip(data: &mut ClientData, member: Option<&str>, turn: &Turn) {
    let mut bytes = data.to_bytes();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let values = [&data.kind, &data.challenge, &data.origin, "false"];
    let ranges = values.map(|value| {
        let at = text.find(value).unwrap();
        at..at + value.len()
    });
    let names = ["type", "challenge", "origin", "crossOrigin"];
    let is_chosen = |at: &usize| {
        let value = ranges.iter().position(|range| range.contains(at));
        value.map(|value| names[value]) == member
    };
    let chosen = (0..bytes.len()).filter(is_chosen).collect::<Vec<_>>();
    let mut flipped = chosen.iter().map(|at| bytes[*at]).collect::<Vec<_>>();
    turn.flip(&mut flipped);
    chosen.iter().zip(flipped).for_each(|(at, byte)| bytes[*at] = byte);
    data.raw = Some(bytes);
}

pub const TAMPERINGS: &[(&str, Edit)] = &[
    ("client data: one bit flipped in names and punctuation", |it, turn| flip(it, None, turn)),
    ("client data: type with one bit flipped", |it, turn| flip(it, Some("type"), turn)),
    ("client data: a letter of challenge with one bit flipped", |it, turn| {
        flip(it, Some("challenge"), turn);
    }),
    ("client data: origin with one bit flipped", |it, turn| flip(it, Some("origin"), turn)),
    ("client data: crossOrigin with one bit flipped", |it, turn| {
        flip(it, Some("crossOrigin"), turn);
    }),
    ("client data: type missing", |it, _| edit(it, |json| drop(json.remove("type")))),
    ("client data: type is a number", |it, _| set(it, "type", json!(1))),
    ("client data: type empty", |it, _| it.kind.clear()),
    ("client data: type with a space", |it, _| it.kind.push(' ')),
    ("client data: type in capitals", |it, _| it.kind = it.kind.to_uppercase()),
    ("client data: type of the other ceremony", |it, _| {
        it.kind = if it.kind == "webauthn.get" { "webauthn.create" } else { "webauthn.get" }.into();
    }),
    ("client data: type with a NUL behind", |it, _| it.kind.push('\0')),
    ("client data: type of a payment", |it, _| it.kind = "payment.get".into()),
    ("client data: type twice, the right one last", |it, _| {
        text(it, |json| json.replacen('{', r#"{"type":"webauthn.other","#, 1));
    }),
    ("client data: name of type in capitals", |it, _| {
        text(it, |json| json.replacen("\"type\"", "\"TYPE\"", 1));
    }),
    ("client data: challenge missing", |it, _| edit(it, |json| drop(json.remove("challenge")))),
    ("client data: challenge is a number", |it, _| set(it, "challenge", json!(1))),
    ("client data: challenge empty", |it, _| it.challenge.clear()),
    ("client data: challenge with one bit flipped", |it, turn| {
        let mut bytes = crate::ceremony::CHALLENGE;
        turn.flip(&mut bytes);
        it.challenge = crate::ceremony::encoded(&bytes);
    }),
    ("client data: challenge padded", |it, _| it.challenge.push_str("==")),
    ("client data: challenge with other unused bits", |it, _| {
        it.challenge.pop();
        it.challenge.push('B');
    }),
    ("client data: challenge longer", |it, _| it.challenge.push_str("AAAA")),
    ("client data: origin missing", |it, _| edit(it, |json| drop(json.remove("origin")))),
    ("client data: origin is a number", |it, _| set(it, "origin", json!(1))),
    ("client data: origin empty", |it, _| it.origin.clear()),
    ("client data: origin of another site", |it, _| it.origin = "https://example.net".into()),
    ("client data: origin of a subdomain", |it, _| it.origin = "https://a.example.com".into()),
    ("client data: origin that only begins so", |it, _| it.origin.push_str(".example.net")),
    ("client data: origin without TLS", |it, _| it.origin = "http://example.com".into()),
    ("client data: origin with another port", |it, _| it.origin.push_str(":8443")),
    ("client data: origin with the default port", |it, _| it.origin.push_str(":443")),
    ("client data: origin with a slash", |it, _| it.origin.push('/')),
    ("client data: origin with a user", |it, _| it.origin = "https://user@example.com".into()),
    ("client data: origin with a question mark", |it, _| it.origin.push('?')),
    ("client data: origin with a space", |it, _| it.origin.push(' ')),
    ("client data: origin with a NUL", |it, _| it.origin.push('\0')),
    ("client data: origin of an app", |it, _| {
        it.origin = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into();
    }),
    ("client data: origin null", |it, _| it.origin = "null".into()),
    ("client data: origin with escaped slashes", |it, _| {
        text(it, |json| json.replace("https://", r"https:\/\/"));
    }),
    ("client data: origin is an array", |it, _| set(it, "origin", json!([ORIGIN]))),
    ("client data: origin with a path", |it, _| it.origin.push_str("/login")),
    ("client data: origin in capitals", |it, _| it.origin = ORIGIN.to_uppercase()),
    ("client data: origin with a dot at the end", |it, _| it.origin.push('.')),
    ("client data: crossOrigin missing", |it, _| it.cross_origin = None),
    ("client data: crossOrigin true", |it, _| it.cross_origin = Some(true)),
    ("client data: crossOrigin null", |it, _| set(it, "crossOrigin", Value::Null)),
    ("client data: crossOrigin is a string", |it, _| set(it, "crossOrigin", json!("false"))),
    ("client data: topOrigin without crossOrigin", |it, _| {
        it.top_origin = Some("https://example.net".into());
    }),
    ("client data: topOrigin with crossOrigin", |it, _| {
        it.cross_origin = Some(true);
        it.top_origin = Some("https://example.net".into());
    }),
    ("client data: topOrigin null", |it, _| set(it, "topOrigin", Value::Null)),
    ("client data: topOrigin is a number", |it, _| set(it, "topOrigin", json!(1))),
    ("client data: tokenBinding supported", |it, _| {
        set(it, "tokenBinding", json!({ "status": "supported" }));
    }),
    ("client data: tokenBinding is a string", |it, _| set(it, "tokenBinding", json!("unused"))),
    ("client data: tokenBinding without status", |it, _| set(it, "tokenBinding", json!({}))),
    ("client data: an unknown member", |it, _| set(it, "unknown", json!([{ "a": 1 }]))),
    ("client data: members in another order", |it, _| {
        text(it, |json| {
            let kind = json.find(",\"challenge\"").unwrap();
            let end = json.len() - 1;
            format!("{{{},{}}}", &json[kind + 1..end], &json[1..kind])
        });
    }),
    ("client data: white space", |it, _| text(it, |json| json.replace("\":", "\" : "))),
    ("client data: a member twice, the right one last", |it, _| {
        text(it, |json| json.replacen('{', r#"{"origin":"https://example.net","#, 1));
    }),
    ("client data: a member twice, the right one first", |it, _| {
        text(it, |json| json.replacen('}', r#","origin":"https://example.net"}"#, 1));
    }),
    ("client data: an escaped letter", |it, _| {
        text(it, |json| json.replace("webauthn.", r"webauth\u006e."));
    }),
    ("client data: a byte order mark", |it, _| text(it, |json| format!("\u{feff}{json}"))),
    ("client data: a NUL behind", |it, _| text(it, |json| json + "\0")),
    ("client data: white space behind", |it, _| text(it, |json| json + "\n")),
    ("client data: a comma at the end", |it, _| {
        text(it, |json| json[..json.len() - 1].to_owned() + ",}");
    }),
    ("client data: 10,000 arrays within each other", |it, _| {
        text(it, |json| {
            let arrays = "[".repeat(10_000) + &"]".repeat(10_000);
            json.replacen('{', &format!(r#"{{"unknown":{arrays},"#), 1)
        });
    }),
    ("client data: 100,000 bytes", |it, _| {
        set(it, "unknown", json!("a".repeat(100_000)));
    }),
    ("client data: bytes behind", |it, _| text(it, |json| json + "x")),
    ("client data: cut", |it, _| text(it, |json| json[..json.len() - 1].into())),
    ("client data: an array", |it, _| it.raw = Some(b"[]".to_vec())),
    ("client data: empty", |it, _| it.raw = Some(Vec::new())),
    ("client data: not UTF-8 in an unknown member", |it, _| {
        let mut bytes = it.to_bytes();
        bytes.pop();
        bytes.extend(b",\"unknown\":\"\xff\"}");
        it.raw = Some(bytes);
    }),
];
