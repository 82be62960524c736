//! Entries as events of `tracing`.

use tracing::{Level, event, field};

use super::entry::{AuditEntry, AuditEvent};
use crate::{bytes::Aaguid, error::ErrorKind};

/// Emits an entry, at the level that it deserves.
pub(super) fn emit(entry: &AuditEntry) {
    let members = Members::of(&entry.event);
    // The level of an event has to be a constant. A field that is `None` is left out.
    macro_rules! emit_at {
        ($level:expr) => {
            event!(
                target: "relying_party::audit",
                $level,
                event = entry.event.name(),
                at = entry.at.as_unix_millis(),
                rp_id = entry.rp_id.as_str(),
                action = entry.action.name(),
                account = entry.account.map(field::display),
                passkey = entry.passkey.map(field::display),
                aaguid = members.aaguid.map(field::display),
                backup_eligible = members.backup_eligible,
                backed_up = members.backed_up,
                user_verified = members.user_verified,
                stored = members.stored,
                found = members.found,
                remaining = members.remaining,
                max = members.max,
                code = entry.error.as_ref().map(|error| &*error.code),
                kind = entry.error.as_ref().map(|error| error.kind.as_str()),
            )
        };
    }
    match entry.level() {
        Level::ERROR => emit_at!(Level::ERROR),
        Level::WARN => emit_at!(Level::WARN),
        _ => emit_at!(Level::INFO),
    }
}

impl AuditEntry {
    fn level(&self) -> Level {
        match (self.error.as_ref().map(|error| error.kind), self.event) {
            (Some(ErrorKind::Host | ErrorKind::Store), _) => Level::ERROR,
            (Some(ErrorKind::Client | ErrorKind::Policy), _)
            | (None, AuditEvent::CounterRegressed { .. }) => Level::WARN,
            (None, _) => Level::INFO,
        }
    }
}

/// The members of all events, since the fields of an event have to be written out.
#[derive(Clone, Copy, Default)]
struct Members {
    aaguid: Option<Aaguid>,
    backup_eligible: Option<bool>,
    backed_up: Option<bool>,
    user_verified: Option<bool>,
    stored: Option<u32>,
    found: Option<u32>,
    remaining: Option<u32>,
    max: Option<u32>,
}

impl Members {
    fn of(event: &AuditEvent) -> Self {
        let none = Self::default();
        match *event {
            AuditEvent::PasskeyCreated { aaguid, backup_eligible, backed_up } => {
                Self { aaguid: Some(aaguid), backup_eligible, backed_up, ..none }
            }
            AuditEvent::SignedIn { user_verified }
            | AuditEvent::SecondFactorNeeded { user_verified }
            | AuditEvent::Reverified { user_verified } => {
                Self { user_verified: Some(user_verified), ..none }
            }
            AuditEvent::CounterRegressed { stored, found } => {
                Self { stored: Some(stored), found: Some(found), ..none }
            }
            AuditEvent::BackupStateChanged { backed_up } => {
                Self { backed_up: Some(backed_up), ..none }
            }
            AuditEvent::PasskeyDeleted { remaining } => Self { remaining: Some(remaining), ..none },
            AuditEvent::LimitReached { max } => Self { max: Some(max), ..none },
            AuditEvent::PasskeyRenamed
            | AuditEvent::CeremonyNotFound
            | AuditEvent::CeremonyExpired
            | AuditEvent::ReverificationRequired
            | AuditEvent::Refused
            | AuditEvent::Failed => none,
        }
    }
}
