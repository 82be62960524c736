//! Answers questions about revocation from CRLs.

use alloc::vec::Vec;

use super::VerifiedCrl;
use crate::{
    time::Duration,
    x509::{RevocationCheck, RevocationSubject},
};

/// Finds revoked certificates in CRLs. [`Crl`](super::Crl) has an example.
///
/// | The issuer has | The certificate counts as revoked |
/// |---|---|
/// | a list with its serial number, current or not | always |
/// | a current list without it | never |
/// | only outdated lists, or lists from the future | by default; not with [`accept_outdated`](Self::accept_outdated) |
/// | no list | with [`require_list`](Self::require_list) |
#[derive(Clone, Debug)]
pub struct CrlRevocation {
    lists: Vec<VerifiedCrl>,
    grace: Duration,
    accept_outdated: bool,
    require_list: bool,
}

impl CrlRevocation {
    /// Answers from these lists.
    #[must_use]
    pub fn new(lists: impl IntoIterator<Item = VerifiedCrl>) -> Self {
        Self {
            lists: lists.into_iter().collect(),
            grace: Duration::from_millis(0),
            accept_outdated: false,
            require_list: false,
        }
    }

    /// Sets how long a list is valid after its `nextUpdate`. The default is zero.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Also accepts certificates whose issuer has only outdated lists. An attacker who prevents the host from
    /// downloading new ones can then use certificates that have been revoked since.
    #[must_use]
    pub fn accept_outdated(mut self) -> Self {
        self.accept_outdated = true;
        self
    }

    /// Only accepts certificates whose issuer has a list. By default, a CA without a list is assumed to revoke nothing,
    /// because most attestation CAs publish none.
    #[must_use]
    pub fn require_list(mut self) -> Self {
        self.require_list = true;
        self
    }
}

impl RevocationCheck for CrlRevocation {
    fn is_revoked(&self, subject: &RevocationSubject<'_>) -> bool {
        let RevocationSubject { certificate, issuer_key, now } = *subject;
        let (mut has_list, mut has_current) = (false, false);
        for list in self.lists.iter().filter(|list| list.is_for(certificate, issuer_key)) {
            if list.find(certificate.serial_number()).is_some() {
                return true;
            }
            has_list = true;
            has_current |= list.is_current(now, self.grace);
        }
        match (has_list, has_current) {
            (_, true) => false,
            (true, false) => !self.accept_outdated,
            (false, false) => self.require_list,
        }
    }
}
