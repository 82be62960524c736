#![doc = include_str!("../README.md")]
//!
//! # As a library
//!
//! The program is [`run`] on its arguments and [`read_input`], or [`import`] on those after the word `import` and
//! [`open_input`]. There is nothing else to call: to verify or explain responses in your own program, use
//! `relying_party::ceremony`, and to import passkeys, `relying_party_import`.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod arguments;
mod credential;
mod decode;
mod import;
mod options;
mod report;
mod verdict;

use std::{
    fs::File,
    io::{self, Read as _},
};

use arguments::Arguments;
use credential::Credential;
pub use import::{import, open_input};
use report::Report;

/// The response passed, or too little was known to verify it.
const FINE: u8 = 0;
/// The response is malformed, or a step failed.
const FAILED: u8 = 1;
/// The command line is wrong, or a file cannot be read.
const USAGE: u8 = 2;

/// The longest input that is read, in bytes. No response and no options are this long.
const INPUT_MAX: u64 = 1024 * 1024;

/// Reads a file, or standard input if the path is `-`.
///
/// # Errors
///
/// The operating system's, if the file cannot be opened or read. [`FileTooLarge`](io::ErrorKind::FileTooLarge) if it
/// has more than 1 MiB.
pub fn read_input(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let source: &mut dyn io::Read =
        if path == "-" { &mut io::stdin() } else { &mut File::open(path)? };
    let read = source.take(INPUT_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|read| read <= INPUT_MAX) {
        return Ok(bytes);
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, "the input has more than 1 MiB"))
}

/// Runs the program on its arguments, without its name, and returns the text to print and the exit code.
///
/// `read` returns the content of the files that the arguments name; `-` means standard input. The exit code is 0 if the
/// response passed or was only decoded, 1 if it is malformed or fails a step, and 2 if the command line is wrong or a
/// file cannot be read.
pub fn run(
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

/// Returns whether the response is well-formed and passed.
fn inspect(
    arguments: &Arguments,
    read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    report: &mut Report,
) -> Result<bool, String> {
    let mut load = |path: &str| read(path).map_err(|error| format!("{path}: {error}"));
    let bytes = load(&arguments.file)?;
    let options = arguments.options.as_deref().map(&mut load).transpose()?;
    let passkey = arguments.passkey.as_deref().map(&mut load).transpose()?;
    let anchors = arguments.anchors.as_deref().map(&mut load).transpose()?;

    let Some(credential) = Credential::read(&bytes, report) else { return Ok(false) };
    let decoded = decode::decode(&credential, report);
    let files = verdict::Files {
        options: options.as_deref(),
        passkey: passkey.as_deref(),
        anchors: anchors.as_deref(),
    };
    let passed = verdict::verify(&credential, arguments, &files, report)?;
    Ok(decoded && passed)
}
