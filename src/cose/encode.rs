//! Keys that do not come as a `COSE_Key`: those of older protocols, and of libraries that store them otherwise.

use alloc::{vec, vec::Vec};

use coset::{
    cbor::{self, Value},
    iana::{EllipticCurve, EnumI64 as _, KeyParameter, KeyType},
};

use super::{
    algorithm::Algorithm,
    key::{CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey, KeyParameters},
};

impl CosePublicKey {
    /// The key that these parameters make, as a `COSE_Key` in the canonical form of CTAP2.
    ///
    /// ```
    /// use relying_party::{Algorithm, CoseKey, CosePublicKey, KeyParameters};
    /// let parameters = KeyParameters::Ec2 { curve: 1, x: &[1; 32], y: &[2; 32] };
    /// let key = CosePublicKey::from_key(&CoseKey { algorithm: Algorithm::ES256, parameters })?;
    /// assert_eq!(CoseKey::parse(key.as_bytes()).unwrap().parameters, parameters);
    /// # Ok::<(), relying_party::InvalidKey>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`CoseKey::check_shape`].
    pub fn from_key(key: &CoseKey<'_>) -> Result<Self, InvalidKey> {
        Self::try_from(&*to_vec(key)).map_err(|error| match error {
            InvalidPublicKey::Invalid(invalid) => invalid,
            InvalidPublicKey::Malformed(_) => InvalidKey::Value("no COSE_Key can be made of it"),
        })
    }

    /// The key of a U2F credential: a point on P-256 as U2F sends it, `04 | x | y`.
    ///
    /// ```
    /// use relying_party::{Algorithm, CosePublicKey};
    /// let point = [&[4][..], &[1; 32], &[2; 32]].concat();
    /// assert_eq!(CosePublicKey::from_u2f(&point)?.algorithm(), Algorithm::ES256);
    /// # Ok::<(), relying_party::InvalidKey>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Not 65 bytes that begin with 4. Whether the point is on the curve is for the
    /// [verifier](crate::crypto::SignatureVerifier::check_key) to say.
    pub fn from_u2f(point: &[u8]) -> Result<Self, InvalidKey> {
        let point = point.strip_prefix(&[4]).filter(|point| point.len() == 64);
        let point = point.ok_or(InvalidKey::Value("not an uncompressed point on P-256"))?;
        let (x, y) = point.split_at(32);
        let parameters = KeyParameters::Ec2 { curve: EllipticCurve::P_256.to_i64(), x, y };
        Self::from_key(&CoseKey { algorithm: Algorithm::ES256, parameters })
    }
}

fn to_vec(key: &CoseKey<'_>) -> Vec<u8> {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.into());
    let (kty, parameters) = match key.parameters {
        KeyParameters::Ec2 { curve, x, y } => {
            (KeyType::EC2, vec![Value::from(curve), bytes(x), bytes(y)])
        }
        KeyParameters::Okp { curve, x } => (KeyType::OKP, vec![Value::from(curve), bytes(x)]),
        KeyParameters::Rsa { n, e } => (KeyType::RSA, vec![bytes(n), bytes(e)]),
        KeyParameters::Akp { public } => (KeyType::AKP, vec![bytes(public)]),
    };
    let common = [
        (KeyParameter::Kty.to_i64(), Value::from(kty.to_i64())),
        (KeyParameter::Alg.to_i64(), Value::from(key.algorithm.identifier())),
    ];
    let entries = common.into_iter().chain((1..).map(|label: i64| -label).zip(parameters));
    let map = entries.map(|(label, value)| (Value::from(label), value)).collect();
    let mut encoded = Vec::new();
    // Memory does not fail to be written to.
    let _: Result<(), _> = cbor::into_writer(&Value::Map(map), &mut encoded);
    encoded
}
