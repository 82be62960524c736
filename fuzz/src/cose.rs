//! COSE keys compared with `ciborium` and `coset`.

use ciborium::Value;
use coset::{CborSerializable as _, Label, iana::EnumI64 as _};
use relying_party::{
    CoseKey, CosePublicKey, KeyParameters,
    crypto::{RustCrypto, SignatureVerifier as _},
};

use super::memory::bounded;

/// Accepted ⇒ the key says what general readers find in it, and contains nothing else.
pub(super) fn key(data: &[u8]) {
    let key = bounded("CoseKey", 0, data.len(), || CoseKey::parse(data));
    let Ok(key) = key else {
        assert!(CosePublicKey::try_from(data).is_err());
        return;
    };
    let parameters = parameters(&key);
    agrees_with_ciborium(data, &key, &parameters);

    let fits = key.check_shape();
    let stored = CosePublicKey::try_from(data);
    assert_eq!(fits.is_ok(), stored.is_ok());
    if let Ok(stored) = stored {
        agrees_with_coset(data, &key, &parameters);
        assert_eq!((stored.as_bytes(), stored.algorithm()), (data, key.algorithm));
        let json = serde_json::to_string(&stored).unwrap();
        assert_eq!(serde_json::from_str::<CosePublicKey>(&json).unwrap(), stored);
    }
    // Computing with hostile numbers must neither panic nor verify an empty signature.
    let _ = RustCrypto.check_key(&key);
    assert!(RustCrypto.verify(&key, b"message", &[0; 64]).is_err());
    assert!(RustCrypto.verify(&key, b"message", &[0x30, 6, 2, 1, 0, 2, 1, 0]).is_err());
}

/// The key's type, and the labels and values of the parameters that depend on it.
fn parameters(key: &CoseKey<'_>) -> (i64, Vec<(i64, Value)>) {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    match key.parameters {
        KeyParameters::Ec2 { curve, x, y } => {
            (2, vec![(-1, curve.into()), (-2, bytes(x)), (-3, bytes(y))])
        }
        KeyParameters::Okp { curve, x } => (1, vec![(-1, curve.into()), (-2, bytes(x))]),
        KeyParameters::Rsa { n, e } => (3, vec![(-1, bytes(n)), (-2, bytes(e))]),
        KeyParameters::Akp { public } => (7, vec![(-1, bytes(public))]),
        _ => panic!("a key type that is not known here"),
    }
}

fn agrees_with_ciborium(
    data: &[u8],
    key: &CoseKey<'_>,
    (kty, parameters): &(i64, Vec<(i64, Value)>),
) {
    let mut rest = data;
    let Ok(Value::Map(found)) = ciborium::from_reader::<Value, _>(&mut rest) else {
        panic!("accepted, and no CBOR map");
    };
    assert!(rest.is_empty());
    let mut expected = parameters.clone();
    expected.extend([(1, (*kty).into()), (3, key.algorithm.identifier().into())]);
    assert_eq!(found.len(), expected.len());
    for (label, value) in expected {
        assert!(found.contains(&(label.into(), value)), "label {label}");
    }
}

fn agrees_with_coset(data: &[u8], key: &CoseKey<'_>, (kty, parameters): &(i64, Vec<(i64, Value)>)) {
    let found = coset::CoseKey::from_slice(data).expect("a key that coset reads too");
    assert_eq!(found.kty, coset::KeyType::Assigned(coset::iana::KeyType::from_i64(*kty).unwrap()));
    let algorithm = coset::iana::Algorithm::from_i64(key.algorithm.identifier().into()).unwrap();
    assert_eq!(found.alg, Some(coset::Algorithm::Assigned(algorithm)));
    assert_eq!(found.params.len(), parameters.len());
    for (label, value) in parameters {
        assert!(found.params.contains(&(Label::Int(*label), value.clone())), "label {label}");
    }
    assert!(found.key_id.is_empty() && found.key_ops.is_empty() && found.base_iv.is_empty());
}
