//! What creating a passkey and signing up with a passkey have in common.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use super::{BeginOptions, backup, start_json};
use crate::{
    bytes::{CeremonyId, Challenge},
    ceremony::{
        Ceremony, CeremonyKind, CeremonyStart, RegistrationExpectation, VerifiedRegistration,
        verify_registration,
    },
    cose::Algorithm,
    error::Error,
    extensions::RegistrationInputs,
    json::{
        AttestationConveyance, AuthenticatorAttachment, AuthenticatorSelection, CreationOptions,
        CredentialDescriptor, Hint, Mediation, RegistrationResponse, ResidentKey, RpEntity,
        UserEntity, UserVerification,
    },
    name::PasskeyName,
    naming::{self, Maker},
    passkey::Passkey,
    relying_party::RelyingParty,
    session::SessionBinding,
    time::Timestamp,
};

/// The start of a creation or a sign-up. [`CreatePasskey`](crate::CreatePasskey) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreationStart {
    /// The ID of the ceremony. Send it to the browser with the options. The browser posts it back with its response.
    pub ceremony_id: CeremonyId,
    /// The options for the browser.
    pub public_key: CreationOptions,
    /// The mediation to request with the options, if any.
    pub mediation: Option<Mediation>,
    /// The time at which the ceremony expires.
    pub expires_at: Timestamp,
}

impl CreationStart {
    /// Returns what the browser needs, as one JSON text:
    ///
    /// ```text
    /// {"ceremony":"…","publicKey":{…},"mediation":"conditional","expires_at":1700000300000}
    /// ```
    ///
    /// `publicKey` is for `PublicKeyCredential.parseCreationOptionsFromJSON()`. `mediation` is missing unless the
    /// creation is [conditional](BeginOptions::conditional). Pass it to `navigator.credentials.create()` alongside
    /// `publicKey`. `expires_at` is in Unix milliseconds. The browser posts `ceremony` back with its response, and
    /// [`Posted::from_json`](crate::Posted::from_json) reads both.
    #[must_use]
    pub fn to_json(&self) -> String {
        start_json::write(self.ceremony_id, &self.public_key, self.mediation, None, self.expires_at)
    }
}

/// The inputs of a registration that begins, from which its options and its ceremony are made.
#[derive(Debug)]
pub(super) struct Registration<'a> {
    rp: &'a RelyingParty,
    challenge: Challenge,
    now: Timestamp,
    session: SessionBinding,
    origin: Option<String>,
    extensions: RegistrationInputs,
    hints: Vec<Hint>,
    attachment: Option<AuthenticatorAttachment>,
    conditional: bool,
    name: Option<PasskeyName>,
    fallback_name: Option<PasskeyName>,
}

impl<'a> Registration<'a> {
    pub(super) fn new(
        rp: &'a RelyingParty,
        challenge: Challenge,
        now: Timestamp,
        options: BeginOptions<'_, RegistrationInputs>,
    ) -> Result<Self, Error> {
        let bind = |origin| rp.origins().bind_to_origin(origin);
        let origin = options.origin.map(bind).transpose();
        let origin = origin.map_err(|error| Error::Registration(error.into()))?;
        let extensions = options.extensions.unwrap_or_else(|| rp.creation_extensions().clone());
        extensions.check()?;
        Ok(Self {
            rp,
            challenge,
            now,
            session: options.session,
            origin,
            extensions,
            hints: options.hints.unwrap_or_else(|| rp.settings().hints()).to_vec(),
            attachment: options.attachment.or_else(|| rp.settings().attachment()),
            conditional: options.conditional,
            name: options.name,
            fallback_name: options.fallback_name,
        })
    }

    pub(super) fn rp(&self) -> &'a RelyingParty {
        self.rp
    }

    pub(super) fn conditional(&self) -> bool {
        self.conditional
    }

    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        self.rp.algorithms().to_vec()
    }

    /// The name that the host gave.
    pub(super) fn name(&self) -> Option<PasskeyName> {
        self.name.clone()
    }

    /// The name that the host gave as a fallback for authenticators without a known name.
    pub(super) fn fallback_name(&self) -> Option<PasskeyName> {
        self.fallback_name.clone()
    }

    /// Returns the options for this user with these passkeys, and the ceremony to store.
    pub(super) fn begin(
        &self,
        user: UserEntity,
        passkeys: &[Passkey],
        kind: CeremonyKind,
    ) -> (CreationStart, Ceremony) {
        let ceremony = Ceremony::new(
            CeremonyStart {
                challenge: self.challenge,
                rp_id: self.rp.rp_id().to_string(),
                session: self.session,
                origin: self.origin.clone(),
                user_verification: self.user_verification(),
                extensions: self.extensions.requested().clone(),
                now: self.now,
                lifetime: self.rp.ceremony_lifetime(),
            },
            kind,
        );
        let start = CreationStart {
            ceremony_id: ceremony.id(),
            public_key: self.options(user, passkeys),
            mediation: self.conditional.then_some(Mediation::Conditional),
            expires_at: ceremony.expires_at(),
        };
        (start, ceremony)
    }

    /// Returns what to ask of the client, which is also what is enforced at the end. If user verification is waived for
    /// silent creations, a client that can verify the user without asking may still do so.
    fn user_verification(&self) -> UserVerification {
        let settings = self.rp.settings();
        match settings.user_verification() {
            UserVerification::Required
                if self.conditional && !settings.conditional_create_verifies_user() =>
            {
                UserVerification::Preferred
            }
            demand => demand,
        }
    }

    fn options(&self, user: UserEntity, passkeys: &[Passkey]) -> CreationOptions {
        let (rp, settings) = (self.rp, self.rp.settings());
        CreationOptions {
            rp: RpEntity { id: rp.rp_id().to_string(), name: rp.name().into() },
            user,
            challenge: self.challenge,
            algorithms: rp.algorithms().iter().copied().map(Into::into).collect(),
            timeout: rp.ceremony_lifetime(),
            exclude_credentials: passkeys.iter().map(CredentialDescriptor::from).collect(),
            authenticator_selection: AuthenticatorSelection {
                authenticator_attachment: self.attachment,
                resident_key: settings.resident_key(),
                require_resident_key: settings.resident_key() == ResidentKey::Required,
                user_verification: self.user_verification(),
            },
            hints: self.hints.clone(),
            attestation: settings.attestation(),
            attestation_formats: match settings.attestation() {
                AttestationConveyance::None => Vec::new(),
                _ => rp.attestation().formats(),
            },
            extensions: self.extensions.clone(),
        }
    }
}

/// Verifies a response against the demands of the ceremony when it began.
pub(super) fn verify(
    rp: &RelyingParty,
    ceremony: &Ceremony,
    algorithms: &[Algorithm],
    conditional: bool,
    response: &[u8],
    now: Timestamp,
) -> Result<VerifiedRegistration, Error> {
    let parse = if rp.settings().incomplete_responses() {
        RegistrationResponse::parse_incomplete
    } else {
        RegistrationResponse::parse
    };
    let response = parse(response).map_err(Error::malformed_registration)?;
    let expected = RegistrationExpectation {
        rp_id: rp.rp_id(),
        origins: rp.origins(),
        bound_origin: ceremony.origin(),
        check_token_binding: rp.settings().check_token_binding(),
        challenge: ceremony.challenge().as_bytes(),
        user_verification: ceremony.user_verification(),
        algorithms,
        conditional,
        attestation: rp.attestation(),
        extensions: ceremony.extensions(),
        verifier: rp.verifier(),
        now,
    };
    let verified = verify_registration(&response, &expected).map_err(Error::Registration)?;
    backup::check(rp, verified.flags()).map_err(Error::Registration)?;
    Ok(verified)
}

/// The names that the host gave for the passkey when the ceremony began.
#[derive(Debug)]
pub(super) struct GivenNames {
    /// The name, if the host gave one.
    pub(super) name: Option<PasskeyName>,
    /// The fallback name, if the host gave one.
    pub(super) fallback_name: Option<PasskeyName>,
}

impl GivenNames {
    /// Returns the name of the passkey: the one that the host gave, otherwise the authenticator's.
    pub(super) fn name_of(self, rp: &RelyingParty, verified: &VerifiedRegistration) -> PasskeyName {
        let told = &verified.extensions().client.authenticator_display_name;
        let maker = Maker {
            model: (verified.aaguid(), verified.attestation().aaguid),
            told: told.as_deref(),
            attachment: verified.attachment(),
            transports: verified.transports(),
            backup_eligible: verified.flags().backup_eligible(),
        };
        let suggested = || naming::suggest(rp.authenticator_names(), maker, self.fallback_name);
        self.name.unwrap_or_else(suggested)
    }
}
