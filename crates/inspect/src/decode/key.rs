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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hex;

    fn encoded(kty: i64, alg: i32, curve: Option<i64>, parameters: &[&[u8]]) -> Vec<u8> {
        let mut cbor = Vec::new();
        ciborium::into_writer(&required_parameters(kty, alg, curve, parameters), &mut cbor)
            .unwrap();
        cbor
    }

    /// RFC 9679 §6.
    #[test]
    fn thumbprint_is_that_of_the_rfc() {
        let x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d";
        let y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c";
        let bytes = |digits: &str| {
            let value = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            (0..digits.len()).step_by(2).map(value).collect::<Vec<_>>()
        };
        let hash = Sha256::digest(encoded(2, -7, Some(1), &[&bytes(x), &bytes(y)]));
        assert_eq!(hex(&hash), "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec");
    }

    #[test]
    fn only_the_thumbprint_of_an_akp_covers_the_algorithm() {
        // {1: 7, 3: -48, -1: h'05'} and {1: 1, -1: 6, -2: h'05'}
        assert_eq!(encoded(7, -48, None, &[&[5]]), b"\xa3\x01\x07\x03\x38\x2f\x20\x41\x05");
        assert_eq!(encoded(1, -8, Some(6), &[&[5]]), b"\xa3\x01\x01\x20\x06\x21\x41\x05");
    }
}
