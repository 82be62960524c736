//! The JSON shapes of §5.1, §5.1.8 and §5.1.9: options out, responses in.

pub(crate) mod base64url;
pub mod enums;
