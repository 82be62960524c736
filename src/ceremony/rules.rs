//! The steps of §7.1 and §7.2 by name, with their numbers and what they are about.

use super::error::CeremonyError;
use crate::policy::EmbeddingError;

/// A rule that a step checks. Most rules belong to both ceremonies, with a different number in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Response,
    CredentialIds,
    Members,
    AllowedCredential,
    Owner,
    ClientData,
    Type,
    Challenge,
    Origin,
    CrossOrigin,
    TopOrigin,
    AuthenticatorData,
    AttestedCredentialData,
    RpId,
    UserPresence,
    UserVerification,
    BackupState,
    BackupEligibility,
    Algorithm,
    Key,
    AttestationFormat,
    AttestationStatement,
    AttestationTrust,
    AttestedCredentialId,
    CredentialIdLength,
    Signature,
    SignCount,
    Extensions,
}

/// The place of a rule in a ceremony, and what it requires.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) rule: Rule,
    /// Empty for a rule without a number.
    pub(super) number: &'static str,
    pub(super) summary: &'static str,
}

const fn place(rule: Rule, number: &'static str, summary: &'static str) -> Place {
    Place { rule, number, summary }
}

const TYPE: &str = "the credential is a public key credential";
const RP_ID: &str = "the RP ID hash is the hash of the RP ID";
const USER_PRESENCE: &str = "a user was present (UP)";
const USER_VERIFICATION: &str = "the user was verified (UV), if that is required";
const BACKUP_STATE: &str = "a passkey that is backed up (BS) is eligible for backup (BE)";
const CLIENT_DATA: &str = "the client data are JSON with the required members";
const CHALLENGE: &str = "the challenge is the one that was issued";
const ORIGIN: &str = "the origin is expected";
const CROSS_ORIGIN: &str = "the page is only embedded if that is expected";
const TOP_ORIGIN: &str = "the top origin is expected";
const IDS: &str = "id and rawId are base64url, and equal";
const EXTENSIONS: &str = "the extension outputs match what was requested";

/// The steps of §7.1 that check a response, in the order in which they are checked.
pub(super) const REGISTRATION: &[Place] = &[
    place(Rule::Response, "3", TYPE),
    place(Rule::CredentialIds, "3", IDS),
    place(Rule::Members, "3", "the members of the attestation response are base64url"),
    place(Rule::ClientData, "6", CLIENT_DATA),
    place(Rule::Type, "7", "the client data are of a registration"),
    place(Rule::Challenge, "8", CHALLENGE),
    place(Rule::Origin, "9", ORIGIN),
    place(Rule::CrossOrigin, "10", CROSS_ORIGIN),
    place(Rule::TopOrigin, "11", TOP_ORIGIN),
    place(Rule::AuthenticatorData, "13", "the attestation object is complete"),
    place(Rule::AttestedCredentialData, "", "the authenticator data contain a credential (AT)"),
    place(Rule::RpId, "14", RP_ID),
    place(Rule::UserPresence, "15", USER_PRESENCE),
    place(Rule::UserVerification, "16", USER_VERIFICATION),
    place(Rule::BackupState, "17", BACKUP_STATE),
    place(Rule::Algorithm, "20", "the algorithm was offered"),
    place(Rule::Key, "", "the key is valid for its algorithm (§5.8.5)"),
    place(Rule::AttestationFormat, "21", "the attestation statement's format is known"),
    place(Rule::AttestationStatement, "22", "the attestation statement is valid"),
    place(Rule::AttestationTrust, "24", "the attestation is trusted, if that is required"),
    place(Rule::AttestedCredentialId, "", "rawId is the attested credential id"),
    place(Rule::CredentialIdLength, "25", "the credential id has 1 to 1023 bytes"),
    place(Rule::Extensions, "28", EXTENSIONS),
];

/// The steps of §7.2 that check a response, in the order in which they are checked.
pub(super) const AUTHENTICATION: &[Place] = &[
    place(Rule::Response, "3", TYPE),
    place(Rule::CredentialIds, "3", IDS),
    place(Rule::AllowedCredential, "5", "the credential was allowed"),
    place(Rule::Owner, "6", "the credential's owner is the named user"),
    place(Rule::Members, "7", "the members of the assertion response are base64url"),
    place(Rule::ClientData, "9", CLIENT_DATA),
    place(Rule::Type, "10", "the client data are of a sign-in"),
    place(Rule::Challenge, "11", CHALLENGE),
    place(Rule::Origin, "12", ORIGIN),
    place(Rule::CrossOrigin, "13", CROSS_ORIGIN),
    place(Rule::TopOrigin, "14", TOP_ORIGIN),
    place(Rule::AuthenticatorData, "", "the authenticator data are as long as their flags say"),
    place(Rule::RpId, "15", "the RP ID hash is the hash of the RP ID, or of the AppID in use"),
    place(Rule::UserPresence, "16", USER_PRESENCE),
    place(Rule::UserVerification, "17", USER_VERIFICATION),
    place(Rule::BackupState, "18", BACKUP_STATE),
    place(Rule::BackupEligibility, "19", "eligibility for backup (BE) has not changed"),
    place(Rule::Signature, "21", "the signature verifies with the stored key"),
    place(Rule::SignCount, "22", "the signature counter has increased, or is always zero"),
    place(Rule::Extensions, "23", EXTENSIONS),
];

impl Rule {
    /// The steps that one check of the client data covers.
    pub(super) const EMBEDDING: &[Self] = &[Self::CrossOrigin, Self::TopOrigin];

    /// The steps that one check of the attestation covers.
    pub(super) const ATTESTATION: &[Self] =
        &[Self::AttestationFormat, Self::AttestationStatement, Self::AttestationTrust];

    /// Which rule of [`EMBEDDING`](Self::EMBEDDING) or [`ATTESTATION`](Self::ATTESTATION) an error is about.
    pub(super) const fn of(error: &CeremonyError) -> Self {
        match error {
            CeremonyError::Embedding(EmbeddingError::TopOrigin { .. }) => Self::TopOrigin,
            CeremonyError::Embedding(_) => Self::CrossOrigin,
            CeremonyError::AttestationFormat(_) => Self::AttestationFormat,
            CeremonyError::AttestationTrust(_) => Self::AttestationTrust,
            _ => Self::AttestationStatement,
        }
    }

    /// A stable word for machines.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::CredentialIds => "credential_ids",
            Self::Members => "members",
            Self::AllowedCredential => "allowed_credential",
            Self::Owner => "owner",
            Self::ClientData => "client_data",
            Self::Type => "type",
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::CrossOrigin => "cross_origin",
            Self::TopOrigin => "top_origin",
            Self::AuthenticatorData => "authenticator_data",
            Self::AttestedCredentialData => "attested_credential_data",
            Self::RpId => "rp_id",
            Self::UserPresence => "user_presence",
            Self::UserVerification => "user_verification",
            Self::BackupState => "backup_state",
            Self::BackupEligibility => "backup_eligibility",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::AttestationFormat => "attestation_format",
            Self::AttestationStatement => "attestation_statement",
            Self::AttestationTrust => "attestation_trust",
            Self::AttestedCredentialId => "attested_credential_id",
            Self::CredentialIdLength => "credential_id_length",
            Self::Signature => "signature",
            Self::SignCount => "sign_count",
            Self::Extensions => "extensions",
        }
    }
}
