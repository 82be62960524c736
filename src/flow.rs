//! The passkey flows as sans-IO state machines.
//!
//! A flow is started with what the host knows, asks for one storage [`Effect`] at a time, is resumed with its
//! [`Reply`], and ends in an outcome. It has no clock, no randomness and no IO of its own. Every step consumes the
//! flow, so that it can neither be resumed twice nor out of order.
//!
//! [`store::run`](crate::store::run) and [`store::run_async`](crate::store::run_async) answer the effects from a store.

mod backup;
mod begin_options;
mod create;
mod delete;
mod effect;
mod list;
mod rename;
mod sign_in;
mod step_up;
mod taken;
mod user;

pub use self::{
    begin_options::BeginOptions,
    create::{BeginCreate, CreatePasskey, Created, CreationStart, FinishCreate},
    delete::{DeletePasskey, Deleted},
    effect::{Effect, Inserted, Owner, Recorded, Removed, Reply, Task},
    list::{ListPasskeys, Listed},
    rename::RenamePasskey,
    sign_in::{BeginSignIn, FinishSignIn, SignIn, SignInStart, SignInStatus, SignedIn, Strength},
    step_up::{StepUp, VerificationProof},
    user::SignedInUser,
};
pub use crate::ceremony::SignInRequest;
use crate::{
    error::{Error, Feature},
    relying_party::RelyingParty,
};

/// A flow that waits for the reply to an effect.
pub trait Flow: Sized {
    /// What the flow ends in.
    type Output;

    /// Answers the effect this flow is waiting for.
    ///
    /// # Errors
    ///
    /// The flow ends without success: see [`Error::kind`] for whose fault it is. A reply that does not fit the
    /// effect is the host's misuse.
    fn resume(self, reply: Reply) -> Result<Step<Self>, Error>;
}

/// What a flow does next.
#[derive(Debug)]
#[must_use = "a flow does nothing until its effect is answered"]
pub enum Step<F: Flow> {
    /// Do exactly this one thing, then call [`Flow::resume`] with its reply.
    Effect(F, Effect),
    /// The flow has ended well.
    Done(F::Output),
}

/// What every flow that creates or uses passkeys looks at first.
fn enabled(rp: &RelyingParty) -> Result<(), Error> {
    if rp.settings().enabled() { Ok(()) } else { Err(Error::Disabled(Feature::Passkeys)) }
}
