//! Entries as `tracing` events.

use tracing::{Level, event, field};

use super::entry::{AuditEntry, AuditEvent};
use crate::{bytes::Aaguid, error::ErrorKind};

/// Emits an entry at its level.
pub(super) fn emit(entry: &AuditEntry) {
    let members = Members::of(&entry.event);
    // The level of an event must be a constant. Fields that are `None` are omitted.
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
                aaguid_attested = members.aaguid_attested,
                backup_eligible = members.backup_eligible,
                backed_up = members.backed_up,
                user_verified = members.user_verified,
                stored = members.stored,
                found = members.found,
                remaining = members.remaining,
                passkeys = members.passkeys,
                max = members.max,
                conditional = members.conditional,
                browser_error = members.browser_error,
                begun_by = members.begun_by,
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
            | (None, AuditEvent::CounterRegressed { .. } | AuditEvent::BecameBackupEligible) => {
                Level::WARN
            }
            (None, _) => Level::INFO,
        }
    }
}

/// The members of all events, because the fields of an event must be listed.
#[derive(Clone, Copy, Default)]
struct Members {
    aaguid: Option<Aaguid>,
    aaguid_attested: Option<bool>,
    backup_eligible: Option<bool>,
    backed_up: Option<bool>,
    user_verified: Option<bool>,
    stored: Option<u32>,
    found: Option<u32>,
    remaining: Option<u32>,
    passkeys: Option<u32>,
    max: Option<u32>,
    conditional: Option<bool>,
    browser_error: Option<&'static str>,
    begun_by: Option<&'static str>,
}

impl Members {
    fn of(event: &AuditEvent) -> Self {
        let none = Self::default();
        match *event {
            AuditEvent::PasskeyCreated { aaguid, aaguid_attested, backup_eligible, backed_up } => {
                let (aaguid, aaguid_attested) = (Some(aaguid), Some(aaguid_attested));
                Self { aaguid, aaguid_attested, backup_eligible, backed_up, ..none }
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
            AuditEvent::AccountErased { passkeys } => Self { passkeys: Some(passkeys), ..none },
            AuditEvent::CeremonyBegun { conditional }
            | AuditEvent::CeremonyAbandoned { conditional } => {
                Self { conditional: Some(conditional), ..none }
            }
            AuditEvent::BrowserFailed { browser_error, begun_by } => Self {
                browser_error: Some(browser_error.as_str()),
                begun_by: Some(begun_by.name()),
                ..none
            },
            AuditEvent::LimitReached { max } => Self { max: Some(max), ..none },
            AuditEvent::AccountCreated
            | AuditEvent::BecameBackupEligible
            | AuditEvent::PasskeyRenamed
            | AuditEvent::CeremonyNotFound
            | AuditEvent::CeremonyExpired
            | AuditEvent::ReverificationRequired
            | AuditEvent::Refused
            | AuditEvent::Failed => none,
        }
    }
}
