//! A verifier that counts its calls.

use std::sync::Mutex;

use relying_party::{
    Algorithm, CoseKey, InvalidKey,
    crypto::{SignatureError, SignatureVerifier},
};

pub(crate) struct Counting<V> {
    inner: V,
    outcomes: Mutex<Vec<bool>>,
}

impl<V> Counting<V> {
    pub(crate) fn new(inner: V) -> Self {
        Self { inner, outcomes: Mutex::default() }
    }

    /// Whether the verified signatures were valid.
    pub(crate) fn outcomes(&self) -> Vec<bool> {
        self.outcomes.lock().unwrap().clone()
    }
}

impl<V: SignatureVerifier> SignatureVerifier for Counting<V> {
    fn supports(&self, algorithm: Algorithm) -> bool {
        self.inner.supports(algorithm)
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        self.inner.check_key(key)
    }

    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let outcome = self.inner.verify(key, message, signature);
        self.outcomes.lock().unwrap().push(outcome.is_ok());
        outcome
    }
}
