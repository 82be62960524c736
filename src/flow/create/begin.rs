//! The first step of a creation: options for the browser.

use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};

use super::owner;
use crate::{
    bytes::{CeremonyId, Challenge},
    ceremony::{Ceremony, CeremonyKind, CeremonyStart},
    error::Error,
    extensions::RegistrationInputs,
    flow::{BeginOptions, Effect, Flow, Reply, SignedInUser, Step, enabled, step_up},
    json::{
        AuthenticatorAttachment, AuthenticatorSelection, CreationOptions, CredentialDescriptor,
        Hint, Mediation, ResidentKey, RpEntity, UserEntity, UserVerification,
    },
    name::PasskeyName,
    passkey::Passkey,
    relying_party::RelyingParty,
    settings::SensitiveAction,
    time::Timestamp,
};

/// What a creation begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreationStart {
    /// Names the ceremony; to be kept with the browser session, in a cookie.
    pub ceremony_id: CeremonyId,
    /// The options for the browser.
    pub public_key: CreationOptions,
    /// The mediation to ask for beside the options, if any.
    pub mediation: Option<Mediation>,
    /// The first instant at which the ceremony no longer counts.
    pub expires_at: Timestamp,
}

/// A creation that begins.
#[derive(Debug)]
pub struct BeginCreate<'a> {
    rp: &'a RelyingParty,
    user: &'a SignedInUser,
    challenge: Challenge,
    now: Timestamp,
    details: Box<Details>,
    state: Begin,
}

/// What this creation has of its own.
#[derive(Debug)]
struct Details {
    origin: Option<String>,
    extensions: RegistrationInputs,
    hints: Vec<Hint>,
    attachment: Option<AuthenticatorAttachment>,
    conditional: bool,
    name: Option<PasskeyName>,
}

#[derive(Debug)]
enum Begin {
    List,
    Put(Box<CreationStart>),
}

impl<'a> BeginCreate<'a> {
    pub(super) fn start(
        rp: &'a RelyingParty,
        user: &'a SignedInUser,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, RegistrationInputs>,
    ) -> Result<Step<Self>, Error> {
        enabled(rp)?;
        step_up::check(rp, SensitiveAction::Create, user.handle, options.step_up, now)?;
        let details = Box::new(Details::new(rp, options)?);
        let effect = Effect::PasskeysOf(owner(rp, user.handle));
        Ok(Step::Effect(Self { rp, user, challenge, now, details, state: Begin::List }, effect))
    }
}

impl Details {
    fn new(
        rp: &RelyingParty,
        options: BeginOptions<'_, RegistrationInputs>,
    ) -> Result<Self, Error> {
        let bind = |origin| rp.origins().bind_to_origin(origin);
        let origin = options.origin.map(bind).transpose();
        let origin = origin.map_err(|error| Error::Registration(error.into()))?;
        let extensions = options.extensions.unwrap_or_else(|| rp.creation_extensions().clone());
        extensions.check()?;
        Ok(Self {
            origin,
            extensions,
            hints: options.hints.unwrap_or_else(|| rp.settings().hints()).to_vec(),
            attachment: options.attachment.or_else(|| rp.settings().attachment()),
            conditional: options.conditional,
            name: options.name,
        })
    }
}

impl Flow for BeginCreate<'_> {
    type Output = CreationStart;

    fn resume(mut self, reply: Reply) -> Result<Step<Self>, Error> {
        match (&self.state, reply) {
            (Begin::List, Reply::Passkeys(passkeys)) => {
                let max = self.rp.max_passkeys_per_user();
                if u32::try_from(passkeys.len()).map_or(true, |count| count >= max) {
                    return Err(Error::LimitReached { max });
                }
                let ceremony = self.ceremony();
                let start = CreationStart {
                    ceremony_id: ceremony.id(),
                    public_key: self.options(&passkeys),
                    mediation: self.details.conditional.then_some(Mediation::Conditional),
                    expires_at: ceremony.expires_at(),
                };
                self.state = Begin::Put(Box::new(start));
                Ok(Step::Effect(self, Effect::PutCeremony(Box::new(ceremony))))
            }
            (Begin::Put(start), Reply::Stored) => Ok(Step::Done(CreationStart::clone(start))),
            (Begin::List, _) => Err(Error::UnexpectedReply("PasskeysOf")),
            (Begin::Put(_), _) => Err(Error::UnexpectedReply("PutCeremony")),
        }
    }
}

impl BeginCreate<'_> {
    /// What is asked of the client, and enforced in the end. Where the demand is waived for silent creations, a client
    /// that can verify the user unasked may still do so.
    fn user_verification(&self) -> UserVerification {
        let settings = self.rp.settings();
        match settings.user_verification() {
            UserVerification::Required
                if self.details.conditional && !settings.conditional_create_verifies_user() =>
            {
                UserVerification::Preferred
            }
            demand => demand,
        }
    }

    fn ceremony(&self) -> Ceremony {
        let details = &self.details;
        let start = CeremonyStart {
            challenge: self.challenge,
            rp_id: self.rp.rp_id().to_string(),
            origin: details.origin.clone(),
            user_verification: self.user_verification(),
            extensions: details.extensions.requested().clone(),
            now: self.now,
            lifetime: self.rp.ceremony_lifetime(),
        };
        let kind = CeremonyKind::Create {
            user: self.user.handle,
            algorithms: self.rp.algorithms().to_vec(),
            conditional: details.conditional,
            name: details.name.clone(),
        };
        Ceremony::new(start, kind)
    }

    fn options(&self, passkeys: &[Passkey]) -> CreationOptions {
        let (rp, settings, details) = (self.rp, self.rp.settings(), &self.details);
        CreationOptions {
            rp: RpEntity { id: rp.rp_id().to_string(), name: rp.name().into() },
            user: UserEntity {
                id: self.user.handle,
                name: self.user.name.clone(),
                display_name: self.user.display_name.clone(),
            },
            challenge: self.challenge,
            algorithms: rp.algorithms().iter().copied().map(Into::into).collect(),
            timeout: rp.ceremony_lifetime(),
            exclude_credentials: passkeys.iter().map(CredentialDescriptor::from).collect(),
            authenticator_selection: AuthenticatorSelection {
                authenticator_attachment: details.attachment,
                resident_key: settings.resident_key(),
                require_resident_key: settings.resident_key() == ResidentKey::Required,
                user_verification: self.user_verification(),
            },
            hints: details.hints.clone(),
            attestation: settings.attestation(),
            extensions: details.extensions.clone(),
        }
    }
}
