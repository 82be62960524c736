//! The steps of §7.1 and §7.2 by name, with their numbers and what they are about.

use super::error::CeremonyError;
use crate::policy::EmbeddingError;

/// A rule that a step judges. Most rules stand in both ceremonies, under numbers of their own.
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

/// Where a rule stands in a ceremony, and what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) rule: Rule,
    /// Empty for a rule that has no number.
    pub(super) number: &'static str,
    pub(super) summary: &'static str,
}

const fn place(rule: Rule, number: &'static str, summary: &'static str) -> Place {
    Place { rule, number, summary }
}

const TYPE: &str = "the credential is a public key credential";
const RP_ID: &str = "the RP ID hash is that of the RP ID";
const USER_PRESENCE: &str = "a user was present (UP)";
const USER_VERIFICATION: &str = "the user was verified (UV), if that is required";
const BACKUP_STATE: &str = "what is backed up (BS) is eligible for it (BE)";
const CLIENT_DATA: &str = "the client data are JSON with the required members";
const CHALLENGE: &str = "the challenge is the one that was issued";
const ORIGIN: &str = "the origin is one that is expected";
const CROSS_ORIGIN: &str = "the page was embedded only if that is expected";
const TOP_ORIGIN: &str = "the outermost page is one that is expected";
const IDS: &str = "id and rawId are base64url, and say the same";
const EXTENSIONS: &str = "the extension outputs are what was asked for";

/// The steps of §7.1 that judge a response, in the order in which they are judged.
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
    place(Rule::AuthenticatorData, "13", "the attestation object is whole"),
    place(Rule::AttestedCredentialData, "", "there is a credential in it (AT)"),
    place(Rule::RpId, "14", RP_ID),
    place(Rule::UserPresence, "15", USER_PRESENCE),
    place(Rule::UserVerification, "16", USER_VERIFICATION),
    place(Rule::BackupState, "17", BACKUP_STATE),
    place(Rule::Algorithm, "20", "the algorithm is one that was offered"),
    place(Rule::Key, "", "the key is one of its algorithm (§5.8.5)"),
    place(Rule::AttestationFormat, "21", "the attestation statement's format is known"),
    place(Rule::AttestationStatement, "22", "the attestation statement is valid"),
    place(Rule::AttestationTrust, "24", "the attestation is trusted, if that is required"),
    place(Rule::AttestedCredentialId, "", "rawId is the attested credential id"),
    place(Rule::CredentialIdLength, "25", "the credential id has 1 to 1023 bytes"),
    place(Rule::Extensions, "28", EXTENSIONS),
];

/// The steps of §7.2 that judge a response, in the order in which they are judged.
pub(super) const AUTHENTICATION: &[Place] = &[
    place(Rule::Response, "3", TYPE),
    place(Rule::CredentialIds, "3", IDS),
    place(Rule::AllowedCredential, "5", "the credential is one that was allowed"),
    place(Rule::Owner, "6", "the credential's owner is the user who is named"),
    place(Rule::Members, "7", "the members of the assertion response are base64url"),
    place(Rule::ClientData, "9", CLIENT_DATA),
    place(Rule::Type, "10", "the client data are of a sign-in"),
    place(Rule::Challenge, "11", CHALLENGE),
    place(Rule::Origin, "12", ORIGIN),
    place(Rule::CrossOrigin, "13", CROSS_ORIGIN),
    place(Rule::TopOrigin, "14", TOP_ORIGIN),
    place(Rule::AuthenticatorData, "", "the authenticator data are as long as their flags say"),
    place(Rule::RpId, "15", "the RP ID hash is that of the RP ID, or of the AppID in use"),
    place(Rule::UserPresence, "16", USER_PRESENCE),
    place(Rule::UserVerification, "17", USER_VERIFICATION),
    place(Rule::BackupState, "18", BACKUP_STATE),
    place(Rule::BackupEligibility, "19", "eligibility for backup (BE) is what it was"),
    place(Rule::Signature, "21", "the signature is that of the stored key"),
    place(Rule::SignCount, "22", "the signature counter has grown, or stayed zero"),
    place(Rule::Extensions, "23", EXTENSIONS),
];

impl Rule {
    /// The steps that one look at client data judges.
    pub(super) const EMBEDDING: &[Self] = &[Self::CrossOrigin, Self::TopOrigin];

    /// The steps that one look at an attestation judges.
    pub(super) const ATTESTATION: &[Self] =
        &[Self::AttestationFormat, Self::AttestationStatement, Self::AttestationTrust];

    /// Which of [`EMBEDDING`](Self::EMBEDDING) or [`ATTESTATION`](Self::ATTESTATION) an error is about.
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
