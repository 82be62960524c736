//! The audit log: what became of the flows, as entries in the memory of this process.
//!
//! A demo's log. It is gone when the server stops, and each of several servers has its own; a real host writes entries
//! where its other logs go. What is bounded here is bounded for everybody together: who makes many entries drops those
//! of others, too.

use std::{
    cell::RefCell,
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use relying_party::{AccountId, Timestamp, audit::AuditEntry};
use serde::Serialize;

use crate::client::Client;

/// How many entries are kept.
const KEPT: usize = 10_000;

/// How many of them an account is shown.
const SHOWN: usize = 50;

tokio::task_local! {
    /// The request that is being answered.
    static REQUEST: Request;
}

struct Request {
    client: Client,
    entries: RefCell<Vec<AuditEntry>>,
}

/// Answers a request, whose entries say from which browser it came. Returns them, too.
pub(crate) async fn observed<T>(
    client: Client,
    answer: impl Future<Output = T>,
) -> (T, Vec<AuditEntry>) {
    let request = Request { client, entries: RefCell::default() };
    let answer = async move {
        let answer = answer.await;
        (answer, REQUEST.with(|request| request.entries.take()))
    };
    REQUEST.scope(request, answer).await
}

/// An entry, with the browser that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    #[serde(flatten)]
    what: What,
    client: Client,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum What {
    /// What a flow ended in.
    Flow(AuditEntry),
    /// What happened to the account beside its passkeys.
    Beside { at: Timestamp, account: AccountId, event: Event },
}

/// What happens to an account beside its passkeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// The user has new recovery codes.
    RecoveryCodesCreated,
    /// Someone used a recovery code.
    RecoveryCodeUsed,
    /// The user was signed out in all other browsers.
    OthersSignedOut,
}

impl Entry {
    fn account(&self) -> Option<AccountId> {
        match &self.what {
            What::Flow(entry) => entry.account,
            What::Beside { account, .. } => Some(*account),
        }
    }
}

/// The latest entries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct AuditLog(Mutex<VecDeque<Entry>>);

impl AuditLog {
    /// Takes in what a flow ended in, in the request that is being answered.
    pub(crate) fn record(&self, entry: &AuditEntry) {
        let client = REQUEST.try_with(|request| {
            request.entries.borrow_mut().push(entry.clone());
            request.client.clone()
        });
        let client = client.unwrap_or_default();
        self.push(Entry { what: What::Flow(entry.clone()), client });
    }

    /// Takes in what happened to an account beside its passkeys.
    pub(crate) fn record_beside(&self, account: AccountId, event: Event, client: Client) {
        let what = What::Beside { at: Timestamp::now(), account, event };
        self.push(Entry { what, client });
    }

    /// Drops the oldest entry if there are too many.
    fn push(&self, entry: Entry) {
        // Nothing is left half done by a thread that panicked.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(entry);
    }

    /// The latest entries that are about this account, newest first. For its owner only.
    pub(crate) fn of(&self, account: AccountId) -> Vec<Entry> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let about = kept.iter().rev().filter(|entry| entry.account() == Some(account));
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
        let record = |entries: Vec<AuditEntry>| {
            for entry in entries {
                log.record(&entry);
            }
        };
        record(refusals(ada, 3));
        record(refusals(eve, SHOWN + 1));
        assert_eq!(log.of(account(ada)).len(), 3);
        assert!(log.of(account(eve)).iter().all(|entry| entry.account() == Some(account(eve))));
        assert_eq!(log.of(account(eve)).len(), SHOWN);
        record(refusals(eve, KEPT));
        assert_eq!(log.0.lock().unwrap().len(), KEPT);
        assert_eq!(log.of(account(ada)), []);
    }
}
