//! A request, or two with the browser in between, that can be stopped at every effect.

use std::rc::Rc;

use relying_party::{
    Effect, Error, Flow, Passkey, PasskeyId, Reply, Step,
    flow::{Created, CreationStart, Deleted, Erased, Listed, SignInStart, SignedIn, SignedUp},
};

/// How an actor ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Begun,
    Created(Box<Passkey>),
    SignedIn(Box<Passkey>),
    Renamed(Box<Passkey>),
    Deleted(PasskeyId),
    SignedUp(Box<Passkey>),
    Erased(usize),
    Listed(usize),
    Refused(Error),
    /// The store or the machine failed: the flow is gone.
    Lost,
}

impl Outcome {
    pub(crate) fn is_success(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::Lost)
    }
}

impl From<CreationStart> for Outcome {
    fn from(_: CreationStart) -> Self {
        Self::Begun
    }
}

impl From<SignInStart> for Outcome {
    fn from(_: SignInStart) -> Self {
        Self::Begun
    }
}

impl From<Created> for Outcome {
    fn from(created: Created) -> Self {
        Self::Created(Box::new(created.passkey))
    }
}

impl From<SignedIn> for Outcome {
    fn from(signed_in: SignedIn) -> Self {
        assert_eq!(signed_in.user, signed_in.passkey.user);
        Self::SignedIn(Box::new(signed_in.passkey))
    }
}

impl From<Passkey> for Outcome {
    fn from(passkey: Passkey) -> Self {
        Self::Renamed(Box::new(passkey))
    }
}

impl From<Deleted> for Outcome {
    fn from(deleted: Deleted) -> Self {
        Self::Deleted(deleted.id)
    }
}

impl From<SignedUp> for Outcome {
    fn from(signed_up: SignedUp) -> Self {
        assert_eq!(signed_up.user.handle(), signed_up.passkey.user);
        Self::SignedUp(Box::new(signed_up.passkey))
    }
}

impl From<Erased> for Outcome {
    fn from(erased: Erased) -> Self {
        Self::Erased(erased.credential_ids.len())
    }
}

impl From<Listed> for Outcome {
    fn from(listed: Listed) -> Self {
        Self::Listed(listed.passkeys.len())
    }
}

/// A flow of any kind.
trait Running<'a> {
    fn resume(self: Box<Self>, reply: Reply) -> Next<'a>;
}

enum Next<'a> {
    Waits(Box<dyn Running<'a> + 'a>, Effect),
    Ended(Outcome),
}

impl<'a, F: Flow<Output: Into<Outcome>> + 'a> Running<'a> for F {
    fn resume(self: Box<Self>, reply: Reply) -> Next<'a> {
        Next::of(Flow::resume(*self, reply))
    }
}

impl<'a> Next<'a> {
    fn of<F: Flow<Output: Into<Outcome>> + 'a>(step: Result<Step<F>, Error>) -> Self {
        match step {
            Ok(Step::Effect(flow, effect)) => Self::Waits(Box::new(flow), effect),
            Ok(Step::Done(output)) => Self::Ended(output.into()),
            Err(error) => Self::Ended(Outcome::Refused(error)),
        }
    }
}

/// One request.
#[derive(Clone)]
pub(crate) struct Request<'a> {
    start: Rc<dyn Fn() -> Next<'a> + 'a>,
    is_retried: bool,
}

impl<'a> Request<'a> {
    pub(crate) fn new<F: Flow<Output: Into<Outcome>> + 'a>(
        start: impl Fn() -> Result<Step<F>, Error> + 'a,
    ) -> Self {
        Self { start: Rc::new(move || Next::of(start())), is_retried: false }
    }

    /// If it fails without an answer, the browser sends it once more.
    pub(crate) fn retried(mut self) -> Self {
        self.is_retried = true;
        self
    }
}

/// A sequence of requests. Each begins when the one before has succeeded.
pub(crate) struct Actor<'r, 'a> {
    rest: core::slice::Iter<'r, Request<'a>>,
    current: &'r Request<'a>,
    may_retry: bool,
    now: Next<'a>,
    /// The outcomes of its finished requests that have not been checked yet.
    ended: Vec<Outcome>,
}

impl<'r, 'a> Actor<'r, 'a> {
    pub(crate) fn new(requests: &'r [Request<'a>]) -> Self {
        let mut rest = requests.iter();
        let current = rest.next().unwrap();
        let now = (current.start)();
        let may_retry = current.is_retried;
        let mut actor = Self { rest, current, may_retry, now, ended: Vec::new() };
        actor.go_on();
        actor
    }

    fn go_on(&mut self) {
        while let Next::Ended(outcome) = &self.now {
            self.ended.push(outcome.clone());
            if !outcome.is_success() {
                return;
            }
            let Some(next) = self.rest.next() else { return };
            self.current = next;
            self.may_retry = next.is_retried;
            self.now = (next.start)();
        }
    }

    /// Returns the outcomes of requests since the last call.
    pub(crate) fn ended(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.ended)
    }

    /// Returns the effect that it is waiting for, unless it has ended.
    pub(crate) fn effect(&self) -> Option<&Effect> {
        match &self.now {
            Next::Waits(_, effect) => Some(effect),
            Next::Ended(_) => None,
        }
    }

    pub(crate) fn outcome(&self) -> Option<&Outcome> {
        match &self.now {
            Next::Waits(..) => None,
            Next::Ended(outcome) => Some(outcome),
        }
    }

    pub(crate) fn resume(&mut self, reply: Reply) {
        let now = std::mem::replace(&mut self.now, Next::Ended(Outcome::Lost));
        if let Next::Waits(flow, _) = now {
            self.now = flow.resume(reply);
        }
        self.go_on();
    }

    /// The reply never arrives.
    pub(crate) fn lose(&mut self) {
        self.now = Next::Ended(Outcome::Lost);
        if std::mem::take(&mut self.may_retry) {
            self.ended.push(Outcome::Lost);
            self.now = (self.current.start)();
        }
        self.go_on();
    }
}
