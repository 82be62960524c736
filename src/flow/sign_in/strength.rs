//! How strong a sign-in was, and how to say so to others.

mod aal;
mod claims;
mod key_place;
mod verified_by;

use alloc::vec::Vec;

use serde::Serialize;

pub use self::{aal::Aal, claims::Acr, key_place::KeyPlace, verified_by::VerifiedBy};
use super::SignedIn;
use crate::{bytes::Aaguid, passkey::AttestationLevel, time::Duration};

/// How strong a sign-in was, for hosts whose decisions depend on it, and for identity providers that report it to
/// others.
///
/// It only says what is *known*. The authenticator's word is not enough to call a device-bound key hardware: a trusted
/// attestation must prove it.
///
/// ```
/// use relying_party::flow::{Aal, Acr, SignedIn};
/// # use relying_party::Aaguid;
///
/// /// The claims of an ID token. `certified` are the models whose keys are in hardware that you accept.
/// fn claims(signed_in: &SignedIn, certified: &[Aaguid]) -> Option<(&'static str, Vec<&'static str>, Aal)> {
///     if !signed_in.is_complete() {
///         return None; // Another factor is missing, so there is no session and no token.
///     }
///     let strength = signed_in.strength().with_hardware_models(|model| certified.contains(&model));
///     Some((strength.acr().as_str(), strength.amr(), strength.aal()))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts")]
#[non_exhaustive]
pub struct Strength {
    /// Whether user verification counts.
    pub user_verified: bool,
    /// How the user was verified, as far as the authenticator says in a signed `uvm` output.
    pub verified_by: VerifiedBy,
    /// Whether the passkey was the second factor: the host had already checked another one.
    pub second_factor: bool,
    /// Whether the passkey may leave its device (BE). If not, it is device-bound.
    pub backup_eligible: bool,
    /// Whether the passkey was backed up at this use (BS).
    pub synced: bool,
    /// The level to which the authenticator's attestation was verified when the passkey was created.
    pub attestation: AttestationLevel,
    /// What is known about where the private key is.
    pub key_place: KeyPlace,
    /// How long ago the passkey was created. An attacker who took over an account usually signs in with a new passkey.
    pub passkey_age: Duration,
}

impl SignedIn {
    /// Returns how strong the sign-in was.
    #[must_use]
    pub fn strength(&self) -> Strength {
        let state = &self.passkey.state;
        let used_at = self.passkey.last_used_at.unwrap_or(self.passkey.created_at);
        // If user verification does not count, neither do its methods.
        let uvm = self.extensions.authenticator.uvm.as_deref().filter(|_| self.user_verified);
        Strength {
            user_verified: self.user_verified,
            verified_by: VerifiedBy::of(uvm.unwrap_or_default()),
            second_factor: self.second_factor,
            backup_eligible: state.backup_eligible == Some(true),
            synced: state.backup_state == Some(true),
            attestation: self.passkey.attestation.level(),
            key_place: KeyPlace::of(&self.passkey, self.counter_regressed),
            passkey_age: used_at.since(self.passkey.created_at),
        }
    }
}

impl Strength {
    /// Counts a key as hardware-protected if `is_hardware` says so of its attested model.
    ///
    /// An attestation proves the model of an authenticator, but not what the model does with keys. You know that for
    /// models that you hand out, and the FIDO metadata say it about others. The function is only asked about [attested
    /// models](KeyPlace::AttestedModel), never about claimed ones.
    ///
    /// For AAL3, it should only accept models that are validated under FIPS 140 (NIST SP 800-63B-4 §2.3.2).
    #[must_use]
    pub fn with_hardware_models(mut self, is_hardware: impl FnOnce(Aaguid) -> bool) -> Self {
        if let KeyPlace::AttestedModel(model) = self.key_place
            && is_hardware(model)
        {
            self.key_place = KeyPlace::Hardware;
        }
        self
    }

    /// Returns the authentication methods of the sign-in, for the claim `amr` (RFC 8176 §2, OpenID Connect EAP ACR
    /// Values 1.0).
    ///
    /// | Value | When |
    /// |---|---|
    /// | `hwk`, `swk` or `pop` | always one of them: the key is [in hardware](KeyPlace::Hardware), [in software](KeyPlace::Software), or it is not known where |
    /// | `user` | always: RFC 8176 defines it as a test of user *presence*, which every sign-in includes (§7.2 step 16) |
    /// | `pin`, `fpt`, `face` | user verification counts, and a signed `uvm` output names this method: see [`VerifiedBy`] |
    /// | `mfa` | user verification counts, or the passkey was the second factor |
    ///
    /// If the passkey was the second factor, add the value of the first one, such as `pwd`.
    #[must_use]
    pub fn amr(&self) -> Vec<&'static str> {
        claims::amr(self)
    }

    /// Returns the authentication context class of the sign-in, for the claim `acr` (OpenID Connect EAP ACR Values
    /// 1.0).
    ///
    /// Every sign-in with a passkey resists phishing. [`Phrh`](Acr::Phrh) also needs a key that is
    /// [known](KeyPlace::Hardware) to be in hardware.
    #[must_use]
    pub fn acr(&self) -> Acr {
        claims::acr(self)
    }

    /// Returns the authentication assurance level that the sign-in reached (NIST SP 800-63B-4 §2).
    ///
    /// | Level | What was shown |
    /// |---|---|
    /// | [`Aal3`](Aal::Aal3) | user verification counts, and the key is [known](KeyPlace::Hardware) to be in hardware that it cannot leave (§2.3.2) |
    /// | [`Aal2`](Aal::Aal2) | user verification counts (§3.1.7), or the passkey was the second factor (§2.2.1) |
    /// | [`Aal1`](Aal::Aal1) | only the passkey: without user verification it is one factor (Appendix B.3) |
    ///
    /// A passkey that is eligible for backup is exportable, so it reaches AAL2 at most (§2.3.2, Appendix B.2), no
    /// matter whether it has been backed up yet. A passkey as the second factor reaches AAL2 if the first factor was
    /// something that the user knows or is, such as a password. A code on a phone is something that the user has, like
    /// the passkey: after such a first factor, treat the sign-in as AAL1.
    ///
    /// Some requirements are about the service, not about a sign-in: timeouts of sessions, recovery, and validated
    /// cryptography. The guide's [chapter on attestation](crate::guide::attestation) lists them.
    #[must_use]
    pub fn aal(&self) -> Aal {
        Aal::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: Aaguid = Aaguid::new([7; 16]);

    /// What the tables below vary: verification, second factor, and the key.
    fn strength(user_verified: bool, second_factor: bool, key: KeyPlace) -> Strength {
        Strength {
            user_verified,
            verified_by: VerifiedBy::default(),
            second_factor,
            backup_eligible: key == KeyPlace::Software,
            synced: false,
            attestation: AttestationLevel::Ignored,
            key_place: key,
            passkey_age: Duration::from_secs(0),
        }
    }

    #[test]
    fn levels_and_claims_follow_from_what_is_known() {
        use Aal::{Aal1, Aal2, Aal3};
        use Acr::{Phr, Phrh};
        use KeyPlace::{AttestedModel, Hardware, Software, Unproven};
        type Row = (bool, bool, KeyPlace, Aal, Acr, &'static [&'static str]);
        let table: [Row; 16] = [
            (false, false, Software, Aal1, Phr, &["swk", "user"]),
            (false, false, Unproven, Aal1, Phr, &["pop", "user"]),
            (false, false, AttestedModel(MODEL), Aal1, Phr, &["pop", "user"]),
            (false, false, Hardware, Aal1, Phrh, &["hwk", "user"]),
            (false, true, Software, Aal2, Phr, &["swk", "user", "mfa"]),
            (false, true, Unproven, Aal2, Phr, &["pop", "user", "mfa"]),
            (false, true, AttestedModel(MODEL), Aal2, Phr, &["pop", "user", "mfa"]),
            (false, true, Hardware, Aal2, Phrh, &["hwk", "user", "mfa"]),
            (true, false, Software, Aal2, Phr, &["swk", "user", "mfa"]),
            (true, false, Unproven, Aal2, Phr, &["pop", "user", "mfa"]),
            (true, false, AttestedModel(MODEL), Aal2, Phr, &["pop", "user", "mfa"]),
            (true, false, Hardware, Aal3, Phrh, &["hwk", "user", "mfa"]),
            (true, true, Software, Aal2, Phr, &["swk", "user", "mfa"]),
            (true, true, Unproven, Aal2, Phr, &["pop", "user", "mfa"]),
            (true, true, AttestedModel(MODEL), Aal2, Phr, &["pop", "user", "mfa"]),
            (true, true, Hardware, Aal3, Phrh, &["hwk", "user", "mfa"]),
        ];
        for (verified, second, key, aal, acr, amr) in table {
            let strength = strength(verified, second, key);
            assert_eq!(strength.aal(), aal, "{strength:?}");
            assert_eq!(strength.acr(), acr, "{strength:?}");
            assert_eq!(strength.amr(), amr, "{strength:?}");
        }
    }

    #[test]
    fn only_an_attested_model_becomes_hardware() {
        use KeyPlace::{AttestedModel, Hardware, Software, Unproven};
        let after = |key, accepted| {
            let strength = strength(true, false, key);
            strength.with_hardware_models(|model| accepted && model == MODEL).key_place
        };
        assert_eq!(after(AttestedModel(MODEL), true), Hardware);
        assert_eq!(after(AttestedModel(MODEL), false), AttestedModel(MODEL));
        let other = AttestedModel(Aaguid::new([8; 16]));
        for key in [Software, Unproven, other] {
            assert_eq!(after(key, true), key);
        }
        assert_eq!(after(Hardware, false), Hardware);
    }

    #[test]
    fn methods_are_named_in_order() {
        let verified_by = VerifiedBy { pin: true, fingerprint: true, face: true };
        let strength = Strength { verified_by, ..strength(true, false, KeyPlace::Unproven) };
        assert_eq!(strength.amr(), ["pop", "user", "pin", "fpt", "face", "mfa"]);
    }
}
