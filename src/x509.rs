//! X.509 certificates and certification paths (RFC 5280), as attestation needs them.
//!
//! # Why `der`, and not `x509-cert` or `x509-parser`?
//!
//! [`der`](https://docs.rs/der) is the DER reader of `x509-cert`, strict, free of allocations, and in the dependency
//! tree already through the signature crates. What `x509-cert` adds is the grammar, in types that copy every part of a
//! certificate to the heap; here the same grammar is written down over slices, so that hashes and signatures cover
//! what arrived. Tests read with `x509-cert` too, so that two readings of RFC 5280 have to agree.
//! `x509-parser` borrows too, but needs `std`, accepts BER in places and brings a second ASN.1 stack with `nom`.
//! `rustls-webpki` keeps its certificates to itself: neither the subject nor unknown extensions can be read.
//!
//! # Why a path builder of our own?
//!
//! - `rustls-webpki` is made for TLS: it refuses critical certificate policies, which AIK certificates have, and name
//!   constraints on directory names; an anchor cannot be the leaf; what is not version 3 cannot be an anchor.
//! - `pkix-path` is young, takes a path that is in order already, and holds certificates of `x509-cert`.
//! - `certval` is complete, policies included, and as large as that; it is not made for a bounded budget, and rests on
//!   an earlier generation of the signature crates.
//! - `x509-verify` checks one signature and knows no path; `x509-parser` does that with *ring*.
//!
//! None keeps a budget under the control of the caller, completes paths from what the host supplies, and says which
//! anchor it reached. [`PathSearch`] does this and no more.

mod alt_name;
mod anchor;
mod certificate;
mod error;
mod extensions;
mod issuer;
mod name;
mod name_constraints;
pub(crate) mod oid;
mod path;
mod public_key;
mod signature;
mod span;

#[cfg(test)]
pub(crate) mod test_ca;
#[cfg(test)]
mod tests;

pub(crate) use self::name::{Name, text};
pub use self::{
    anchor::{OwnedCertificate, TrustAnchor},
    certificate::Certificate,
    error::{CertificateError, DerError},
    path::{PathError, PathSearch, RevocationCheck, VerifiedPath},
};
