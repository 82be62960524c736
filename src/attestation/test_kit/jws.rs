//! Creates compact JWS for tests.

use alloc::{format, string::String, vec::Vec};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

/// Returns a JWS with these certificates in its header, signed by `sign`.
pub(crate) fn signed(
    alg: &str,
    certificates: &[Vec<u8>],
    payload: &[u8],
    sign: impl FnOnce(&[u8]) -> Vec<u8>,
) -> String {
    let x5c: Vec<String> =
        certificates.iter().map(|der| format!("\"{}\"", STANDARD.encode(der))).collect();
    let header = format!(r#"{{"alg":"{alg}","x5c":[{}]}}"#, x5c.join(","));
    let [header, payload] = [header.as_bytes(), payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let input = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode(sign(input.as_bytes()));
    format!("{input}.{signature}")
}
