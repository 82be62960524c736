//! The flow around a flow that is audited.

use alloc::{
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use super::{
    entry::{AuditEntry, AuditError, AuditEvent},
    facts::{Auditable, Subject},
};
use crate::{
    bytes::{AccountId, PasskeyId, UserHandle},
    ceremony::CeremonyKind,
    error::Error,
    flow::{Effect, Flow, Reply, Step},
    relying_party::RelyingParty,
    time::Timestamp,
};

/// What the host tells about the flows that it audits.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{PasskeyId, RelyingParty, RenamePasskey, Timestamp, UserHandle};
/// use relying_party::{audit::{Audit, AuditEvent}, store::{self, MemoryStore}};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&[7; 32][..]).unwrap();
/// let (id, now) = (PasskeyId::try_from(&[1; 16][..]).unwrap(), Timestamp::from_unix_millis(0));
/// let rename = RenamePasskey::begin(&rp, user, id, "Laptop", now);
/// let audited = store::run(&MemoryStore::new(), Audit::new(&rp, now).user(user).flow(rename)).unwrap();
/// assert_eq!(audited.entries[0].event, AuditEvent::Refused);
/// assert_eq!(audited.outcome.unwrap_err().code(), "passkey_not_found");
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Audit {
    rp_id: String,
    now: Timestamp,
    user: Option<UserHandle>,
}

/// What came of an audited flow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the outcome may be an error, and the entries belong in a log"]
#[non_exhaustive]
pub struct Audited<T> {
    /// What the flow ended in.
    pub outcome: Result<T, Error>,
    /// The facts, in the order in which they came about. None if there is nothing to tell: a ceremony that began well,
    /// a list that was read.
    pub entries: Vec<AuditEntry>,
}

/// A flow that is audited: its effects are those of the flow, its output is the flow's outcome with the entries.
///
/// It ends well even if the flow does not; see [`Audited::outcome`].
#[derive(Debug)]
pub struct AuditedFlow<F> {
    flow: F,
    audit: Audit,
    subject: Subject,
}

impl Audit {
    /// Audits flows of this relying party, at this time.
    pub fn new(rp: &RelyingParty, now: Timestamp) -> Self {
        Self { rp_id: rp.rp_id().to_string(), now, user: None }
    }

    /// Says whose session it is, if somebody is signed in already. Without it an entry has no account if the flow was
    /// refused before it asked for anything (a name that is none).
    pub fn user(mut self, user: UserHandle) -> Self {
        self.user = Some(user);
        self
    }

    /// Audits a flow, from its very start on.
    ///
    /// # Errors
    ///
    /// None: an error of the start is in the [outcome](Audited::outcome) too.
    pub fn flow<F: Auditable>(
        self,
        start: Result<Step<F>, Error>,
    ) -> Result<Step<AuditedFlow<F>>, Error> {
        let subject = Subject { user: self.user, ..Subject::default() };
        Ok(self.step(subject, start))
    }

    fn step<F: Auditable>(
        self,
        mut subject: Subject,
        step: Result<Step<F>, Error>,
    ) -> Step<AuditedFlow<F>> {
        let outcome = match step {
            Ok(Step::Effect(flow, effect)) => {
                subject.see_effect(&self.rp_id, &effect);
                return Step::Effect(AuditedFlow { flow, audit: self, subject }, effect);
            }
            Ok(Step::Done(output)) => Ok(output),
            Err(error) => Err(error),
        };
        let (facts, error) = match &outcome {
            Ok(output) => (F::facts(output, &mut subject), None),
            Err(error) => (vec![AuditEvent::of_error(error)], Some(AuditError::from(error))),
        };
        let entry = |event| AuditEntry {
            at: self.now,
            rp_id: self.rp_id.clone(),
            action: F::ACTION,
            account: subject.user.map(|user| AccountId::of(&self.rp_id, &user)),
            passkey: subject.passkey,
            event,
            error: error.clone(),
        };
        let entries = facts.into_iter().map(entry).collect::<Vec<_>>();
        #[cfg(feature = "tracing")]
        entries.iter().for_each(super::tracing::emit);
        Step::Done(Audited { outcome, entries })
    }
}

impl<F: Auditable> Flow for AuditedFlow<F> {
    type Output = Audited<F::Output>;

    fn resume(mut self, reply: Reply) -> Result<Step<Self>, Error> {
        self.subject.see_reply(&reply);
        Ok(self.audit.step(self.subject, self.flow.resume(reply)))
    }
}

/// Who is meant shows in what flows ask for and are told. The first to be named is it: a session's user before that of
/// a ceremony, a ceremony's before the owner of a credential that anybody can name.
impl Subject {
    fn see_effect(&mut self, rp_id: &str, effect: &Effect) {
        match effect {
            Effect::PasskeysOf(owner) => self.name_user(owner.user),
            Effect::Passkey { credential_id, .. } => {
                self.passkey = Some(PasskeyId::of(rp_id, credential_id));
            }
            Effect::InsertPasskey { passkey, .. } => {
                self.name_user(passkey.user);
                self.passkey = Some(passkey.id);
            }
            Effect::RecordUse { expected, .. } => self.judged = Some(*expected),
            Effect::RenamePasskey { owner, id, .. } | Effect::DeletePasskey { owner, id, .. } => {
                self.name_user(owner.user);
                self.passkey = Some(*id);
            }
            Effect::PutCeremony(_) | Effect::TakeCeremony(_) | Effect::PendingTasks(_) => {}
        }
    }

    fn see_reply(&mut self, reply: &Reply) {
        match reply {
            Reply::Ceremony(Some(ceremony)) => match ceremony.kind() {
                CeremonyKind::Create { user, .. } => self.name_user(*user),
                CeremonyKind::SignIn { request, .. } => {
                    self.request = Some(*request);
                    if let Some(user) = request.user() {
                        self.name_user(user);
                    }
                }
            },
            Reply::Passkey(Some(passkey)) => self.name_user(passkey.user),
            Reply::Ceremony(None)
            | Reply::Passkey(None)
            | Reply::Stored
            | Reply::Passkeys(_)
            | Reply::Inserted(_)
            | Reply::Recorded(_)
            | Reply::Removed(_)
            | Reply::Tasks(_) => {}
        }
    }

    fn name_user(&mut self, user: UserHandle) {
        self.user.get_or_insert(user);
    }
}
