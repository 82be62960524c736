//! Regenerates the specification's test vectors from their published recipe, and derives more from them.
//!
//! The recipe: HKDF-SHA-256 over the input key material `WebAuthn test vectors` gives every value that is normally
//! random. ECDSA nonces are those of RFC 6979, and the sign count is 0.

pub(crate) mod case;
pub(crate) mod certified;
pub(crate) mod derived;
mod recipe;
pub(crate) mod vector;
