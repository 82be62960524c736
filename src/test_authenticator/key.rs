//! Credential keys: derived from a seed, encoded as COSE and as SPKI, used to sign.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use coset::{AsCborValue as _, CoseKey, CoseKeyBuilder};
use sha2::{Digest as _, Sha256};

use super::{Cbor, TestAuthenticatorError, derive::derive};

mod algorithm;
mod ecdsa;
mod ed25519;
#[cfg(feature = "ed448")]
mod ed448;
#[cfg(feature = "ml-dsa")]
mod ml_dsa;
mod rsa;
mod rsa_test_keys;

#[cfg(all(test, feature = "attestation"))]
pub(crate) use self::rsa_test_keys::choose as rsa_test_primes;

pub use algorithm::TestAlgorithm;

/// A key pair of the test authenticator. [The module](crate::test_authenticator) has an example.
#[derive(Clone)]
pub struct TestKey {
    algorithm: TestAlgorithm,
    pair: Arc<dyn KeyPair>,
}

/// A key pair of one kind.
trait KeyPair: Send + Sync {
    /// The public key, without its algorithm.
    fn cose_key(&self) -> CoseKeyBuilder;

    fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError>;

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError>;

    /// Signs with RS1, if it is a key of RSA.
    fn sign_rs1(&self, _message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        Err(TestAuthenticatorError::Signing)
    }
}

impl TestKey {
    /// Returns the key derived from a seed, always the same.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if no key results, which does not happen with any known seed.
    pub fn from_seed(
        algorithm: TestAlgorithm,
        seed: impl AsRef<[u8]>,
    ) -> Result<Self, TestAuthenticatorError> {
        let seed = &Sha256::digest(seed).into();
        if algorithm.is_rsa() {
            let choice = derive(seed, "RSA key", 0, 1).first().is_some_and(|byte| byte & 1 == 1);
            let (p, q) = rsa_test_keys::choose(choice);
            return Self::from_rsa_primes_as(algorithm, p, q);
        }
        let (purpose, length) = algorithm.secret();
        // One number in 2^32 is not below the order of P-256. In that case the next one is used.
        (0..4)
            .find_map(|attempt| {
                let mut secret = derive(seed, purpose, attempt, length);
                algorithm.clear_unused_bits(&mut secret);
                Self::from_secret(algorithm, &secret).ok()
            })
            .ok_or(TestAuthenticatorError::Key)
    }

    /// Creates the key with a known secret: the scalar of a curve, big-endian and as long as the order; the secret key
    /// of RFC 8032; or the seed of FIPS 204. For an RSA key use [`TestKey::from_rsa_primes`].
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if the bytes are not a valid secret for that algorithm.
    pub fn from_secret(
        algorithm: TestAlgorithm,
        secret: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self { algorithm, pair: algorithm.key_pair(secret)? })
    }

    /// Creates the RS256 key from two big-endian primes, with the public exponent 65537.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if they do not form an RSA key.
    pub fn from_rsa_primes(p: &[u8], q: &[u8]) -> Result<Self, TestAuthenticatorError> {
        Self::from_rsa_primes_as(TestAlgorithm::Rs256, p, q)
    }

    /// Like [`from_rsa_primes`](Self::from_rsa_primes), for any RSA algorithm.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if they do not form an RSA key, or the algorithm is not an RSA algorithm.
    pub fn from_rsa_primes_as(
        algorithm: TestAlgorithm,
        p: &[u8],
        q: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self { algorithm, pair: algorithm.rsa_key_pair(p, q)? })
    }

    /// Returns the algorithm that it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> TestAlgorithm {
        self.algorithm
    }

    /// Returns the public key as a `COSE_Key` (§5.8.5).
    #[must_use]
    pub fn cose_key(&self) -> CoseKey {
        self.pair.cose_key().algorithm(self.algorithm.iana()).build()
    }

    /// Returns the public key as it appears in attested credential data.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if it cannot be encoded.
    pub fn public_key(&self) -> Result<Cbor, TestAuthenticatorError> {
        self.cose_key().to_cbor_value().map(Cbor::Value).map_err(|_| TestAuthenticatorError::Key)
    }

    /// Returns the public key as a DER `SubjectPublicKeyInfo`, like `getPublicKey()` (§5.2.1.1).
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if it cannot be encoded.
    pub fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        self.pair.spki()
    }

    /// Signs a message, in the encoding of §6.5.5. The same message always has the same signature.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Signing`] if the cryptography fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        self.pair.sign(message)
    }

    /// Signs a message with RS1: RSASSA-PKCS1-v1_5 with SHA-1, as TPMs of the first years do.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Signing`] if it is no key of RS256, RS384 or RS512, or the cryptography fails.
    pub fn sign_rs1(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        self.pair.sign_rs1(message)
    }
}

/// Compares the algorithm and the public key.
impl PartialEq for TestKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.spki() == other.spki()
    }
}

impl Eq for TestKey {}

/// Does not show the secret, so that test keys do not set a bad example.
impl fmt::Debug for TestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestKey({:?})", self.algorithm)
    }
}
