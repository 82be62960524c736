//! A case: what is done, and what must become of it.

use relying_party::test_authenticator::{
    AssertionParts, RegistrationParts, SignedAssertion, SignedRegistration, TestAuthenticator,
};

use super::{
    bench::{Bench, Service, Verdict},
    model::{Model, self_attesting},
};
use relying_party::test_authenticator::TestAlgorithm;

type Run = Box<dyn Fn(&mut Bench) -> Verdict>;

/// A case of the tool: its suite and number there, and what it does in our words.
pub(crate) struct Case {
    pub(crate) suite: &'static str,
    pub(crate) number: &'static str,
    pub(crate) what: &'static str,
    /// The code with which it must be rejected under the preset, if it must.
    pub(crate) expected: Result<(), &'static str>,
    /// Why the default settings decide otherwise, if they do.
    pub(crate) by_default: Option<&'static str>,
    pub(crate) model: Model,
    verification: &'static str,
    attestation: &'static str,
    run: Run,
}

/// What changes nothing.
pub(crate) fn intact<T>(_: &mut T) {}

/// A case that registers a credential.
pub(crate) fn registration(
    suite: &'static str,
    number: &'static str,
    what: &'static str,
    tamper: impl Fn(&mut RegistrationParts) + 'static,
    corrupt: impl Fn(&mut SignedRegistration) + 'static,
) -> Case {
    custom(suite, number, what, move |bench| bench.register(&tamper, &corrupt))
}

/// A case that registers a credential and signs in with it.
pub(crate) fn assertion(
    suite: &'static str,
    number: &'static str,
    what: &'static str,
    tamper: impl Fn(&mut AssertionParts) + 'static,
    corrupt: impl Fn(&mut SignedAssertion) + 'static,
) -> Case {
    custom(suite, number, what, move |bench| bench.sign_in(&tamper, &corrupt))
}

/// A case that does something else.
pub(crate) fn custom(
    suite: &'static str,
    number: &'static str,
    what: &'static str,
    run: impl Fn(&mut Bench) -> Verdict + 'static,
) -> Case {
    Case {
        suite,
        number,
        what,
        expected: Ok(()),
        by_default: None,
        model: self_attesting(TestAlgorithm::Es256),
        verification: "preferred",
        attestation: "direct",
        run: Box::new(run),
    }
}

impl Case {
    /// Under the preset it must be rejected with this code.
    pub(crate) fn rejected(mut self, code: &'static str) -> Self {
        self.expected = Err(code);
        self
    }

    /// The default settings decide otherwise, for this reason.
    pub(crate) fn by_default(mut self, reason: &'static str) -> Self {
        self.by_default = Some(reason);
        self
    }

    /// The authenticator is of another model.
    pub(crate) fn model(mut self, model: Model) -> Self {
        self.model = model;
        self
    }

    /// What is asked of user verification.
    pub(crate) fn verification(mut self, demand: &'static str) -> Self {
        self.verification = demand;
        self
    }

    /// Which attestation is asked for.
    pub(crate) fn attestation(mut self, conveyance: &'static str) -> Self {
        self.attestation = conveyance;
        self
    }

    /// Runs the case against a service.
    pub(crate) fn run(&self, service: Box<dyn Service>) -> Verdict {
        let mut device = TestAuthenticator::new("the authenticator of the conformance tool");
        *device.behaviour_mut() = self.model.behaviour.clone();
        let (verification, attestation) = (self.verification, self.attestation);
        (self.run)(&mut Bench { service, device, verification, attestation })
    }
}
