//! Erases all ceremonies of an account at once, although each has its own key.
//!
//! Erasing sets the account's *mark* to a random value. A ceremony stores the mark that it found when it was put. It is
//! valid only if the mark is still the same when it is taken, or has expired. A mark outlives every ceremony that was
//! put before it. This needs no clock, and no command needs more than one key.

use relying_party::{Duration, UserHandle};

/// How long a mark lasts, and therefore the maximum lifetime of a ceremony that belongs to an account.
pub(crate) const LIFETIME: Duration = Duration::from_millis(24 * 60 * 60 * 1_000);

/// A ceremony's value in Redis: a mark, a line feed, and the record.
const SEPARATOR: char = '\n';

/// The mark of an account, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark(Option<String>);

impl Mark {
    /// The mark of a ceremony that belongs to no account.
    pub(crate) const NONE: Self = Self(None);

    /// Creates the mark that Redis has for an account.
    pub(crate) fn found(value: Option<String>) -> Self {
        Self(value)
    }

    /// Returns a value that no mark had before.
    pub(crate) fn random() -> Result<String, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(hexadecimal(&bytes))
    }

    /// Returns whether a ceremony that was put under `self` has been erased since, if the mark is now `now`.
    pub(crate) fn was_replaced_by(&self, now: &Self) -> bool {
        now.0.is_some() && self != now
    }

    /// Returns the value of a ceremony that is put under this mark.
    pub(crate) fn value(&self, record: &str) -> String {
        format!("{}{SEPARATOR}{record}", self.0.as_deref().unwrap_or_default())
    }

    /// Returns the mark and the record in a ceremony's value.
    pub(crate) fn and_record(value: &str) -> Option<(Self, &str)> {
        let (mark, record) = value.split_once(SEPARATOR)?;
        Some((Self((!mark.is_empty()).then(|| mark.to_owned())), record))
    }
}

/// Returns the name of an account's mark, after the prefix.
pub(crate) fn key(rp_id: &str, user: &UserHandle) -> String {
    format!("erased:{rp_id}:{}", hexadecimal(user.as_bytes()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(value: &str) -> Mark {
        Mark::found(Some(value.to_owned()))
    }

    #[test]
    fn a_ceremony_is_valid_unless_its_account_has_been_erased_since() {
        let (none, first, second) = (Mark::NONE, mark("1"), mark("2"));
        assert!(!none.was_replaced_by(&none));
        assert!(none.was_replaced_by(&first));
        assert!(!first.was_replaced_by(&first));
        assert!(first.was_replaced_by(&second));
        assert!(!first.was_replaced_by(&none), "the mark expired, and the ceremony is younger");
    }

    #[test]
    fn mark_and_record_are_read_as_they_were_written() {
        for mark in [Mark::NONE, mark("0af9")] {
            assert_eq!(Mark::and_record(&mark.value("{\"a\":1}")), Some((mark, "{\"a\":1}")));
        }
        assert_eq!(Mark::and_record("no separator"), None);
    }

    #[test]
    fn no_two_marks_are_equal() {
        assert_ne!(Mark::random().unwrap(), Mark::random().unwrap());
    }
}
