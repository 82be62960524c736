//! Listing a user's passkeys.

use super::{Effect, Flow, Owner, Reply, Step};
use crate::{
    bytes::UserHandle, error::Error, json::AllAcceptedCredentials, passkey::Passkey,
    relying_party::RelyingParty,
};
use alloc::{string::ToString as _, vec::Vec};

/// The list flow: one effect, [`PasskeysOf`](Effect::PasskeysOf).
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{ListPasskeys, RelyingParty, UserHandle, store::{self, MemoryStore}};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&[7; 32][..]).unwrap();
/// let listed = store::run(&MemoryStore::new(), ListPasskeys::begin(&rp, user)).unwrap();
/// assert!(listed.passkeys.is_empty());
/// // For PublicKeyCredential.signalAllAcceptedCredentials():
/// assert!(serde_json::to_string(&listed.signal).unwrap().contains(r#""allAcceptedCredentialIds":[]"#));
/// # }
/// ```
#[derive(Debug)]
pub struct ListPasskeys {
    owner: Owner,
}

/// The passkeys of an account. [`ListPasskeys`](crate::ListPasskeys) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// All of them, oldest first.
    pub passkeys: Vec<Passkey>,
    /// The same list, for `PublicKeyCredential.signalAllAcceptedCredentials()`.
    ///
    /// A page may pass it on whenever it shows the list: after a sign-in, and after a creation, which does not read the
    /// list itself.
    pub signal: AllAcceptedCredentials,
}

impl ListPasskeys {
    /// Asks for the passkeys of an account, oldest first.
    ///
    /// # Errors
    ///
    /// None: this always succeeds.
    pub fn begin(rp: &RelyingParty, user: UserHandle) -> Result<Step<Self>, Error> {
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        Ok(Step::Effect(Self { owner: owner.clone() }, Effect::PasskeysOf(owner)))
    }
}

impl Flow for ListPasskeys {
    type Output = Listed;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match reply {
            Reply::Passkeys(passkeys) => {
                let signal = accepted(self.owner, &passkeys)?;
                Ok(Step::Done(Listed { passkeys, signal }))
            }
            _ => Err(Error::UnexpectedReply("PasskeysOf")),
        }
    }
}

/// Returns what to tell the browser: the full list that was just read, if all of it belongs to the owner.
pub(super) fn accepted(
    owner: Owner,
    passkeys: &[Passkey],
) -> Result<AllAcceptedCredentials, Error> {
    owner.check_owns(passkeys)?;
    let all = passkeys.iter().map(|passkey| passkey.credential_id.clone()).collect();
    Ok(AllAcceptedCredentials::new(owner.rp_id, owner.user, all))
}
