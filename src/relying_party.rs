//! The relying party: everything that a host decides once, validated.

use alloc::{borrow::Cow, string::String, sync::Arc, vec, vec::Vec};
use core::fmt;

use crate::{
    attestation::AttestationPolicy,
    bytes::Aaguid,
    ceremony::CounterRule,
    cose::Algorithm,
    crypto::{RustCrypto, SignatureVerifier},
    decoys::{Decoys, InvalidDecoys},
    extensions::{InvalidExtensions, RegistrationInputs},
    json::{AttestationConveyance, AuthenticatorAttachment, Hint, ResidentKey, UserVerification},
    limits::{CEREMONY_LIFETIME_DEFAULT, PASSKEYS_PER_USER_DEFAULT},
    naming::{self, AuthenticatorNames},
    policy::{InvalidRpId, OriginPolicy, OriginPolicyBuilder, PolicyError, RpId},
    time::Duration,
};

/// A relying party: its RP ID, the origins it accepts, and what it asks of passkeys.
///
/// One that exists is valid. It is immutable, cheap to clone and meant to be made once, at the start of the service.
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
    settings: Settings,
    origins: OriginPolicy,
}

/// What the builder collects beside RP ID and origins.
#[derive(Clone)]
struct Settings {
    name: String,
    algorithms: Vec<Algorithm>,
    user_verification: UserVerification,
    resident_key: ResidentKey,
    attachment: Option<AuthenticatorAttachment>,
    hints: Vec<Hint>,
    attestation: AttestationPolicy,
    attestation_conveyance: AttestationConveyance,
    max_passkeys_per_user: u32,
    keep_last_passkey: bool,
    ceremony_lifetime: Duration,
    counter_rule: CounterRule,
    extensions: RegistrationInputs,
    verifier: Arc<dyn SignatureVerifier>,
    decoys: Option<Arc<Decoys>>,
    names: Option<Arc<dyn AuthenticatorNames>>,
}

impl RelyingParty {
    /// Begins a relying party with the defaults: passkeys that are discoverable and verify their user, ten per user,
    /// EdDSA, ES256 and RS256, no attestation, five minutes for a ceremony.
    ///
    /// `rp_id` is the domain to which passkeys are bound for good; `name` is what some browsers show.
    pub fn builder(rp_id: &str, name: impl Into<String>) -> RelyingPartyBuilder {
        let rp_id = RpId::new(rp_id);
        RelyingPartyBuilder {
            origins: rp_id.as_ref().ok().map(OriginPolicy::builder),
            rp_id,
            settings: Settings {
                name: name.into(),
                algorithms: vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256],
                user_verification: UserVerification::Required,
                resident_key: ResidentKey::Required,
                attachment: None,
                hints: Vec::new(),
                attestation: AttestationPolicy::default(),
                attestation_conveyance: AttestationConveyance::None,
                max_passkeys_per_user: PASSKEYS_PER_USER_DEFAULT,
                keep_last_passkey: false,
                ceremony_lifetime: CEREMONY_LIFETIME_DEFAULT,
                counter_rule: CounterRule::default(),
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
        &self.settings.name
    }

    /// The origins that are accepted.
    #[must_use]
    pub fn origins(&self) -> &OriginPolicy {
        &self.origins
    }

    /// The algorithms that are offered, the preferred one first.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.settings.algorithms
    }

    /// Whether users must be verified.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.settings.user_verification
    }

    /// Whether passkeys are to be discoverable.
    #[must_use]
    pub fn resident_key(&self) -> ResidentKey {
        self.settings.resident_key
    }

    /// Where authenticators have to be, if that matters.
    #[must_use]
    pub fn attachment(&self) -> Option<AuthenticatorAttachment> {
        self.settings.attachment
    }

    /// What users are expected to have.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.settings.hints
    }

    /// What is asked of attestation statements.
    #[must_use]
    pub fn attestation(&self) -> &AttestationPolicy {
        &self.settings.attestation
    }

    /// Which attestation the browser is asked for.
    #[must_use]
    pub fn attestation_conveyance(&self) -> AttestationConveyance {
        self.settings.attestation_conveyance
    }

    /// The most passkeys that one user may have.
    #[must_use]
    pub fn max_passkeys_per_user(&self) -> u32 {
        self.settings.max_passkeys_per_user
    }

    /// Whether a user's last passkey cannot be deleted.
    #[must_use]
    pub fn keep_last_passkey(&self) -> bool {
        self.settings.keep_last_passkey
    }

    /// How long a ceremony may take.
    #[must_use]
    pub fn ceremony_lifetime(&self) -> Duration {
        self.settings.ceremony_lifetime
    }

    /// What happens when a signature counter does not grow.
    #[must_use]
    pub fn counter_rule(&self) -> CounterRule {
        self.settings.counter_rule
    }

    /// The extensions that creations request.
    pub fn creation_extensions(&self) -> &RegistrationInputs {
        &self.settings.extensions
    }

    /// What stands in the allow lists of users without passkeys; nothing unless the relying party has decoys.
    #[must_use]
    pub fn decoys(&self) -> Option<&Decoys> {
        self.settings.decoys.as_deref()
    }

    /// The name of an authenticator model, if it is known to the relying party's own names or to this crate's.
    #[must_use]
    pub fn authenticator_name(&self, aaguid: Aaguid) -> Option<Cow<'static, str>> {
        naming::name_of(self.authenticator_names(), aaguid)
    }

    pub(crate) fn authenticator_names(&self) -> Option<&dyn AuthenticatorNames> {
        self.settings.names.as_deref()
    }

    /// What verifies signatures.
    #[must_use]
    pub fn verifier(&self) -> &dyn SignatureVerifier {
        &*self.settings.verifier
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty")
            .field("rp_id", &self.rp_id)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

/// What is to become a [`RelyingParty`].
#[must_use = "a builder is of no use until it is built"]
pub struct RelyingPartyBuilder {
    rp_id: Result<RpId, InvalidRpId>,
    /// None if the RP ID is invalid, without which no origin can be judged.
    origins: Option<OriginPolicyBuilder>,
    settings: Settings,
}

impl RelyingPartyBuilder {
    /// Accepts exactly this origin, `https://example.com`.
    pub fn origin(self, origin: impl Into<String>) -> Self {
        self.origins(|policy| policy.origin(origin))
    }

    /// Decides on origins by all means of [`OriginPolicyBuilder`]: subdomains, related origins, apps, embedding.
    pub fn origins(
        mut self,
        decide: impl FnOnce(OriginPolicyBuilder) -> OriginPolicyBuilder,
    ) -> Self {
        self.origins = self.origins.map(decide);
        self
    }

    /// Offers these algorithms, the preferred one first.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.settings.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Whether users must be verified; [`Required`](UserVerification::Required) unless said otherwise.
    pub fn user_verification(mut self, demand: UserVerification) -> Self {
        self.settings.user_verification = demand;
        self
    }

    /// Whether passkeys are to be discoverable; [`Required`](ResidentKey::Required) unless said otherwise, since
    /// sign-in without a user name needs it.
    pub fn resident_key(mut self, demand: ResidentKey) -> Self {
        self.settings.resident_key = demand;
        self
    }

    /// Asks for authenticators in this place only.
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.settings.attachment = Some(attachment);
        self
    }

    /// Tells browsers what users are expected to have, the likeliest first.
    pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.settings.hints = hints.into_iter().collect();
        self
    }

    /// Asks the browser for an attestation, and says what the statement must be worth.
    pub fn attestation(
        mut self,
        conveyance: AttestationConveyance,
        policy: impl Into<AttestationPolicy>,
    ) -> Self {
        self.settings.attestation_conveyance = conveyance;
        self.settings.attestation = policy.into();
        self
    }

    /// The most passkeys that one user may have; ten unless said otherwise.
    pub fn max_passkeys_per_user(mut self, max: u32) -> Self {
        self.settings.max_passkeys_per_user = max;
        self
    }

    /// Whether a user's last passkey cannot be deleted; it can unless said otherwise.
    pub fn keep_last_passkey(mut self, keep: bool) -> Self {
        self.settings.keep_last_passkey = keep;
        self
    }

    /// How long a ceremony may take; five minutes unless said otherwise.
    pub fn ceremony_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.ceremony_lifetime = lifetime;
        self
    }

    /// What happens when a signature counter does not grow; the sign-in fails unless said otherwise.
    pub fn counter_rule(mut self, rule: CounterRule) -> Self {
        self.settings.counter_rule = rule;
        self
    }

    /// Requests these extensions of every creation that names no others; `credProps` alone unless said otherwise.
    pub fn creation_extensions(mut self, extensions: RegistrationInputs) -> Self {
        self.settings.extensions = extensions;
        self
    }

    /// Gives named users without passkeys, and those who do not exist, an allow list of [decoys](crate::decoys) made
    /// from a secret, so that nobody can tell who has an account. Without, their list is empty.
    pub fn decoys(mut self, decoys: impl Into<Decoys>) -> Self {
        self.settings.decoys = Some(Arc::new(decoys.into()));
        self
    }

    /// Names authenticator models by these before this crate's own names: new passkeys are called after them.
    pub fn authenticator_names(mut self, names: Arc<dyn AuthenticatorNames>) -> Self {
        self.settings.names = Some(names);
        self
    }

    /// Verifies signatures with this instead of [`RustCrypto`].
    pub fn verifier(mut self, verifier: Arc<dyn SignatureVerifier>) -> Self {
        self.settings.verifier = verifier;
        self
    }

    /// The relying party.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, not the first thing only.
    pub fn build(self) -> Result<RelyingParty, ConfigErrors> {
        let mut errors = self.settings.errors();
        let origins = self.origins.map(OriginPolicyBuilder::build).transpose();
        match (self.rp_id, origins) {
            (Ok(rp_id), Ok(Some(origins))) if errors.is_empty() => {
                return Ok(RelyingParty { rp_id, settings: self.settings, origins });
            }
            (Ok(_), Err(origins)) => errors.extend(origins.into_iter().map(ConfigError::Origin)),
            (Err(rp_id), _) => errors.push(ConfigError::RpId(rp_id)),
            (Ok(_), Ok(_)) => {}
        }
        Err(ConfigErrors(errors))
    }
}

impl Settings {
    fn errors(&self) -> Vec<ConfigError> {
        let mut errors = Vec::new();
        if self.name.trim().is_empty() {
            errors.push(ConfigError::NoName);
        }
        if self.algorithms.is_empty() {
            errors.push(ConfigError::NoAlgorithm);
        }
        for (index, algorithm) in self.algorithms.iter().enumerate() {
            if !algorithm.is_for_credentials() {
                errors.push(ConfigError::NotForCredentials(*algorithm));
            } else if !self.verifier.supports(*algorithm) {
                errors.push(ConfigError::UnsupportedAlgorithm(*algorithm));
            }
            if self.algorithms.iter().take(index).any(|earlier| earlier == algorithm) {
                errors.push(ConfigError::AlgorithmTwice(*algorithm));
            }
        }
        if self.max_passkeys_per_user == 0 {
            errors.push(ConfigError::NoPasskeys);
        }
        if self.ceremony_lifetime == Duration::from_millis(0) {
            errors.push(ConfigError::NoTime);
        }
        errors.extend(self.extensions.check().map_err(ConfigError::Extensions).err());
        errors
            .extend(self.decoys.iter().flat_map(|decoys| decoys.check()).map(ConfigError::Decoys));
        errors
    }
}

/// One thing that is wrong with a relying party.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The RP ID is none.
    #[error(transparent)]
    RpId(#[from] InvalidRpId),
    /// An origin cannot be accepted.
    #[error(transparent)]
    Origin(#[from] PolicyError),
    /// The name is empty, which browsers refuse.
    #[error("the relying party has no name")]
    NoName,
    /// No algorithm is offered.
    #[error("no algorithm is offered; ES256 is what every authenticator has")]
    NoAlgorithm,
    /// An algorithm is offered that no credential may have: RS1, or one that this crate does not know.
    #[error("algorithm {0} is offered, but no credential may have it")]
    NotForCredentials(Algorithm),
    /// An algorithm is offered that cannot be verified.
    #[error("algorithm {0} is offered, but the signature verifier does not support it")]
    UnsupportedAlgorithm(Algorithm),
    /// An algorithm is offered twice.
    #[error("algorithm {0} is offered twice")]
    AlgorithmTwice(Algorithm),
    /// Nobody may have a passkey.
    #[error("at most 0 passkeys per user: nobody could create one")]
    NoPasskeys,
    /// The extension inputs are ones that a client would refuse.
    #[error(transparent)]
    Extensions(#[from] InvalidExtensions),
    /// Decoys cannot be made so.
    #[error(transparent)]
    Decoys(#[from] InvalidDecoys),
    /// A ceremony would have expired when it begins.
    #[error("a ceremony lifetime of 0 milliseconds: none could finish")]
    NoTime,
}

/// All that is wrong with a relying party, at least one thing. `Display` gives one line for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The errors.
    pub fn iter(&self) -> core::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = core::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for ConfigErrors {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;
    use crate::{
        cose::{CoseKey, InvalidKey},
        crypto::SignatureError,
    };

    /// A verifier that has everything, or says so.
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
                assert_eq!(errors.0, [ConfigError::NotForCredentials(algorithm)]);
            }
        }
    }

    #[test]
    fn what_the_verifier_supports_is_what_can_be_offered() {
        let known = (-300..0).map(Algorithm::new).filter(|algorithm| algorithm.name().is_some());
        for algorithm in known {
            let supported = RustCrypto.supports(algorithm);
            match offering(algorithm, Arc::new(RustCrypto)) {
                Ok(_) => assert!(supported, "{algorithm}"),
                Err(errors) => {
                    assert!(!supported);
                    assert_eq!(errors.0, [ConfigError::UnsupportedAlgorithm(algorithm)]);
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
        assert!(matches!(rp_id.0[..], [ConfigError::NoAlgorithm, ConfigError::RpId(_)]));
    }
}
