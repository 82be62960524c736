//! When which advice is given. The order of the checks is the order of the advice.

use alloc::vec::Vec;

use super::{Account, Advice, ClientCapabilities, SignInMethod};
use crate::{
    cose::Algorithm,
    json::{AuthenticatorAttachment, UserVerification},
    passkey::Passkey,
    relying_party::RelyingParty,
    settings::BackupRule,
};

pub(super) fn advice(
    rp: &RelyingParty,
    method: SignInMethod,
    client: &ClientCapabilities,
    account: &Account<'_>,
) -> Vec<Advice> {
    let mut advice = Vec::new();
    if !rp.settings().enabled() {
        return advice;
    }
    let is_revoked = |passkey: &&Passkey| account.revoked.contains(&passkey.id);
    let (revoked, good): (Vec<&Passkey>, Vec<&Passkey>) =
        account.passkeys.iter().partition(is_revoked);

    let replace = |passkey: &&Passkey| Advice::ReplaceRevokedModel { passkey: passkey.id };
    advice.extend(revoked.iter().map(replace));
    if has_room(rp, account) {
        advice.extend(creations(rp, method, client, good.is_empty()));
    }
    let leads_to_another = !advice.is_empty();

    let accepts_others = rp.settings().backup_rule() != BackupRule::DeviceBound;
    if accepts_others && !good.is_empty() && good.iter().all(|passkey| is_device_bound(passkey)) {
        advice.push(Advice::DeviceBoundOnly);
    }
    let supported = client.supported != Some(false);
    if good.len() == 1 && !leads_to_another && supported && has_room(rp, account) {
        advice.push(Advice::AddSecondPasskey);
    }
    if let SignInMethod::Passkey(used) = method
        && let Some(passkey) = good.iter().find(|passkey| passkey.id == used)
        && is_upgradable(rp, client, passkey)
    {
        advice.push(Advice::UpgradeAlgorithm { passkey: used });
    }
    advice
}

fn has_room(rp: &RelyingParty, account: &Account<'_>) -> bool {
    let count = u32::try_from(account.passkeys.len()).unwrap_or(u32::MAX);
    count < rp.max_passkeys_per_user()
}

/// Advice to create a passkey that is at hand here.
fn creations(
    rp: &RelyingParty,
    method: SignInMethod,
    client: &ClientCapabilities,
    has_none: bool,
) -> impl Iterator<Item = Advice> {
    let settings = rp.settings();
    let only_roaming = settings.attachment() == Some(AuthenticatorAttachment::CrossPlatform);
    let needs_verification = settings.conditional_create_verifies_user()
        && rp.user_verification() == UserVerification::Required;
    let without_passkey = method == SignInMethod::Other;
    let elsewhere = !matches!(method, SignInMethod::Passkey(_));

    let silently = without_passkey
        && !only_roaming
        && !needs_verification
        && client.supported != Some(false)
        && client.conditional_create == Some(true);
    // Security keys work in every browser that supports passkeys.
    let may_create =
        if only_roaming { client.supported != Some(false) } else { client.may_create() };
    let first = without_passkey && has_none && may_create;
    let here = elsewhere && !has_none && !only_roaming && client.may_create_here();
    [
        silently.then_some(Advice::CreateSilently),
        first.then_some(Advice::CreatePasskey),
        here.then_some(Advice::CreateOnThisDevice),
    ]
    .into_iter()
    .flatten()
}

/// An imported record may not know.
fn is_device_bound(passkey: &Passkey) -> bool {
    passkey.state.backup_eligible == Some(false)
}

fn is_upgradable(rp: &RelyingParty, client: &ClientCapabilities, passkey: &Passkey) -> bool {
    client.ml_dsa == Some(true)
        && rp.algorithms().iter().any(|algorithm| is_ml_dsa(*algorithm))
        && !is_ml_dsa(passkey.public_key.key().algorithm)
}

fn is_ml_dsa(algorithm: Algorithm) -> bool {
    [Algorithm::ML_DSA_44, Algorithm::ML_DSA_65, Algorithm::ML_DSA_87].contains(&algorithm)
}
