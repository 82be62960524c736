//! Where a private key is, as far as it is known.

use serde::Serialize;

use crate::{
    assurance::AndroidSecurityLevel,
    bytes::Aaguid,
    passkey::{AttestationLevel, Passkey},
};

/// What is known about where a passkey's private key is. [`Strength`](super::Strength) has an example.
///
/// That keys are device-bound is only the authenticator's claim, and anyone can write an authenticator that makes that
/// claim. Only a trusted attestation proves more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyPlace {
    /// The key can leave its device (BE), or its attestation says that no hardware protects it.
    Software,
    /// The authenticator says that the key is device-bound, and nothing proves it. This also applies if the signature
    /// counter has not increased, because the key may then have been copied.
    Unproven,
    /// A trusted attestation proves that a device-bound key is in an authenticator of this model. What the model does
    /// with keys is for you or the metadata to say, with
    /// [`with_hardware_models`](super::Strength::with_hardware_models).
    AttestedModel(Aaguid),
    /// Hardware keeps a device-bound key out of the operating system's reach, and a trusted attestation proves it: the
    /// [security level](AndroidSecurityLevel) of an `android-key` statement, or a model that you have declared to be
    /// hardware.
    ///
    /// An `android-key` statement only proves where the key is. The phone's operating system decides what the key
    /// signs, so a user who controls that system can report user verification that never happened.
    Hardware,
}

impl KeyPlace {
    /// A passkey that was just used has a known BE.
    pub(super) fn of(passkey: &Passkey, counter_regressed: bool) -> Self {
        let attestation = &passkey.attestation;
        let android_level = attestation.android_security_level;
        if passkey.state.backup_eligible != Some(false)
            || android_level == Some(AndroidSecurityLevel::Software)
        {
            return Self::Software;
        }
        if counter_regressed || attestation.level() != AttestationLevel::Trusted {
            return Self::Unproven;
        }
        if android_level.is_some_and(AndroidSecurityLevel::is_hardware) {
            return Self::Hardware;
        }
        // The zero AAGUID, which U2F keys have, is no model.
        if attestation.aaguid.is_attested() && !passkey.aaguid.is_zero() {
            return Self::AttestedModel(passkey.aaguid);
        }
        Self::Unproven
    }
}
