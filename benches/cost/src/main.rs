//! The smallest possible host of one library, chosen by feature: a user creates a passkey and signs in with it.
//!
//! Options are written as a line of JSON, and the browser's response is read as the next line. The compiler knows none
//! of this data, so everything that a host would link is linked. Without a feature, lines are copied and not examined.

use std::{
    error::Error,
    io::{self, Write as _},
};

#[cfg(feature = "relying-party-minimal")]
#[path = "relying_party.rs"]
mod library;
#[cfg(feature = "webauthn_rp")]
#[path = "webauthn_rp.rs"]
mod library;
#[cfg(feature = "webauthn-rs-core")]
#[path = "webauthn_rs.rs"]
mod library;

#[cfg(not(any(
    feature = "relying-party-minimal",
    feature = "webauthn_rp",
    feature = "webauthn-rs-core"
)))]
mod library {
    use std::error::Error;

    pub(crate) fn register_and_sign_in() -> Result<(), Box<dyn Error>> {
        for _ in 0..2 {
            crate::browser("")?;
        }
        Ok(())
    }
}

/// The browser's answer to these options.
fn browser(options: &str) -> io::Result<String> {
    let mut output = io::stdout();
    writeln!(output, "{options}")?;
    output.flush()?;
    let mut response = String::new();
    io::stdin().read_line(&mut response)?;
    Ok(response)
}

fn main() -> Result<(), Box<dyn Error>> {
    library::register_and_sign_in()?;
    browser("signed in")?;
    Ok(())
}
