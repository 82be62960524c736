//! The second step of a sign-in: from the browser's response to an outcome.

use alloc::{boxed::Box, string::ToString as _};
use core::{fmt, hint};

use super::outcome::{SignedIn, state_after};
use crate::{
    bytes::{CredentialId, PasskeyId, UserHandle},
    ceremony::{
        AuthenticationExpectation, Ceremony, CeremonyError, CeremonyKind, CredentialRecord,
        SignInRequest, VerifiedAuthentication, verify_authentication,
    },
    decoys::{self, Decoy},
    error::Error,
    flow::{Effect, Flow, Posted, RecordOutcome, Reply, Step, backup, enabled, taken},
    json::{AuthenticationResponse, UnknownCredential},
    limits::RECORD_USE_ATTEMPTS,
    passkey::Passkey,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// A sign-in that is being finished. [`SignIn`](crate::SignIn) has an example.
pub struct FinishSignIn<'a> {
    rp: &'a RelyingParty,
    expected: Expected,
    posted: Posted<'a>,
    now: Timestamp,
    state: Finish<'a>,
}

/// What the ceremony must have been begun for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    SignIn,
    SecondFactor(UserHandle),
    Reverification(UserHandle),
}

#[derive(Debug)]
enum Finish<'a> {
    Take,
    Find(Attempt<'a>),
    Record(Attempt<'a>, Box<Passkey>, Box<VerifiedAuthentication>),
}

/// The response, together with the ceremony that was taken for it.
#[derive(Debug)]
struct Attempt<'a> {
    request: SignInRequest,
    ceremony: Box<Ceremony>,
    response: Box<AuthenticationResponse<'a>>,
    credential_id: CredentialId,
    left: u8,
}

/// Does not show the response, because extension outputs in it may be secrets.
impl fmt::Debug for FinishSignIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishSignIn").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<'a> FinishSignIn<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        expected: Expected,
        posted: Posted<'a>,
        now: Timestamp,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        let flow = Self { rp, expected, posted, now, state: Finish::Take };
        Ok(Step::Effect(flow, Effect::TakeCeremony(posted.ceremony)))
    }
}

impl Expected {
    /// A ceremony that was begun for one purpose or user cannot be used for another.
    fn check(self, request: SignInRequest) -> Result<(), Error> {
        use SignInRequest as Request;
        match (self, request) {
            (Self::SignIn, Request::Discoverable | Request::Autofill | Request::Account(..)) => {
                Ok(())
            }
            (Self::SecondFactor(user), Request::SecondFactor(begun_for))
            | (Self::Reverification(user), Request::Reverify(begun_for)) => {
                if user == begun_for {
                    Ok(())
                } else {
                    Err(Error::CeremonyMismatch("another user"))
                }
            }
            _ => Err(Error::CeremonyMismatch("another purpose")),
        }
    }
}

impl<'a> Flow for FinishSignIn<'a> {
    type Output = SignedIn;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        let Self { rp, expected, posted, now, state } = self;
        let next = |state| Self { rp, expected, posted, now, state };
        let find = |attempt: Attempt<'a>| {
            let credential_id = attempt.credential_id.clone();
            let effect = Effect::Passkey { rp_id: rp.rp_id().to_string(), credential_id };
            Ok(Step::Effect(next(Finish::Find(attempt)), effect))
        };
        match (state, reply) {
            (Finish::Take, Reply::Ceremony(taken)) => {
                let taken = taken::check(taken, &posted, rp, now)?;
                find(Attempt::new(rp, taken, expected, posted.response)?)
            }
            (Finish::Find(attempt), Reply::Passkey(found)) => {
                let decoy = rp.recognise_decoy(&attempt.credential_id);
                let passkey = found.ok_or_else(|| match decoy {
                    Some(decoy) => attempt.refuse(rp, decoy),
                    None => attempt.unknown(rp),
                })?;
                let verified = Box::new(attempt.verify(rp, &passkey)?);
                let effect = Effect::RecordUse {
                    id: passkey.id,
                    expected: passkey.state,
                    state: state_after(attempt.request, &verified),
                    at: now,
                };
                Ok(Step::Effect(next(Finish::Record(attempt, passkey, verified)), effect))
            }
            (Finish::Record(attempt, passkey, verified), Reply::Recorded(recorded)) => {
                match recorded {
                    RecordOutcome::Updated => {
                        let rule = rp.settings().second_factor();
                        let request = attempt.request;
                        let attachment = attempt.response.authenticator_attachment();
                        let signed_in =
                            SignedIn::new(*passkey, request, rule, *verified, attachment, now);
                        Ok(Step::Done(signed_in))
                    }
                    // Check again with what the other sign-in has left, above all the counter.
                    RecordOutcome::Conflict => find(attempt.again()?),
                    RecordOutcome::NotFound => Err(attempt.unknown(rp)),
                }
            }
            (Finish::Take, _) => Err(Error::UnexpectedReply("TakeCeremony")),
            (Finish::Find(_), _) => Err(Error::UnexpectedReply("Passkey")),
            (Finish::Record(..), _) => Err(Error::UnexpectedReply("RecordUse")),
        }
    }
}

impl<'a> Attempt<'a> {
    fn new(
        rp: &RelyingParty,
        ceremony: Box<Ceremony>,
        expected: Expected,
        response: &'a [u8],
    ) -> Result<Self, Error> {
        let CeremonyKind::SignIn { request, .. } = ceremony.kind() else {
            return Err(Error::CeremonyMismatch("something other than a sign-in"));
        };
        let request = *request;
        expected.check(request)?;
        let parse = if rp.settings().incomplete_responses() {
            AuthenticationResponse::parse_incomplete
        } else {
            AuthenticationResponse::parse
        };
        let response = parse(response).map_err(Error::malformed_authentication)?;
        let claimed = response.credential_id().map_err(Error::malformed_authentication)?;
        // An invalid credential ID belongs to no one.
        let credential_id =
            claimed.ok_or(Error::Authentication(CeremonyError::CredentialNotAllowed))?;
        let response = Box::new(response);
        Ok(Self { request, ceremony, response, credential_id, left: RECORD_USE_ATTEMPTS })
    }

    fn again(mut self) -> Result<Self, Error> {
        self.left = self.left.checked_sub(1).filter(|left| *left > 0).ok_or(Error::Conflict)?;
        Ok(self)
    }

    fn unknown(&self, rp: &RelyingParty) -> Error {
        Error::UnknownCredential(UnknownCredential {
            rp_id: rp.rp_id().to_string(),
            credential_id: self.credential_id.clone(),
        })
    }

    /// Verifies the response with a key that no one has, as it would be verified with a real key, and always rejects
    /// it.
    fn refuse(&self, rp: &RelyingParty, decoy: Decoy) -> Error {
        let unknown_user = || decoys::unknown_user(self.ceremony.challenge());
        let user = self.request.user().unwrap_or_else(unknown_user);
        let _ = hint::black_box(self.judge(rp, &decoy.record(&self.credential_id, &user)));
        Error::Authentication(CeremonyError::Decoy)
    }

    /// Verifies the response with a passkey.
    fn verify(
        &self,
        rp: &RelyingParty,
        passkey: &Passkey,
    ) -> Result<VerifiedAuthentication, Error> {
        if passkey.rp_id != rp.rp_id().as_str() {
            return Err(Error::Inconsistent("a passkey of another relying party"));
        }
        let verified = self.judge(rp, &CredentialRecord::from(passkey))?;
        // The use is recorded, and the proof made, for this ID.
        if passkey.id != PasskeyId::of(&passkey.rp_id, &passkey.credential_id) {
            return Err(Error::Inconsistent("a passkey with the ID of another one"));
        }
        Ok(verified)
    }

    /// Verifies the response against the demands of the ceremony when it began.
    fn judge(
        &self,
        rp: &RelyingParty,
        record: &CredentialRecord<'_>,
    ) -> Result<VerifiedAuthentication, Error> {
        let CeremonyKind::SignIn { allow_credentials, .. } = self.ceremony.kind() else {
            return Err(Error::CeremonyMismatch("something other than a sign-in"));
        };
        let user = self.request.user();
        let expected = AuthenticationExpectation {
            rp_id: rp.rp_id(),
            origins: rp.origins(),
            bound_origin: self.ceremony.origin(),
            check_token_binding: rp.settings().check_token_binding(),
            challenge: self.ceremony.challenge().as_bytes(),
            user_verification: self.ceremony.user_verification(),
            allow_credentials,
            user: user.as_ref().map(UserHandle::as_bytes),
            counter_rule: rp.counter_rule(),
            backup_eligibility_rule: rp.settings().backup_eligibility_rule(),
            find_by_credential_id: rp.settings().find_by_credential_id(),
            extensions: self.ceremony.extensions(),
            verifier: rp.verifier(),
        };
        let verified = verify_authentication(&self.response, &expected, record);
        let verified = verified.map_err(Error::Authentication)?;
        backup::check(rp, verified.flags()).map_err(Error::Authentication)?;
        Ok(verified)
    }
}
