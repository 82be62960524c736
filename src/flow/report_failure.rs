//! Reporting what `navigator.credentials` failed with.

use core::fmt;

use serde::Deserialize;

use super::{Effect, Flow, Reply, Step};
use crate::{
    bytes::CeremonyId, error::Error, json::string_enum, limits::REPORT_JSON_MAX,
    malformed::Malformed, object, relying_party::RelyingParty, session::SessionBinding, text::Text,
};

string_enum! {
    /// Why `navigator.credentials.create()` or `get()` failed, by the name of the exception (§5.1.3, §5.1.4, §5.1.6).
    ///
    /// Browsers hide some reasons on purpose: `NotAllowedError` covers everything from a closed dialog to a timeout.
    ///
    /// ```
    /// use relying_party::flow::BrowserError;
    /// assert_eq!(BrowserError::of_name("NotAllowedError"), BrowserError::NotAllowed);
    /// assert_eq!(BrowserError::of_name("<script>"), BrowserError::Other);
    /// assert_eq!(BrowserError::NotAllowed.as_str(), "NotAllowedError");
    /// ```
    #[non_exhaustive]
    BrowserError {
        /// `AbortError`: the page aborted the request.
        Abort = "AbortError",
        /// `ConstraintError`: no authenticator can create a discoverable credential, or verify the user, as required.
        Constraint = "ConstraintError",
        /// `InvalidStateError`: the authenticator already has a passkey of the account.
        InvalidState = "InvalidStateError",
        /// `NotAllowedError`: the user closed the dialog, it timed out, no passkey was found, or the page may not ask.
        NotAllowed = "NotAllowedError",
        /// `NotSupportedError`: no authenticator supports any of the algorithms.
        NotSupported = "NotSupportedError",
        /// `SecurityError`: the RP ID does not fit the page's origin.
        Security = "SecurityError",
        /// `TypeError`: the browser cannot read the options.
        Type = "TypeError",
        /// `UnknownError`: the authenticator failed.
        Unknown = "UnknownError",
        /// Any other name. The name itself is not kept.
        Other = "other",
    }
}

impl BrowserError {
    /// Returns the error with this name: the `name` of the exception.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::from_name(name).unwrap_or(Self::Other)
    }
}

/// What a page reports when a ceremony failed in the browser, and the session in which the report arrived.
/// [`ReportFailure`] has an example.
#[derive(Clone, Copy, Debug)]
pub struct FailureReport {
    /// The session in which the report arrived.
    pub session: SessionBinding,
    /// The ceremony ID, as the browser received it with the options.
    pub ceremony: CeremonyId,
    /// What the browser failed with.
    pub error: BrowserError,
}

impl FailureReport {
    /// Parses the report of a page:
    ///
    /// ```text
    /// {"ceremony":"…","error":"NotAllowedError"}
    /// ```
    ///
    /// `ceremony` is the ceremony ID that the browser received with the options, `error` is the `name` of the
    /// exception. Other members are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::MalformedRequest`] if the body is longer than [`REPORT_JSON_MAX`], is not a JSON object, or lacks or
    /// repeats one of the two members. [`Error::CeremonyNotFound`] if `ceremony` is not a valid ceremony ID.
    pub fn from_json(session: SessionBinding, body: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "failure report";
        if body.len() > REPORT_JSON_MAX {
            let max = REPORT_JSON_MAX;
            return Err(Error::MalformedRequest(Malformed::TooLong { what: WHAT, max }));
        }
        let body = object::from_slice::<Body<'_>>(body)
            .map_err(|error| Error::MalformedRequest(Malformed::json(WHAT, &error)))?;
        let ceremony = body.ceremony.parse::<CeremonyId>()?;
        Ok(Self { session, ceremony, error: BrowserError::of_name(&body.error) })
    }
}

/// The flow that takes in a browser's report of a failure: one effect, [`ReadCeremony`](Effect::ReadCeremony).
///
/// The report changes nothing. The ceremony stays open, so the user can try again. What the report is good for is the
/// [audit](crate::audit), which tells you how many users fail in their browser and why.
///
/// No one has to be signed in to report a failure. The report counts only in the browser session in which the ceremony
/// began, and every refusal looks the same to the browser, so it reveals nothing about other sessions' ceremonies. What
/// it says is a claim: a user can report anything about their own ceremonies, any number of times. So do not base
/// decisions on reports, and limit their rate as that of the finish steps.
///
/// The store must implement [`read_ceremony`](crate::store::CeremonyStore::read_ceremony). Otherwise every report is
/// refused.
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{Challenge, RelyingParty, SessionBinding, SignIn, SignInRequest, Timestamp};
/// use relying_party::audit::{Audit, AuditAction, AuditEvent};
/// use relying_party::flow::{BrowserError, FailureReport, ReportFailure};
/// use relying_party::store::{self, MemoryStore};
/// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// # let store = MemoryStore::new();
/// # let now = Timestamp::from_unix_millis(1_700_000_000_000);
/// let session = SessionBinding::of("value of the pre-session cookie");
/// # let challenge = Challenge::from([1; 32]);
/// let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session, challenge, now);
/// let start = store::run(&store, begin).unwrap();
///
/// // The page: catch (error) { report({ ceremony: start.ceremony, error: error.name }) }
/// let body = format!(r#"{{"ceremony":"{}","error":"NotAllowedError"}}"#, start.ceremony_id);
/// let report = FailureReport::from_json(session, body.as_bytes()).unwrap();
/// let flow = Audit::new(&rp, now).flow(ReportFailure::begin(&rp, report));
/// let audited = store::run(&store, flow).unwrap();
/// assert_eq!(
///     audited.entries[0].event,
///     AuditEvent::BrowserFailed {
///         browser_error: BrowserError::NotAllowed,
///         begun_by: AuditAction::BeginSignIn,
///     },
/// );
/// # }
/// ```
pub struct ReportFailure<'a> {
    rp: &'a RelyingParty,
    report: FailureReport,
}

/// A report that was taken in. [`ReportFailure`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureReported {
    /// What the browser failed with.
    pub error: BrowserError,
}

impl fmt::Debug for ReportFailure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportFailure").field("report", &self.report).finish_non_exhaustive()
    }
}

impl<'a> ReportFailure<'a> {
    /// Takes in a report.
    ///
    /// A ceremony that has expired counts as long as the store has it: a browser's timeout may be reported late.
    ///
    /// # Errors
    ///
    /// Later [`Error::CeremonyNotFound`], also if the ceremony was already finished or the store does not implement
    /// [`read_ceremony`](crate::store::CeremonyStore::read_ceremony); [`Error::AnotherSession`];
    /// [`Error::CeremonyMismatch`] if another relying party began it.
    pub fn begin(rp: &'a RelyingParty, report: FailureReport) -> Result<Step<Self>, Error> {
        Ok(Step::Effect(Self { rp, report }, Effect::ReadCeremony(report.ceremony)))
    }
}

impl Flow for ReportFailure<'_> {
    type Output = FailureReported;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { rp, report } = self;
        let Reply::Ceremony(ceremony) = reply else {
            return Err(Error::UnexpectedReply("ReadCeremony"));
        };
        super::taken::check_identity(ceremony, report.ceremony, &report.session, rp)?;
        Ok(Step::Done(FailureReported { error: report.error }))
    }
}

/// The body that a page posts.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    ceremony: Text<'a>,
    #[serde(borrow)]
    error: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_unknown_ones_are_not_kept() {
        for error in [
            BrowserError::Abort,
            BrowserError::Constraint,
            BrowserError::InvalidState,
            BrowserError::NotAllowed,
            BrowserError::NotSupported,
            BrowserError::Security,
            BrowserError::Type,
            BrowserError::Unknown,
            BrowserError::Other,
        ] {
            assert_eq!(BrowserError::of_name(error.as_str()), error);
            let json = serde_json::to_value(error).unwrap();
            assert_eq!(json, error.as_str());
            assert_eq!(serde_json::from_value::<BrowserError>(json).unwrap(), error);
        }
        for name in ["", "notallowederror", "NotAllowedError ", "EvalError"] {
            assert_eq!(BrowserError::of_name(name), BrowserError::Other);
        }
    }
}
