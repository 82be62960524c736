//! The first step of a sign-in: options for the browser.

use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};

use crate::{
    bytes::{CeremonyId, Challenge},
    ceremony::{Ceremony, CeremonyKind, CeremonyStart, SignInRequest},
    decoys::{self, Whom},
    error::{Error, Feature},
    extensions::AuthenticationInputs,
    flow::{BeginOptions, Effect, Flow, Owner, Reply, Step, enabled},
    json::{Hint, Mediation, RequestOptions, UserVerification},
    passkey::Passkey,
    relying_party::RelyingParty,
    time::Timestamp,
};

/// What a sign-in begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInStart {
    /// Names the ceremony; to be kept with the browser session, in a cookie.
    pub ceremony_id: CeremonyId,
    /// The options for the browser.
    pub public_key: RequestOptions,
    /// The mediation to ask for beside the options, if any.
    pub mediation: Option<Mediation>,
    /// The first instant at which the ceremony no longer counts.
    pub expires_at: Timestamp,
}

/// A sign-in that begins.
#[derive(Debug)]
pub struct BeginSignIn<'a> {
    rp: &'a RelyingParty,
    request: SignInRequest,
    /// Whose decoys may stand in the allow list.
    whom: Option<Whom>,
    challenge: Challenge,
    now: Timestamp,
    origin: Option<String>,
    extensions: AuthenticationInputs,
    hints: Vec<Hint>,
    state: Begin,
}

#[derive(Debug)]
enum Begin {
    List,
    Put(Box<SignInStart>),
}

impl<'a> BeginSignIn<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        request: SignInRequest,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, AuthenticationInputs>,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        // Only here: a ceremony that has begun differs in nothing from one without autofill.
        if request == SignInRequest::Autofill && !rp.settings().autofill() {
            return Err(Error::Disabled(Feature::Autofill));
        }
        let bind = |origin| rp.origins().bind_to_origin(origin);
        let origin = options.origin.map(bind).transpose();
        let origin = origin.map_err(|error| Error::Authentication(error.into()))?;
        let extensions = options.extensions.unwrap_or_default();
        let hints = options.hints.unwrap_or_else(|| rp.settings().hints()).to_vec();
        let state = Begin::List;
        let (request, whom) = (request.resolved(&challenge), Whom::of(request));
        let flow = Self { rp, request, whom, challenge, now, origin, extensions, hints, state };
        match request.user() {
            None => flow.put(&[]),
            Some(user) => {
                let owner = Owner { rp_id: rp.rp_id().to_string(), user };
                Ok(Step::Effect(flow, Effect::PasskeysOf(owner)))
            }
        }
    }
}

impl Flow for BeginSignIn<'_> {
    type Output = SignInStart;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match (&self.state, reply) {
            (Begin::List, Reply::Passkeys(passkeys)) => {
                if passkeys.is_empty() && self.tells_of_no_passkeys() {
                    return Err(Error::NoPasskeys);
                }
                self.put(&passkeys)
            }
            (Begin::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Begin::Put(start), Reply::Stored) => Ok(Step::Done(SignInStart::clone(start))),
            (Begin::Put(_), _) => Err(Error::UnexpectedReply("PutCeremony")),
        }
    }
}

impl BeginSignIn<'_> {
    /// Whoever has shown another factor or is signed in may know; whoever merely named a user may not.
    fn tells_of_no_passkeys(&self) -> bool {
        matches!(self.request, SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_))
    }

    fn user_verification(&self) -> UserVerification {
        match self.request {
            SignInRequest::Reverify(_) => UserVerification::Required,
            _ => self.rp.user_verification(),
        }
    }

    fn put(mut self, passkeys: &[Passkey]) -> Result<Step<Self>, Error> {
        let rp = self.rp;
        let descriptors = decoys::allow_list(rp, self.whom, passkeys);
        let allowed = descriptors.iter().map(|descriptor| descriptor.id.clone());
        let allow_credentials = allowed.collect::<Vec<_>>();
        self.extensions.check(&allow_credentials)?;
        let user_verification = self.user_verification();
        let start = CeremonyStart {
            challenge: self.challenge,
            rp_id: rp.rp_id().to_string(),
            origin: self.origin.clone(),
            user_verification,
            extensions: self.extensions.requested().clone(),
            now: self.now,
            lifetime: rp.ceremony_lifetime(),
        };
        let kind = CeremonyKind::SignIn { request: self.request, allow_credentials };
        let ceremony = Ceremony::new(start, kind);
        self.state = Begin::Put(Box::new(SignInStart {
            ceremony_id: ceremony.id(),
            public_key: RequestOptions {
                challenge: self.challenge,
                timeout: rp.ceremony_lifetime(),
                rp_id: rp.rp_id().to_string(),
                allow_credentials: descriptors,
                user_verification,
                hints: self.hints.clone(),
                extensions: self.extensions.clone(),
            },
            mediation: (self.request == SignInRequest::Autofill).then_some(Mediation::Conditional),
            expires_at: ceremony.expires_at(),
        }));
        Ok(Step::Effect(self, Effect::PutCeremony(Box::new(ceremony))))
    }
}
