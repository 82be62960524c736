//! `objectAttributes`: what a TPM allows to be done with a key.

use super::public_area::PublicArea;
use crate::attestation::TrustError;

/// Which attributes a TPM's key must have for its statement to be trusted (TPM 2.0 Library, Part 2, §8.3).
/// [`AttestationPolicy`](crate::AttestationPolicy) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TpmKeyAttributes {
    /// The attributes of a signing key that the TPM created and never exports: `fixedTPM`, `fixedParent`,
    /// `sensitiveDataOrigin` and `sign` are set; `restricted`, `x509sign` and reserved bits are clear. `decrypt` is
    /// clear too, except for RSA keys without a fixed scheme, which is how Windows creates keys.
    #[default]
    Bound,
    /// Any attributes. The specification's example only sets `sign`, so it is only trusted with this. No device needs
    /// it.
    Any,
}

impl TpmKeyAttributes {
    pub(super) fn check(self, area: &PublicArea<'_>) -> Result<(), TrustError> {
        if self == Self::Any {
            return Ok(());
        }
        let attributes = area.object_attributes;
        for (bit, what) in REQUIRED {
            if attributes & bit == 0 {
                return Err(TrustError::TpmKeyAttributes(what));
            }
        }
        for (bits, what) in FORBIDDEN {
            if attributes & bits != 0 {
                return Err(TrustError::TpmKeyAttributes(what));
            }
        }
        if attributes & DECRYPT != 0 && !area.is_rsa_without_scheme() {
            return Err(TrustError::TpmKeyAttributes("decrypt is set"));
        }
        Ok(())
    }
}

const DECRYPT: u32 = 1 << 17;

const REQUIRED: [(u32, &str); 4] = [
    (1 << 1, "fixedTPM is clear"),
    (1 << 4, "fixedParent is clear"),
    (1 << 5, "sensitiveDataOrigin is clear"),
    (1 << 18, "sign is clear"),
];

/// Reserved: 0, 3, 12 to 15, 20 to 31. Bits 8 and 9 bind a key to the TPM's firmware (version 1.83), which is harmless.
const FORBIDDEN: [(u32, &str); 3] = [
    (1 << 16, "restricted is set"),
    (1 << 19, "x509sign is set"),
    (0xfff0_f009, "a reserved bit is set"),
];
