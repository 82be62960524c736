//! Audited flows as metrics. [The module](super) documents the names and labels.

use metrics::{counter, histogram};

use super::{
    entry::{AuditAction, AuditError, AuditEvent},
    facts::{CeremonySeen, Subject},
    flow::Audit,
};

/// Counts the end of a flow, or a fact outside of any flow.
pub(super) fn count(
    action: AuditAction,
    events: &[AuditEvent],
    error: Option<&AuditError>,
    subject: &Subject,
    audit: &Audit,
) {
    for event in events {
        count_event(action, event);
    }
    if let Some(AuditError { code, kind }) = error {
        let (action, code, kind) = (action.name(), code.clone().into_owned(), kind.as_str());
        counter!("relying_party_refused_total", "action" => action, "code" => code, "kind" => kind)
            .increment(1);
    }
    if !finishes(action) {
        return;
    }
    let ceremony = label(action);
    if audit.timed {
        let outcome = if error.is_none() { "accepted" } else { "refused" };
        let labels = [("ceremony", ceremony), ("outcome", outcome)];
        histogram!("relying_party_verification_seconds", &labels).record(subject.spent);
    }
    if error.is_none() {
        counter!("relying_party_ceremonies_finished_total", "ceremony" => ceremony).increment(1);
        if let Some(CeremonySeen { begun_at, .. }) = subject.ceremony {
            let taken = core::time::Duration::from(audit.now.since(begun_at));
            histogram!("relying_party_ceremony_seconds", "ceremony" => ceremony).record(taken);
        }
    }
}

fn count_event(action: AuditAction, event: &AuditEvent) {
    let labels = [("action", action.name()), ("event", event.name())];
    counter!("relying_party_events_total", &labels).increment(1);
    match *event {
        AuditEvent::CeremonyBegun { conditional } => {
            let labels = [("ceremony", label(action)), ("conditional", text(conditional))];
            counter!("relying_party_ceremonies_begun_total", &labels).increment(1);
        }
        AuditEvent::CeremonyAbandoned { conditional } => {
            let labels = [("ceremony", label(action)), ("conditional", text(conditional))];
            counter!("relying_party_ceremonies_abandoned_total", &labels).increment(1);
        }
        AuditEvent::BrowserFailed { browser_error, begun_by } => {
            let labels = [("ceremony", label(begun_by)), ("error", browser_error.as_str())];
            counter!("relying_party_browser_failures_total", &labels).increment(1);
        }
        _ => {}
    }
}

/// The label `ceremony` of an action of a ceremony's begin step or finish step.
fn label(action: AuditAction) -> &'static str {
    match action {
        AuditAction::BeginCreate | AuditAction::FinishCreate => "create",
        AuditAction::BeginSignUp | AuditAction::FinishSignUp => "sign_up",
        AuditAction::BeginSignIn | AuditAction::FinishSignIn => "sign_in",
        AuditAction::List
        | AuditAction::Rename
        | AuditAction::Delete
        | AuditAction::Erase
        | AuditAction::ReportFailure => "none",
    }
}

const fn finishes(action: AuditAction) -> bool {
    matches!(
        action,
        AuditAction::FinishCreate | AuditAction::FinishSignUp | AuditAction::FinishSignIn
    )
}

fn text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
