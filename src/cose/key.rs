//! The credential public key: a `COSE_Key` map.

use alloc::vec::Vec;
use core::fmt;

use coset::iana::{EllipticCurve, EnumI64 as _, KeyParameter, KeyType};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::algorithm::{Algorithm, KeyShape};
use crate::{
    base64url,
    cbor::{Item, Reader},
    limits::{RSA_EXPONENT_MAX, RSA_MODULUS_MAX_BITS, RSA_MODULUS_MIN_BITS},
    malformed::Malformed,
    text::Text,
};

/// A `COSE_Key` as it appears in the message: well-formed, but not yet known to be valid for its algorithm.
///
/// ```text
/// COSE_Key = { 1 => kty, 3 => alg, -1 => crv / n / pub, ? -2 => x / e, ? -3 => y }   ; RFC 9053 §7, RFC 8230 §4
/// ```
///
/// It must not contain anything else (§6.5.1.1): any parameter that is not required, above all a private key, is
/// rejected.
///
/// ```
/// use relying_party::{Algorithm, CoseKey, KeyParameters};
/// // 1: OKP, 3: EdDSA, -1: Ed25519, -2: the key
/// let bytes = [&b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20"[..], &[7; 32]].concat();
/// let key = CoseKey::parse(&bytes)?;
/// assert_eq!(key.algorithm, Algorithm::EdDSA);
/// assert!(matches!(key.parameters, KeyParameters::Okp { curve: 6, .. }));
/// assert!(key.check_shape().is_ok());
/// # Ok::<(), relying_party::Malformed>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoseKey<'a> {
    /// The algorithm that the key names.
    pub algorithm: Algorithm,
    /// The key itself.
    pub parameters: KeyParameters<'a>,
}

/// The parameters of a key by its type, as big-endian bytes. [`CoseKey`](crate::CoseKey) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyParameters<'a> {
    /// An elliptic-curve point, uncompressed.
    Ec2 {
        /// The curve's number.
        curve: i64,
        /// The x coordinate.
        x: &'a [u8],
        /// The y coordinate.
        y: &'a [u8],
    },
    /// The public key of an octet key pair.
    Okp {
        /// The curve's number.
        curve: i64,
        /// The public key.
        x: &'a [u8],
    },
    /// An RSA public key.
    Rsa {
        /// The modulus.
        n: &'a [u8],
        /// The exponent.
        e: &'a [u8],
    },
    /// A key of an algorithm key pair (ML-DSA).
    Akp {
        /// The public key.
        public: &'a [u8],
    },
}

/// Why a well-formed key cannot be used. [`CoseKey`](crate::CoseKey) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// The key type or curve does not match the key's algorithm, or the algorithm is unknown.
    #[error("the key is invalid for its algorithm {0}")]
    Algorithm(Algorithm),
    /// A parameter has the wrong length or an invalid value: off the curve, of low order, even.
    #[error("{0}")]
    Value(&'static str),
}

/// A parameter under a label, by the type of its value.
#[derive(Clone, Copy)]
enum Parameter<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
}

impl<'a> Parameter<'a> {
    fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Bytes(_) => None,
        }
    }

    fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Integer(_) => None,
            Self::Bytes(bytes) => Some(bytes),
        }
    }
}

/// The parameters under the labels -1, -2 and -3, whose meaning depends on the key's type.
#[derive(Default)]
struct Labelled<'a> {
    first: Option<Parameter<'a>>,
    second: Option<Parameter<'a>>,
    third: Option<Parameter<'a>>,
}

impl<'a> CoseKey<'a> {
    /// Parses a key.
    ///
    /// # Errors
    ///
    /// If the bytes are not a `COSE_Key` of a known key type, or there are trailing bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, "COSE key");
        let key = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(key)
    }

    /// Reads the next item as a key.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let (mut kty, mut alg, mut labelled) = (None, None, Labelled::default());
        for _ in 0..reader.map()? {
            let label = reader.integer()?;
            let value = match reader.item()? {
                Item::Bytes(bytes) => Parameter::Bytes(bytes),
                item => match item.integer() {
                    Some(value) => Parameter::Integer(value),
                    None => {
                        return Err(Malformed::CoseKey("a value is neither bytes nor a number"));
                    }
                },
            };
            let place = match label {
                -1 => &mut labelled.first,
                -2 => &mut labelled.second,
                -3 => &mut labelled.third,
                _ if label == KeyParameter::Kty.to_i64() => &mut kty,
                _ if label == KeyParameter::Alg.to_i64() => &mut alg,
                _ => return Err(Malformed::CoseKey("unexpected parameter")),
            };
            if place.replace(value).is_some() {
                return Err(Malformed::CoseKey("duplicate parameter"));
            }
        }
        let kty = integer(kty, "kty is missing or not a number")?;
        let alg = integer(alg, "alg is missing or not a number")?;
        let alg = i32::try_from(alg).map_err(|_| Malformed::CoseKey("alg is out of range"))?;
        Ok(Self { algorithm: Algorithm::new(alg), parameters: labelled.of_type(kty)? })
    }

    /// Checks that key type, curve and lengths match the algorithm (§5.8.5), without arithmetic. The
    /// [backend](crate::crypto::SignatureVerifier) checks whether a point is on its curve.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::Algorithm`] if the key does not match its algorithm, [`InvalidKey::Value`] otherwise.
    pub fn check_shape(&self) -> Result<(), InvalidKey> {
        let mismatch = Err(InvalidKey::Algorithm(self.algorithm));
        let Some(shape) = self.algorithm.key_shape() else { return mismatch };
        match (shape, self.parameters) {
            (KeyShape::Ec2 { curve, size }, KeyParameters::Ec2 { curve: found, x, y }) => {
                if !KeyShape::curve_is(curve, found) {
                    return mismatch;
                }
                if x.len() != size || y.len() != size {
                    return Err(InvalidKey::Value(
                        "a coordinate does not have the length of its curve",
                    ));
                }
            }
            (KeyShape::Okp { curve, size }, KeyParameters::Okp { curve: found, x }) => {
                if !KeyShape::curve_is(curve, found) {
                    return mismatch;
                }
                if x.len() != size {
                    return Err(InvalidKey::Value("the key does not have the length of its curve"));
                }
            }
            (KeyShape::Rsa, KeyParameters::Rsa { n, e }) => check_rsa(n, e)?,
            (KeyShape::Akp { size }, KeyParameters::Akp { public }) => {
                if public.len() != size {
                    return Err(InvalidKey::Value(
                        "the key does not have the length of its algorithm",
                    ));
                }
            }
            _ => return mismatch,
        }
        Ok(())
    }
}

impl KeyParameters<'_> {
    /// Returns the ECDSA algorithm that COSE defines for the key's curve.
    #[must_use]
    pub fn ecdsa_algorithm(&self) -> Option<Algorithm> {
        let Self::Ec2 { curve, .. } = *self else { return None };
        match EllipticCurve::from_i64(curve)? {
            EllipticCurve::P_256 => Some(Algorithm::ES256),
            EllipticCurve::P_384 => Some(Algorithm::ES384),
            EllipticCurve::P_521 => Some(Algorithm::ES512),
            EllipticCurve::Secp256k1 => Some(Algorithm::ES256K),
            _ => None,
        }
    }
}

impl<'a> Labelled<'a> {
    fn of_type(self, kty: i64) -> Result<KeyParameters<'a>, Malformed> {
        let Self { first, second, third } = self;
        match KeyType::from_i64(kty) {
            Some(KeyType::EC2) => Ok(KeyParameters::Ec2 {
                curve: integer(first, "crv is missing or not a number")?,
                x: bytes(second, "x is missing or not bytes")?,
                y: bytes(third, "y is missing or not bytes")?,
            }),
            Some(KeyType::OKP) => Ok(KeyParameters::Okp {
                curve: integer(first, "crv is missing or not a number")?,
                x: bytes(second, "x is missing or not bytes")?,
            })
            .and_then(|key| absent(third, key)),
            Some(KeyType::RSA) => Ok(KeyParameters::Rsa {
                n: bytes(first, "n is missing or not bytes")?,
                e: bytes(second, "e is missing or not bytes")?,
            })
            .and_then(|key| absent(third, key)),
            Some(KeyType::AKP) => {
                Ok(KeyParameters::Akp { public: bytes(first, "pub is missing or not bytes")? })
                    .and_then(|key| absent(second, key))
                    .and_then(|key| absent(third, key))
            }
            _ => Err(Malformed::CoseKey("a key type that WebAuthn does not use")),
        }
    }
}

fn integer(parameter: Option<Parameter<'_>>, missing: &'static str) -> Result<i64, Malformed> {
    parameter.and_then(Parameter::integer).ok_or(Malformed::CoseKey(missing))
}

fn bytes<'a>(
    parameter: Option<Parameter<'a>>,
    missing: &'static str,
) -> Result<&'a [u8], Malformed> {
    parameter.and_then(Parameter::bytes).ok_or(Malformed::CoseKey(missing))
}

fn absent<'a>(
    parameter: Option<Parameter<'_>>,
    key: KeyParameters<'a>,
) -> Result<KeyParameters<'a>, Malformed> {
    match parameter {
        None => Ok(key),
        Some(_) => Err(Malformed::CoseKey("unexpected parameter")),
    }
}

/// Limits on RSA keys. Smaller keys are broken, larger ones are too expensive to verify, and an even modulus or an
/// exponent that is even or 1 is not part of a key pair.
fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), InvalidKey> {
    let (Some((first, _)), Some(last)) = (n.split_first(), n.last()) else {
        return Err(InvalidKey::Value("the modulus is empty"));
    };
    if *first == 0 || e.first().is_none_or(|first| *first == 0) {
        return Err(InvalidKey::Value("a number with leading zeros"));
    }
    let unused_bits = usize::try_from(first.leading_zeros()).unwrap_or(0);
    let bits = n.len().saturating_mul(8).saturating_sub(unused_bits);
    if !(RSA_MODULUS_MIN_BITS..=RSA_MODULUS_MAX_BITS).contains(&bits) {
        return Err(InvalidKey::Value("the modulus is too short or too long"));
    }
    if last & 1 == 0 {
        return Err(InvalidKey::Value("the modulus is even"));
    }
    let exponent = e.iter().try_fold(0_u32, |value, byte| {
        value.checked_mul(256).map(|value| value | u32::from(*byte))
    });
    if exponent.is_none_or(|exponent| exponent > RSA_EXPONENT_MAX) {
        return Err(InvalidKey::Value("the exponent is too large"));
    }
    if *e == [1] || e.last().is_none_or(|last| last & 1 == 0) {
        return Err(InvalidKey::Value("the exponent is 1 or even"));
    }
    Ok(())
}

/// A credential public key in its stored form: the unchanged bytes of its `COSE_Key`, which are known to contain a key
/// that is valid for its algorithm.
///
/// ```
/// use relying_party::{Algorithm, CoseKey, CosePublicKey};
/// # let mut cose = vec![0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20];
/// # cose.extend([1; 32]);
/// # cose.extend([0x22, 0x58, 0x20]);
/// # cose.extend([2; 32]);
/// let key = CosePublicKey::try_from(cose.as_slice())?;
/// assert_eq!(key.algorithm(), Algorithm::ES256);
/// assert_eq!(key.key(), CoseKey::parse(key.as_bytes())?);
/// # Ok::<(), relying_party::InvalidPublicKey>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CosePublicKey {
    bytes: Vec<u8>,
    algorithm: Algorithm,
    parameters: Places,
}

/// Where the parameters are in the bytes of a key, so that it is parsed only once, and not at every sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    Ec2 { curve: i64, x: Place, y: Place },
    Okp { curve: i64, x: Place },
    Rsa { n: Place, e: Place },
    Akp { public: Place },
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    start: usize,
    length: usize,
}

impl Place {
    /// The place of a slice that was borrowed from the whole. Any other slice has none.
    fn of(part: &[u8], whole: &[u8]) -> Result<Self, InvalidKey> {
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        let place = Self { start, length: part.len() };
        if place.within(whole) == part {
            Ok(place)
        } else {
            Err(InvalidKey::Value("a parameter is not within the bytes of the key"))
        }
    }

    fn within(self, whole: &[u8]) -> &[u8] {
        let part = whole.get(self.start..).and_then(|rest| rest.get(..self.length));
        part.unwrap_or_default()
    }
}

/// The bytes are not a valid credential public key. [`CosePublicKey`](crate::CosePublicKey) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPublicKey {
    /// The bytes are not a `COSE_Key`.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The `COSE_Key` is invalid for its algorithm.
    #[error(transparent)]
    Invalid(#[from] InvalidKey),
}

impl CosePublicKey {
    /// Creates the key that was parsed from exactly these bytes.
    pub(crate) fn of<'a>(bytes: &'a [u8], key: &CoseKey<'a>) -> Result<Self, InvalidKey> {
        key.check_shape()?;
        let place = |part| Place::of(part, bytes);
        let parameters = match key.parameters {
            KeyParameters::Ec2 { curve, x, y } => Places::Ec2 { curve, x: place(x)?, y: place(y)? },
            KeyParameters::Okp { curve, x } => Places::Okp { curve, x: place(x)? },
            KeyParameters::Rsa { n, e } => Places::Rsa { n: place(n)?, e: place(e)? },
            KeyParameters::Akp { public } => Places::Akp { public: place(public)? },
        };
        Ok(Self { bytes: bytes.into(), algorithm: key.algorithm, parameters })
    }

    /// Returns the parsed key.
    #[must_use]
    pub fn key(&self) -> CoseKey<'_> {
        let part = |place: Place| place.within(&self.bytes);
        let parameters = match self.parameters {
            Places::Ec2 { curve, x, y } => KeyParameters::Ec2 { curve, x: part(x), y: part(y) },
            Places::Okp { curve, x } => KeyParameters::Okp { curve, x: part(x) },
            Places::Rsa { n, e } => KeyParameters::Rsa { n: part(n), e: part(e) },
            Places::Akp { public } => KeyParameters::Akp { public: part(public) },
        };
        CoseKey { algorithm: self.algorithm, parameters }
    }

    /// Returns the `COSE_Key` as CBOR.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the algorithm of the key, which all its signatures use.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl TryFrom<&[u8]> for CosePublicKey {
    type Error = InvalidPublicKey;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidPublicKey> {
        Ok(Self::of(bytes, &CoseKey::parse(bytes)?)?)
    }
}

impl fmt::Debug for CosePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosePublicKey({})", self.algorithm)
    }
}

impl fmt::Display for CosePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        base64url::fmt(&self.bytes, f)
    }
}

impl Serialize for CosePublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CosePublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let bytes =
            base64url::decode(&text).map_err(|_| de::Error::custom("COSE key is not base64url"))?;
        Self::try_from(bytes.as_slice()).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
