//! The demo's other factor: a code that a real host would send, and that the demo just shows.
//!
//! Whoever knows an account's name gets its code, so that it protects nothing: it is there to show what stands beside a
//! passkey. It is kept in the memory of this process, by the browser session in which it was asked for.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use relying_party::{Duration, Timestamp, UserHandle, VerificationProof};

use crate::{error::ApiError, store::TokenHash};

/// How long what is half done may stay so.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// How many sign-ins may be half done; who is one too many drops them all.
const PENDING: usize = 10_000;

/// Sign-ins that are half done, by their session.
#[derive(Debug, Default)]
pub(crate) struct Codes(Mutex<HashMap<[u8; 32], Pending>>);

#[derive(Debug)]
struct Pending {
    user: UserHandle,
    expires_at: Timestamp,
    awaits: Awaits,
}

#[derive(Debug)]
enum Awaits {
    /// The code; after a passkey, if there is its proof.
    Code(String, Option<VerificationProof>),
    /// A passkey, after the code.
    Passkey,
}

impl Codes {
    /// A new code for a session, instead of whatever was half done there; `passkey` if that was shown before.
    pub(crate) fn issue(
        &self,
        session: TokenHash,
        user: UserHandle,
        passkey: Option<VerificationProof>,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(ApiError::no_randomness)?;
        // Off from even by less than one in a thousand.
        let code = format!("{:06}", u32::from_le_bytes(random) % 1_000_000);
        self.put(
            session,
            Pending {
                user,
                expires_at: now + LIFETIME,
                awaits: Awaits::Code(code.clone(), passkey),
            },
            now,
        );
        Ok(code)
    }

    /// Takes the code of a session: right or wrong, it counts once. If it was right: whose it was, and the proof of the
    /// passkey that was shown before.
    pub(crate) fn redeem(
        &self,
        session: TokenHash,
        code: &str,
        now: Timestamp,
    ) -> Option<(UserHandle, Option<VerificationProof>)> {
        let pending = self.take(session, now)?;
        match pending.awaits {
            Awaits::Code(expected, passkey) if expected == code => Some((pending.user, passkey)),
            _ => None,
        }
    }

    /// Remembers that a user has shown the code in a session, and has to show a passkey there.
    pub(crate) fn await_passkey(&self, session: TokenHash, user: UserHandle, now: Timestamp) {
        self.put(
            session,
            Pending { user, expires_at: now + LIFETIME, awaits: Awaits::Passkey },
            now,
        );
    }

    /// Who has shown the code in a session and has to show a passkey there.
    pub(crate) fn awaiting_passkey(
        &self,
        session: TokenHash,
        now: Timestamp,
    ) -> Option<UserHandle> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = all.get(&session.0).filter(|pending| now < pending.expires_at)?;
        matches!(pending.awaits, Awaits::Passkey).then_some(pending.user)
    }

    /// Forgets what was half done in a session.
    pub(crate) fn forget(&self, session: TokenHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session.0);
    }

    fn put(&self, session: TokenHash, pending: Pending, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= PENDING {
            all.retain(|_, pending| now < pending.expires_at);
        }
        if all.len() >= PENDING {
            all.clear();
        }
        all.insert(session.0, pending);
    }

    fn take(&self, session: TokenHash, now: Timestamp) -> Option<Pending> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&session.0);
        taken.filter(|pending| now < pending.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_once_in_its_session_and_for_a_while() {
        let (codes, now) = (Codes::default(), Timestamp::from_unix_millis(1_000_000));
        let [one, other] = [TokenHash([1; 32]), TokenHash([2; 32])];
        let ada = UserHandle::try_from(&[7; 8][..]).unwrap();
        let issue = || codes.issue(one, ada, None, now).unwrap();
        let code = issue();
        assert_eq!(codes.redeem(other, &code, now), None);
        assert_eq!(codes.redeem(one, &code, now), Some((ada, None)));
        assert_eq!(codes.redeem(one, &code, now), None);
        let code = issue();
        assert_eq!(codes.redeem(one, "wrong", now), None);
        assert_eq!(codes.redeem(one, &code, now), None, "a wrong one takes it with it");
        let code = issue();
        assert_eq!(codes.redeem(one, &code, now + LIFETIME), None);

        codes.await_passkey(one, ada, now);
        assert_eq!(codes.redeem(one, "", now), None);
        codes.await_passkey(one, ada, now);
        assert_eq!(codes.awaiting_passkey(one, now), Some(ada));
        assert_eq!(codes.awaiting_passkey(other, now), None);
        assert_eq!(codes.awaiting_passkey(one, now + LIFETIME), None);
        codes.forget(one);
        assert_eq!(codes.awaiting_passkey(one, now), None);
    }
}
