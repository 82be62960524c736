//! What `relying-party-inspect import` says of rows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::{
    io::{self, BufRead, Write},
    process::{Command, Stdio},
};

/// A row of java-webauthn-server with this credential ID, with the Ed25519 key of RFC 8032 §7.1.
fn row(id: &str) -> String {
    let key = "pAEBAycgBiFYINdamAGCsQq31Uv-08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    format!(r#"{{"credentialId":"{id}","userHandle":"YWRh","publicKeyCose":"{key}"}}"#)
}

fn run(command: &str, rows: &str) -> (String, u8) {
    let arguments = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut output = Vec::new();
    let mut open = |path: &str| -> io::Result<Box<dyn BufRead>> {
        match path {
            "rows" => Ok(Box::new(io::Cursor::new(rows.to_owned()))),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    };
    let code = relying_party_inspect::import(&arguments, &mut open, &mut output);
    (String::from_utf8(output).unwrap(), code)
}

const JAVA: &str = "rows --from java-webauthn-server --rp-id example.com";

#[test]
fn each_row_has_a_verdict() {
    let rows = [row("AQ"), "{}".to_owned(), row("AQ"), row("Ag")].join("\n");
    let (text, code) = run(JAVA, &rows);
    let expected = "\
line 1  ok       AQ  \"Passkey\"
line 2  REFUSED  `userHandle` is missing
line 3  REFUSED  the credential ID is also that of line 1
line 4  ok       Ag  \"Passkey 2\"
4 in all: 2 can be imported, 2 cannot
";
    assert_eq!((text.as_str(), code), (expected, 1));
    assert_eq!(run(JAVA, &row("AQ")).1, 0);
}

#[test]
fn export_is_imported_again_and_leaves_refused_rows_out() {
    let rows = [row("AQ"), "{}".to_owned(), row("Ag")].join("\n");
    let (exported, code) = run(&format!("{JAVA} --export --users-were-verified"), &rows);
    assert_eq!((exported.lines().count(), code), (2, 1), "{exported}");
    assert!(exported.contains(r#""uv_initialized":true"#), "{exported}");
    let (text, code) = run("rows --from relying-party --rp-id example.com --export", &exported);
    assert_eq!((text, code), (exported, 0));
}

/// An output that is full, although flushing it succeeds.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn row_that_cannot_be_written_is_not_exported_in_silence() {
    let arguments = format!("{JAVA} --export");
    let arguments = arguments.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut open =
        |_: &str| -> io::Result<Box<dyn BufRead>> { Ok(Box::new(io::Cursor::new(row("AQ")))) };
    assert_eq!(relying_party_inspect::import(&arguments, &mut open, &mut Full), 2);
}

#[test]
fn false_flags_can_be_disbelieved() {
    let row = row("AQ").replace('{', r#"{"backupEligible":false,"backupState":false,"#);
    let (believed, _) = run(&format!("{JAVA} --export"), &row);
    assert!(believed.contains(r#""backup_eligible":false"#), "{believed}");
    let (unknown, _) = run(&format!("{JAVA} --export --false-flags-are-unknown"), &row);
    assert!(unknown.contains(r#""backup_eligible":null"#), "{unknown}");
}

#[test]
fn name_from_a_row_cannot_control_the_terminal() {
    let (exported, _) = run(&format!("{JAVA} --export"), &row("AQ"));
    let row = exported.replace(r#""name":"Passkey""#, r#""name":"\u001b[2J""#);
    let (text, code) = run("rows --from relying-party --rp-id example.com", &row);
    assert!(text.contains("renamed: the name contains the control character U+001B"), "{text}");
    assert!(!text.contains('\u{1b}'));
    assert_eq!(code, 0);
}

#[test]
fn wrong_command_line_is_explained() {
    for (command, explained) in [
        ("--from keycloak --rp-id example.com", "no file was given"),
        ("rows --rp-id example.com", "--from is missing"),
        ("rows --from keycloak", "--rp-id is missing"),
        ("rows --from nothing --rp-id example.com", "unknown system nothing"),
        ("rows --from keycloak --rp-id https://example.com", "write \"example.com\""),
        ("rows rows --from keycloak --rp-id example.com", "more than one file"),
        ("rows --from keycloak --from keycloak", "--from is given twice"),
        ("rows --from", "--from needs a value"),
        ("rows --fast", "unknown option --fast"),
        ("nothing --from keycloak --rp-id example.com", "nothing: "),
    ] {
        let (text, code) = run(command, "");
        assert!(text.contains(explained), "{command}: {text}");
        assert_eq!(code, 2, "{command}");
    }
    let (text, code) = run("--help", "");
    assert!(text.contains("\n  keycloak\n") && code == 0, "{text}");
}

#[test]
fn program_reads_standard_input() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_relying-party-inspect"))
        .args(["import", "-", "--from", "java-webauthn-server", "--rp-id", "example.com"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(row("AQ").as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.ends_with(b"1 in all: 1 can be imported, 0 cannot\n"));
}
