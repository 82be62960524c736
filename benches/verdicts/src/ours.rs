//! The verdicts of `relying-party`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    Algorithm, AttestationPolicy, CoseKey, CredentialId, PasskeyState, Timestamp,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CeremonyError, CounterRule,
        CredentialRecord, RegistrationExpectation, verify_authentication, verify_registration,
    },
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    x509::TrustAnchor,
};

use crate::ceremony::{CHALLENGE, Ceremony, ORIGIN, Passkey, RP_ID, USER};

/// Accepted, or the code of the error.
pub fn judge(ceremony: &Ceremony) -> Result<(), String> {
    let rp_id = RpId::new(RP_ID).unwrap();
    let origins = OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap();
    let verdict = match &ceremony.passkey {
        None => {
            let attestation = match &ceremony.root {
                None => AttestationPolicy::ignore(),
                Some(pem) => {
                    AttestationPolicy::trusted().anchors(TrustAnchor::from_pem(pem).unwrap())
                }
            };
            register(&ceremony.response, &rp_id, &origins, &attestation)
        }
        Some(passkey) => sign_in(&ceremony.response, passkey, &rp_id, &origins),
    };
    verdict.map_err(|error| error.code().to_owned())
}

fn register(
    response: &str,
    rp_id: &RpId,
    origins: &OriginPolicy,
    attestation: &AttestationPolicy,
) -> Result<(), CeremonyError> {
    let expected = RegistrationExpectation {
        rp_id,
        origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &CHALLENGE,
        user_verification: UserVerification::Required,
        algorithms: &[Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256],
        conditional: false,
        attestation,
        extensions: &RequestedExtensions::default(),
        verifier: &RustCrypto,
        now: Timestamp::from_unix_millis(1_790_000_000_000),
    };
    let response = RegistrationResponse::parse(response.as_bytes())?;
    verify_registration(&response, &expected).map(drop)
}

fn sign_in(
    response: &str,
    passkey: &Passkey,
    rp_id: &RpId,
    origins: &OriginPolicy,
) -> Result<(), CeremonyError> {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let (id, key) = (decode(&passkey.id), decode(&passkey.public_key));
    let record = CredentialRecord {
        credential_id: &id,
        user: &USER,
        public_key: CoseKey::parse(&key).unwrap(),
        state: PasskeyState {
            sign_count: passkey.sign_count,
            backup_eligible: Some(passkey.backup_eligible),
            backup_state: Some(true),
            uv_initialized: true,
        },
    };
    let expected = AuthenticationExpectation {
        rp_id,
        origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &CHALLENGE,
        user_verification: UserVerification::Required,
        allow_credentials: &[CredentialId::try_from(&id[..]).unwrap()],
        user: Some(&USER),
        counter_rule: CounterRule::Reject,
        backup_eligibility_rule: BackupEligibilityRule::Fixed,
        find_by_credential_id: false,
        extensions: &RequestedExtensions::default(),
        verifier: &RustCrypto,
    };
    let response = AuthenticationResponse::parse(response.as_bytes())?;
    verify_authentication(&response, &expected, &record).map(drop)
}
