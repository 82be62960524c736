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
    PasskeyState, RelyingParty, SignIn, SignInRequest, SignedInUser, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::{self, PasskeyStore},
};
use serde_json::to_string;

use crate::browser;

/// One user with one passkey: the least that can be stored, with and without the standard library's features.
#[derive(Default)]
struct Store {
    ceremony: Cell<Option<Ceremony>>,
    passkey: RefCell<Option<Passkey>>,
}

impl PasskeyStore for Store {
    type Error = Infallible;

    fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Infallible> {
        self.ceremony.set(Some(ceremony.clone()));
        Ok(())
    }

    fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
        Ok(self.ceremony.take().filter(|ceremony| ceremony.id() == *id))
    }

    fn passkeys_of(&self, _: &Owner) -> Result<Vec<Passkey>, Infallible> {
        Ok(self.passkey.borrow().iter().cloned().collect())
    }

    fn passkey(&self, _: &str, id: &CredentialId) -> Result<Option<Passkey>, Infallible> {
        Ok(self.passkey.borrow().clone().filter(|passkey| passkey.credential_id == *id))
    }

    fn insert_passkey(&self, passkey: &Passkey, _: u32) -> Result<Inserted, Infallible> {
        self.passkey.replace(Some(passkey.clone()));
        Ok(Inserted::Inserted)
    }

    fn record_use(
        &self,
        _: &PasskeyId,
        _: &PasskeyState,
        state: &PasskeyState,
        at: Timestamp,
    ) -> Result<Recorded, Infallible> {
        if let Some(passkey) = self.passkey.borrow_mut().as_mut() {
            passkey.state = *state;
            passkey.last_used_at = Some(at);
        }
        Ok(Recorded::Updated)
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

    fn delete_passkey(&self, _: &Owner, _: &PasskeyId, _: bool) -> Result<Removed, Infallible> {
        Ok(Removed::NotFound)
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

    let begin = CreatePasskey::begin(&rp, &user, challenge()?, now()?);
    let start = store::run(&store, begin)?;
    let response = browser(&to_string(&start.public_key)?)?;
    let (id, response) = (start.ceremony_id, response.as_bytes());
    let finish = CreatePasskey::finish(&rp, user.handle(), id, response, now()?);
    store::run(&store, finish)?;

    let begin = SignIn::begin(&rp, SignInRequest::Discoverable, challenge()?, now()?);
    let start = store::run(&store, begin)?;
    let response = browser(&to_string(&start.public_key)?)?;
    let finish = SignIn::finish(&rp, start.ceremony_id, response.as_bytes(), now()?);
    store::run(&store, finish)?;
    Ok(())
}
