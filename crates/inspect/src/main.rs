//! The process around [`relying_party_inspect::run`]: command line, files, standard output, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let (text, code) =
        relying_party_inspect::run(&arguments, &mut relying_party_inspect::read_input);
    print!("{text}");
    code.into()
}
