//! The credential public key.

use ciborium::Value;
use relying_party::{
    AttestedCredentialData, KeyParameters,
    crypto::{RustCrypto, SignatureVerifier as _},
};
use sha2::{Digest as _, Sha256};

use super::super::{credential::to_base64url, report::Report};

pub(crate) fn write(attested: &AttestedCredentialData<'_>, report: &mut Report) {
    let key = attested.public_key;
    report.item("size", format_args!("{} bytes", attested.public_key_bytes.len()));
    let alg = key.algorithm;
    report.item("alg", format_args!("{} ({alg})", alg.identifier()));
    // The key type, its name, its curve if it has one, and the parameters of the key.
    let (kty, name, curve, parameters) = match key.parameters {
        KeyParameters::Ec2 { curve, x, y } => (2, "EC2", Some(curve), vec![x, y]),
        KeyParameters::Okp { curve, x } => (1, "OKP", Some(curve), vec![x]),
        KeyParameters::Rsa { n, e } => (3, "RSA", None, vec![n, e]),
        KeyParameters::Akp { public } => (7, "AKP", None, vec![public]),
        _ => return report.line("an unknown key type"),
    };
    report.item("kty", format_args!("{kty} ({name})"));
    if let Some(curve) = curve {
        let name = match curve {
            1 => "P-256",
            2 => "P-384",
            3 => "P-521",
            6 => "Ed25519",
            7 => "Ed448",
            8 => "secp256k1",
            _ => "unknown",
        };
        report.item("crv", format_args!("{curve} ({name})"));
    }
    let bits = parameters.first().map_or(0, |first| first.len().saturating_mul(8));
    report.item("length", format_args!("{bits} bits"));
    let mut thumbprint = Vec::new();
    let written = ciborium::into_writer(
        &required_parameters(kty, key.algorithm.identifier(), curve, &parameters),
        &mut thumbprint,
    );
    if written.is_ok() {
        report.item("thumbprint (RFC 9679)", to_base64url(&Sha256::digest(&thumbprint)));
    }
    let sound = key.check_shape().and_then(|()| RustCrypto.check_key(&key));
    report.item(
        "valid for its alg",
        sound.map_or_else(|error| format!("NO: {error}"), |()| "yes".into()),
    );
}

/// The parameters that a thumbprint covers (RFC 9679 §3.2, §4). The algorithm belongs to them only for key types that
/// require it.
fn required_parameters(kty: i64, alg: i32, curve: Option<i64>, parameters: &[&[u8]]) -> Value {
    let mut map = vec![(Value::from(1), Value::from(kty))];
    if kty == 7 {
        map.push((Value::from(3), Value::from(alg)));
    }
    let curve = curve.map(Value::from).into_iter();
    let values = curve.chain(parameters.iter().map(|bytes| Value::Bytes(bytes.to_vec())));
    map.extend((1_i64..).map(|label| Value::from(-label)).zip(values));
    Value::Map(map)
}
