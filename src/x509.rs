//! X.509 certificates and certification paths (RFC 5280), as attestation needs them.
//!
//! # Why `der`, and not `x509-cert` or `x509-parser`?
//!
//! [`der`](https://docs.rs/der) is the DER reader that `x509-cert` uses. It is strict, does not allocate, and is
//! already a dependency of the signature crates. `x509-cert` adds the grammar, in types that copy every part of a
//! certificate to the heap. Here the same grammar works on slices, so that hashes and signatures cover the received
//! bytes. Tests also parse with `x509-cert`, so that two readings of RFC 5280 must agree. `x509-parser` borrows too,
//! but needs `std`, accepts BER in places, and adds a second ASN.1 stack with `nom`. `rustls-webpki` does not expose
//! its certificates: neither the subject nor unknown extensions can be read.
//!
//! CRLs are parsed in the same way. The CRL types of `x509-cert` keep each entry on the heap, and reject dates that are
//! not written as RFC 5280 requires.
//!
//! # Why a separate path builder?
//!
//! - `rustls-webpki` is made for TLS: it rejects critical certificate policies, which AIK certificates have, and name
//!   constraints on directory names. An anchor cannot be the leaf, or have a version other than 3.
//! - `pkix-path` is young, expects a path that is already in order, and works on certificates of `x509-cert`.
//! - `certval` is complete, including policies, and correspondingly large. It does not limit the cost of a search, and
//!   depends on an earlier generation of the signature crates.
//! - `x509-verify` checks one signature and does not support paths. `x509-parser` does the same with *ring*.
//!
//! None of them lets the caller limit the cost, completes paths with certificates from the host, and returns the anchor
//! that it reached. [`PathSearch`] does this, and nothing else.

mod alt_name;
mod anchor;
mod certificate;
mod crl;
mod error;
mod extension_list;
mod extensions;
mod general_name;
mod issuer;
mod key_purpose;
mod name;
mod name_constraints;
mod name_match;
pub(crate) mod oid;
mod path;
mod public_key;
mod revocation;
mod signature;
mod span;
mod validity;

#[cfg(test)]
pub(crate) mod test_ca;
#[cfg(test)]
mod tests;

pub use self::{
    anchor::{OwnedCertificate, TrustAnchor},
    certificate::Certificate,
    crl::{Crl, CrlError, CrlRevocation, Revocation, RevocationReason, VerifiedCrl},
    error::{CertificateError, DerError},
    key_purpose::KeyPurpose,
    path::{PathError, PathSearch, VerifiedPath},
    revocation::{RevocationCheck, RevocationSubject},
};
pub(crate) use self::{
    name::{Name, text},
    path::JudgedDates,
};
