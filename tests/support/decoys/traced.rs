//! The effects that a flow requests, in order.

use std::{
    cell::RefCell,
    mem::{Discriminant, discriminant},
    rc::Rc,
};

use relying_party::{Effect, Error, Flow, Reply, Step};

#[derive(Clone, Default)]
pub(crate) struct Trace(Rc<RefCell<Vec<Discriminant<Effect>>>>);

impl Trace {
    pub(crate) fn effects(&self) -> Vec<Discriminant<Effect>> {
        self.0.borrow().clone()
    }
}

pub(crate) struct Traced<F> {
    flow: F,
    trace: Trace,
}

pub(crate) fn traced<F: Flow>(
    trace: &Trace,
    step: Result<Step<F>, Error>,
) -> Result<Step<Traced<F>>, Error> {
    Ok(match step? {
        Step::Done(output) => Step::Done(output),
        Step::Effect(flow, effect) => {
            trace.0.borrow_mut().push(discriminant(&effect));
            Step::Effect(Traced { flow, trace: trace.clone() }, effect)
        }
    })
}

impl<F: Flow> Flow for Traced<F> {
    type Output = F::Output;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        traced(&self.trace, self.flow.resume(reply))
    }
}
