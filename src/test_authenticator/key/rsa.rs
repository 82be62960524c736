//! RSA key pairs, for both paddings.

use alloc::vec::Vec;
use core::marker::PhantomData;

use coset::{CoseKeyBuilder, iana, iana::EnumI64 as _};
use p256::{
    elliptic_curve::bigint::{ConcatenatingMul as _, Resize as _},
    pkcs8::EncodePublicKey as _,
};
use rsa::{BoxedUint, PrivateKey, pkcs1v15::Pkcs1v15Sign, traits::PublicKeyParts as _};
use sha1::Sha1;
use sha2::digest::{Digest, const_oid::AssociatedOid};

use super::{KeyPair, TestAuthenticatorError};

/// The key made from two primes, which may differ in length.
fn key(p: &[u8], q: &[u8]) -> Result<PrivateKey, TestAuthenticatorError> {
    let [p, q] = [p, q].map(BoxedUint::from_be_slice_vartime);
    let (one, exponent) = (BoxedUint::one(), BoxedUint::from(65_537_u64));
    let modulus = p.concatenating_mul(&q);
    let totient = (&p - &one).concatenating_mul(&(&q - &one));
    let inverse = totient.as_nz_vartime().map(|totient| {
        exponent.clone().resize_unchecked(totient.bits_precision()).invert_mod(totient)
    });
    let inverse = inverse.and_then(Option::from).ok_or(TestAuthenticatorError::Key)?;
    PrivateKey::from_components_with_wide_primes(modulus, exponent, inverse, [p, q].into())
        .map_err(|_| TestAuthenticatorError::Key)
}

fn cose_key(key: &PrivateKey) -> CoseKeyBuilder {
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

fn spki(key: &PrivateKey) -> Result<Vec<u8>, TestAuthenticatorError> {
    let document = key.to_public_key().to_public_key_der();
    Ok(document.map_err(|_| TestAuthenticatorError::Key)?.into_vec())
}

/// Signs with PKCS#1 v1.5.
pub(super) struct Pkcs1Pair<D> {
    key: PrivateKey,
    hash: PhantomData<fn() -> D>,
}

impl<D> Pkcs1Pair<D> {
    pub(super) fn new(p: &[u8], q: &[u8]) -> Result<Self, TestAuthenticatorError> {
        Ok(Self { key: key(p, q)?, hash: PhantomData })
    }
}

impl<D: Digest + AssociatedOid> KeyPair for Pkcs1Pair<D> {
    fn cose_key(&self) -> CoseKeyBuilder {
        cose_key(&self.key)
    }

    fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        spki(&self.key)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        self.key
            .sign(Pkcs1v15Sign::new::<D>(), &D::digest(message))
            .map_err(|_| TestAuthenticatorError::Signing)
    }

    fn sign_rs1(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
        self.key
            .sign(Pkcs1v15Sign::new::<Sha1>(), &Sha1::digest(message))
            .map_err(|_| TestAuthenticatorError::Signing)
    }
}

#[cfg(feature = "rsa-all")]
pub(super) use pss::PssPair;

#[cfg(feature = "rsa-all")]
mod pss {
    use core::convert::Infallible;

    use rsa::{
        pss::Pss,
        rand_core::{TryCryptoRng, TryRng},
    };
    use sha2::{Sha256, digest::FixedOutputReset};

    use super::{
        CoseKeyBuilder, Digest, KeyPair, PhantomData, PrivateKey, TestAuthenticatorError, Vec,
        cose_key, key, spki,
    };
    use crate::test_authenticator::derive::derive;

    /// Signs with PSS, with a salt as long as the hash.
    pub(in super::super) struct PssPair<D> {
        key: PrivateKey,
        hash: PhantomData<fn() -> D>,
    }

    impl<D> PssPair<D> {
        pub(in super::super) fn new(p: &[u8], q: &[u8]) -> Result<Self, TestAuthenticatorError> {
            Ok(Self { key: key(p, q)?, hash: PhantomData })
        }
    }

    impl<D: Digest + FixedOutputReset> KeyPair for PssPair<D> {
        fn cose_key(&self) -> CoseKeyBuilder {
            cose_key(&self.key)
        }

        fn spki(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
            spki(&self.key)
        }

        fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
            let mut salt = Salt { seed: Sha256::digest(message).into(), drawn: 0 };
            self.key
                .sign_with_rng(&mut salt, Pss::<D>::new(), &<D as Digest>::digest(message))
                .map_err(|_| TestAuthenticatorError::Signing)
        }
    }

    /// Replaces randomness, so that a message always has the same signature.
    struct Salt {
        seed: [u8; 32],
        drawn: u64,
    }

    impl TryRng for Salt {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            let mut bytes = [0; 4];
            self.try_fill_bytes(&mut bytes)?;
            Ok(u32::from_be_bytes(bytes))
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            let mut bytes = [0; 8];
            self.try_fill_bytes(&mut bytes)?;
            Ok(u64::from_be_bytes(bytes))
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.copy_from_slice(&derive(&self.seed, "PSS salt", self.drawn, bytes.len()));
            self.drawn = self.drawn.wrapping_add(1);
            Ok(())
        }
    }

    impl TryCryptoRng for Salt {}
}
