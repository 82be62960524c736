//! How the user was verified.

use serde::Serialize;

use crate::extensions::UvmEntry;

/// How the user was verified, as far as a signed `uvm` output says (WebAuthn Level 2 §10.3), in the terms of RFC 8176
/// §2.
///
/// Nothing is known unless the sign-in [asked](crate::extensions::AuthenticationInputs::uvm) for `uvm`, the
/// authenticator answered, which few do, and user verification counts. What the *client* says about the method is not
/// signed, and is ignored. An entry that names several methods at once does not say which one was used, so it counts
/// for none of them.
///
/// ```
/// use relying_party::flow::SignedIn;
/// fn was_pin_entered(signed_in: &SignedIn) -> bool {
///     signed_in.strength().verified_by.pin
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct VerifiedBy {
    /// With a PIN, a passcode or a pattern (`pin`).
    pub pin: bool,
    /// With a fingerprint (`fpt`).
    pub fingerprint: bool,
    /// With the face (`face`).
    pub face: bool,
}

/// FIDO Registry of Predefined Values §3.1, "User Verification Methods".
const FINGERPRINT_INTERNAL: u32 = 0x0002;
const PASSCODE_INTERNAL: u32 = 0x0004;
const FACEPRINT_INTERNAL: u32 = 0x0010;
const PATTERN_INTERNAL: u32 = 0x0080;
const PASSCODE_EXTERNAL: u32 = 0x0800;
const PATTERN_EXTERNAL: u32 = 0x1000;

impl VerifiedBy {
    pub(super) fn of(entries: &[UvmEntry]) -> Self {
        let mut verified_by = Self::default();
        for entry in entries {
            match entry.user_verification_method {
                PASSCODE_INTERNAL | PASSCODE_EXTERNAL | PATTERN_INTERNAL | PATTERN_EXTERNAL => {
                    verified_by.pin = true;
                }
                FINGERPRINT_INTERNAL => verified_by.fingerprint = true,
                FACEPRINT_INTERNAL => verified_by.face = true,
                _ => {}
            }
        }
        verified_by
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn each_entry_counts_for_the_one_method_that_it_names() {
        let nothing = VerifiedBy::default();
        let pin = VerifiedBy { pin: true, ..nothing };
        let fingerprint = VerifiedBy { fingerprint: true, ..nothing };
        let face = VerifiedBy { face: true, ..nothing };
        let both = VerifiedBy { pin: true, fingerprint: true, ..nothing };
        let table: [(&[u32], VerifiedBy); 17] = [
            (&[], nothing),
            (&[0], nothing),
            // Presence, voice, location, eye, hand, none, all.
            (&[0x0001], nothing),
            (&[0x0008], nothing),
            (&[0x0020], nothing),
            (&[0x0040], nothing),
            (&[0x0100], nothing),
            (&[0x0200], nothing),
            (&[0x0400], nothing),
            (&[0x0002], fingerprint),
            (&[0x0004], pin),
            (&[0x0010], face),
            (&[0x0080], pin),
            (&[0x0800], pin),
            (&[0x1000], pin),
            // Fingerprint or passcode: either may have been used.
            (&[0x0006], nothing),
            (&[0x0002, 0x0800], both),
        ];
        for (methods, expected) in table {
            let entries = methods.iter().map(|method| UvmEntry::from((*method, 2, 4)));
            let entries = entries.collect::<Vec<_>>();
            assert_eq!(VerifiedBy::of(&entries), expected, "{methods:?}");
        }
    }
}
