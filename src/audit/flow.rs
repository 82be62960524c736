//! The flow that wraps an audited flow.

use alloc::{
    borrow::Cow,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};

use super::{
    entry::{AuditAction, AuditEntry, AuditError, AuditEvent},
    facts::{Auditable, CeremonySeen, Subject},
};
use crate::{
    bytes::{AccountId, PasskeyId, UserHandle},
    ceremony::{Ceremony, CeremonyKind},
    error::{Error, ErrorKind},
    flow::{Effect, Flow, Reply, Step},
    relying_party::RelyingParty,
    time::Timestamp,
};

/// What the host says about the flows that it audits.
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
    pub(super) now: Timestamp,
    user: Option<UserHandle>,
    begin_steps: bool,
    #[cfg(feature = "metrics")]
    pub(super) timed: bool,
}

/// The result of an audited flow. [`Audit`](crate::audit::Audit) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the outcome may be an error, and the entries belong in a log"]
#[non_exhaustive]
pub struct Audited<T> {
    /// The outcome of the flow.
    pub outcome: Result<T, Error>,
    /// The facts, in the order in which they happened. Empty if there is nothing to report, such as for a list that was
    /// read or, [by default](Audit::begin_steps), a ceremony that began.
    pub entries: Vec<AuditEntry>,
}

/// An audited flow. Its effects are those of the flow, and its output is the flow's outcome together with the entries.
///
/// It succeeds even if the flow fails. See [`Audited::outcome`]. [`Audit`](super::Audit) has an example.
#[derive(Debug)]
pub struct AuditedFlow<F> {
    flow: F,
    audit: Audit,
    subject: Subject,
}

impl Audit {
    /// Creates an audit of flows of this relying party, at this time.
    pub fn new(rp: &RelyingParty, now: Timestamp) -> Self {
        Self {
            rp_id: rp.rp_id().to_string(),
            now,
            user: None,
            begin_steps: false,
            #[cfg(feature = "metrics")]
            timed: false,
        }
    }

    /// Sets the user of the session, if a user is signed in. Without it, an entry has no account if the flow was
    /// rejected before it requested anything (for example because of an invalid name).
    pub fn user(mut self, user: UserHandle) -> Self {
        self.user = Some(user);
        self
    }

    /// Reports ceremonies that begin, too. By default only refused begin steps are reported, because a form with
    /// autofill begins a ceremony whenever it is loaded.
    ///
    /// ```
    /// # #[cfg(feature = "memory-store")] {
    /// use relying_party::{Challenge, RelyingParty, SessionBinding, SignIn, SignInRequest, Timestamp};
    /// use relying_party::{audit::{Audit, AuditEvent}, store::{self, MemoryStore}};
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// # let now = Timestamp::from_unix_millis(1_700_000_000_000);
    /// # let session = SessionBinding::of("value of the pre-session cookie");
    /// # let challenge = Challenge::from([1; 32]);
    /// let begin = SignIn::begin(&rp, SignInRequest::Autofill, session, challenge, now);
    /// let audit = Audit::new(&rp, now).begin_steps();
    /// let audited = store::run(&MemoryStore::new(), audit.flow(begin)).unwrap();
    /// assert_eq!(audited.entries[0].event, AuditEvent::CeremonyBegun { conditional: true });
    /// # }
    /// ```
    pub fn begin_steps(mut self) -> Self {
        self.begin_steps = true;
        self
    }

    /// Measures how long the steps of the flow take, without the store's part, for
    /// [`relying_party_verification_seconds`](super#metrics). The time comes from [`std::time::Instant`], which some
    /// targets do not have. [`Run::audited`](crate::Run::audited) turns it on.
    #[cfg(feature = "metrics")]
    pub fn timed(mut self) -> Self {
        self.timed = true;
        self
    }

    /// Audits a flow from its start.
    ///
    /// # Errors
    ///
    /// None. An error of the start is in the [outcome](Audited::outcome) too.
    pub fn flow<F: Auditable>(
        self,
        start: Result<Step<F>, Error>,
    ) -> Result<Step<AuditedFlow<F>>, Error> {
        let subject = Subject { user: self.user, ..Subject::default() };
        Ok(self.step(subject, start))
    }

    /// Returns the entry about a request that the host rejected before any flow began, for example because it came from
    /// another site or the user was not signed in. `code` is a word for the log.
    ///
    /// ```
    /// use relying_party::{RelyingParty, Timestamp, audit::{Audit, AuditAction, AuditEvent}};
    /// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
    /// let audit = Audit::new(&rp, Timestamp::from_unix_millis(0));
    /// let entry = audit.refused(AuditAction::FinishSignIn, "another_site");
    /// assert_eq!(entry.event, AuditEvent::Refused);
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    #[must_use]
    pub fn refused(self, action: AuditAction, code: &'static str) -> AuditEntry {
        let error = AuditError { code: Cow::Borrowed(code), kind: ErrorKind::Client };
        let subject = Subject { user: self.user, ..Subject::default() };
        #[cfg(feature = "metrics")]
        super::metrics::count(action, &[AuditEvent::Refused], Some(&error), &subject, &self);
        let entry = self.entry(&subject, action, AuditEvent::Refused, Some(error));
        #[cfg(feature = "tracing")]
        super::tracing::emit(&entry);
        entry
    }

    /// Returns the entry about a ceremony that no one finished: one that your store has removed because it had expired.
    /// `None` if it has not expired at this audit's time, or belongs to another relying party.
    ///
    /// A ceremony that was taken is not abandoned, even if it was refused: its finish step has an entry. Do not pass in
    /// ceremonies that were [erased](crate::EraseAccount) with their account. A cache that drops expired ceremonies by
    /// itself cannot report them; compare the numbers of begun and finished ones instead.
    ///
    /// `MemoryStore::sweep` has an example.
    #[must_use]
    pub fn abandoned(&self, ceremony: &Ceremony) -> Option<AuditEntry> {
        if ceremony.expires_at() > self.now || ceremony.rp_id() != self.rp_id {
            return None;
        }
        let seen = CeremonySeen::of(ceremony);
        let event = AuditEvent::CeremonyAbandoned { conditional: seen.conditional };
        let subject = Subject { user: ceremony.user(), ceremony: Some(seen), ..Subject::default() };
        let entry = self.entry(&subject, seen.begun_by, event, None);
        #[cfg(feature = "metrics")]
        super::metrics::count(seen.begun_by, &[event], None, &subject, self);
        #[cfg(feature = "tracing")]
        super::tracing::emit(&entry);
        Some(entry)
    }

    fn entry(
        &self,
        subject: &Subject,
        action: AuditAction,
        event: AuditEvent,
        error: Option<AuditError>,
    ) -> AuditEntry {
        AuditEntry {
            at: self.now,
            rp_id: self.rp_id.clone(),
            action,
            account: subject.user.map(|user| AccountId::of(&self.rp_id, &user)),
            passkey: subject.passkey,
            event,
            error,
        }
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
        let (mut facts, error) = match &outcome {
            Ok(output) => (F::facts(output, &mut subject), None),
            Err(error) => (vec![AuditEvent::of_error(error)], Some(AuditError::from(error))),
        };
        #[cfg(feature = "metrics")]
        super::metrics::count(F::ACTION, &facts, error.as_ref(), &subject, &self);
        if !self.begin_steps {
            facts.retain(|event| !matches!(event, AuditEvent::CeremonyBegun { .. }));
        }
        let entry = |event| self.entry(&subject, F::ACTION, event, error.clone());
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
        #[cfg(feature = "metrics")]
        let began = self.audit.timed.then(std::time::Instant::now);
        let step = self.flow.resume(reply);
        #[cfg(feature = "metrics")]
        if let Some(began) = began {
            self.subject.spent = self.subject.spent.saturating_add(began.elapsed());
        }
        Ok(self.audit.step(self.subject, step))
    }
}

/// The subject follows from what flows request and receive. The first one named wins: a session's user comes before a
/// ceremony's user, and a ceremony's user before the owner of a credential, which anyone can name.
impl Subject {
    fn see_effect(&mut self, rp_id: &str, effect: &Effect) {
        match effect {
            Effect::PasskeysOf(owner)
            | Effect::EraseCeremonies(owner)
            | Effect::ErasePasskeys(owner) => self.name_user(owner.user),
            Effect::Passkey { credential_id, .. } => {
                self.passkey = Some(PasskeyId::of(rp_id, credential_id));
            }
            Effect::InsertPasskey { passkey, .. } => {
                self.name_user(passkey.user);
                self.passkey = Some(passkey.id);
            }
            Effect::InsertAccount { user, passkey } => {
                self.name_user(user.handle());
                self.passkey = Some(passkey.id);
            }
            Effect::RecordUse { expected, .. } => self.judged = Some(*expected),
            Effect::RenamePasskey { owner, id, .. } | Effect::DeletePasskey { owner, id, .. } => {
                self.name_user(owner.user);
                self.passkey = Some(*id);
            }
            Effect::PutCeremony(ceremony) => self.see_ceremony(ceremony),
            Effect::TakeCeremony(_) | Effect::ReadCeremony(_) => {}
        }
    }

    fn see_reply(&mut self, reply: &Reply) {
        match reply {
            Reply::Ceremony(Some(ceremony)) => {
                self.see_ceremony(ceremony);
                if let CeremonyKind::SignIn { request, .. } = ceremony.kind() {
                    self.request = Some(*request);
                }
            }
            Reply::Passkey(Some(passkey)) => self.name_user(passkey.user),
            Reply::Ceremony(None)
            | Reply::Passkey(None)
            | Reply::Stored
            | Reply::Passkeys(_)
            | Reply::Inserted(_)
            | Reply::Recorded(_)
            | Reply::Removed(_)
            | Reply::SignedUp(_)
            | Reply::Erased(_) => {}
        }
    }

    fn see_ceremony(&mut self, ceremony: &Ceremony) {
        self.ceremony = Some(CeremonySeen::of(ceremony));
        if let Some(user) = ceremony.user() {
            self.name_user(user);
        }
    }

    fn name_user(&mut self, user: UserHandle) {
        self.user.get_or_insert(user);
    }
}

impl CeremonySeen {
    fn of(ceremony: &Ceremony) -> Self {
        Self {
            begun_by: AuditAction::that_begins(ceremony.kind()),
            begun_at: ceremony.created_at(),
            conditional: ceremony.is_conditional(),
        }
    }
}
