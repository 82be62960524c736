//! Many rows, one per line.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read as _},
};

use relying_party::{Passkey, PasskeyId, UserHandle};

use crate::{
    importer::{Imported, Importer},
    refusal::Refusal,
};

/// The longest line that is read, in bytes. The largest rows hold the whole response of a registration, for which the
/// core reads at most 64 KiB, in hexadecimal and beside other columns.
pub const LINE_MAX: usize = 256 * 1024;

/// One line and its verdict. [`Lines`] has an example.
#[derive(Debug)]
#[non_exhaustive]
pub struct Line {
    /// Its number, counted from 1.
    pub number: u64,
    /// The passkey, or why the row is refused.
    pub verdict: Result<Imported, Refusal>,
}

/// The rows of a file of JSON lines, read one by one: a bad row never stops the others. Blank lines are skipped.
///
/// Within a file, a credential ID counts once: a second row with it is [refused](Refusal::Duplicate). Names that an
/// account has twice are numbered, as for new passkeys. For that, its ID, its account and its name are remembered for
/// each passkey.
///
/// ```
/// use relying_party::policy::RpId;
/// use relying_party_import::{Importer, Lines, System};
///
/// let rows = b"{\"credentialId\":\"AQ\",\"userHandle\":\"YWRh\",\"publicKeyCose\":\"pAEBAycgBiFYINdamAGCsQq31Uv-08lkBzoO4XLz2qYjJa8CGmj3B1Ea\"}
/// {\"credentialId\":\"AQ\",\"userHandle\":\"YWRh\"}";
/// let importer = Importer::new(System::JavaWebauthnServer, RpId::new("example.com")?);
/// for line in Lines::new(importer, &rows[..]) {
///     let line = line?; // The file could not be read.
///     match line.verdict {
///         Ok(imported) => println!("line {}: {}", line.number, imported.passkey.name),
///         Err(refusal) => println!("line {}: {refusal}", line.number),
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Lines<R> {
    importer: Importer,
    input: R,
    number: u64,
    seen: HashMap<PasskeyId, u64>,
    /// The highest number that each name of an account was given.
    names: HashMap<(UserHandle, String), u64>,
}

impl<R: BufRead> Lines<R> {
    /// Reads lines from `input`.
    pub fn new(importer: Importer, input: R) -> Self {
        Self { importer, input, number: 0, seen: HashMap::new(), names: HashMap::new() }
    }

    /// Reads the next line into `line`, without its end: `None` at the end of the file, and `false` if it is too long.
    fn next_line(&mut self, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
        // The longest line, and its end.
        let room = LINE_MAX.saturating_add(2);
        let limit = u64::try_from(room).unwrap_or(u64::MAX);
        let read = self.input.by_ref().take(limit).read_until(b'\n', line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        if read == room && line.last() != Some(&b'\n') {
            self.skip_line()?;
            return Ok(Some(false));
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        Ok(Some(line.len() <= LINE_MAX))
    }

    /// Reads on to the end of a line, without keeping it.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffered = self.input.fill_buf()?;
            let end = buffered.iter().position(|byte| *byte == b'\n');
            let skipped = end.map_or(buffered.len(), |end| end.saturating_add(1));
            self.input.consume(skipped);
            if end.is_some() || skipped == 0 {
                return Ok(());
            }
        }
    }

    fn judge(&mut self, line: &[u8]) -> Result<Imported, Refusal> {
        let mut imported = self.importer.row(line)?;
        if let Some(line) = self.seen.get(&imported.passkey.id) {
            return Err(Refusal::Duplicate { line: *line });
        }
        self.seen.insert(imported.passkey.id, self.number);
        self.number_name(&mut imported.passkey);
        Ok(imported)
    }

    /// Turns the second `Security key` of an account into `Security key 2`. A name without room for a number stays.
    fn number_name(&mut self, passkey: &mut Passkey) {
        let name = passkey.name.to_string();
        let mut number = self.names.get(&(passkey.user, name.clone())).copied().unwrap_or(0);
        let mut free = Some(passkey.name.clone());
        while number > 0 {
            number = number.saturating_add(1);
            free = format!("{name} {number}").parse().ok();
            let Some(candidate) = &free else { break };
            if !self.names.contains_key(&(passkey.user, candidate.to_string())) {
                break;
            }
        }
        self.names.insert((passkey.user, name), number.max(1));
        if let Some(free) = free {
            self.names.entry((passkey.user, free.to_string())).or_insert(1);
            passkey.name = free;
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            let is_short = match self.next_line(&mut line) {
                Ok(None) => return None,
                Ok(Some(is_short)) => is_short,
                Err(error) => return Some(Err(error)),
            };
            if line.trim_ascii().is_empty() {
                continue;
            }
            let verdict = if is_short { self.judge(&line) } else { Err(Refusal::TooLong) };
            return Some(Ok(Line { number: self.number, verdict }));
        }
    }
}
