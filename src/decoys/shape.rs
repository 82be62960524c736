//! What credential IDs look like, by the kind of authenticator.

use alloc::{vec, vec::Vec};

use super::{InvalidDecoys, UUID};
use crate::{
    json::Transport::{self, Hybrid, Internal, Nfc, Usb},
    limits::{CREDENTIAL_ID_MAX, DECOY_LENGTH_MIN},
};

/// A kind of passkey: the length of its credential IDs, its transports, and its share of all passkeys.
///
/// ```
/// use relying_party::decoys::DecoyShape;
/// use relying_party::json::Transport::{Hybrid, Internal};
/// // IDs of 20 random bytes, from a provider that syncs and occurs once per account.
/// let icloud_keychain = DecoyShape::new(340, 20, [Hybrid, Internal]).once();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DecoyShape {
    pub(super) weight: u16,
    pub(super) length: usize,
    pub(super) transports: Vec<Transport>,
    pub(super) once: bool,
    pub(super) uuid: bool,
}

impl DecoyShape {
    /// Passkeys with credential IDs of `length` bytes, 16 to 1023, and these transports in this order. `weight` is how
    /// often they occur relative to other shapes.
    pub fn new(
        weight: u16,
        length: usize,
        transports: impl IntoIterator<Item = Transport>,
    ) -> Self {
        let transports = transports.into_iter().collect();
        Self { weight, length, transports, once: false, uuid: false }
    }

    /// No user has two of these: the provider syncs, and respects the exclude list on all devices.
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// The credential IDs are UUIDs of version 4, as bytes: six of the 128 bits are fixed.
    pub fn uuid(mut self) -> Self {
        self.uuid = true;
        self
    }

    pub(super) fn check(&self) -> Result<(), InvalidDecoys> {
        let found = self.length;
        if !(DECOY_LENGTH_MIN..=CREDENTIAL_ID_MAX).contains(&found) {
            return Err(InvalidDecoys::Length { found });
        }
        if self.uuid && found != UUID {
            return Err(InvalidDecoys::Uuid { found });
        }
        Ok(())
    }

    /// Returns whether such passkeys are synced. Nearly all passkeys that can be reached on a phone are.
    pub(super) fn is_synced(&self) -> bool {
        self.once || self.transports.contains(&Hybrid)
    }
}

/// How many of 1000 passkeys have which shape. Lengths and transports are those that these authenticators send
/// (transports in the order of §5.2.1, by name). The proportions are an estimate.
pub(super) fn default_shapes() -> Vec<DecoyShape> {
    vec![
        // iCloud Keychain.
        DecoyShape::new(340, 20, [Hybrid, Internal]).once(),
        // Google Password Manager.
        DecoyShape::new(290, 16, [Hybrid, Internal]).once(),
        // Windows Hello, one per computer; Chrome's own keys on a Mac.
        DecoyShape::new(150, 32, [Internal]),
        // Password managers: 1Password and others; Bitwarden, which uses UUIDs; KeePassXC and others.
        DecoyShape::new(50, 16, [Hybrid, Internal]).once(),
        DecoyShape::new(40, 16, [Hybrid, Internal]).once().uuid(),
        DecoyShape::new(20, 32, [Internal]).once(),
        // Security keys: discoverable credentials of YubiKeys, and IDs that contain a wrapped key.
        DecoyShape::new(45, 48, [Nfc, Usb]),
        DecoyShape::new(25, 48, [Usb]),
        DecoyShape::new(20, 64, [Nfc, Usb]),
        DecoyShape::new(10, 64, [Usb]),
        // From front ends that do not pass transports on, and from older browsers.
        DecoyShape::new(6, 20, []).once(),
        DecoyShape::new(4, 32, []),
    ]
}
