//! What happens with the verdict of each step.
//!
//! The steps exist once, in the functions that verify. The caller decides what a failure means:
//! [verifying](FirstFailure) stops at the first one, and [explaining](super::explain) records it and continues with the
//! steps that do not depend on it.

use super::{error::CeremonyError, rules::Rule};

/// Receives the verdicts in the order in which the steps are checked.
pub(super) trait Judge {
    /// A step that no later step depends on.
    fn check<E: Into<CeremonyError>>(
        &mut self,
        rule: Rule,
        verdict: Result<(), E>,
    ) -> Result<(), CeremonyError>;

    /// A step that returns what later steps need.
    fn need<T, E: Into<CeremonyError>>(
        &mut self,
        rule: Rule,
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError>;

    /// Several steps with one verdict that returns what later steps need. The error says which step failed.
    fn need_all<T, E: Into<CeremonyError>>(
        &mut self,
        rules: &'static [Rule],
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError>;

    /// A step that does not apply, and why.
    fn skip(&mut self, rule: Rule, because: &'static str);

    /// Several steps at once that no later steps depend on.
    fn apart(&mut self, verdict: Result<(), CeremonyError>) -> Result<(), CeremonyError>;
}

/// Stops at the first step that fails. Compiles to nothing but the checks themselves.
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
