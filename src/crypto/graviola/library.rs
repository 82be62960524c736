//! The calls of the library, for the architectures that it supports.

use alloc::vec::Vec;

use graviola::{
    hashing::{Hash, Sha256, Sha384, Sha512},
    signing::{
        ecdsa::{Curve, P256, VerifyingKey},
        eddsa::Ed25519VerifyingKey,
        rsa,
    },
};

use super::super::{
    HashFunction, SignatureError, ed25519,
    point::{POINT_MAX, uncompressed},
};
use crate::cose::{Algorithm, CoseKey, KeyParameters};

pub(super) fn is_available() -> bool {
    graviola::util::is_cpu_supported()
}

/// The algorithm is supported, and the key has its shape.
pub(super) fn verify(
    key: &CoseKey<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let parameters = &key.parameters;
    let rsa = || rsa_key(parameters);
    let verdict = match key.algorithm {
        Algorithm::ES256 | Algorithm::ESP256 => {
            return ecdsa::<P256, Sha256>(parameters, message, signature);
        }
        #[cfg(feature = "es384")]
        Algorithm::ES384 | Algorithm::ESP384 => {
            use graviola::signing::ecdsa::P384;
            return ecdsa::<P384, Sha384>(parameters, message, signature);
        }
        Algorithm::EdDSA | Algorithm::Ed25519 => return eddsa(parameters, message, signature),
        Algorithm::RS256 => rsa()?.verify_pkcs1_sha256(signature, message),
        #[cfg(feature = "rsa-all")]
        Algorithm::RS384 => rsa()?.verify_pkcs1_sha384(signature, message),
        #[cfg(feature = "rsa-all")]
        Algorithm::RS512 => rsa()?.verify_pkcs1_sha512(signature, message),
        #[cfg(feature = "rsa-all")]
        Algorithm::PS256 => rsa()?.verify_pss_sha256(signature, message),
        #[cfg(feature = "rsa-all")]
        Algorithm::PS384 => rsa()?.verify_pss_sha384(signature, message),
        #[cfg(feature = "rsa-all")]
        Algorithm::PS512 => rsa()?.verify_pss_sha512(signature, message),
        _ => return Err(SignatureError::UnsupportedAlgorithm),
    };
    verdict.map_err(|_| SignatureError::Invalid)
}

/// The curve of the key is supported.
pub(super) fn verify_ecdsa(
    key: &KeyParameters<'_>,
    hash: HashFunction,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    match key.ecdsa_algorithm() {
        Some(Algorithm::ES256) => ecdsa_with::<P256>(key, hash, message, signature),
        #[cfg(feature = "es384")]
        Some(Algorithm::ES384) => {
            ecdsa_with::<graviola::signing::ecdsa::P384>(key, hash, message, signature)
        }
        _ => Err(SignatureError::UnsupportedAlgorithm),
    }
}

fn ecdsa_with<C: Curve>(
    key: &KeyParameters<'_>,
    hash: HashFunction,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    match hash {
        HashFunction::Sha256 => ecdsa::<C, Sha256>(key, message, signature),
        HashFunction::Sha384 => ecdsa::<C, Sha384>(key, message, signature),
        HashFunction::Sha512 => ecdsa::<C, Sha512>(key, message, signature),
    }
}

/// Strict DER, r and s in 1..n. The library rejects points off the curve.
fn ecdsa<C: Curve, H: Hash>(
    key: &KeyParameters<'_>,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let mut point = [0; POINT_MAX];
    let point = uncompressed(key, &mut point).ok_or(SignatureError::Invalid)?;
    let key = VerifyingKey::<C>::from_x962_uncompressed(point);
    let key = key.map_err(|_| SignatureError::Invalid)?;
    key.verify_asn1::<H>(&[message], signature).map_err(|_| SignatureError::Invalid)
}

/// Without cofactor, S < L. Neither key nor R is of low order, which the library does not check.
fn eddsa(key: &KeyParameters<'_>, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let KeyParameters::Okp { x, .. } = key else { return Err(SignatureError::Invalid) };
    let x = ed25519::check_key(x).map_err(|_| SignatureError::Invalid)?;
    if !ed25519::may_be_r(signature) {
        return Err(SignatureError::Invalid);
    }
    let key = Ed25519VerifyingKey::from_bytes(x).map_err(|_| SignatureError::Invalid)?;
    key.verify(signature, message).map_err(|_| SignatureError::Invalid)
}

/// The library reads keys in PKCS#1 only (RFC 8017 §A.1.1).
fn rsa_key(key: &KeyParameters<'_>) -> Result<rsa::VerifyingKey, SignatureError> {
    let KeyParameters::Rsa { n, e } = *key else { return Err(SignatureError::Invalid) };
    let mut numbers = Vec::with_capacity(n.len().saturating_add(e.len()).saturating_add(16));
    for number in [n, e] {
        // A leading zero, so that the number is not negative.
        let zero: &[u8] =
            if number.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
        let length = zero.len().saturating_add(number.len());
        header(&mut numbers, 0x02, length).ok_or(SignatureError::Invalid)?;
        numbers.extend_from_slice(zero);
        numbers.extend_from_slice(number);
    }
    let mut sequence = Vec::with_capacity(numbers.len().saturating_add(4));
    header(&mut sequence, 0x30, numbers.len()).ok_or(SignatureError::Invalid)?;
    sequence.append(&mut numbers);
    rsa::VerifyingKey::from_pkcs1_der(&sequence).map_err(|_| SignatureError::Invalid)
}

/// Tag and length in DER. No key has more than 64 KiB.
fn header(der: &mut Vec<u8>, tag: u8, length: usize) -> Option<()> {
    let [high, low] = u16::try_from(length).ok()?.to_be_bytes();
    der.push(tag);
    match (high, low) {
        (0, ..0x80) => der.push(low),
        (0, _) => der.extend_from_slice(&[0x81, low]),
        _ => der.extend_from_slice(&[0x82, high, low]),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_their_shortest_form() {
        for (length, expected) in [
            (0x7f, &[0x02, 0x7f][..]),
            (0x80, &[0x02, 0x81, 0x80]),
            (0xff, &[0x02, 0x81, 0xff]),
            (0x100, &[0x02, 0x82, 1, 0]),
            (0xffff, &[0x02, 0x82, 0xff, 0xff]),
        ] {
            let mut der = Vec::new();
            assert_eq!(header(&mut der, 0x02, length), Some(()));
            assert_eq!(der, expected);
        }
        assert_eq!(header(&mut Vec::new(), 0x02, 0x1_0000), None);
    }
}
