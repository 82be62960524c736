//! Credential keys: made from a seed, told as COSE and as SPKI, used to sign.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use coset::{AsCborValue as _, CoseKey, CoseKeyBuilder, iana, iana::EnumI64 as _};
use ed25519_dalek::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use rsa::{
    BoxedUint, RsaPrivateKey, signature::SignatureEncoding as _, traits::PublicKeyParts as _,
};
use sha2::{Digest as _, Sha256};

use super::{
    Cbor, TestAuthenticatorError,
    derive::derive,
    rsa_test_keys::{RSA_TEST_KEYS, RsaTestKey},
};

/// A signature algorithm of the test authenticator, named as in the IANA COSE registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TestAlgorithm {
    /// ECDSA on P-256 with SHA-256 (-7); nonces by RFC 6979, signatures in DER.
    Es256,
    /// Ed25519 under the polymorphic name (-8).
    EdDsa,
    /// Ed25519 under its own name (-19).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (-257), 2048 bits. The key is one of two that everybody knows.
    Rs256,
}

impl TestAlgorithm {
    /// Every algorithm that the test authenticator has.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Ed25519, Self::Rs256];

    /// The COSE algorithm identifier.
    #[must_use]
    pub const fn id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Ed25519 => -19,
            Self::Rs256 => -257,
        }
    }

    const fn iana(self) -> iana::Algorithm {
        match self {
            Self::Es256 => iana::Algorithm::ES256,
            Self::EdDsa => iana::Algorithm::EdDSA,
            Self::Ed25519 => iana::Algorithm::Ed25519,
            Self::Rs256 => iana::Algorithm::RS256,
        }
    }
}

/// A key pair of the test authenticator.
#[derive(Clone)]
pub struct TestKey {
    algorithm: TestAlgorithm,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(Box<rsa::pkcs1v15::SigningKey<Sha256>>),
}

impl TestKey {
    /// The key that follows from a seed: the same one each time.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if no key came out, which no known seed does.
    pub fn from_seed(
        algorithm: TestAlgorithm,
        seed: impl AsRef<[u8]>,
    ) -> Result<Self, TestAuthenticatorError> {
        let seed = &Sha256::digest(seed).into();
        match algorithm {
            // One number in 2^32 is not below the order of the curve; then the next is taken.
            TestAlgorithm::Es256 => (0..4)
                .find_map(|attempt| {
                    Self::from_secret(algorithm, &derive(seed, "P-256 key", attempt, 32)).ok()
                })
                .ok_or(TestAuthenticatorError::Key),
            TestAlgorithm::EdDsa | TestAlgorithm::Ed25519 => {
                Self::from_secret(algorithm, &derive(seed, "Ed25519 key", 0, 32))
            }
            TestAlgorithm::Rs256 => {
                let choice =
                    derive(seed, "RSA key", 0, 1).first().is_some_and(|byte| byte & 1 == 1);
                let [even, odd] = &RSA_TEST_KEYS;
                let RsaTestKey { p, q } = if choice { odd } else { even };
                Self::from_rsa_primes(p, q)
            }
        }
    }

    /// The key of a secret that is already known: the 32 bytes of a P-256 scalar, big-endian, or of an Ed25519
    /// secret key. An RSA key is made of its primes: [`TestKey::from_rsa_primes`].
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if the bytes are no secret of that algorithm.
    pub fn from_secret(
        algorithm: TestAlgorithm,
        secret: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        let secret = match algorithm {
            TestAlgorithm::Es256 => p256::ecdsa::SigningKey::from_slice(secret)
                .map(Secret::P256)
                .map_err(|_| TestAuthenticatorError::Key)?,
            TestAlgorithm::EdDsa | TestAlgorithm::Ed25519 => {
                ed25519_dalek::SigningKey::try_from(secret)
                    .map(Secret::Ed25519)
                    .map_err(|_| TestAuthenticatorError::Key)?
            }
            TestAlgorithm::Rs256 => return Err(TestAuthenticatorError::Key),
        };
        Ok(Self { algorithm, secret })
    }

    /// The RS256 key of two primes, big-endian, with the public exponent 65537.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if they make no RSA key.
    pub fn from_rsa_primes(p: &[u8], q: &[u8]) -> Result<Self, TestAuthenticatorError> {
        let key = RsaPrivateKey::from_p_q(
            BoxedUint::from_be_slice_vartime(p),
            BoxedUint::from_be_slice_vartime(q),
            BoxedUint::from(65_537_u64),
        )
        .map_err(|_| TestAuthenticatorError::Key)?;
        Ok(Self {
            algorithm: TestAlgorithm::Rs256,
            secret: Secret::Rsa(Box::new(rsa::pkcs1v15::SigningKey::new(key))),
        })
    }

    /// The algorithm it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> TestAlgorithm {
        self.algorithm
    }

    /// The public key as a `COSE_Key` (§5.8.5).
    #[must_use]
    pub fn cose_key(&self) -> CoseKey {
        let builder = match &self.secret {
            Secret::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                CoseKeyBuilder::new_ec2_pub_key(
                    iana::EllipticCurve::P_256,
                    point.x().map(|x| x.to_vec()).unwrap_or_default(),
                    point.y().map(|y| y.to_vec()).unwrap_or_default(),
                )
            }
            Secret::Ed25519(key) => CoseKeyBuilder::new_okp_key()
                .param(
                    iana::OkpKeyParameter::Crv.to_i64(),
                    iana::EllipticCurve::Ed25519.to_i64().into(),
                )
                .param(
                    iana::OkpKeyParameter::X.to_i64(),
                    key.verifying_key().to_bytes().to_vec().into(),
                ),
            Secret::Rsa(key) => {
                let key = key.as_ref().as_ref();
                CoseKeyBuilder::new()
                    .key_type(iana::KeyType::RSA)
                    .param(
                        iana::RsaKeyParameter::N.to_i64(),
                        key.n().to_be_bytes_trimmed_vartime().to_vec().into(),
                    )
                    .param(
                        iana::RsaKeyParameter::E.to_i64(),
                        key.e().to_be_bytes_trimmed_vartime().to_vec().into(),
                    )
            }
        };
        builder.algorithm(self.algorithm.iana()).build()
    }

    /// The public key as it stands in attested credential data.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if it cannot be written.
    pub fn public_key(&self) -> Result<Cbor, TestAuthenticatorError> {
        self.cose_key().to_cbor_value().map(Cbor::Value).map_err(|_| TestAuthenticatorError::Key)
    }

    /// The public key as a DER `SubjectPublicKeyInfo`, as `getPublicKey()` gives it (§5.2.1.1).
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if it cannot be written.
    pub fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let document = match &self.secret {
            Secret::P256(key) => key.verifying_key().to_public_key_der(),
            Secret::Ed25519(key) => key.verifying_key().to_public_key_der(),
            Secret::Rsa(key) => key.as_ref().as_ref().to_public_key().to_public_key_der(),
        };
        Ok(document.map_err(|_| TestAuthenticatorError::Key)?.into_vec())
    }

    /// Signs a message, in the encoding of §6.5.5: the same message always gives the same signature.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Signing`] if the cryptography fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        let signature = match &self.secret {
            Secret::P256(key) => key
                .try_sign(message)
                .map(|signature: p256::ecdsa::Signature| signature.to_der().as_bytes().to_vec()),
            Secret::Ed25519(key) => key.try_sign(message).map(|signature| signature.to_vec()),
            Secret::Rsa(key) => key.try_sign(message).map(|signature| signature.to_vec()),
        };
        signature.map_err(|_| TestAuthenticatorError::Signing)
    }
}

/// Does not show the secret, so that nobody learns from a test key that keys may be shown.
impl fmt::Debug for TestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestKey({:?})", self.algorithm)
    }
}
