//! What becomes of the verdict of each step.
//!
//! The steps stand once, in the functions that verify. Who runs them decides what a failure means: to
//! [verify](FirstFailure) is to stop at the first, to [explain](super::explain) is to note it and go on where later
//! steps do not rest on it.

use super::{error::CeremonyError, rules::Rule};

/// Takes the verdicts in the order in which the steps are judged.
pub(super) trait Judge {
    /// A step on which no later one rests.
    fn check<E: Into<CeremonyError>>(
        &mut self,
        rule: Rule,
        verdict: Result<(), E>,
    ) -> Result<(), CeremonyError>;

    /// A step that yields what later ones need.
    fn need<T, E: Into<CeremonyError>>(
        &mut self,
        rule: Rule,
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError>;

    /// Several steps in one verdict that yields what later ones need; the error says which of them failed.
    fn need_all<T, E: Into<CeremonyError>>(
        &mut self,
        rules: &'static [Rule],
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError>;

    /// A step that does not apply, and why.
    fn skip(&mut self, rule: Rule, because: &'static str);

    /// Steps on which no later ones rest, together.
    fn apart(&mut self, verdict: Result<(), CeremonyError>) -> Result<(), CeremonyError>;
}

/// Stops at the first step that fails. Nothing of it is left when it is compiled.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstFailure;

impl Judge for FirstFailure {
    #[inline]
    fn check<E: Into<CeremonyError>>(
        &mut self,
        _: Rule,
        verdict: Result<(), E>,
    ) -> Result<(), CeremonyError> {
        verdict.map_err(Into::into)
    }

    #[inline]
    fn need<T, E: Into<CeremonyError>>(
        &mut self,
        _: Rule,
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError> {
        verdict.map_err(Into::into)
    }

    #[inline]
    fn need_all<T, E: Into<CeremonyError>>(
        &mut self,
        _: &'static [Rule],
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError> {
        verdict.map_err(Into::into)
    }

    #[inline]
    fn skip(&mut self, _: Rule, _: &'static str) {}

    #[inline]
    fn apart(&mut self, verdict: Result<(), CeremonyError>) -> Result<(), CeremonyError> {
        verdict
    }
}
