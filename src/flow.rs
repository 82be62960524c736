//! The passkey flows as sans-IO state machines.
//!
//! You start a flow with what you know. It asks for one storage [`Effect`] at a time, you resume it with the [`Reply`],
//! and it ends in an outcome. It reads no clock, draws no random bytes and does no I/O. Every step consumes the flow,
//! so a flow cannot be resumed twice or out of order.
//!
//! [`store::run`](crate::store::run) and [`store::run_async`](crate::store::run_async) answer the effects for you, from
//! a store.

mod backup;
mod begin_options;
mod create;
mod delete;
mod effect;
mod erase;
mod list;
mod posted;
mod registration;
mod rename;
mod report_failure;
mod sign_in;
mod sign_up;
mod start_json;
mod step_up;
mod taken;
mod user;

pub use self::{
    begin_options::BeginOptions,
    create::{BeginCreate, CreatePasskey, Created, FinishCreate},
    delete::{DeletePasskey, Deleted},
    effect::{Effect, InsertOutcome, Owner, RecordOutcome, RemoveOutcome, Reply, SignUpOutcome},
    erase::{EraseAccount, Erased},
    list::{ListPasskeys, Listed},
    posted::Posted,
    registration::CreationStart,
    rename::RenamePasskey,
    report_failure::{BrowserError, FailureReport, FailureReported, ReportFailure},
    sign_in::{
        Aal, Acr, BeginSignIn, FinishSignIn, KeyPlace, SignIn, SignInStart, SignInStatus, SignedIn,
        Strength, Task, VerifiedBy,
    },
    sign_up::{BeginSignUp, FinishSignUp, SignUp, SignedUp},
    step_up::{StepUp, VerificationProof},
    user::{SignedInUser, UserFinding},
};
pub use crate::ceremony::{NewUser, SignInRequest};
use crate::{
    error::{Error, Feature},
    relying_party::RelyingParty,
};

/// A flow that waits for the reply to an effect.
///
/// ```
/// use relying_party::{Effect, Error, Flow, Reply, Step};
///
/// /// Runs a flow. `answer` performs an effect on your storage.
/// fn run<F: Flow>(
///     start: Result<Step<F>, Error>,
///     answer: impl Fn(Effect) -> Reply,
/// ) -> Result<F::Output, Error> {
///     let mut step = start?;
///     loop {
///         match step {
///             Step::Done(output) => return Ok(output),
///             Step::Effect(flow, effect) => step = flow.resume(answer(effect))?,
///         }
///     }
/// }
/// ```
pub trait Flow: Sized {
    /// The outcome of the flow.
    type Output;

    /// Answers the effect this flow is waiting for.
    ///
    /// # Errors
    ///
    /// If the flow fails. [`Error::kind`] says whose fault it is. A reply that does not match the effect is the host's
    /// fault.
    fn resume(self, reply: Reply) -> Result<Step<Self>, Error>;
}

/// What a flow does next. [`Flow`] has an example.
#[derive(Debug)]
#[must_use = "a flow does nothing until its effect is answered"]
pub enum Step<F: Flow> {
    /// Do exactly this one thing, then call [`Flow::resume`] with its reply.
    Effect(F, Effect),
    /// The flow has succeeded.
    Done(F::Output),
}

/// The first check of every flow that creates or uses passkeys.
fn enabled(rp: &RelyingParty) -> Result<(), Error> {
    if rp.settings().enabled() { Ok(()) } else { Err(Error::Disabled(Feature::Passkeys)) }
}
