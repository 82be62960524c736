//! What a statement must have in common with the metadata of its model.

use super::entry::MetadataEntry;
use crate::{cose::Algorithm, passkey::AttestationType};

impl MetadataEntry {
    /// Returns whether the model's [`attestation_types`](Self::attestation_types) contain the type of an attestation
    /// (FIDO Registry of Predefined Values §3.6.3).
    ///
    /// | Type | Names |
    /// |---|---|
    /// | [`Basic`](AttestationType::Basic) | `basic_full` |
    /// | [`AttCa`](AttestationType::AttCa) | `attca` |
    /// | [`Uncertain`](AttestationType::Uncertain) | `basic_full`, `attca` |
    /// | [`AnonCa`](AttestationType::AnonCa) | `anonca` |
    /// | [`SelfAttestation`](AttestationType::SelfAttestation) | `basic_surrogate` |
    /// | [`None`](AttestationType::None) | `none` |
    #[must_use]
    pub fn lists_attestation_type(&self, kind: AttestationType) -> bool {
        let names: &[&str] = match kind {
            AttestationType::Basic => &["basic_full"],
            AttestationType::AttCa => &["attca"],
            AttestationType::Uncertain => &["basic_full", "attca"],
            AttestationType::AnonCa => &["anonca"],
            AttestationType::SelfAttestation => &["basic_surrogate"],
            AttestationType::None => &["none"],
        };
        self.attestation_types.iter().any(|kind| names.contains(&kind.as_str()))
    }

    /// Returns whether the model's [`authentication_algorithms`](Self::authentication_algorithms) contain the algorithm
    /// of a passkey. `None` if the FIDO Registry of Predefined Values §3.6.1 had no name for the algorithm when this
    /// was written, as for ML-DSA: then no model can list it.
    #[must_use]
    pub fn lists_algorithm(&self, algorithm: Algorithm) -> Option<bool> {
        let names = registered_names(algorithm)?;
        Some(self.authentication_algorithms.iter().any(|name| names.contains(&name.as_str())))
    }
}

/// The names of an algorithm, one for each encoding of its signatures. WebAuthn prescribes the encoding, and metadata
/// name either.
fn registered_names(algorithm: Algorithm) -> Option<&'static [&'static str]> {
    Some(match algorithm {
        Algorithm::ES256 | Algorithm::ESP256 => {
            &["secp256r1_ecdsa_sha256_raw", "secp256r1_ecdsa_sha256_der"]
        }
        Algorithm::ES384 | Algorithm::ESP384 => &["secp384r1_ecdsa_sha384_raw"],
        Algorithm::ES512 | Algorithm::ESP512 => &["secp521r1_ecdsa_sha512_raw"],
        Algorithm::ES256K => &["secp256k1_ecdsa_sha256_raw", "secp256k1_ecdsa_sha256_der"],
        Algorithm::EdDSA | Algorithm::Ed25519 => &["ed25519_eddsa_sha512_raw"],
        Algorithm::Ed448 => &["ed448_eddsa_sha512_raw"],
        Algorithm::RS256 => {
            &["rsassa_pkcsv15_sha256_raw", "rsa_emsa_pkcs1_sha256_raw", "rsa_emsa_pkcs1_sha256_der"]
        }
        Algorithm::RS384 => &["rsassa_pkcsv15_sha384_raw"],
        Algorithm::RS512 => &["rsassa_pkcsv15_sha512_raw"],
        Algorithm::PS256 => &["rsassa_pss_sha256_raw", "rsassa_pss_sha256_der"],
        Algorithm::PS384 => &["rsassa_pss_sha384_raw"],
        Algorithm::PS512 => &["rsassa_pss_sha512_raw"],
        _ => return None,
    })
}
