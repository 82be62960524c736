//! Keys that are not in the form of a `COSE_Key`: those of older protocols, and of libraries that store them
//! differently.

use alloc::{vec, vec::Vec};

use coset::{
    CborSerializable as _, Label,
    cbor::Value,
    iana::{self, EllipticCurve, EnumI64 as _, KeyType},
};

use super::{
    algorithm::Algorithm,
    key::{CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey, KeyParameters},
};

impl CosePublicKey {
    /// Encodes a key as a `COSE_Key` in the canonical form of CTAP2.
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
    /// The same as [`CoseKey::check_shape`].
    pub fn from_key(key: &CoseKey<'_>) -> Result<Self, InvalidKey> {
        let encoded = to_vec(key).ok_or(InvalidKey::Algorithm(key.algorithm))?;
        Self::try_from(&*encoded).map_err(|error| match error {
            InvalidPublicKey::Invalid(invalid) => invalid,
            InvalidPublicKey::Malformed(_) => InvalidKey::Value("the key cannot be encoded"),
        })
    }

    /// Converts the key of a U2F credential: a point on P-256 as U2F sends it, `04 | x | y`.
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
    /// If it is not 65 bytes that begin with 4. The [verifier](crate::crypto::SignatureVerifier::check_key) checks
    /// whether the point is on the curve.
    pub fn from_u2f(point: &[u8]) -> Result<Self, InvalidKey> {
        let point = point.strip_prefix(&[4]).filter(|point| point.len() == 64);
        let point = point.ok_or(InvalidKey::Value("not an uncompressed point on P-256"))?;
        let (x, y) = point.split_at(32);
        let parameters = KeyParameters::Ec2 { curve: EllipticCurve::P_256.to_i64(), x, y };
        Self::from_key(&CoseKey { algorithm: Algorithm::ES256, parameters })
    }
}

/// The key in CBOR, if its algorithm is registered.
fn to_vec(key: &CoseKey<'_>) -> Option<Vec<u8>> {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.into());
    let (kty, parameters) = match key.parameters {
        KeyParameters::Ec2 { curve, x, y } => {
            (KeyType::EC2, vec![Value::from(curve), bytes(x), bytes(y)])
        }
        KeyParameters::Okp { curve, x } => (KeyType::OKP, vec![Value::from(curve), bytes(x)]),
        KeyParameters::Rsa { n, e } => (KeyType::RSA, vec![bytes(n), bytes(e)]),
        KeyParameters::Akp { public } => (KeyType::AKP, vec![bytes(public)]),
    };
    let algorithm = iana::Algorithm::from_i64(key.algorithm.identifier().into())?;
    let key = coset::CoseKey {
        kty: coset::KeyType::Assigned(kty),
        alg: Some(coset::Algorithm::Assigned(algorithm)),
        params: (1..).map(|label: i64| Label::Int(-label)).zip(parameters).collect(),
        ..coset::CoseKey::default()
    };
    key.to_vec().ok()
}
