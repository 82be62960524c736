//! The process around the library: command line, files, standard output, exit code.

use std::{
    io::{self, BufWriter},
    process::ExitCode,
};

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    if let Some((_, arguments)) = arguments.split_first().filter(|(first, _)| *first == "import") {
        let mut output = BufWriter::new(io::stdout().lock());
        let open = &mut relying_party_inspect::open_input;
        return relying_party_inspect::import(arguments, open, &mut output).into();
    }
    let (text, code) =
        relying_party_inspect::run(&arguments, &mut relying_party_inspect::read_input);
    print!("{text}");
    code.into()
}
