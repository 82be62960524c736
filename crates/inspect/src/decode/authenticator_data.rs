//! Authenticator data: flags spelled out, counter, credential, extensions.

use ciborium::Value;
use relying_party::{AttestedCredentialData, AuthenticatorData, Flags, naming::authenticator_name};
use sha2::{Digest as _, Sha256};

use super::{
    super::{
        credential::to_base64url,
        report::{Report, hex, shown},
    },
    key,
};

pub(crate) fn write(data: &AuthenticatorData<'_>, origin: &str, report: &mut Report) {
    report.item("size", format_args!("{} bytes", data.as_bytes().len()));
    let rp_id = rp_id(data, origin).unwrap_or("of neither the origin's domain nor one above it");
    report.item("RP ID hash", format_args!("{} ({})", hex(data.rp_id_hash()), shown(rp_id)));
    flags(data.flags(), report);
    let counter = match data.sign_count() {
        0 => "0 (many authenticators have no counter)".into(),
        count => count.to_string(),
    };
    report.item("signature counter", counter);
    if let Some(attested) = data.attested_credential_data() {
        credential(attested, report);
    }
    if let Some(extensions) = data.extensions() {
        report.item("extensions", diagnostic(extensions));
    }
}

/// The domain whose hash this is: the origin's host or one above it.
fn rp_id<'a>(data: &AuthenticatorData<'_>, origin: &'a str) -> Option<&'a str> {
    let (_, host) = origin.split_once("://")?;
    let mut domain = host.split_once(':').map_or(host, |(host, _)| host);
    loop {
        if data.rp_id_hash()[..] == Sha256::digest(domain)[..] {
            return Some(domain);
        }
        domain = domain.split_once('.')?.1;
    }
}

fn flags(flags: Flags, report: &mut Report) {
    let table = [
        ("UP", flags.user_present(), "a user was present", "no user was present"),
        ("UV", flags.user_verified(), "the user was verified", "the user was not verified"),
        ("BE", flags.backup_eligible(), "may be backed up", "bound to one device"),
        ("BS", flags.backup_state(), "is backed up", "is not backed up"),
        ("AT", flags.attested_credential_data(), "holds a new credential", "no new credential"),
        ("ED", flags.extension_data(), "holds extension outputs", "no extension outputs"),
    ];
    for (name, set, yes, no) in table {
        report.item(name, format_args!("{}  {}", u8::from(set), if set { yes } else { no }));
    }
}

fn credential(attested: &AttestedCredentialData<'_>, report: &mut Report) {
    // The section "Attestation" says whether anyone vouches for it.
    let claim = match authenticator_name(attested.aaguid) {
        Some(name) => format!("claims to be {name}"),
        None if attested.aaguid.is_zero() => "names no model".to_owned(),
        None => "claims to be an unknown model".to_owned(),
    };
    report.item("AAGUID", format_args!("{} ({claim})", attested.aaguid));
    let id = attested.credential_id;
    report.item("credential ID", format_args!("{} ({} bytes)", to_base64url(id), id.len()));
    report.section("public key", |report| key::write(attested, report));
}

/// CBOR as text, much like the diagnostic notation of RFC 8949 §8.
pub(super) fn diagnostic(cbor: &[u8]) -> String {
    match ciborium::from_reader::<Value, _>(cbor) {
        Ok(value) => shown(&text(&value)),
        Err(_) => format!("h'{}'", hex(cbor)),
    }
}

fn text(value: &Value) -> String {
    let list = |texts: Vec<String>| texts.join(", ");
    match value {
        Value::Bytes(bytes) => format!("h'{}'", hex(bytes)),
        Value::Text(text) => format!("{text:?}"),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => i128::from(*value).to_string(),
        Value::Array(items) => format!("[{}]", list(items.iter().map(text).collect())),
        Value::Map(entries) => {
            let entry = |(key, value): &(Value, Value)| format!("{}: {}", text(key), text(value));
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
        Value::Null => "null".into(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cbor_is_shown_as_text() {
        let entries = vec![
            (Value::Text("list".into()), Value::Array(vec![1.into(), (-2).into()])),
            (Value::Text("bytes".into()), Value::Bytes(vec![0, 255])),
            (Value::Text("flag".into()), Value::Bool(true)),
            (Value::Integer(3.into()), Value::Null),
        ];
        let mut cbor = Vec::new();
        ciborium::into_writer(&Value::Map(entries), &mut cbor).unwrap();
        let expected = r#"{"list": [1, -2], "bytes": h'00ff', "flag": true, 3: null}"#;
        assert_eq!(diagnostic(&cbor), expected);
        assert_eq!(diagnostic(&[0x61]), "h'61'", "a text without its content");
    }
}
