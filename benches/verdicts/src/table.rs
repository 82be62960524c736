//! The disagreements that are known, with their reasons.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs,
    path::PathBuf,
    process::ExitCode,
};

/// A kind of disagreement.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// `registration` or `sign-in`.
    pub kind: &'static str,
    pub tampering: &'static str,
    /// Algorithm and attestation.
    pub subject: &'static str,
    pub peer: String,
    /// `accepted`, or the code of our error.
    pub ours: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, tampering, subject, peer, ours } = self;
        write!(f, "{kind}, {tampering}, {subject}: {ours} here, and by {peer}")
    }
}

impl Disagreement {
    /// The row that explains it.
    pub fn key(&self) -> Key {
        (self.kind.into(), self.tampering.into(), self.peer.clone(), self.ours.clone())
    }
}

/// A row: ceremony, tampering, peer and our verdict. Algorithms that it occurs with are joined.
pub type Key = (String, String, String, String);

#[derive(Default)]
struct Row {
    class: String,
    reason: String,
    subjects: BTreeSet<String>,
}

pub struct Table {
    kept: BTreeMap<Key, Row>,
    seen: BTreeMap<Key, BTreeSet<String>>,
}

const HEADER: &str = "\
# Every kind of disagreement between relying-party and a peer, and why. Written by `verdicts` with UPDATE_DISAGREEMENTS=1,
# except for class and reason. Classes: `leniency` (we accept what real front ends or devices send), `strictness` (we reject
# what nothing sends, or what is not safe), `theirs` (the peer breaks the specification), `policy` (the specification leaves
# it open).
ceremony\ttampering\tpeer\tours\twith\tclass\treason
";

/// A run of so many ceremonies meets every row. Some need luck: which bit of a byte is flipped, or how long a signature is.
pub const COMPLETE: usize = 50_000;

const CLASSES: [&str; 4] = ["leniency", "strictness", "theirs", "policy"];

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("disagreements.tsv")
}

impl Table {
    pub fn read() -> Self {
        let text = fs::read_to_string(path()).unwrap_or_default();
        let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
        let kept = rows.map(|line| {
            let [kind, tampering, peer, ours, with, class, reason] =
                line.split('\t').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
            let subjects = with.split(", ").map(str::to_owned).collect();
            ((kind, tampering, peer, ours), Row { class, reason, subjects })
        });
        Self { kept: kept.collect(), seen: BTreeMap::new() }
    }

    pub fn see(&mut self, found: &Disagreement) {
        self.seen.entry(found.key()).or_default().insert(found.subject.into());
    }

    /// Whether there is a row with a reason.
    pub fn explains(&self, found: &Disagreement) -> bool {
        self.kept.get(&found.key()).is_some_and(|row| !row.reason.is_empty())
    }

    /// Compares, or writes the table anew. Rows of peers that did not take part stay as they are, and in a run of few
    /// ceremonies so does what did not occur.
    pub fn finish(mut self, peers: &[&str], ceremonies: usize) -> ExitCode {
        let complete = ceremonies >= COMPLETE;
        let is_gone = |key: &Key, seen: &BTreeMap<Key, BTreeSet<String>>| {
            complete && peers.contains(&&*key.2) && !seen.contains_key(key)
        };
        if env::var_os("UPDATE_DISAGREEMENTS").is_some() {
            self.kept.retain(|key, _| !is_gone(key, &self.seen));
            for (key, subjects) in self.seen {
                let row = self.kept.entry(key).or_default();
                if complete {
                    row.subjects.clear();
                }
                row.subjects.extend(subjects);
            }
            let rows = self.kept.iter().map(|((kind, tampering, peer, ours), row)| {
                let with = row.subjects.iter().cloned().collect::<Vec<_>>().join(", ");
                format!(
                    "{kind}\t{tampering}\t{peer}\t{ours}\t{with}\t{}\t{}\n",
                    row.class, row.reason
                )
            });
            fs::write(path(), HEADER.to_owned() + &rows.collect::<String>()).unwrap();
            return ExitCode::SUCCESS;
        }
        let mut problems = Vec::new();
        for (key, subjects) in &self.seen {
            match self.kept.get(key) {
                None => problems.push(format!("not in the table: {key:?}")),
                Some(row) if !subjects.is_subset(&row.subjects) => {
                    problems.push(format!("with {subjects:?}: {key:?}"));
                }
                Some(row) if complete && row.subjects != *subjects => {
                    problems.push(format!("only with {subjects:?}: {key:?}"));
                }
                Some(row) if row.reason.is_empty() || !CLASSES.contains(&&*row.class) => {
                    problems.push(format!("without a class or a reason: {key:?}"));
                }
                Some(_) => {}
            }
        }
        let gone = self.kept.keys().filter(|key| is_gone(key, &self.seen));
        problems.extend(gone.map(|key| format!("does not occur any more: {key:?}")));
        problems.iter().for_each(|problem| println!("{problem}"));
        if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
