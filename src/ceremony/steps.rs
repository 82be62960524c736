//! The steps that registration (§7.1) and authentication (§7.2) share.

use alloc::borrow::ToOwned;

use super::{error::CeremonyError, judge::Judge, rules::Rule};
use crate::{
    auth_data::{AuthenticatorData, Flags},
    client_data::{ClientData, check_token_binding},
    json::UserVerification,
    malformed::Malformed,
    policy::{OriginPolicy, RpId},
};

/// What both ceremonies expect of the client data.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientDataExpectation<'a> {
    pub(super) kind: &'static str,
    pub(super) challenge: &'a [u8],
    pub(super) origins: &'a OriginPolicy,
    pub(super) bound_origin: Option<&'a str>,
    pub(super) check_token_binding: bool,
}

impl ClientDataExpectation<'_> {
    /// §7.1 steps 5 to 11, §7.2 steps 8 to 14.
    pub(super) fn check<J: Judge>(&self, json: &[u8], judge: &mut J) -> Result<(), CeremonyError> {
        let data = judge.need(Rule::ClientData, self.read(json))?;
        judge.check(Rule::Type, self.check_type(&data))?;
        judge.check(Rule::Challenge, self.check_challenge(&data))?;
        let (origin, top_origin) = (data.origin(), data.top_origin());
        judge.check(Rule::Origin, self.origins.check_origin(origin, self.bound_origin))?;
        let embedding = self.origins.check_embedding(origin, data.cross_origin(), top_origin);
        judge.need_all(Rule::EMBEDDING, embedding)?;
        if top_origin.is_none() {
            judge.skip(Rule::TopOrigin, "the client reports no top origin");
        }
        Ok(())
    }

    fn read<'c>(&self, json: &'c [u8]) -> Result<ClientData<'c>, Malformed> {
        let data = ClientData::parse(json)?;
        if self.check_token_binding {
            check_token_binding(json)?;
        }
        Ok(data)
    }

    /// Only the type distinguishes a registration from a sign-in: a packed self attestation verifies as an assertion.
    fn check_type(&self, data: &ClientData<'_>) -> Result<(), CeremonyError> {
        if data.is_of_kind(self.kind) {
            return Ok(());
        }
        let found = data.kind().chars().take(32).collect();
        Err(CeremonyError::Type { expected: self.kind, found })
    }

    fn check_challenge(&self, data: &ClientData<'_>) -> Result<(), CeremonyError> {
        if data.is_challenge(self.challenge) { Ok(()) } else { Err(CeremonyError::Challenge) }
    }
}

/// §7.1 step 3, §7.2 step 3: `id` equals `rawId`, possibly in another spelling.
pub(super) fn check_ids(id_is_raw_id: Result<bool, Malformed>) -> Result<(), CeremonyError> {
    if id_is_raw_id? { Ok(()) } else { Err(CeremonyError::CredentialId("id and rawId differ")) }
}

/// §7.1 step 14, §7.2 step 15.
pub(super) fn check_rp_id(data: &AuthenticatorData<'_>, rp_id: &RpId) -> Result<(), CeremonyError> {
    if data.rp_id_hash() == rp_id.hash() {
        Ok(())
    } else {
        Err(CeremonyError::RpId { expected: rp_id.as_str().to_owned() })
    }
}

/// §7.1 step 15, §7.2 step 16.
pub(super) fn check_user_presence(flags: Flags) -> Result<(), CeremonyError> {
    if flags.user_present() { Ok(()) } else { Err(CeremonyError::UserPresence) }
}

/// §7.1 step 16, §7.2 step 17.
pub(super) fn check_user_verification<J: Judge>(
    flags: Flags,
    demand: UserVerification,
    judge: &mut J,
) -> Result<(), CeremonyError> {
    if demand != UserVerification::Required {
        judge.skip(Rule::UserVerification, "user verification is not required");
        return Ok(());
    }
    let verified =
        if flags.user_verified() { Ok(()) } else { Err(CeremonyError::UserVerification) };
    judge.check(Rule::UserVerification, verified)
}

/// §7.1 step 17, §7.2 step 18.
pub(super) fn check_backup_state(flags: Flags) -> Result<(), CeremonyError> {
    if flags.backup_state() && !flags.backup_eligible() {
        return Err(CeremonyError::BackupState);
    }
    Ok(())
}
