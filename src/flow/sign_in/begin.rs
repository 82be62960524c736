//! The first step of a sign-in: options for the browser.

use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};
use core::hint;

use crate::{
    bytes::{CeremonyId, Challenge, UserHandle},
    ceremony::{Ceremony, CeremonyKind, CeremonyStart, SignInRequest},
    decoys::Whom,
    error::{Error, Feature},
    extensions::AuthenticationInputs,
    flow::{BeginOptions, Effect, Flow, Owner, Reply, Step, enabled, start_json},
    json::{CredentialDescriptor, Hint, Mediation, RequestOptions, UiMode, UserVerification},
    passkey::Passkey,
    relying_party::RelyingParty,
    session::SessionBinding,
    time::{Duration, Timestamp},
};

/// The start of a sign-in. [`SignIn`](crate::SignIn) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInStart {
    /// The ID of the ceremony. Send it to the browser with the options. The browser posts it back with its response.
    pub ceremony_id: CeremonyId,
    /// The options for the browser.
    pub public_key: RequestOptions,
    /// The mediation to request with the options, if any.
    pub mediation: Option<Mediation>,
    /// The dialog to request with the options, if any. Experimental, like [`UiMode`].
    pub ui_mode: Option<UiMode>,
    /// The time at which the ceremony expires. It is later for [`SignInRequest::Autofill`] than for other requests: see
    /// [`autofill_lifetime`](crate::settings::SettingsBuilder::autofill_lifetime). A page that stays open for longer
    /// should abort the request shortly before that time and begin a new one, because browsers ignore the `timeout` of
    /// its options.
    pub expires_at: Timestamp,
}

impl SignInStart {
    /// Returns what the browser needs, as one JSON text:
    ///
    /// ```text
    /// {"ceremony":"…","publicKey":{…},"mediation":"conditional","expires_at":1700000300000}
    /// ```
    ///
    /// `publicKey` is for `PublicKeyCredential.parseRequestOptionsFromJSON()`. `mediation` is missing unless the
    /// sign-in uses [autofill](SignInRequest::Autofill), and `"uiMode"` unless a [dialog](BeginOptions::ui_mode) was
    /// chosen. Pass them to `navigator.credentials.get()` alongside `publicKey`. `expires_at` is in Unix milliseconds.
    /// The browser posts `ceremony` back with its response, and [`Posted::from_json`](crate::Posted::from_json) reads
    /// both.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { mediation, ui_mode, .. } = *self;
        let public_key = &self.public_key;
        start_json::write(self.ceremony_id, public_key, mediation, ui_mode, self.expires_at)
    }
}

/// A sign-in that is being started. [`SignIn`](crate::SignIn) has an example.
#[derive(Debug)]
pub struct BeginSignIn<'a> {
    rp: &'a RelyingParty,
    request: SignInRequest,
    /// The user whose decoys may fill the allow list.
    whom: Option<Whom>,
    challenge: Challenge,
    now: Timestamp,
    session: SessionBinding,
    origin: Option<String>,
    extensions: AuthenticationInputs,
    hints: Vec<Hint>,
    ui_mode: Option<UiMode>,
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
        // Only checked here: once a ceremony has begun, it is the same as one without autofill.
        if request == SignInRequest::Autofill && !rp.settings().autofill() {
            return Err(Error::Disabled(Feature::Autofill));
        }
        let bind = |origin| rp.origins().bind_to_origin(origin);
        let origin = options.origin.map(bind).transpose();
        let origin = origin.map_err(|error| Error::Authentication(error.into()))?;
        let extensions = options.extensions.unwrap_or_default();
        let hints = options.hints.unwrap_or_else(|| rp.settings().hints()).to_vec();
        let (session, state) = (options.session, Begin::List);
        let ui_mode = options.ui_mode.filter(|mode| applies(*mode, request));
        let (request, whom) = (request.resolved(&challenge), Whom::of(request));
        let flow = Self {
            rp,
            request,
            whom,
            challenge,
            now,
            session,
            origin,
            extensions,
            hints,
            ui_mode,
            state,
        };
        match request.user() {
            None => flow.put(&[]),
            Some(user) => Ok(Step::Effect(flow, Effect::PasskeysOf(owner(rp, user)))),
        }
    }
}

/// Whether browsers accept the dialog for such a request: an immediate one must have no allow list, and a passive one
/// is a form of conditional mediation.
fn applies(mode: UiMode, request: SignInRequest) -> bool {
    match mode {
        UiMode::Immediate => request == SignInRequest::Discoverable,
        UiMode::Passive => request == SignInRequest::Autofill,
    }
}

impl Flow for BeginSignIn<'_> {
    type Output = SignInStart;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match (&self.state, reply) {
            (Begin::List, Reply::Passkeys(passkeys)) => {
                if let Some(user) = self.request.user() {
                    owner(self.rp, user).check_owns(&passkeys)?;
                }
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

fn owner(rp: &RelyingParty, user: UserHandle) -> Owner {
    Owner { rp_id: rp.rp_id().to_string(), user }
}

impl BeginSignIn<'_> {
    /// A user who has shown another factor or is signed in may know. Anyone who merely named a user may not.
    fn tells_of_no_passkeys(&self) -> bool {
        matches!(self.request, SignInRequest::SecondFactor(_) | SignInRequest::Reverify(_))
    }

    fn user_verification(&self) -> UserVerification {
        match self.request {
            SignInRequest::Reverify(_) => UserVerification::Required,
            _ => self.rp.user_verification(),
        }
    }

    /// A form may stay open for hours, and browsers offer passkeys in it all that time.
    fn lifetime(&self) -> Duration {
        match self.request {
            SignInRequest::Autofill => self.rp.settings().autofill_lifetime(),
            _ => self.rp.ceremony_lifetime(),
        }
    }

    /// The passkeys, or decoys for a user without passkeys. Decoys are always made, so that the time does not tell.
    fn allow_list(&self, passkeys: &[Passkey]) -> Vec<CredentialDescriptor> {
        let rp = self.rp;
        let decoys = rp.decoys().zip(self.whom).map(|(decoys, whom)| {
            hint::black_box(decoys.list(rp.rp_id(), whom, rp.max_passkeys_per_user()))
        });
        match decoys {
            Some(decoys) if passkeys.is_empty() => decoys,
            _ => passkeys.iter().map(CredentialDescriptor::from).collect(),
        }
    }

    fn put(mut self, passkeys: &[Passkey]) -> Result<Step<Self>, Error> {
        let rp = self.rp;
        let descriptors = self.allow_list(passkeys);
        let allowed = descriptors.iter().map(|descriptor| descriptor.id.clone());
        let allow_credentials = allowed.collect::<Vec<_>>();
        self.extensions.check(&allow_credentials)?;
        let user_verification = self.user_verification();
        let start = CeremonyStart {
            challenge: self.challenge,
            rp_id: rp.rp_id().to_string(),
            session: self.session,
            origin: self.origin.clone(),
            user_verification,
            extensions: self.extensions.requested().clone(),
            now: self.now,
            lifetime: self.lifetime(),
        };
        let kind = CeremonyKind::SignIn { request: self.request, allow_credentials };
        let ceremony = Ceremony::new(start, kind);
        self.state = Begin::Put(Box::new(SignInStart {
            ceremony_id: ceremony.id(),
            public_key: RequestOptions {
                challenge: self.challenge,
                // Not the lifetime for autofill: most browsers ignore the timeout there, and others would be told an
                // hour.
                timeout: rp.ceremony_lifetime(),
                rp_id: rp.rp_id().to_string(),
                allow_credentials: descriptors,
                user_verification,
                hints: self.hints.clone(),
                extensions: self.extensions.clone(),
            },
            mediation: (self.request == SignInRequest::Autofill).then_some(Mediation::Conditional),
            ui_mode: self.ui_mode,
            expires_at: ceremony.expires_at(),
        }));
        Ok(Step::Effect(self, Effect::PutCeremony(Box::new(ceremony))))
    }
}
