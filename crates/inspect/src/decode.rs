//! The content of a response, member by member. Each part is decoded even if another part is malformed.

mod attestation;
mod authenticator_data;
mod key;

use relying_party::{AttestationObject, AuthenticatorData, ClientData};

use super::{
    credential::{Credential, Kind, to_base64url},
    report::{Report, shown},
};

/// Returns whether every part could be decoded.
pub(crate) fn decode(credential: &Credential, report: &mut Report) -> bool {
    let title = match credential.kind {
        Kind::Registration => "Registration response",
        Kind::Assertion => "Authentication response",
    };
    let mut parts = vec![
        report.section(title, |report| outer(credential, report)),
        report.section("Client data", |report| client_data(credential, report)),
    ];
    match credential.kind {
        Kind::Registration => parts.push(attestation_object(credential, report)),
        Kind::Assertion => {
            parts.push(report.section("Authenticator data", |report| {
                let bytes = credential.bytes("/response/authenticatorData");
                let Some(bytes) = noted(bytes, report) else { return false };
                let parsed = AuthenticatorData::parse(&bytes).map_err(|error| error.to_string());
                let Some(data) = noted(parsed, report) else { return false };
                authenticator_data::write(&data, &origin(credential), report);
                true
            }));
            parts.push(report.section("Signature", |report| {
                let Some(bytes) = noted(credential.bytes("/response/signature"), report) else {
                    return false;
                };
                report.item("size", format_args!("{} bytes", bytes.len()));
                true
            }));
        }
    }
    parts.iter().all(|decoded| *decoded)
}

/// Reports an error and drops it.
fn noted<T>(decoded: Result<T, String>, report: &mut Report) -> Option<T> {
    decoded.map_err(|error| report.malformed(error)).ok()
}

fn outer(credential: &Credential, report: &mut Report) -> bool {
    report.item("size", format_args!("{} bytes of JSON", credential.json.len()));
    let id = noted(credential.bytes("/rawId"), report);
    if let Some(id) = &id {
        report.item("credential ID", format_args!("{} ({} bytes)", to_base64url(id), id.len()));
    }
    let member = |pointer| credential.value.pointer(pointer).filter(|value| !value.is_null());
    let members = [
        ("type", "/type"),
        ("attachment", "/authenticatorAttachment"),
        ("transports", "/response/transports"),
        ("user handle", "/response/userHandle"),
        ("client extensions", "/clientExtensionResults"),
    ];
    for (name, pointer) in members {
        if let Some(value) = member(pointer) {
            report.item(name, shown(&value.to_string()));
        }
    }
    id.is_some()
}

fn client_data(credential: &Credential, report: &mut Report) -> bool {
    let bytes = credential.bytes("/response/clientDataJSON");
    let Some(bytes) = noted(bytes, report) else { return false };
    report.item("size", format_args!("{} bytes", bytes.len()));
    let parsed = ClientData::parse(&bytes).map_err(|error| error.to_string());
    let Some(data) = noted(parsed, report) else {
        report.item("text", shown(&String::from_utf8_lossy(&bytes)));
        return false;
    };
    report.item("type", shown(data.kind()));
    report.item("challenge", shown(data.challenge()));
    report.item("origin", shown(data.origin()));
    let cross_origin = data.cross_origin().map_or("absent".into(), |value| value.to_string());
    report.item("crossOrigin", cross_origin);
    if let Some(top_origin) = data.top_origin() {
        report.item("topOrigin", shown(top_origin));
    }
    true
}

/// The origin in the client data, or an empty text.
fn origin(credential: &Credential) -> String {
    let bytes = credential.bytes("/response/clientDataJSON").unwrap_or_default();
    ClientData::parse(&bytes).map_or_else(|_| String::new(), |data| data.origin().to_owned())
}

fn attestation_object(credential: &Credential, report: &mut Report) -> bool {
    let bytes = report.section("Attestation object", |report| {
        let bytes = noted(credential.bytes("/response/attestationObject"), report)?;
        report.item("size", format_args!("{} bytes", bytes.len()));
        Some(bytes)
    });
    let Some(bytes) = bytes else { return false };
    let parsed = AttestationObject::parse(&bytes).map_err(|error| error.to_string());
    let Some(object) = noted(parsed, report) else { return false };
    report.section("Authenticator data", |report| {
        authenticator_data::write(object.authenticator_data(), &origin(credential), report);
    });
    report.section("Attestation statement", |report| attestation::write(&object, report));
    true
}
