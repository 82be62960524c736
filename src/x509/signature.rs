//! Signatures on certificates, verified by the same verifier as those of credentials.

use der::{
    AnyRef, Reader as _, SliceReader,
    asn1::{ContextSpecific, ObjectIdentifier},
};

use super::{
    error::CertificateError,
    oid,
    public_key::{SubjectPublicKeyInfo, ml_dsa, read_algorithm},
    span::content,
};
use crate::{
    cose::{Algorithm, CoseKey},
    crypto::{HashFunction, SignatureError, SignatureVerifier},
};

/// A signature algorithm that certificates may be signed with.
///
/// MD5, DSA, and ECDSA with SHA-1 are not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    /// ECDSA. The curve is the key's, and certificates combine them freely.
    Ecdsa(HashFunction),
    /// An algorithm with a COSE number.
    Cose(Algorithm),
    /// RSASSA-PKCS1-v1_5 with SHA-1, on certificates of old U2F keys. The policy must allow it.
    RsaSha1,
}

impl SignatureAlgorithm {
    /// Returns the algorithm of an `AlgorithmIdentifier`, if it is one of the above.
    pub(super) fn new(algorithm: ObjectIdentifier, parameters: Option<AnyRef<'_>>) -> Option<Self> {
        // RFC 4055 §5: RSA parameters are NULL or, because that was often done wrong, absent. RFC 5758 §3.2: ECDSA
        // parameters are absent. Phones and an Intel root have NULL nonetheless.
        let null = |it| parameters.is_none_or(AnyRef::is_null).then_some(it);
        let bare = |it| parameters.is_none().then_some(it);
        match algorithm {
            oid::ECDSA_WITH_SHA256 => null(Self::Ecdsa(HashFunction::Sha256)),
            oid::ECDSA_WITH_SHA384 => null(Self::Ecdsa(HashFunction::Sha384)),
            oid::ECDSA_WITH_SHA512 => null(Self::Ecdsa(HashFunction::Sha512)),
            oid::SHA256_WITH_RSA => null(Self::Cose(Algorithm::RS256)),
            oid::SHA384_WITH_RSA => null(Self::Cose(Algorithm::RS384)),
            oid::SHA512_WITH_RSA => null(Self::Cose(Algorithm::RS512)),
            oid::SHA1_WITH_RSA => null(Self::RsaSha1),
            oid::RSASSA_PSS => pss(parameters?).map(Self::Cose),
            oid::ED25519 => bare(Self::Cose(Algorithm::EdDSA)),
            oid::ED448 => bare(Self::Cose(Algorithm::Ed448)),
            _ => bare(Self::Cose(ml_dsa(algorithm)?)),
        }
    }

    /// Verifies `signature` over `message` with a certificate's key.
    ///
    /// # Errors
    ///
    /// Like [`SignatureVerifier::verify`]. A key that is invalid for this algorithm makes the signature invalid.
    pub(super) fn verify(
        self,
        key: &SubjectPublicKeyInfo<'_>,
        message: &[u8],
        signature: &[u8],
        verifier: &dyn SignatureVerifier,
    ) -> Result<(), SignatureError> {
        let parameters = key.parameters().map_err(|_| SignatureError::UnsupportedAlgorithm)?;
        let algorithm = match self {
            Self::Ecdsa(hash) => {
                // The parser of the certificate has checked that the point has the length of its curve.
                parameters.ecdsa_algorithm().ok_or(SignatureError::Invalid)?;
                return verifier.verify_ecdsa_with_hash(&parameters, hash, message, signature);
            }
            Self::RsaSha1 => {
                // The rules for the key are those of RS256.
                check_shape(&CoseKey { algorithm: Algorithm::RS256, parameters })?;
                return verifier.verify_rs1(&parameters, message, signature);
            }
            Self::Cose(algorithm) => algorithm,
        };
        if key.ml_dsa().is_some_and(|named| named != algorithm) {
            return Err(SignatureError::Invalid);
        }
        let key = CoseKey { algorithm, parameters };
        check_shape(&key)?;
        verifier.verify(&key, message, signature)
    }
}

fn check_shape(key: &CoseKey<'_>) -> Result<(), SignatureError> {
    key.check_shape().map_err(|_| SignatureError::Invalid)
}

/// The three forms of RSASSA-PSS that COSE supports: the same hash throughout, and a salt of its length (RFC 8230 §2).
///
/// ```text
/// RSASSA-PSS-params ::= SEQUENCE {
///     hashAlgorithm    [0] HashAlgorithm     DEFAULT sha1,
///     maskGenAlgorithm [1] MaskGenAlgorithm  DEFAULT mgf1SHA1,
///     saltLength       [2] INTEGER           DEFAULT 20,
///     trailerField     [3] TrailerField      DEFAULT trailerFieldBC }             ; RFC 4055 §3.1
/// ```
fn pss(parameters: AnyRef<'_>) -> Option<Algorithm> {
    let read = parameters.sequence(|params| {
        let hash = explicit(params, 0)?.map(hash_algorithm).transpose()?;
        let mask = explicit(params, 1)?.map(mask_algorithm).transpose()?;
        let salt = explicit(params, 2)?.map(AnyRef::decode_as::<u32>).transpose()?;
        let trailer = explicit(params, 3)?.map(AnyRef::decode_as::<u32>).transpose()?;
        Ok::<_, der::Error>((hash, mask, salt, trailer.unwrap_or(1)))
    });
    match read.ok()? {
        (Some(oid::SHA256), Some(oid::SHA256), Some(32), 1) => Some(Algorithm::PS256),
        (Some(oid::SHA384), Some(oid::SHA384), Some(48), 1) => Some(Algorithm::PS384),
        (Some(oid::SHA512), Some(oid::SHA512), Some(64), 1) => Some(Algorithm::PS512),
        _ => None,
    }
}

fn explicit<'a>(reader: &mut SliceReader<'a>, tag: u32) -> der::Result<Option<AnyRef<'a>>> {
    let field = ContextSpecific::decode_explicit(reader, der::TagNumber(tag))?;
    Ok(field.map(|field| field.value))
}

fn hash_algorithm(value: AnyRef<'_>) -> der::Result<ObjectIdentifier> {
    value.sequence(|hash| {
        let algorithm = hash.decode()?;
        if !hash.is_finished() {
            hash.decode::<der::asn1::Null>()?;
        }
        Ok(algorithm)
    })
}

fn mask_algorithm(value: AnyRef<'_>) -> der::Result<ObjectIdentifier> {
    value.sequence(|mask| {
        let function = mask.decode::<ObjectIdentifier>()?;
        if function != oid::MGF1 {
            return Err(der::Tag::ObjectIdentifier.value_error().into());
        }
        hash_algorithm(mask.decode()?)
    })
}

/// Returns the signature algorithm of a certificate, which is named both outside and inside the signed part. `None` if
/// it is not supported.
///
/// # Errors
///
/// If the two differ (RFC 5280 §4.1.1.2). Absent parameters and NULL are equal if the algorithm has no parameters.
pub(super) fn agreed(
    inside: &[u8],
    outside: &[u8],
) -> Result<Option<SignatureAlgorithm>, CertificateError> {
    let algorithm = parse(outside);
    if inside == outside || (algorithm.is_some() && parse(inside) == algorithm) {
        Ok(algorithm)
    } else {
        Err(CertificateError::SignatureAlgorithmsDiffer)
    }
}

fn parse(identifier: &[u8]) -> Option<SignatureAlgorithm> {
    let mut reader = SliceReader::new(identifier).ok()?;
    let (algorithm, parameters) = read_algorithm(&mut reader).ok()?;
    reader.finish().ok()?;
    SignatureAlgorithm::new(algorithm, parameters)
}

/// Reads the `BIT STRING` of a signature as octets. Early U2F keys claim that some of its last bits are unused. Every
/// signature consists of octets, so this claim is ignored.
pub(super) fn read_octets<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    match content(reader, der::Tag::BitString)?.split_first() {
        Some((_, octets)) => Ok(octets),
        None => Err(der::Tag::BitString.length_error().into()),
    }
}
