//! The `tpm` format (§8.3).

mod cert_info;
mod hash;
mod public_area;
mod reader;
