//! The audit log: what became of the flows, as entries in the memory of this process.
//!
//! A demo's log. It is gone when the server stops, and each of several servers has its own; a real host writes entries
//! where its other logs go. What is bounded here is bounded for everybody together: who makes many entries drops those
//! of others, too.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use relying_party::{AccountId, audit::AuditEntry};

/// How many entries are kept.
const KEPT: usize = 10_000;

/// How many of them an account is shown.
const SHOWN: usize = 50;

/// The latest entries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct AuditLog(Mutex<VecDeque<AuditEntry>>);

impl AuditLog {
    /// Takes entries in, and drops the oldest if there are too many.
    pub(crate) fn record(&self, entries: Vec<AuditEntry>) {
        // Nothing is left half done by somebody who panicked.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            if kept.len() == KEPT {
                kept.pop_front();
            }
            kept.push_back(entry);
        }
    }

    /// The latest entries that are about this account, newest first. For its owner only.
    pub(crate) fn of(&self, account: AccountId) -> Vec<AuditEntry> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let about = kept.iter().rev().filter(|entry| entry.account == Some(account));
        about.take(SHOWN).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use relying_party::{
        RelyingParty, RenamePasskey, Timestamp, UserHandle,
        audit::Audit,
        store::{self, MemoryStore},
    };

    use super::*;

    /// Entries of a user: as many refusals.
    fn refusals(user: UserHandle, count: usize) -> Vec<AuditEntry> {
        let rp = RelyingParty::builder("example.com", "Example");
        let rp = rp.origin("https://example.com").build().unwrap();
        let (id, now) = ([1; 16][..].try_into().unwrap(), Timestamp::from_unix_millis(0));
        let rename = RenamePasskey::begin(&rp, user, id, "Laptop", now);
        let audit = Audit::new(&rp, now).user(user).flow(rename);
        let audited = store::run(&MemoryStore::new(), audit).unwrap();
        audited.entries.into_iter().cycle().take(count).collect()
    }

    #[test]
    fn the_log_is_bounded_and_shows_an_account_its_own_entries_only() {
        let [ada, eve] = [[1; 8], [2; 8]].map(|handle| UserHandle::try_from(&handle[..]).unwrap());
        let account = |user| AccountId::of("example.com", &user);
        let log = AuditLog::default();
        log.record(refusals(ada, 3));
        log.record(refusals(eve, SHOWN + 1));
        assert_eq!(log.of(account(ada)).len(), 3);
        assert!(log.of(account(eve)).iter().all(|entry| entry.account == Some(account(eve))));
        assert_eq!(log.of(account(eve)).len(), SHOWN);
        log.record(refusals(eve, KEPT));
        assert_eq!(log.0.lock().unwrap().len(), KEPT);
        assert_eq!(log.of(account(ada)), []);
    }
}
