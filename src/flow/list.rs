//! Listing a user's passkeys.

use super::{Effect, Flow, Owner, Reply, Step};
use crate::{bytes::UserHandle, error::Error, passkey::Passkey, relying_party::RelyingParty};
use alloc::{string::ToString as _, vec::Vec};

/// The list flow: one effect, [`PasskeysOf`](Effect::PasskeysOf).
///
/// ```
/// # #[cfg(feature = "memory-store")] {
/// use relying_party::{ListPasskeys, RelyingParty, UserHandle, store::{self, MemoryStore}};
/// let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
/// let user = UserHandle::try_from(&[7; 32][..]).unwrap();
/// assert!(store::run(&MemoryStore::new(), ListPasskeys::begin(&rp, user)).unwrap().is_empty());
/// # }
/// ```
#[derive(Debug)]
pub struct ListPasskeys(());

impl ListPasskeys {
    /// Asks for the passkeys of an account, oldest first.
    ///
    /// # Errors
    ///
    /// None.
    pub fn begin(rp: &RelyingParty, user: UserHandle) -> Result<Step<Self>, Error> {
        let owner = Owner { rp_id: rp.rp_id().to_string(), user };
        Ok(Step::Effect(Self(()), Effect::PasskeysOf(owner)))
    }
}

impl Flow for ListPasskeys {
    type Output = Vec<Passkey>;

    fn resume(self, reply: Reply) -> Result<Step<Self>, Error> {
        match reply {
            Reply::Passkeys(passkeys) => Ok(Step::Done(passkeys)),
            _ => Err(Error::UnexpectedReply("PasskeysOf")),
        }
    }
}
