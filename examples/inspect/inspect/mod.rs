//! The whole of it, but for the process around it.

mod arguments;
mod credential;
mod decode;
mod judge;
mod options;
mod report;

use std::{
    fs::File,
    io::{self, Read as _},
};

use arguments::Arguments;
use credential::Credential;
use report::Report;

/// A passed verification, or nothing to verify by.
const FINE: u8 = 0;
/// Something is malformed, or a step failed.
const FAILED: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;

/// More than any response or options; what is longer is no such thing.
const INPUT_MAX: u64 = 1024 * 1024;

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: &mut dyn io::Read =
        if path == "-" { &mut io::stdin() } else { &mut File::open(path)? };
    source.take(INPUT_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is to be printed, and the exit code.
pub(crate) fn run(
    arguments: &[String],
    read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
) -> (String, u8) {
    let arguments = match Arguments::parse(arguments) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return (arguments::HELP.into(), FINE),
        Err(mistake) => return (format!("{mistake}\n\n{}", arguments::HELP), USAGE),
    };
    let mut report = Report::default();
    match inspect(&arguments, read, &mut report) {
        Ok(true) => (report.into_text(), FINE),
        Ok(false) => (report.into_text(), FAILED),
        Err(mistake) => (format!("{}{mistake}\n", report.into_text()), USAGE),
    }
}

/// Whether nothing was wrong.
fn inspect(
    arguments: &Arguments,
    read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    report: &mut Report,
) -> Result<bool, String> {
    let mut load = |path: &str| read(path).map_err(|error| format!("{path}: {error}"));
    let bytes = load(&arguments.file)?;
    let options = arguments.options.as_deref().map(&mut load).transpose()?;
    let passkey = arguments.passkey.as_deref().map(&mut load).transpose()?;

    let Some(credential) = Credential::read(&bytes, report) else { return Ok(false) };
    let decoded = decode::decode(&credential, report);
    let judged =
        judge::judge(&credential, arguments, options.as_deref(), passkey.as_deref(), report)?;
    Ok(decoded && judged)
}
