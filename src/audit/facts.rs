//! What the outcome of each flow contributes to the log.

use alloc::{vec, vec::Vec};

use super::entry::{AuditAction, AuditEvent};
use crate::flow::{
    BeginCreate, BeginSignIn, BeginSignUp, Created, CreationStart, DeletePasskey, Deleted,
    EraseAccount, Erased, FailureReported, FinishCreate, FinishSignIn, FinishSignUp, Flow,
    ListPasskeys, Listed, RenamePasskey, ReportFailure, SignInRequest, SignInStart, SignInStatus,
    SignedIn, SignedUp,
};
use crate::{
    bytes::{PasskeyId, UserHandle},
    passkey::{Passkey, PasskeyState},
    time::Timestamp,
};

/// A flow that can be [audited](super::Audit): every flow of this crate, and no other.
/// [`Audit`](super::Audit) has an example.
pub trait Auditable: Facts {}

impl<F: Facts> Auditable for F {}

/// Whom a flow is about, as far as its effects and replies have revealed.
/// [`Audit`](crate::audit::Audit) has an example.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub(super) user: Option<UserHandle>,
    pub(super) passkey: Option<PasskeyId>,
    /// The state that a sign-in was verified against.
    pub(super) judged: Option<PasskeyState>,
    /// The purpose for which a passkey was requested.
    pub(super) request: Option<SignInRequest>,
    /// The ceremony that is being begun, finished or reported.
    pub(super) ceremony: Option<CeremonySeen>,
    /// How long the steps of the flow have taken, if that is measured.
    #[cfg(feature = "metrics")]
    pub(super) spent: core::time::Duration,
}

/// What the audit remembers of a ceremony.
#[derive(Clone, Copy, Debug)]
pub(super) struct CeremonySeen {
    pub(super) begun_by: AuditAction,
    #[cfg_attr(not(feature = "metrics"), allow(dead_code, reason = "only metrics use it"))]
    pub(super) begun_at: Timestamp,
    pub(super) conditional: bool,
}

/// What a flow says about itself. [`Audit`](crate::audit::Audit) has an example.
pub trait Facts: Flow {
    /// The action.
    const ACTION: AuditAction;

    /// Returns the facts of an outcome. It may also fill in the subject.
    fn facts(output: &Self::Output, subject: &mut Subject) -> Vec<AuditEvent>;
}

/// Begin steps that succeed are only reported on demand: most mean that a page was loaded.
impl Facts for BeginCreate<'_> {
    const ACTION: AuditAction = AuditAction::BeginCreate;

    fn facts(_: &CreationStart, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.begun()
    }
}

impl Facts for FinishCreate<'_> {
    const ACTION: AuditAction = AuditAction::FinishCreate;

    fn facts(Created { passkey, .. }: &Created, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.is(passkey);
        vec![created(passkey)]
    }
}

fn created(passkey: &Passkey) -> AuditEvent {
    AuditEvent::PasskeyCreated {
        aaguid: passkey.aaguid,
        aaguid_attested: passkey.attestation.aaguid.is_attested(),
        backup_eligible: passkey.state.backup_eligible,
        backed_up: passkey.state.backup_state,
    }
}

impl Facts for BeginSignUp {
    const ACTION: AuditAction = AuditAction::BeginSignUp;

    fn facts(_: &CreationStart, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.begun()
    }
}

impl Facts for FinishSignUp<'_> {
    const ACTION: AuditAction = AuditAction::FinishSignUp;

    fn facts(SignedUp { passkey, .. }: &SignedUp, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.is(passkey);
        vec![AuditEvent::AccountCreated, created(passkey)]
    }
}

impl Facts for BeginSignIn<'_> {
    const ACTION: AuditAction = AuditAction::BeginSignIn;

    fn facts(_: &SignInStart, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.begun()
    }
}

impl Facts for FinishSignIn<'_> {
    const ACTION: AuditAction = AuditAction::FinishSignIn;

    fn facts(signed_in: &SignedIn, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.is(&signed_in.passkey);
        let user_verified = signed_in.user_verified;
        let mut facts = vec![match (signed_in.status, subject.request) {
            (SignInStatus::NeedsSecondFactor, _) => {
                AuditEvent::SecondFactorNeeded { user_verified }
            }
            (SignInStatus::Complete, Some(SignInRequest::Reverify(_))) => {
                AuditEvent::Reverified { user_verified }
            }
            (SignInStatus::Complete, _) => AuditEvent::SignedIn { user_verified },
        }];
        if let (true, Some(judged)) = (signed_in.counter_regressed, subject.judged) {
            let (stored, found) = (judged.sign_count, signed_in.sign_count);
            facts.push(AuditEvent::CounterRegressed { stored, found });
        }
        if signed_in.became_backup_eligible {
            facts.push(AuditEvent::BecameBackupEligible);
        }
        if let (true, Some(backed_up)) =
            (signed_in.backup_state_changed, signed_in.passkey.state.backup_state)
        {
            facts.push(AuditEvent::BackupStateChanged { backed_up });
        }
        facts
    }
}

impl Facts for ListPasskeys {
    const ACTION: AuditAction = AuditAction::List;

    fn facts(_: &Listed, _: &mut Subject) -> Vec<AuditEvent> {
        Vec::new()
    }
}

impl Facts for RenamePasskey {
    const ACTION: AuditAction = AuditAction::Rename;

    fn facts(passkey: &Passkey, subject: &mut Subject) -> Vec<AuditEvent> {
        subject.is(passkey);
        vec![AuditEvent::PasskeyRenamed]
    }
}

impl Facts for DeletePasskey {
    const ACTION: AuditAction = AuditAction::Delete;

    fn facts(deleted: &Deleted, _: &mut Subject) -> Vec<AuditEvent> {
        let remaining = deleted.signal.all_accepted_credential_ids().len();
        vec![AuditEvent::PasskeyDeleted { remaining: u32::try_from(remaining).unwrap_or(u32::MAX) }]
    }
}

impl Facts for EraseAccount {
    const ACTION: AuditAction = AuditAction::Erase;

    fn facts(erased: &Erased, _: &mut Subject) -> Vec<AuditEvent> {
        let passkeys = u32::try_from(erased.credential_ids.len()).unwrap_or(u32::MAX);
        vec![AuditEvent::AccountErased { passkeys }]
    }
}

impl Facts for ReportFailure<'_> {
    const ACTION: AuditAction = AuditAction::ReportFailure;

    fn facts(reported: &FailureReported, subject: &mut Subject) -> Vec<AuditEvent> {
        let browser_error = reported.error;
        let failed =
            |CeremonySeen { begun_by, .. }| AuditEvent::BrowserFailed { browser_error, begun_by };
        subject.ceremony.map(failed).into_iter().collect()
    }
}

impl Subject {
    fn begun(&self) -> Vec<AuditEvent> {
        let begun = |CeremonySeen { conditional, .. }| AuditEvent::CeremonyBegun { conditional };
        self.ceremony.map(begun).into_iter().collect()
    }

    /// A verified passkey takes precedence over the target of the attempt.
    fn is(&mut self, passkey: &Passkey) {
        self.user = Some(passkey.user);
        self.passkey = Some(passkey.id);
    }
}
