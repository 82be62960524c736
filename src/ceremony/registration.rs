//! Registering a credential (§7.1).

use alloc::vec::Vec;

use super::{
    error::CeremonyError,
    judge::{FirstFailure, Judge},
    rules::Rule,
    steps::{
        ClientDataExpectation, check_backup_state, check_ids, check_rp_id, check_user_presence,
        check_user_verification,
    },
};
use crate::{
    attestation::{self, AttestationPolicy, ClientDataHash, Context, Signed},
    attestation_object::AttestationObject,
    auth_data::{AttestedCredentialData, AuthenticatorData, Flags},
    base64url::Decoded,
    bytes::{Aaguid, CredentialId, PasskeyId, UserHandle},
    cose::{Algorithm, CosePublicKey},
    crypto::SignatureVerifier,
    extensions::{RegistrationOutputs, RequestedExtensions},
    json::{AuthenticatorAttachment, INLINE_ID, RegistrationResponse, Transport, UserVerification},
    limits::CLIENT_DATA_MAX,
    malformed::Malformed,
    name::PasskeyName,
    passkey::{Attestation, AttestationLevel, Passkey, PasskeyState},
    policy::{OriginPolicy, RpId},
    time::Timestamp,
};

/// The demands on a registration, as of when it began.
/// [`explain_registration`](crate::ceremony::explain_registration) has an example.
#[derive(Clone, Copy)]
pub struct RegistrationExpectation<'a> {
    /// The RP ID.
    pub rp_id: &'a RpId,
    /// The accepted origins.
    pub origins: &'a OriginPolicy,
    /// The one origin where the ceremony began, if the ceremony is bound to it.
    pub bound_origin: Option<&'a str>,
    /// Whether a `tokenBinding` in the client data must have the form that Level 2 gave it.
    pub check_token_binding: bool,
    /// The challenge that was issued.
    pub challenge: &'a [u8],
    /// Whether the user must be verified.
    pub user_verification: UserVerification,
    /// The offered algorithms.
    pub algorithms: &'a [Algorithm],
    /// Whether the ceremony used conditional mediation, in which the user does not have to be present.
    pub conditional: bool,
    /// What the attestation statement must prove.
    pub attestation: &'a AttestationPolicy,
    /// The requested extensions.
    pub extensions: &'a RequestedExtensions,
    /// The verifier of signatures.
    pub verifier: &'a dyn SignatureVerifier,
    /// The time at which certificates must be valid.
    pub now: Timestamp,
}

/// A registration that passed every step. Nothing else can become a [`Passkey`]. [`verify_registration`] has an
/// example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRegistration {
    credential_id: CredentialId,
    public_key: CosePublicKey,
    aaguid: Aaguid,
    flags: Flags,
    sign_count: u32,
    attestation: Attestation,
    attachment: Option<AuthenticatorAttachment>,
    transports: Vec<Transport>,
    extensions: RegistrationOutputs,
}

/// Maximum sizes up to which a message is decoded on the stack.
const INLINE_CLIENT_DATA: usize = 512;
const INLINE_ATTESTATION_OBJECT: usize = 1024;

/// Verifies a registration: §7.1 steps 3 to 25 and 28, in that order.
///
/// Step 26, that the credential is not registered yet, is left to the store, which checks it when it inserts the
/// passkey. Step 27 is [`VerifiedRegistration::into_passkey`].
///
/// ```
/// use relying_party::{Passkey, PasskeyName, UserHandle, json::RegistrationResponse};
/// use relying_party::ceremony::{CeremonyError, RegistrationExpectation, verify_registration};
///
/// /// Returns the passkey to store.
/// fn verify(
///     posted: &[u8],
///     expected: &RegistrationExpectation<'_>,
///     user: UserHandle,
///     name: PasskeyName,
/// ) -> Result<Passkey, CeremonyError> {
///     let response = RegistrationResponse::parse(posted)?;
///     let verified = verify_registration(&response, expected)?;
///     Ok(verified.into_passkey(expected.rp_id, user, name, expected.now))
/// }
/// ```
///
/// # Errors
///
/// The first step that fails.
pub fn verify_registration(
    response: &RegistrationResponse<'_>,
    expected: &RegistrationExpectation<'_>,
) -> Result<VerifiedRegistration, CeremonyError> {
    judge_registration(response, expected, &mut FirstFailure)
}

/// Runs the steps. The result is only valid if `judge` lets no step fail.
pub(super) fn judge_registration<J: Judge>(
    response: &RegistrationResponse<'_>,
    expected: &RegistrationExpectation<'_>,
    judge: &mut J,
) -> Result<VerifiedRegistration, CeremonyError> {
    // Step 3: the shape of the response.
    judge.check(Rule::Response, response.check_type())?;
    judge.check(Rule::CredentialIds, check_ids(response.id_is_raw_id()))?;
    let mut raw_id = Decoded::<INLINE_ID>::new();
    let raw_id = judge.need(Rule::CredentialIds, response.raw_id(&mut raw_id))?;
    let mut object = Decoded::<INLINE_ATTESTATION_OBJECT>::new();
    let object = judge.need(Rule::Members, response.attestation_object(&mut object))?;
    let mut client_data_json = Decoded::<INLINE_CLIENT_DATA>::new();
    let client_data_json = response.client_data_json(&mut client_data_json, CLIENT_DATA_MAX);
    let client_data_json = judge.need(Rule::Members, client_data_json)?;

    // Steps 5 to 11: client data.
    let client_data = ClientDataExpectation {
        kind: "webauthn.create",
        challenge: expected.challenge,
        origins: expected.origins,
        bound_origin: expected.bound_origin,
        check_token_binding: expected.check_token_binding,
    };
    let client_data = client_data.check(client_data_json, judge);
    judge.apart(client_data)?;

    // Step 12.
    let client_data_hash = ClientDataHash::of(client_data_json);

    // Step 13.
    let object = judge.need(Rule::AuthenticatorData, AttestationObject::parse(object))?;
    let data = object.authenticator_data();
    let attested = judge.need(Rule::AttestedCredentialData, attested_credential_data(data))?;

    // Step 14.
    judge.check(Rule::RpId, check_rp_id(data, expected.rp_id))?;
    // Step 15: waived under conditional mediation only.
    if expected.conditional {
        judge.skip(Rule::UserPresence, "waived for a creation with conditional mediation");
    } else {
        judge.check(Rule::UserPresence, check_user_presence(data.flags()))?;
    }
    // Step 16.
    check_user_verification(data.flags(), expected.user_verification, judge)?;
    // Step 17. Steps 18 and 19 are policy on the backup flags, which is not applied here.
    judge.check(Rule::BackupState, check_backup_state(data.flags()))?;

    // Step 20, and the key rules of §5.8.5.
    judge.check(Rule::Algorithm, check_algorithm(attested, expected))?;
    judge.check(Rule::Key, check_key(attested, expected))?;

    // Steps 21 to 24.
    let signed = Signed { data, attested, client_data_hash: &client_data_hash };
    let ctx =
        Context { verifier: expected.verifier, policy: expected.attestation, now: expected.now };
    let attestation = attestation::verify(&object, &signed, &ctx);
    let attestation = attestation.map_err(CeremonyError::from);
    let attestation = judge.need_all(Rule::ATTESTATION, attestation)?;
    skip_unjudged(attestation.level(), judge);

    // Step 25, and what it relies on: the passkey is stored under the attested credential ID.
    judge.check(Rule::AttestedCredentialId, check_attested_id(attested, raw_id))?;
    let credential_id = CredentialId::try_from(raw_id)
        .map_err(|_| CeremonyError::CredentialId("not 1 to 1023 bytes long"));
    let credential_id = judge.need(Rule::CredentialIdLength, credential_id)?;

    // Step 28, before the store is touched, so that nothing rejected is stored.
    let client_outputs = response.client_extension_results();
    let extensions =
        RegistrationOutputs::read(client_outputs, data.extensions(), expected.extensions);
    let extensions = judge.need(Rule::Extensions, extensions)?;

    Ok(VerifiedRegistration {
        credential_id,
        public_key: attested.stored_key()?,
        aaguid: attested.aaguid,
        flags: data.flags(),
        sign_count: data.sign_count(),
        attestation,
        attachment: response.authenticator_attachment(),
        transports: response.transports(),
        extensions,
    })
}

/// Not a numbered step, but without attested credential data (AT) there is no key.
fn attested_credential_data<'a, 'd>(
    data: &'d AuthenticatorData<'a>,
) -> Result<&'d AttestedCredentialData<'a>, Malformed> {
    data.attested_credential_data()
        .ok_or(Malformed::AuthenticatorData("a registration without attested credential data"))
}

/// Step 20.
fn check_algorithm(
    attested: &AttestedCredentialData<'_>,
    expected: &RegistrationExpectation<'_>,
) -> Result<(), CeremonyError> {
    let algorithm = attested.public_key.algorithm;
    if expected.algorithms.contains(&algorithm) {
        Ok(())
    } else {
        Err(CeremonyError::AlgorithmNotOffered {
            found: algorithm,
            offered: expected.algorithms.to_vec(),
        })
    }
}

/// The key rules of §5.8.5.
fn check_key(
    attested: &AttestedCredentialData<'_>,
    expected: &RegistrationExpectation<'_>,
) -> Result<(), CeremonyError> {
    let algorithm = attested.public_key.algorithm;
    attested.public_key.check_shape()?;
    if !expected.verifier.supports(algorithm) {
        return Err(CeremonyError::AlgorithmNotSupported(algorithm));
    }
    Ok(expected.verifier.check_key(&attested.public_key)?)
}

/// Skips the steps that the policy does not require of the attestation.
fn skip_unjudged<J: Judge>(level: AttestationLevel, judge: &mut J) {
    if level == AttestationLevel::Ignored {
        judge.skip(Rule::AttestationFormat, "the policy ignores attestation");
        judge.skip(Rule::AttestationStatement, "the policy ignores attestation");
    }
    if level != AttestationLevel::Trusted {
        judge.skip(Rule::AttestationTrust, "the policy does not require trusted attestation");
    }
}

/// Not a numbered step: the passkey must be stored under the attested credential ID.
fn check_attested_id(
    attested: &AttestedCredentialData<'_>,
    raw_id: &[u8],
) -> Result<(), CeremonyError> {
    if attested.credential_id == raw_id {
        Ok(())
    } else {
        Err(CeremonyError::CredentialId("rawId is not the attested credential id"))
    }
}

impl VerifiedRegistration {
    /// The attested credential ID.
    #[must_use]
    pub fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// The credential public key.
    #[must_use]
    pub fn public_key(&self) -> &CosePublicKey {
        &self.public_key
    }

    /// The authenticator's model. [`Attestation::aaguid`] tells whether it was proved or is only claimed.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The flags of the authenticator data.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The signature counter at registration.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// What the attestation proved.
    #[must_use]
    pub fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// How the authenticator is attached, if the client reported it.
    #[must_use]
    pub fn attachment(&self) -> Option<AuthenticatorAttachment> {
        self.attachment
    }

    /// The transports over which the authenticator says it can be reached.
    #[must_use]
    pub fn transports(&self) -> &[Transport] {
        &self.transports
    }

    /// The extension outputs.
    #[must_use]
    pub fn extensions(&self) -> &RegistrationOutputs {
        &self.extensions
    }

    /// Returns the passkey to store (step 27). Of the extension outputs it only keeps `credProps.rk`.
    ///
    /// Insert it only if no passkey of the RP ID has its credential ID, no matter who owns that passkey (step 26).
    /// Otherwise an attacker can attach a victim's credential to their own account, and the victim's next sign-in leads
    /// there.
    #[must_use]
    pub fn into_passkey(
        self,
        rp_id: &RpId,
        user: UserHandle,
        name: PasskeyName,
        now: Timestamp,
    ) -> Passkey {
        Passkey {
            id: PasskeyId::of(rp_id.as_str(), &self.credential_id),
            rp_id: rp_id.as_str().into(),
            user,
            credential_id: self.credential_id,
            public_key: self.public_key,
            aaguid: self.aaguid,
            transports: self.transports,
            attachment: self.attachment,
            discoverable: self.extensions.client.cred_props_rk,
            attestation: self.attestation,
            name,
            created_at: now,
            updated_at: now,
            last_used_at: None,
            state: PasskeyState {
                sign_count: self.sign_count,
                backup_eligible: Some(self.flags.backup_eligible()),
                backup_state: Some(self.flags.backup_state()),
                uv_initialized: self.flags.user_verified(),
            },
        }
    }
}
