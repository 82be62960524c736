//! The arguments of the signal methods (§5.1.10): what browsers are told about passkeys that changed.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use crate::bytes::{CredentialId, UserHandle};

/// For `PublicKeyCredential.signalUnknownCredential()`: the browser should stop offering this credential. The only
/// one that may be sent to somebody who is not signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnknownCredential {
    /// The RP ID.
    pub rp_id: String,
    /// The credential that is not known.
    pub credential_id: CredentialId,
}

/// For `PublicKeyCredential.signalAllAcceptedCredentials()`: browsers remove or hide all others of the user, perhaps
/// for good. It comes out of flows that have just read the user's full list, and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AllAcceptedCredentials {
    /// The RP ID.
    pub rp_id: String,
    /// The account.
    pub user_id: UserHandle,
    /// Every credential that the account still has.
    pub all_accepted_credential_ids: Vec<CredentialId>,
}
