//! The `android-key` format (§8.4).

mod key_description;
