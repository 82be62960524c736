//! Authenticator data and attestation objects: what is accepted says exactly what its bytes say.

use ciborium::Value;
use relying_party::{AttestationObject, AuthenticatorData};

use super::memory::bounded;

/// Accepted ⇒ authenticator data consist of their parts, with nothing left over.
pub(super) fn authenticator_data(data: &[u8]) {
    let parsed = bounded("AuthenticatorData", 0, data.len(), || AuthenticatorData::parse(data));
    let Ok(parsed) = parsed else { return };
    let mut parts = parsed.rp_id_hash().to_vec();
    parts.push(data[32]);
    parts.extend(parsed.sign_count().to_be_bytes());
    assert_eq!(
        parsed.flags().attested_credential_data(),
        parsed.attested_credential_data().is_some()
    );
    assert_eq!(parsed.flags().extension_data(), parsed.extensions().is_some());
    if let Some(attested) = parsed.attested_credential_data() {
        parts.extend(attested.aaguid.as_bytes());
        parts.extend(u16::try_from(attested.credential_id.len()).unwrap().to_be_bytes());
        parts.extend(attested.credential_id);
        parts.extend(attested.public_key_bytes);
        super::cose::key(attested.public_key_bytes);
    }
    parts.extend(parsed.extensions().unwrap_or_default());
    assert_eq!(parts, data);
    assert_eq!(parsed.as_bytes(), data);
}

/// A value as a general writer encodes it. Unlike the values themselves, the encodings of two NaNs are equal.
fn written(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// Accepted ⇒ an attestation object says what a general CBOR reader finds in it.
pub(super) fn attestation_object(data: &[u8]) {
    let parsed = bounded("AttestationObject", 0, data.len(), || AttestationObject::parse(data));
    let Ok(parsed) = parsed else { return };
    let Ok(Value::Map(entries)) = ciborium::from_reader::<Value, _>(data) else {
        panic!("accepted, and no CBOR map");
    };
    let entry = |key: &str| {
        let found =
            entries.iter().filter(|(found, _)| found.as_text() == Some(key)).collect::<Vec<_>>();
        assert_eq!(found.len(), 1, "accepted with {} entries {key}", found.len());
        &found[0].1
    };
    assert_eq!(entry("fmt").as_text(), Some(parsed.format()));
    assert_eq!(
        entry("authData").as_bytes().map(Vec::as_slice),
        Some(parsed.authenticator_data().as_bytes())
    );
    let statement = ciborium::from_reader::<Value, _>(parsed.statement()).unwrap();
    assert_eq!(written(entry("attStmt")), written(&statement));
    authenticator_data(parsed.authenticator_data().as_bytes());
}
