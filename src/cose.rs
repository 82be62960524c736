//! COSE keys (RFC 9052 §7, RFC 9053) as authenticators send them, and the algorithms of §5.8.5.

mod algorithm;
mod encode;
mod key;

pub use self::{
    algorithm::Algorithm,
    key::{CoseKey, CosePublicKey, InvalidKey, InvalidPublicKey, KeyParameters},
};
