//! The findings of the kit.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// A promise that a store broke. `Display` says which one, what was seen, and how to fix it.
/// [`Kit`](crate::store::conformance::Kit) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The name of the check.
    pub check: &'static str,
    /// The promise, as the contract states it.
    pub promise: &'static str,
    /// What was seen instead.
    pub found: String,
    /// How stores usually keep it.
    pub remedy: &'static str,
    /// The names of other checks that failed for the same reason: the store returned the same error.
    pub also: Vec<&'static str>,
}

/// The findings of the kit. Empty if the store keeps all tested promises.
/// [`Kit`](crate::store::conformance::Kit) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a store that breaks promises must not be used"]
pub struct Report(Vec<Broken>);

impl Report {
    /// Merges findings that have the same cause.
    pub(super) fn new(found: impl IntoIterator<Item = Broken>) -> Self {
        let mut report = Vec::<Broken>::new();
        for broken in found {
            let cause = cause(&broken.found);
            let known = report
                .iter_mut()
                .find(|known| cause.is_some() && self::cause(&known.found) == cause);
            match known {
                Some(known) => {
                    known.also.push(broken.check);
                    known.remedy = SAME_ERROR;
                }
                None => report.push(broken),
            }
        }
        Self(report)
    }

    /// Returns the promises that the store broke, one for each cause.
    #[must_use]
    pub fn broken(&self) -> &[Broken] {
        &self.0
    }

    /// Fails the test if the store broke a promise.
    ///
    /// # Panics
    ///
    /// If the store broke a promise. The message says which promises were broken, what was seen, and how to fix it.
    pub fn assert_kept(&self) {
        assert!(self.0.is_empty(), "{self}");
    }
}

const SAME_ERROR: &str = "mend the error first: several checks fail with it. If it is about a table or a column, create the \
     schema before the tests; if it is about a foreign key, tell the kit by Kit::accounts how to make an account";

/// Returns what the errors of a store have in common if they have one cause: their words, without IDs and numbers.
fn cause(found: &str) -> Option<String> {
    let error = found.strip_prefix("the store failed: ")?;
    let words = error.split(|char: char| !char.is_ascii_alphanumeric() && !"-_".contains(char));
    let is_word = |word: &&str| word.len() < 20 && !word.bytes().any(|byte| byte.is_ascii_digit());
    Some(words.filter(is_word).collect::<Vec<_>>().join(" "))
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.check)?;
        match self.also.as_slice() {
            [] => writeln!(f)?,
            [one] => writeln!(f, ", and {one}")?,
            [one, ..] => writeln!(f, ", and {} others such as {one}", self.also.len())?,
        }
        writeln!(f, "  promised: {}", self.promise)?;
        writeln!(f, "  found:    {}", self.found)?;
        write!(f, "  remedy:   {}", self.remedy)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.iter().map(|broken| 1 + broken.also.len()).sum::<usize>();
        write!(f, "the store breaks {count} promises of its contract:")?;
        self.0.iter().try_for_each(|broken| write!(f, "\n\n{broken}"))
    }
}
