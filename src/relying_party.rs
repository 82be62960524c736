//! The relying party: everything that a host configures once, validated.

use alloc::{borrow::Cow, string::String, sync::Arc, vec::Vec};
use core::{fmt, hint};

use crate::{
    assurance::AaguidAssurance,
    attestation::AttestationPolicy,
    bytes::{Aaguid, CredentialId},
    ceremony::CounterRule,
    config_error::{ConfigError, ConfigErrors},
    cose::Algorithm,
    crypto::{RustCrypto, SignatureVerifier},
    decoys::{Decoy, Decoys},
    extensions::RegistrationInputs,
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    naming::{self, AuthenticatorNames},
    policy::{InvalidRpId, OriginPolicy, OriginPolicyBuilder, RpId},
    settings::{Settings, Values},
    time::Duration,
};

/// A relying party: its RP ID, the origins it accepts, and what it asks of passkeys.
///
/// Every value of this type is valid. It is immutable and cheap to clone. Build it once, when the service starts.
///
/// A service that moves to another domain builds two of them, one for each RP ID, over the same store, because a
/// passkey works only with the RP ID that it was created for. Choose between them by the host name of the request, and
/// offer users who sign in on the old domain to create a passkey for the new one. A service with many tenants keeps one
/// for each in [`Tenants`](crate::tenants::Tenants).
///
/// ```
/// use relying_party::{RelyingParty, policy::SubdomainPolicy};
/// let rp = RelyingParty::builder("example.com", "Example Inc.")
///     .origin("https://example.com")
///     .origins(|policy| policy.subdomains(SubdomainPolicy::only_under(["accounts.example.com"])))
///     .max_passkeys_per_user(5)
///     .build()?;
/// assert_eq!(rp.rp_id().as_str(), "example.com");
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
#[derive(Clone)]
pub struct RelyingParty {
    rp_id: RpId,
    origins: OriginPolicy,
    settings: Settings,
    parts: Parts,
}

/// What is configured in code, apart from the RP ID, origins and settings, which can be stored.
#[derive(Clone)]
struct Parts {
    name: String,
    attestation: AttestationPolicy,
    extensions: RegistrationInputs,
    verifier: Arc<dyn SignatureVerifier>,
    decoys: Option<Arc<Decoys>>,
    names: Option<Arc<dyn AuthenticatorNames>>,
}

impl RelyingParty {
    /// Starts building a relying party. The defaults: passkeys are discoverable and verify their user, ten passkeys per
    /// user, EdDSA, ES256 and RS256, no attestation, five minutes per ceremony.
    ///
    /// `rp_id` is the domain to which passkeys are bound permanently. `name` is a name that some browsers show.
    pub fn builder(rp_id: &str, name: impl Into<String>) -> RelyingPartyBuilder {
        let rp_id = RpId::new(rp_id);
        RelyingPartyBuilder {
            origins: rp_id.as_ref().ok().map(OriginPolicy::builder),
            rp_id,
            settings: Values::default(),
            parts: Parts {
                name: name.into(),
                attestation: AttestationPolicy::default(),
                extensions: RegistrationInputs::default(),
                verifier: Arc::new(RustCrypto),
                decoys: None,
                names: None,
            },
        }
    }

    /// The RP ID.
    #[must_use]
    pub fn rp_id(&self) -> &RpId {
        &self.rp_id
    }

    /// The name that some browsers show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parts.name
    }

    /// The accepted origins.
    #[must_use]
    pub fn origins(&self) -> &OriginPolicy {
        &self.origins
    }

    /// The settings for passkeys.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The offered algorithms, in order of preference.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        self.settings.algorithms()
    }

    /// Whether users must be verified.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.settings.user_verification()
    }

    /// The policy that says what attestation statements must prove, and who is trusted.
    #[must_use]
    pub fn attestation(&self) -> &AttestationPolicy {
        &self.parts.attestation
    }

    /// The maximum number of passkeys per user.
    #[must_use]
    pub fn max_passkeys_per_user(&self) -> u32 {
        self.settings.max_passkeys_per_user()
    }

    /// Whether a user's last passkey cannot be deleted.
    #[must_use]
    pub fn keep_last_passkey(&self) -> bool {
        self.settings.keep_last_passkey()
    }

    /// How long a ceremony may take.
    #[must_use]
    pub fn ceremony_lifetime(&self) -> Duration {
        self.settings.ceremony_lifetime()
    }

    /// What happens when a signature counter does not increase.
    #[must_use]
    pub fn counter_rule(&self) -> CounterRule {
        self.settings.counter_rule()
    }

    /// The extensions that creations request.
    pub fn creation_extensions(&self) -> &RegistrationInputs {
        &self.parts.extensions
    }

    /// The decoys that fill the allow lists of users without passkeys, or `None` if the relying party has no decoys.
    #[must_use]
    pub fn decoys(&self) -> Option<&Decoys> {
        self.parts.decoys.as_deref()
    }

    /// Returns the decoy if a credential ID is one. Look for it regardless of what the store found, so that the time
    /// reveals nothing.
    pub(crate) fn recognise_decoy(&self, id: &CredentialId) -> Option<Decoy> {
        hint::black_box(self.decoys()?.recognise(self.rp_id(), id))
    }

    /// Returns the name of an authenticator model, if the relying party's own names or this crate's names contain it.
    /// [`Attestation::aaguid`](crate::Attestation::aaguid) tells whether a passkey really is of that model.
    #[must_use]
    pub fn authenticator_name(&self, aaguid: Aaguid) -> Option<Cow<'static, str>> {
        naming::name_of(self.authenticator_names(), aaguid, AaguidAssurance::Attested)
    }

    pub(crate) fn authenticator_names(&self) -> Option<&dyn AuthenticatorNames> {
        self.parts.names.as_deref()
    }

    /// The verifier of signatures.
    #[must_use]
    pub fn verifier(&self) -> &dyn SignatureVerifier {
        &*self.parts.verifier
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty")
            .field("rp_id", &self.rp_id)
            .field("origins", &self.origins)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Builds a [`RelyingParty`], which has an example.
#[must_use = "a builder does nothing until `build` is called"]
pub struct RelyingPartyBuilder {
    rp_id: Result<RpId, InvalidRpId>,
    /// `None` if the RP ID is invalid: then no origin can be checked.
    origins: Option<OriginPolicyBuilder>,
    settings: Values,
    parts: Parts,
}

impl RelyingPartyBuilder {
    /// Accepts exactly this origin, `https://example.com`.
    pub fn origin(self, origin: impl Into<String>) -> Self {
        self.origins(|policy| policy.origin(origin))
    }

    /// Configures origins with everything that [`OriginPolicyBuilder`] offers: subdomains, related origins, apps,
    /// embedding.
    pub fn origins(
        mut self,
        decide: impl FnOnce(OriginPolicyBuilder) -> OriginPolicyBuilder,
    ) -> Self {
        self.origins = self.origins.map(decide);
        self
    }

    /// Replaces all [`Settings`]. Later calls of the methods below change single settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings.into_values();
        self
    }

    /// Sets the algorithms to offer, in order of preference. The default is `EdDSA`, ES256 and RS256.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets whether users must be verified. The default is [`Required`](UserVerification::Required).
    pub fn user_verification(mut self, demand: UserVerification) -> Self {
        self.settings.user_verification = demand;
        self
    }

    /// Sets whether passkeys must be discoverable. The default is [`Required`](ResidentKey::Required), because sign-in
    /// without a user name needs discoverable passkeys.
    pub fn resident_key(mut self, demand: ResidentKey) -> Self {
        self.settings.resident_key = demand;
        self
    }

    /// Only asks for authenticators that are attached in this way.
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.settings.attachment = Some(attachment);
        self
    }

    /// Tells browsers which kinds of authenticators users are expected to have, most likely first.
    pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.settings.hints = hints.into_iter().collect();
        self
    }

    /// Asks the browser for an attestation, and sets what the statement must prove and who is trusted.
    ///
    /// [`Settings`] can raise the level of the policy but not lower it, so that anyone who can modify stored settings
    /// cannot weaken what is set in code.
    pub fn attestation(
        mut self,
        conveyance: AttestationConveyance,
        policy: impl Into<AttestationPolicy>,
    ) -> Self {
        self.settings.attestation = conveyance;
        self.parts.attestation = policy.into();
        self
    }

    /// Sets the maximum number of passkeys per user. The default is ten.
    pub fn max_passkeys_per_user(mut self, max: u32) -> Self {
        self.settings.max_passkeys_per_user = max;
        self
    }

    /// Sets whether a user's last passkey is protected from deletion. By default it can be deleted.
    pub fn keep_last_passkey(mut self, keep: bool) -> Self {
        self.settings.keep_last_passkey = keep;
        self
    }

    /// Sets how long a ceremony may take. The default is five minutes.
    pub fn ceremony_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.ceremony_lifetime = lifetime;
        self
    }

    /// Sets what happens when a signature counter does not increase. By default the sign-in fails.
    pub fn counter_rule(mut self, rule: CounterRule) -> Self {
        self.settings.counter_rule = rule;
        self
    }

    /// Requests these extensions in every creation that does not set its extensions. The default is only `credProps`.
    pub fn creation_extensions(mut self, extensions: RegistrationInputs) -> Self {
        self.parts.extensions = extensions;
        self
    }

    /// Gives users without passkeys, and user names that do not exist, an allow list of [decoys](crate::decoys) made
    /// from a secret, so that no one can find out who has an account. Without decoys their list is empty.
    pub fn decoys(mut self, decoys: impl Into<Decoys>) -> Self {
        self.parts.decoys = Some(Arc::new(decoys.into()));
        self
    }

    /// Looks up names of authenticator models here first, then among this crate's own names. New passkeys are named
    /// after them.
    pub fn authenticator_names(mut self, names: Arc<dyn AuthenticatorNames>) -> Self {
        self.parts.names = Some(names);
        self
    }

    /// Verifies signatures with this verifier instead of [`RustCrypto`].
    pub fn verifier(mut self, verifier: Arc<dyn SignatureVerifier>) -> Self {
        self.parts.verifier = verifier;
        self
    }

    /// Builds the relying party.
    ///
    /// # Errors
    ///
    /// Returns all problems of the configuration, not just the first.
    pub fn build(mut self) -> Result<RelyingParty, ConfigErrors> {
        let level = self.settings.attestation_level.max(self.parts.attestation.level());
        self.settings.attestation_level = level;
        self.parts.attestation = self.parts.attestation.at_least(level);

        let mut errors = self.parts.errors(&self.settings.algorithms);
        let settings = Settings::try_from(self.settings);
        errors.extend(settings.as_ref().err().into_iter().flatten().cloned());
        let origins = self.origins.map(OriginPolicyBuilder::build).transpose();
        match (self.rp_id, origins, settings) {
            (Ok(rp_id), Ok(Some(origins)), Ok(settings)) if errors.is_empty() => {
                return Ok(RelyingParty { rp_id, origins, settings, parts: self.parts });
            }
            (Ok(_), Err(origins), _) => {
                errors.extend(origins.into_iter().map(ConfigError::Origin));
            }
            (Err(rp_id), _, _) => errors.push(ConfigError::RpId(rp_id)),
            (Ok(_), Ok(_), _) => {}
        }
        Err(ConfigErrors::new(errors))
    }
}

impl Parts {
    fn errors(&self, algorithms: &[Algorithm]) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        if self.name.trim().is_empty() {
            errors.push(ConfigError::NoName);
        }
        let unsupported = algorithms.iter().filter(|algorithm| {
            algorithm.is_for_credentials() && !self.verifier.supports(**algorithm)
        });
        errors.extend(unsupported.copied().map(ConfigError::UnsupportedAlgorithm));
        errors.extend(self.extensions.check().map_err(ConfigError::Extensions).err());
        errors
            .extend(self.decoys.iter().flat_map(|decoys| decoys.check()).map(ConfigError::Decoys));
        errors
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;
    use crate::{
        cose::{CoseKey, InvalidKey},
        crypto::SignatureError,
    };

    /// A verifier that claims to support everything.
    struct Boastful;

    impl SignatureVerifier for Boastful {
        fn supports(&self, _: Algorithm) -> bool {
            true
        }

        fn check_key(&self, _: &CoseKey<'_>) -> Result<(), InvalidKey> {
            Ok(())
        }

        fn verify(&self, _: &CoseKey<'_>, _: &[u8], _: &[u8]) -> Result<(), SignatureError> {
            Ok(())
        }
    }

    fn offering(
        algorithm: Algorithm,
        verifier: Arc<dyn SignatureVerifier>,
    ) -> Result<RelyingParty, ConfigErrors> {
        RelyingParty::builder("example.com", "Example")
            .origin("https://example.com")
            .algorithms([algorithm])
            .verifier(verifier)
            .build()
    }

    #[test]
    fn rs1_and_unknown_algorithms_are_never_offered() {
        for algorithm in [Algorithm::RS1, Algorithm::new(-4711), Algorithm::new(0)] {
            let verifiers: [Arc<dyn SignatureVerifier>; 2] =
                [Arc::new(RustCrypto), Arc::new(Boastful)];
            for verifier in verifiers {
                let errors = offering(algorithm, verifier).unwrap_err();
                assert_eq!(errors.iter().as_slice(), [ConfigError::NotForCredentials(algorithm)]);
            }
        }
    }

    #[test]
    fn offers_only_algorithms_that_the_verifier_supports() {
        let known = (-300..0).map(Algorithm::new).filter(|algorithm| algorithm.name().is_some());
        for algorithm in known {
            let supported = RustCrypto.supports(algorithm);
            match offering(algorithm, Arc::new(RustCrypto)) {
                Ok(_) => assert!(supported, "{algorithm}"),
                Err(errors) => {
                    assert!(!supported);
                    assert_eq!(
                        errors.iter().as_slice(),
                        [ConfigError::UnsupportedAlgorithm(algorithm)]
                    );
                }
            }
            assert!(offering(algorithm, Arc::new(Boastful)).is_ok(), "{algorithm}");
        }
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let errors = RelyingParty::builder("example.com", " ")
            .origin("https://example.net")
            .algorithms([Algorithm::ES256, Algorithm::ES256, Algorithm::RS1])
            .max_passkeys_per_user(0)
            .ceremony_lifetime(Duration::from_millis(0))
            .build()
            .unwrap_err();
        assert_eq!(errors.iter().count(), 6);
        assert_eq!(errors.to_string().lines().count(), 6);
        let rp_id = RelyingParty::builder("com", "Example").algorithms([]).build().unwrap_err();
        assert!(matches!(
            rp_id.iter().as_slice(),
            [ConfigError::NoAlgorithm, ConfigError::RpId(_)]
        ));
    }
}
