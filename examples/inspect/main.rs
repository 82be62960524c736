//! Decodes a passkey's response and says which step of WebAuthn it fails, and why.
//!
//! ```text
//! cargo run --example inspect -- FILE
//! cargo run --example inspect -- - --rp-id example.com --challenge 7qLNUyj8… < response.json
//! ```
//!
//! `--help` tells the options. It uses the public API of the crate alone.

use std::process::ExitCode;

mod inspect;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let (text, code) = inspect::run(&arguments, &mut inspect::read);
    print!("{text}");
    code.into()
}
