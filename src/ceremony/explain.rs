//! Explains a response: every step with its verdict, for developers who debug a passkey.

use alloc::vec::Vec;
use core::fmt;

use super::{
    authentication::{
        AssertionKind, AuthenticationExpectation, CredentialRecord, judge_authentication,
    },
    error::CeremonyError,
    judge::Judge,
    registration::{RegistrationExpectation, judge_registration},
    rules::{AUTHENTICATION, Place, REGISTRATION, Rule},
};
use crate::json::{AuthenticationResponse, RegistrationResponse};

/// The verdict of every step of §7.1 or §7.2 that checks a response.
///
/// The steps are those of [`verify_registration`](super::verify_registration) and
/// [`verify_authentication`](super::verify_authentication), run by the same code. Here it does not stop at the first
/// failure: a step that does not depend on a failed one is checked too ("would also fail"), and the others are [not
/// reached](Verdict::NotReached). What the store decides (§7.1 step 26) is not included.
///
/// An explanation reveals which guess was right. Show it to developers, never to clients. [`explain_registration`] has
/// an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    steps: Vec<StepVerdict>,
}

/// A step with its verdict. `Display` writes one line: `§7.2 step 12 failed: …`.
/// [`explain_registration`](crate::ceremony::explain_registration) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepVerdict {
    /// The procedure's section: `§7.1` or `§7.2`.
    pub section: &'static str,
    /// The step's number in that section. `None` for a rule that the specification states elsewhere.
    pub number: Option<&'static str>,
    /// A stable word for machines, such as `origin`.
    pub name: &'static str,
    /// What the step requires, in a few words.
    pub summary: &'static str,
    /// The verdict.
    pub verdict: Verdict,
}

/// The verdict of a step. [`explain_registration`](crate::ceremony::explain_registration) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The requirement is met.
    Passed,
    /// The requirement is not met, for this reason.
    Failed(CeremonyError),
    /// The step does not apply, for this reason.
    NotApplicable(&'static str),
    /// The step depends on one that failed.
    NotReached,
}

/// Explains a registration: the steps of §7.1 with their verdicts.
///
/// ```
/// # #[cfg(feature = "test-authenticator")] {
/// use relying_party::ceremony::{RegistrationExpectation, Verdict, explain_registration};
/// use relying_party::{Algorithm, AttestationPolicy, Timestamp, crypto::RustCrypto, extensions::RequestedExtensions};
/// use relying_party::{json::{RegistrationResponse, UserVerification}, policy::{OriginPolicy, RpId}};
/// # use relying_party::test_authenticator::TestAuthenticator;
/// # let options = serde_json::json!({
/// #     "rp": {"id": "example.com", "name": "x"},
/// #     "user": {"id": "YWRh", "name": "ada", "displayName": "ada"},
/// #     "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
/// #     "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
/// # });
/// # let posted = TestAuthenticator::new("x").create(&options, "https://example.com").unwrap();
/// let rp_id = RpId::new("example.com").unwrap();
/// let origins = OriginPolicy::builder(&rp_id).origin("https://www.example.com").build().unwrap();
/// let expected = RegistrationExpectation {
///     rp_id: &rp_id,
///     origins: &origins,
///     bound_origin: None,
///     check_token_binding: false,
///     challenge: &[0; 16],
///     user_verification: UserVerification::Required,
///     algorithms: &[Algorithm::ES256],
///     conditional: false,
///     attestation: &AttestationPolicy::default(),
///     extensions: &RequestedExtensions::default(),
///     verifier: &RustCrypto,
///     now: Timestamp::from_unix_millis(1_700_000_000_000),
/// };
/// let response = RegistrationResponse::parse(posted.as_bytes()).unwrap();
/// let explanation = explain_registration(&response, &expected);
/// let failed = explanation.failure().unwrap();
/// assert_eq!((failed.section, failed.number, failed.name), ("§7.1", Some("9"), "origin"));
/// # }
/// ```
#[must_use]
pub fn explain_registration(
    response: &RegistrationResponse<'_>,
    expected: &RegistrationExpectation<'_>,
) -> Explanation {
    let mut recorder = Recorder::default();
    // Drops the result: it must not be used after a failure.
    drop(judge_registration(response, expected, &mut recorder));
    recorder.explanation("§7.1", REGISTRATION)
}

/// Explains an assertion: the steps of §7.2 with their verdicts. Otherwise like [`explain_registration`], which has an
/// example.
#[must_use]
pub fn explain_authentication(
    response: &AuthenticationResponse<'_>,
    expected: &AuthenticationExpectation<'_>,
    record: &CredentialRecord<'_>,
) -> Explanation {
    let mut recorder = Recorder::default();
    drop(judge_authentication(response, expected, record, AssertionKind::SIGN_IN, &mut recorder));
    recorder.explanation("§7.2", AUTHENTICATION)
}

impl Explanation {
    /// Returns the steps, in the order of the specification.
    #[must_use]
    pub fn steps(&self) -> &[StepVerdict] {
        &self.steps
    }

    /// Returns the first step that failed, which is the one that verification reports. `None` if the response is
    /// verified.
    #[must_use]
    pub fn failure(&self) -> Option<&StepVerdict> {
        self.steps.iter().find(|step| step.error().is_some())
    }
}

impl StepVerdict {
    /// Returns the error of the first step that failed.
    #[must_use]
    pub fn error(&self) -> Option<&CeremonyError> {
        match &self.verdict {
            Verdict::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for StepVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.section)?;
        if let Some(number) = self.number {
            write!(f, " step {number}")?;
        }
        write!(f, " {}", self.verdict)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(error) => write!(f, "failed: {error}"),
            Self::NotApplicable(because) => write!(f, "not applicable: {because}"),
            Self::NotReached => f.write_str("not reached"),
        }
    }
}

/// Records every verdict, and continues where possible.
#[derive(Debug, Default)]
struct Recorder {
    noted: Vec<(Rule, Verdict)>,
}

impl Recorder {
    /// Records a verdict. Of two verdicts on the same rule, the first failure wins, otherwise the later verdict.
    fn note(&mut self, rule: Rule, verdict: Verdict) {
        match self.noted.iter_mut().find(|(noted, _)| *noted == rule) {
            Some((_, Verdict::Failed(_))) => {}
            Some((_, before)) => *before = verdict,
            None => self.noted.push((rule, verdict)),
        }
    }

    fn explanation(self, section: &'static str, places: &[Place]) -> Explanation {
        let verdict_on = |rule| {
            let noted = self.noted.iter().find(|(noted, _)| *noted == rule);
            noted.map_or(Verdict::NotReached, |(_, verdict)| verdict.clone())
        };
        let steps = places.iter().map(|place| StepVerdict {
            section,
            number: Some(place.number).filter(|number| !number.is_empty()),
            name: place.rule.name(),
            summary: place.summary,
            verdict: verdict_on(place.rule),
        });
        Explanation { steps: steps.collect() }
    }
}

impl Judge for Recorder {
    fn check<E: Into<CeremonyError>>(
        &mut self,
        rule: Rule,
        verdict: Result<(), E>,
    ) -> Result<(), CeremonyError> {
        // Recorded. No later step depends on it.
        drop(self.need(rule, verdict));
        Ok(())
    }

    fn need<T, E: Into<CeremonyError>>(
        &mut self,
        rule: Rule,
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError> {
        let verdict = verdict.map_err(Into::into);
        let noted = match &verdict {
            Ok(_) => Verdict::Passed,
            Err(error) => Verdict::Failed(error.clone()),
        };
        self.note(rule, noted);
        verdict
    }

    fn need_all<T, E: Into<CeremonyError>>(
        &mut self,
        rules: &'static [Rule],
        verdict: Result<T, E>,
    ) -> Result<T, CeremonyError> {
        let verdict = verdict.map_err(Into::into);
        let failed = verdict.as_ref().err().map(|error| (Rule::of(error), error));
        for rule in rules {
            match failed {
                Some((failed, error)) if failed == *rule => {
                    self.note(*rule, Verdict::Failed(error.clone()));
                    break;
                }
                _ => self.note(*rule, Verdict::Passed),
            }
        }
        verdict
    }

    fn skip(&mut self, rule: Rule, because: &'static str) {
        self.note(rule, Verdict::NotApplicable(because));
    }

    fn apart(&mut self, _: Result<(), CeremonyError>) -> Result<(), CeremonyError> {
        Ok(())
    }
}
