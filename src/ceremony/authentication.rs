//! Verifying an assertion (§7.2).

use alloc::borrow::ToOwned as _;

use sha2::{Digest as _, Sha256};

use super::{
    choices::{BackupEligibilityRule, CounterRule},
    error::CeremonyError,
    judge::{FirstFailure, Judge},
    rules::Rule,
    steps::{
        ClientDataExpectation, check_backup_state, check_ids, check_rp_id, check_user_presence,
        check_user_verification,
    },
};
use crate::{
    auth_data::{AuthenticatorData, Flags},
    base64url::Decoded,
    bytes::CredentialId,
    cose::CoseKey,
    crypto::{SignatureError, SignatureVerifier},
    extensions::{AppId, AuthenticationOutputs, RequestedExtensions, app_id_in_use},
    json::{AuthenticationResponse, INLINE_ID, UserVerification},
    limits::{CLIENT_DATA_MAX, USER_HANDLE_MAX},
    passkey::{Passkey, PasskeyState},
    policy::{OriginPolicy, RpId},
};

/// The demands on a sign-in, as of when it began. [`verify_authentication`] has an example.
#[derive(Clone, Copy)]
pub struct AuthenticationExpectation<'a> {
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
    /// The allowed credentials. Empty for a discoverable ceremony.
    pub allow_credentials: &'a [CredentialId],
    /// The user handle of the account, if it was known when the ceremony began.
    pub user: Option<&'a [u8]>,
    /// What to do about a counter that does not increase.
    pub counter_rule: CounterRule,
    /// What to do about a passkey that becomes eligible for backup.
    pub backup_eligibility_rule: BackupEligibilityRule,
    /// Whether the record alone may identify the account if neither the ceremony nor the response does. The
    /// specification requires a user handle in that case (§7.2 step 6).
    pub find_by_credential_id: bool,
    /// The requested extensions.
    pub extensions: &'a RequestedExtensions,
    /// The verifier of signatures.
    pub verifier: &'a dyn SignatureVerifier,
}

/// The stored record that an assertion is verified against (§4 *Credential Record*). [`verify_authentication`] has an
/// example.
#[derive(Clone, Copy, Debug)]
pub struct CredentialRecord<'a> {
    /// The credential id.
    pub credential_id: &'a [u8],
    /// The user handle of the account that owns the record.
    pub user: &'a [u8],
    /// The credential public key: [`CosePublicKey::key`](crate::CosePublicKey::key), or the result of
    /// [`CoseKey::parse`] for a `COSE_Key` that is stored in another way.
    pub public_key: CoseKey<'a>,
    /// The counter and flags of the last use.
    pub state: PasskeyState,
}

impl<'a> From<&'a Passkey> for CredentialRecord<'a> {
    fn from(passkey: &'a Passkey) -> Self {
        Self {
            credential_id: passkey.credential_id.as_bytes(),
            user: passkey.user.as_bytes(),
            public_key: passkey.public_key.key(),
            state: passkey.state,
        }
    }
}

/// An assertion that passed every step. [`verify_authentication`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAuthentication {
    flags: Flags,
    sign_count: u32,
    stored: PasskeyState,
    extensions: AuthenticationOutputs,
}

/// Maximum sizes up to which a message is decoded on the stack. All real messages fit, except for ML-DSA signatures.
const INLINE_CLIENT_DATA: usize = 512;
const INLINE_AUTHENTICATOR_DATA: usize = 256;
const INLINE_SIGNATURE: usize = 520;

/// Length of a SHA-256 hash, in bytes.
const HASH: usize = 32;

/// What an assertion is for. The steps are the same for all kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct AssertionKind {
    client_data_type: &'static str,
    client_data_max: usize,
}

impl AssertionKind {
    pub(super) const SIGN_IN: Self =
        Self { client_data_type: "webauthn.get", client_data_max: CLIENT_DATA_MAX };

    #[cfg(feature = "payment")]
    const PAYMENT: Self = Self {
        client_data_type: "payment.get",
        client_data_max: crate::limits::PAYMENT_CLIENT_DATA_MAX,
    };
}

/// Verifies an assertion against the record of its credential: §7.2 steps 3 to 23, in that order.
///
/// Writes nothing. For step 24, store [`VerifiedAuthentication::state`] if the record has not changed since it was
/// read.
///
/// ```
/// use relying_party::{Passkey, PasskeyState, json::AuthenticationResponse};
/// use relying_party::ceremony::{AuthenticationExpectation, CeremonyError, CredentialRecord, verify_authentication};
///
/// /// Returns the state to store.
/// fn verify(
///     posted: &[u8],
///     expected: &AuthenticationExpectation<'_>,
///     passkey: &Passkey,
/// ) -> Result<PasskeyState, CeremonyError> {
///     let response = AuthenticationResponse::parse(posted)?;
///     let verified = verify_authentication(&response, expected, &CredentialRecord::from(passkey))?;
///     Ok(verified.state())
/// }
/// ```
///
/// # Errors
///
/// The first step that fails.
pub fn verify_authentication(
    response: &AuthenticationResponse<'_>,
    expected: &AuthenticationExpectation<'_>,
    record: &CredentialRecord<'_>,
) -> Result<VerifiedAuthentication, CeremonyError> {
    judge_authentication(response, expected, record, AssertionKind::SIGN_IN, &mut FirstFailure)
}

/// Runs the same steps for the assertion of a payment, whose client data have another type.
#[cfg(feature = "payment")]
pub(crate) fn verify_payment_steps(
    response: &AuthenticationResponse<'_>,
    expected: &AuthenticationExpectation<'_>,
    record: &CredentialRecord<'_>,
) -> Result<VerifiedAuthentication, CeremonyError> {
    judge_authentication(response, expected, record, AssertionKind::PAYMENT, &mut FirstFailure)
}

/// Runs the steps. The result is only valid if `judge` lets no step fail.
pub(super) fn judge_authentication<J: Judge>(
    response: &AuthenticationResponse<'_>,
    expected: &AuthenticationExpectation<'_>,
    record: &CredentialRecord<'_>,
    kind: AssertionKind,
    judge: &mut J,
) -> Result<VerifiedAuthentication, CeremonyError> {
    // Step 3: the shape of the response.
    judge.check(Rule::Response, response.check_type())?;
    judge.check(Rule::CredentialIds, check_ids(response.id_is_raw_id()))?;
    let mut raw_id = Decoded::<INLINE_ID>::new();
    let raw_id = judge.need(Rule::CredentialIds, response.raw_id(&mut raw_id))?;

    // Steps 5 and 6.
    if expected.allow_credentials.is_empty() {
        judge.skip(Rule::AllowedCredential, "any credential may answer");
    } else {
        let allowed = check_allowed(raw_id, expected.allow_credentials);
        judge.check(Rule::AllowedCredential, allowed)?;
    }
    judge.check(Rule::Owner, check_owner(response, raw_id, expected, record))?;

    // Step 7.
    let mut client_data_json = Decoded::<INLINE_CLIENT_DATA>::new();
    let client_data_json = response.client_data_json(&mut client_data_json, kind.client_data_max);
    let client_data_json = judge.need(Rule::Members, client_data_json)?;
    let mut message = Decoded::<INLINE_AUTHENTICATOR_DATA>::new();
    let message = response.authenticator_data(&mut message, HASH);
    let message = judge.need(Rule::Members, message)?;
    let mut signature = Decoded::<INLINE_SIGNATURE>::new();
    let signature = judge.need(Rule::Members, response.signature(&mut signature))?;

    // Steps 8 to 14: client data.
    let client_data = ClientDataExpectation {
        kind: kind.client_data_type,
        challenge: expected.challenge,
        origins: expected.origins,
        bound_origin: expected.bound_origin,
        check_token_binding: expected.check_token_binding,
    };
    let client_data = client_data.check(client_data_json, judge);
    judge.apart(client_data)?;

    // Step 20: the hash directly follows the authenticator data, as they were signed.
    let (_, hash) = message.split_at_mut(message.len().saturating_sub(HASH));
    hash.copy_from_slice(&Sha256::digest(client_data_json));
    let message = &*message;

    // Steps 15 to 18.
    let (data, _) = message.split_at(message.len().saturating_sub(HASH));
    let data = judge.need(Rule::AuthenticatorData, AuthenticatorData::parse(data))?;
    let client_outputs = response.client_extension_results();
    let scope = match app_id_in_use(client_outputs, expected.extensions) {
        Some(app_id) => check_app_id(&data, app_id),
        None => check_rp_id(&data, expected.rp_id),
    };
    judge.check(Rule::RpId, scope)?;
    judge.check(Rule::UserPresence, check_user_presence(data.flags()))?;
    check_user_verification(data.flags(), expected.user_verification, judge)?;
    judge.check(Rule::BackupState, check_backup_state(data.flags()))?;
    // Step 19. An imported record may not know BE.
    match record.state.backup_eligible {
        Some(stored) => {
            let rule = expected.backup_eligibility_rule;
            let unchanged = check_backup_eligibility(data.flags(), stored, rule);
            judge.check(Rule::BackupEligibility, unchanged)?;
        }
        None => judge.skip(Rule::BackupEligibility, "the imported record does not say"),
    }

    // Step 21: with the record's key and the algorithm of that key.
    let signed = check_signature(record, message, signature, expected.verifier);
    judge.check(Rule::Signature, signed)?;

    // Step 22.
    let mut verified = VerifiedAuthentication {
        flags: data.flags(),
        sign_count: data.sign_count(),
        stored: record.state,
        extensions: AuthenticationOutputs::default(),
    };
    judge.check(Rule::SignCount, check_counter(&verified, expected.counter_rule))?;

    // Step 23.
    let requested = expected.extensions;
    let extensions = AuthenticationOutputs::read(client_outputs, data.extensions(), requested);
    verified.extensions = judge.need(Rule::Extensions, extensions)?;
    Ok(verified)
}

/// Step 5.
fn check_allowed(raw_id: &[u8], allowed: &[CredentialId]) -> Result<(), CeremonyError> {
    if allowed.iter().any(|id| id.as_bytes() == raw_id) {
        Ok(())
    } else {
        Err(CeremonyError::CredentialNotAllowed)
    }
}

/// Step 6. Compares the record's owner with the known user even if the response does not name a user. Comparing only
/// the response's user handle is a known vulnerability (CVE-2026-46419).
fn check_owner(
    response: &AuthenticationResponse<'_>,
    raw_id: &[u8],
    expected: &AuthenticationExpectation<'_>,
    record: &CredentialRecord<'_>,
) -> Result<(), CeremonyError> {
    let user = expected.user;
    if record.credential_id != raw_id {
        return Err(CeremonyError::CredentialNotAllowed);
    }
    let mut handle = Decoded::<USER_HANDLE_MAX>::new();
    let handle = response.user_handle(&mut handle)?;
    if user.is_some_and(|user| user != record.user) {
        return Err(CeremonyError::CredentialNotAllowed);
    }
    match handle {
        Some(handle) if handle != record.user => {
            Err(CeremonyError::UserHandle("names another account"))
        }
        None if user.is_none() && !expected.find_by_credential_id => {
            Err(CeremonyError::UserHandle("is missing"))
        }
        _ => Ok(()),
    }
}

/// Step 15 for a credential that was registered with U2F (§10.1.1): the hash is of the AppID, not of the RP ID.
fn check_app_id(data: &AuthenticatorData<'_>, app_id: &AppId) -> Result<(), CeremonyError> {
    if *data.rp_id_hash() == app_id.hash() {
        Ok(())
    } else {
        Err(CeremonyError::RpId { expected: app_id.as_str().to_owned() })
    }
}

/// Step 19: BE is fixed when the credential is created, unless the rule allows it to be set later.
fn check_backup_eligibility(
    flags: Flags,
    stored: bool,
    rule: BackupEligibilityRule,
) -> Result<(), CeremonyError> {
    let found = flags.backup_eligible();
    if rule.accepts(stored, found) {
        Ok(())
    } else {
        Err(CeremonyError::BackupEligibility { stored, found })
    }
}

/// Step 21.
fn check_signature(
    record: &CredentialRecord<'_>,
    message: &[u8],
    signature: &[u8],
    verifier: &dyn SignatureVerifier,
) -> Result<(), CeremonyError> {
    let key = &record.public_key;
    verifier.verify(key, message, signature).map_err(|error| match error {
        SignatureError::UnsupportedAlgorithm => CeremonyError::AlgorithmNotSupported(key.algorithm),
        SignatureError::Invalid => CeremonyError::Signature,
    })
}

/// Step 22.
fn check_counter(
    verified: &VerifiedAuthentication,
    rule: CounterRule,
) -> Result<(), CeremonyError> {
    if verified.counter_regressed() && !rule.accepts_regression_of(verified.stored) {
        let stored = verified.stored.sign_count;
        return Err(CeremonyError::SignCount { stored, found: verified.sign_count });
    }
    Ok(())
}

impl VerifiedAuthentication {
    /// The flags of the authenticator data.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// The signature counter that was sent.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// The extension outputs.
    #[must_use]
    pub fn extensions(&self) -> &AuthenticationOutputs {
        &self.extensions
    }

    pub(crate) fn into_extensions(self) -> AuthenticationOutputs {
        self.extensions
    }

    /// Whether user verification counts as a factor: the authenticator reports it, and the user had already been
    /// verified in an earlier ceremony (§4 `uvInitialized`).
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.flags.user_verified() && self.stored.uv_initialized
    }

    /// Whether the counter did not increase although one of the two values is not zero. Counters that are always zero,
    /// such as those of synced passkeys, never regress.
    #[must_use]
    pub fn counter_regressed(&self) -> bool {
        let (found, stored) = (self.sign_count, self.stored.sign_count);
        (found != 0 || stored != 0) && found <= stored
    }

    /// Whether the backup state changed: the credential is backed up now and was not before, or the reverse.
    #[must_use]
    pub fn backup_state_changed(&self) -> bool {
        self.stored.backup_state.is_some_and(|stored| stored != self.flags.backup_state())
    }

    /// Whether the passkey became eligible for backup. Only possible with [`BackupEligibilityRule::AcceptOnce`].
    #[must_use]
    pub fn became_backup_eligible(&self) -> bool {
        self.stored.backup_eligible == Some(false) && self.flags.backup_eligible()
    }

    /// The state to store (step 24). The counter never decreases. `uv_initialized` does not change: setting it requires
    /// another factor as strong as user verification, which only the host knows about.
    #[must_use]
    pub fn state(&self) -> PasskeyState {
        PasskeyState {
            sign_count: self.sign_count.max(self.stored.sign_count),
            backup_eligible: Some(self.flags.backup_eligible()),
            backup_state: Some(self.flags.backup_state()),
            uv_initialized: self.stored.uv_initialized,
        }
    }
}
