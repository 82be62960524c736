//! `relying-party`, called as its README shows.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    error::Error,
    fs::File,
    io::{self, Read as _},
    time::SystemTime,
};

use relying_party::{
    CeremonyId, Challenge, CreatePasskey, CredentialId, Passkey, PasskeyId, PasskeyName,
    PasskeyState, Posted, RelyingParty, SessionBinding, SignIn, SignInRequest, SignedInUser, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, Owner, RecordOutcome, RemoveOutcome},
    store::{self, CeremonyStore, PasskeyStore},
};
use serde_json::to_string;

use crate::browser;

/// One user with one passkey: the smallest store, with and without the standard library's features.
#[derive(Default)]
struct Store {
    ceremony: Cell<Option<Ceremony>>,
    passkey: RefCell<Option<Passkey>>,
}

impl CeremonyStore for Store {
    type Error = Infallible;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Infallible> {
        self.ceremony.set(Some(ceremony.clone()));
        Ok(())
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
        Ok(self.ceremony.take().filter(|ceremony| ceremony.id() == *id))
    }

    fn erase_ceremonies(&self, _: &Owner) -> Result<(), Infallible> {
        self.ceremony.set(None);
        Ok(())
    }
}

impl PasskeyStore for Store {
    type Error = Infallible;

    fn passkeys_of(&self, _: &Owner) -> Result<Vec<Passkey>, Infallible> {
        Ok(self.passkey.borrow().iter().cloned().collect())
    }

    fn passkey(&self, _: &str, id: &CredentialId) -> Result<Option<Passkey>, Infallible> {
        Ok(self.passkey.borrow().clone().filter(|passkey| passkey.credential_id == *id))
    }

    fn insert_passkey(&self, passkey: &Passkey, _: u32) -> Result<InsertOutcome, Infallible> {
        self.passkey.replace(Some(passkey.clone()));
        Ok(InsertOutcome::Inserted)
    }

    fn record_use(
        &self,
        _: &PasskeyId,
        _: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<RecordOutcome, Infallible> {
        if let Some(passkey) = self.passkey.borrow_mut().as_mut() {
            passkey.state = *state;
            passkey.last_used_at = Some(at);
        }
        Ok(RecordOutcome::Updated)
    }

    fn rename_passkey(
        &self,
        _: &Owner,
        _: &PasskeyId,
        _: &PasskeyName,
        _: Timestamp,
    ) -> Result<Option<Passkey>, Infallible> {
        Ok(None)
    }

    fn delete_passkey(&self, _: &Owner, _: &PasskeyId, _: bool) -> Result<RemoveOutcome, Infallible> {
        Ok(RemoveOutcome::NotFound)
    }

    fn erase_passkeys(&self, _: &Owner) -> Result<Vec<CredentialId>, Infallible> {
        Ok(self.passkey.take().map(|passkey| passkey.credential_id).into_iter().collect())
    }
}

fn challenge() -> io::Result<Challenge> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

fn now() -> Result<Timestamp, Box<dyn Error>> {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Timestamp::from_unix_millis(since_epoch.as_millis().try_into()?))
}

pub(crate) fn register_and_sign_in() -> Result<(), Box<dyn Error>> {
    let rp =
        RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
    let store = Store::default();
    let user = SignedInUser::new([0x75; 16][..].try_into()?, "alice", "Alice");

    let session = SessionBinding::of("the session of a browser");
    let begin = CreatePasskey::begin(&rp, &user, session, challenge()?, now()?);
    let start = store::run(&store, begin)?;
    let response = browser(&to_string(&start.public_key)?)?;
    let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
    store::run(&store, CreatePasskey::finish(&rp, user.handle(), posted, now()?))?;

    let begin = SignIn::begin(&rp, SignInRequest::Discoverable, session, challenge()?, now()?);
    let start = store::run(&store, begin)?;
    let response = browser(&to_string(&start.public_key)?)?;
    let posted = Posted { session, ceremony: start.ceremony_id, response: response.as_bytes() };
    store::run(&store, SignIn::finish(&rp, posted, now()?))?;
    Ok(())
}
