//! Android's description of a key (§8.4.1), as an extension of its certificate.

use alloc::{vec, vec::Vec};

use crate::test_authenticator::certificate::der;

/// The fields of a `KeyDescription`. You can tamper with each.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyDescription {
    /// `attestationVersion`, an INTEGER, big-endian.
    pub attestation_version: Vec<u8>,
    /// `attestationSecurityLevel`: 0 software, 1 TEE, 2 `StrongBox`.
    pub attestation_security_level: u8,
    /// `keymasterVersion`.
    pub keymaster_version: Vec<u8>,
    /// `keymasterSecurityLevel`.
    pub keymaster_security_level: u8,
    /// `attestationChallenge`, the hash of the client data unless tampered with.
    pub challenge: Vec<u8>,
    /// `uniqueId`.
    pub unique_id: Vec<u8>,
    /// `softwareEnforced`.
    pub software_enforced: AuthorizationList,
    /// `teeEnforced`.
    pub tee_enforced: AuthorizationList,
    /// Replaces all of the above.
    pub raw: Option<Vec<u8>>,
}

/// The fields of an `AuthorizationList` that the relying party checks, and others.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizationList {
    /// `purpose` \[1\]: 2 is signing.
    pub purpose: Option<Vec<u8>>,
    /// `allApplications` \[600\].
    pub all_applications: bool,
    /// `origin` \[702\]: 0 is generated.
    pub origin: Option<u8>,
    /// Other fields: their tag, and their content in DER.
    pub further: Vec<(u16, Vec<u8>)>,
}

impl KeyDescription {
    /// Creates the description of a signing-only key that a TEE generated.
    #[must_use]
    pub fn new(challenge: &[u8; 32]) -> Self {
        Self {
            attestation_version: vec![1, 44],
            attestation_security_level: 1,
            keymaster_version: vec![1, 44],
            keymaster_security_level: 1,
            challenge: challenge.to_vec(),
            unique_id: Vec::new(),
            software_enforced: AuthorizationList::default(),
            tee_enforced: AuthorizationList {
                purpose: Some(vec![2]),
                origin: Some(0),
                ..AuthorizationList::default()
            },
            raw: None,
        }
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        der::constructed(
            der::SEQUENCE,
            &[
                &der::unsigned(&self.attestation_version),
                &der::tlv(der::ENUMERATED, [self.attestation_security_level]),
                &der::unsigned(&self.keymaster_version),
                &der::tlv(der::ENUMERATED, [self.keymaster_security_level]),
                &der::tlv(der::OCTET_STRING, &self.challenge),
                &der::tlv(der::OCTET_STRING, &self.unique_id),
                &self.software_enforced.to_der(),
                &self.tee_enforced.to_der(),
            ],
        )
    }
}

impl AuthorizationList {
    /// Returns the fields in the order of their tags.
    fn to_der(&self) -> Vec<u8> {
        let mut fields = self.further.clone();
        if let Some(purpose) = &self.purpose {
            let purposes: Vec<u8> = purpose.iter().flat_map(|it| der::unsigned(&[*it])).collect();
            fields.push((1, der::tlv(der::SET, purposes)));
        }
        if self.all_applications {
            fields.push((600, vec![der::NULL, 0]));
        }
        if let Some(origin) = self.origin {
            fields.push((702, der::unsigned(&[origin])));
        }
        fields.sort_by_key(|(tag, _)| *tag);
        let fields: Vec<u8> =
            fields.iter().flat_map(|(tag, value)| der::tagged(*tag, value)).collect();
        der::tlv(der::SEQUENCE, fields)
    }
}
