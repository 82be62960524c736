//! Anything other than exactly what was signed does not verify.

use relying_party::crypto::SignatureVerifier;

use super::{Signer, accepts, refuses, signers};

pub(crate) fn a_bit_of_the_signature(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let signature = signer.sign(b"message");
        accepts(verifier, &signer.key(), b"message", &signature, "untouched");
        // Every byte of short signatures, about sixty of long ones.
        for at in (0..signature.len()).step_by(signature.len().div_ceil(150)) {
            for bit in [0x01, 0x80] {
                let mut signature = signature.clone();
                signature[at] ^= bit;
                refuses(verifier, &signer.key(), b"message", &signature, "a bit flipped");
            }
        }
    }
}

pub(crate) fn a_bit_of_the_message(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let signature = signer.sign(b"message");
        for at in 0..b"message".len() {
            let mut message = *b"message";
            message[at] ^= 1;
            refuses(verifier, &signer.key(), &message, &signature, "a bit of the message");
        }
        for message in [&b""[..], b"messag", b"message\0"] {
            refuses(verifier, &signer.key(), message, &signature, "another message");
        }
        accepts(verifier, &signer.key(), b"", &signer.sign(b""), "an empty message");
        let long = vec![0x5a; 100_000];
        accepts(verifier, &signer.key(), &long, &signer.sign(&long), "a long message");
    }
}

pub(crate) fn another_key(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let signature = signer.sign(b"message");
        // Seeds only choose between two RSA keys.
        let other = ["other", "another", "yet another", "a fourth", "a fifth", "a sixth"]
            .map(|seed| Signer::new(signer.pair.algorithm(), seed))
            .into_iter()
            .find(|other| other.key() != signer.key())
            .unwrap();
        refuses(verifier, &other.key(), b"message", &signature, "another key");
    }
}

pub(crate) fn no_signature(verifier: &dyn SignatureVerifier) {
    for signer in signers(verifier) {
        let length = signer.sign(b"message").len();
        for signature in [vec![], vec![0], vec![0; length], vec![0xff; length], vec![0; 10_000]] {
            refuses(verifier, &signer.key(), b"message", &signature, "no signature");
        }
    }
}
