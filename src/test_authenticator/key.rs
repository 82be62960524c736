//! Credential keys: made from a seed, told as COSE and as SPKI, used to sign.

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

/// A key pair of the test authenticator.
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
        if algorithm.is_rsa() {
            let choice = derive(seed, "RSA key", 0, 1).first().is_some_and(|byte| byte & 1 == 1);
            let (p, q) = rsa_test_keys::choose(choice);
            return Self::from_rsa_primes_as(algorithm, p, q);
        }
        let (purpose, length) = algorithm.secret();
        // One number in 2^32 is not below the order of P-256; then the next is taken.
        (0..4)
            .find_map(|attempt| {
                let mut secret = derive(seed, purpose, attempt, length);
                algorithm.clear_unused_bits(&mut secret);
                Self::from_secret(algorithm, &secret).ok()
            })
            .ok_or(TestAuthenticatorError::Key)
    }

    /// The key of a secret that is already known: the scalar of a curve, big-endian and as long as the order; the
    /// secret key of RFC 8032; or the seed of FIPS 204. An RSA key is made of its primes:
    /// [`TestKey::from_rsa_primes`].
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if the bytes are no secret of that algorithm.
    pub fn from_secret(
        algorithm: TestAlgorithm,
        secret: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self { algorithm, pair: algorithm.key_pair(secret)? })
    }

    /// The RS256 key of two primes, big-endian, with the public exponent 65537.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if they make no RSA key.
    pub fn from_rsa_primes(p: &[u8], q: &[u8]) -> Result<Self, TestAuthenticatorError> {
        Self::from_rsa_primes_as(TestAlgorithm::Rs256, p, q)
    }

    /// As [`from_rsa_primes`](Self::from_rsa_primes), for any algorithm of RSA.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Key`] if they make no RSA key, or the algorithm is none of RSA.
    pub fn from_rsa_primes_as(
        algorithm: TestAlgorithm,
        p: &[u8],
        q: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self { algorithm, pair: algorithm.rsa_key_pair(p, q)? })
    }

    /// The algorithm it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> TestAlgorithm {
        self.algorithm
    }

    /// The public key as a `COSE_Key` (§5.8.5).
    #[must_use]
    pub fn cose_key(&self) -> CoseKey {
        self.pair.cose_key().algorithm(self.algorithm.iana()).build()
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
        self.pair.spki()
    }

    /// Signs a message, in the encoding of §6.5.5: the same message always gives the same signature.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Signing`] if the cryptography fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        self.pair.sign(message)
    }
}

/// By the algorithm and the public key.
impl PartialEq for TestKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm && self.spki() == other.spki()
    }
}

impl Eq for TestKey {}

/// Does not show the secret, so that nobody learns from a test key that keys may be shown.
impl fmt::Debug for TestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestKey({:?})", self.algorithm)
    }
}
