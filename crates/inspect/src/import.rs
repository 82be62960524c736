//! `relying-party-inspect import`: a verdict for each row of another system, or the export of those that pass.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
};

use relying_party::policy::RpId;
use relying_party_import::{BackupFlags, Importer, Lines, System, to_line};

use super::{FAILED, FINE, USAGE, credential::to_base64url, report::shown};

const HELP: &str = "\
Says of each stored passkey of another system whether it can be imported, and if not, why.

Usage: relying-party-inspect import FILE|- --from SYSTEM --rp-id ID [OPTION]...

  --from SYSTEM              where the rows come from, one JSON object per line
  --rp-id ID                 the RP ID for which the passkeys were created
  --export                   print the passkeys that can be imported, in the schema of --from relying-party
  --false-flags-are-unknown  do not believe backup flags of false, which the system may have filled in
  --users-were-verified      the system required user verification at every registration
  --help                     print this help

Systems:
";

/// The arguments after `import`.
struct Arguments {
    file: String,
    importer: Importer,
    export: bool,
}

/// Opens a file, or standard input if the path is `-`.
///
/// # Errors
///
/// The operating system's, if the file cannot be opened.
pub fn open_input(path: &str) -> io::Result<Box<dyn BufRead>> {
    Ok(match path {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(BufReader::new(File::open(path)?)),
    })
}

/// Runs the program on the arguments after `import`, writes its text to `output`, and returns the exit code: 0 if every
/// row can be imported, 1 if not, and 2 if the command line is wrong or a file cannot be read.
///
/// `open` opens the file that the arguments name; `-` means standard input. Rows are read one by one, so the file can
/// be of any length.
pub fn import(
    arguments: &[String],
    open: &mut dyn FnMut(&str) -> io::Result<Box<dyn BufRead>>,
    output: &mut dyn Write,
) -> u8 {
    let outcome = match Arguments::parse(arguments) {
        Ok(Some(arguments)) => run(arguments, open, output),
        Ok(None) => write!(output, "{}", help()).map(|()| FINE).map_err(|error| error.to_string()),
        Err(mistake) => Err(format!("{mistake}\n\n{}", help())),
    };
    let code = outcome.unwrap_or_else(|mistake| {
        // If nothing can be written, the exit code has to do.
        let _ = writeln!(output, "{mistake}");
        USAGE
    });
    if output.flush().is_err() { USAGE } else { code }
}

fn help() -> String {
    let names = System::ALL.iter().map(|system| format!("  {}\n", system.name()));
    HELP.to_owned() + &names.collect::<String>()
}

fn run(
    arguments: Arguments,
    open: &mut dyn FnMut(&str) -> io::Result<Box<dyn BufRead>>,
    output: &mut dyn Write,
) -> Result<u8, String> {
    let path = &arguments.file;
    let cannot_read = |error: io::Error| format!("{path}: {error}");
    let cannot_write = |error: io::Error| format!("the output: {error}");
    let (mut imported, mut refused) = (0_u64, 0_u64);
    let input = open(path).map_err(cannot_read)?;
    for line in Lines::new(arguments.importer, input) {
        let line = line.map_err(cannot_read)?;
        let count = if line.verdict.is_ok() { &mut imported } else { &mut refused };
        *count = count.saturating_add(1);
        let number = line.number;
        let written = match line.verdict {
            Ok(good) if arguments.export => writeln!(output, "{}", to_line(&good.passkey)),
            Ok(good) => {
                let id = to_base64url(good.passkey.credential_id.as_bytes());
                let name = shown(good.passkey.name.as_str());
                let dropped =
                    good.dropped_name.map_or_else(String::new, |why| format!("  (renamed: {why})"));
                writeln!(output, "line {number}  ok       {id}  \"{name}\"{dropped}")
            }
            Err(_) if arguments.export => Ok(()),
            Err(refusal) => writeln!(output, "line {number}  REFUSED  {refusal}"),
        };
        written.map_err(cannot_write)?;
    }
    if !arguments.export {
        let rows = imported.saturating_add(refused);
        let summary = format!("{rows} in all: {imported} can be imported, {refused} cannot");
        writeln!(output, "{summary}").map_err(cannot_write)?;
    }
    Ok(if refused == 0 { FINE } else { FAILED })
}

impl Arguments {
    /// Returns `None` if the user asked for help.
    fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let (mut file, mut system, mut rp_id) = (None, None, None);
        let (mut export, mut flags, mut verified) = (false, BackupFlags::AsRecorded, false);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let place = match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--export" => {
                    export = true;
                    continue;
                }
                "--false-flags-are-unknown" => {
                    flags = BackupFlags::OnlyTrue;
                    continue;
                }
                "--users-were-verified" => {
                    verified = true;
                    continue;
                }
                "--from" => &mut system,
                "--rp-id" => &mut rp_id,
                path if path == "-" || !path.starts_with('-') => {
                    if file.replace(path.to_owned()).is_some() {
                        return Err("more than one file was given".into());
                    }
                    continue;
                }
                unknown => return Err(format!("unknown option {unknown}")),
            };
            let value = rest.next().ok_or_else(|| format!("{argument} needs a value"))?;
            if place.replace(value.as_str()).is_some() {
                return Err(format!("{argument} is given twice"));
            }
        }
        let file = file.ok_or("no file was given; name one, or - for standard input")?;
        let system = system.ok_or("--from is missing: where do the rows come from?")?;
        let system = System::from_name(system).ok_or_else(|| format!("unknown system {system}"))?;
        let rp_id = RpId::new(rp_id.ok_or("--rp-id is missing: whose passkeys are they?")?)
            .map_err(|error| error.to_string())?;
        let importer = Importer::new(system, rp_id);
        let importer = importer.backup_flags(flags).users_were_verified(verified);
        Ok(Some(Self { file, importer, export }))
    }
}
