//! The arguments of the signal methods (§5.1.10), which tell browsers about passkeys that changed.
//!
//! ```text
//! dictionary UnknownCredentialOptions {                dictionary AllAcceptedCredentialsOptions {
//!     required DOMString rpId;                             required DOMString rpId;
//!     required Base64URLString credentialId;               required Base64URLString userId;
//! };                                                       required sequence<Base64URLString> allAcceptedCredentialIds;
//!                                                      };
//! dictionary CurrentUserDetailsOptions {
//!     required DOMString rpId;
//!     required Base64URLString userId;
//!     required DOMString name;
//!     required DOMString displayName;
//! };
//! ```
//!
//! They can only be serialized: none of them can be created from what a browser sent.

use alloc::{string::String, vec::Vec};

use serde::Serialize;

use crate::bytes::{CredentialId, UserHandle};

/// For `PublicKeyCredential.signalUnknownCredential()`: the browser should stop offering this credential. This is the
/// only signal that may be sent to a browser where the user is not signed in.
///
/// Returned by [`Error::signal`](crate::Error::signal), which has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnknownCredential {
    /// The RP ID.
    pub rp_id: String,
    /// The unknown credential.
    pub credential_id: CredentialId,
}

/// For `PublicKeyCredential.signalAllAcceptedCredentials()`: browsers remove or hide all other passkeys of the user,
/// possibly for good.
///
/// Returned by flows that have just read the user's full list: [`Listed`](crate::flow::Listed),
/// [`Deleted`](crate::flow::Deleted). [The crate](crate) has an example. It cannot be created from a list or changed,
/// so a partial list cannot be sent by mistake.
///
/// ```compile_fail
/// # use relying_party::{CredentialId, UserHandle, json::AllAcceptedCredentials};
/// # fn partial(user_id: UserHandle, some: Vec<CredentialId>) -> AllAcceptedCredentials {
/// AllAcceptedCredentials { rp_id: "example.com".into(), user_id, all_accepted_credential_ids: some }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AllAcceptedCredentials {
    rp_id: String,
    user_id: UserHandle,
    all_accepted_credential_ids: Vec<CredentialId>,
}

impl AllAcceptedCredentials {
    /// The caller has just read the full list of the account.
    pub(crate) fn new(rp_id: String, user_id: UserHandle, all: Vec<CredentialId>) -> Self {
        Self { rp_id, user_id, all_accepted_credential_ids: all }
    }

    /// The RP ID.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The account.
    #[must_use]
    pub fn user_id(&self) -> UserHandle {
        self.user_id
    }

    /// Returns all credentials of the account. Empty if it has none.
    #[must_use]
    pub fn all_accepted_credential_ids(&self) -> &[CredentialId] {
        &self.all_accepted_credential_ids
    }
}

/// For `PublicKeyCredential.signalCurrentUserDetails()`: browsers display these names with the user's passkeys from
/// then on. For signed-in users, after a sign-in or when a name has changed.
///
/// Returned by [`SignedInUser::signal`](crate::SignedInUser::signal).
///
/// ```
/// use relying_party::{RelyingParty, SignedInUser, UserHandle};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
/// let ada = SignedInUser::new(UserHandle::from([7; 32]), "ada@example.com", "Ada");
/// let signal = serde_json::to_string(&ada.signal(&rp)).unwrap();
/// assert!(signal.contains(r#""displayName":"Ada""#));
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUserDetails {
    pub(crate) rp_id: String,
    pub(crate) user_id: UserHandle,
    pub(crate) name: String,
    pub(crate) display_name: String,
}
