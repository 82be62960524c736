//! What credential ids look like, by who makes them.

use alloc::{vec, vec::Vec};

use super::{InvalidDecoys, UUID};
use crate::{
    json::Transport::{self, Hybrid, Internal, Nfc, Usb},
    limits::{CREDENTIAL_ID_MAX, DECOY_LENGTH_MIN},
};

/// A kind of passkeys: the length of their credential ids, their transports, and how many of all passkeys they are.
///
/// ```
/// use relying_party::decoys::DecoyShape;
/// use relying_party::json::Transport::{Hybrid, Internal};
/// // Ids of 20 random bytes, from a provider that syncs and stands once in an account.
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
    /// Passkeys with credential ids of `length` bytes, 16 to 1023, and these transports in this order. `weight` is how
    /// often they occur, in proportion to the other shapes.
    pub fn new(
        weight: u16,
        length: usize,
        transports: impl IntoIterator<Item = Transport>,
    ) -> Self {
        let transports = transports.into_iter().collect();
        Self { weight, length, transports, once: false, uuid: false }
    }

    /// Nobody has two of these: a provider that syncs, and heeds the exclude list on all devices.
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Their credential ids are UUIDs of version 4, as bytes: six of the 128 bits are fixed.
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

    /// Whether such passkeys are synced: those that can be reached on a phone are too, nearly all.
    pub(super) fn is_synced(&self) -> bool {
        self.once || self.transports.contains(&Hybrid)
    }
}

/// Of 1000 passkeys, how many have which form. Lengths and transports are what these authenticators send (transports in
/// the order of §5.2.1, by name); the proportions are an estimate.
pub(super) fn default_shapes() -> Vec<DecoyShape> {
    vec![
        // iCloud Keychain.
        DecoyShape::new(340, 20, [Hybrid, Internal]).once(),
        // Google Password Manager.
        DecoyShape::new(290, 16, [Hybrid, Internal]).once(),
        // Windows Hello, one for each computer; Chrome's own keys on a Mac.
        DecoyShape::new(150, 32, [Internal]),
        // Password managers: 1Password and others; Bitwarden, which uses UUIDs; KeePassXC and others.
        DecoyShape::new(50, 16, [Hybrid, Internal]).once(),
        DecoyShape::new(40, 16, [Hybrid, Internal]).once().uuid(),
        DecoyShape::new(20, 32, [Internal]).once(),
        // Security keys: discoverable credentials of YubiKeys, and ids that hold a wrapped key.
        DecoyShape::new(45, 48, [Nfc, Usb]),
        DecoyShape::new(25, 48, [Usb]),
        DecoyShape::new(20, 64, [Nfc, Usb]),
        DecoyShape::new(10, 64, [Usb]),
        // From front ends that do not pass transports on, and older browsers.
        DecoyShape::new(6, 20, []).once(),
        DecoyShape::new(4, 32, []),
    ]
}
