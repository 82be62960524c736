//! The memory store as an asynchronous store that is not ready at once, and an executor of a few lines.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Wake},
    thread::{self, Thread},
};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{InsertOutcome, NewUser, Owner, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{
        AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, MemoryStore, PasskeyStore,
        SpawnBlocking,
    },
};

#[derive(Default)]
pub(crate) struct LaterStore(MemoryStore);

/// Not ready when it is first polled.
async fn later<T>(act: impl FnOnce() -> T + Send) -> T {
    let mut asked = false;
    poll_fn(|context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    act()
}

macro_rules! verbs {
    ($later:ident, $store:ident; $($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl $later for LaterStore {
            type Error = Infallible;
            $(fn $verb(&self, $($argument: $type),*) -> impl Future<Output = Result<$output, Infallible>> + Send {
                later(move || $store::$verb(&self.0, $($argument),*))
            })*
        }
    };
}

verbs! {
    AsyncCeremonyStore, CeremonyStore;
    put_ceremony(ceremony: &Ceremony) -> ();
    take_ceremony(id: &CeremonyId) -> Option<Ceremony>;
    erase_ceremonies(owner: &Owner) -> ();
}

verbs! {
    AsyncPasskeyStore, PasskeyStore;
    passkeys_of(owner: &Owner) -> Vec<Passkey>;
    passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
    insert_passkey(passkey: &Passkey, max_per_user: u32) -> InsertOutcome;
    record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> RecordOutcome;
    rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
    delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> RemoveOutcome;
    insert_account(user: &NewUser, passkey: &Passkey) -> SignUpOutcome;
    erase_passkeys(owner: &Owner) -> Vec<CredentialId>;
}

/// Ceremonies in a list. If it is racy, it reads, awaits, and then deletes.
pub(crate) struct RacyStore {
    is_racy: bool,
    ceremonies: Mutex<Vec<Ceremony>>,
}

impl RacyStore {
    pub(crate) fn new(is_racy: bool) -> Self {
        Self { is_racy, ceremonies: Mutex::default() }
    }
}

impl AsyncCeremonyStore for RacyStore {
    type Error = Infallible;

    async fn put_ceremony(&self, ceremony: &Ceremony) -> Result<(), Infallible> {
        later(|| self.ceremonies.lock().unwrap().push(ceremony.clone())).await;
        Ok(())
    }

    async fn take_ceremony(&self, id: &CeremonyId) -> Result<Option<Ceremony>, Infallible> {
        let find = || self.ceremonies.lock().unwrap().iter().find(|it| it.id() == *id).cloned();
        let before = later(find).await;
        let take = || {
            let found = find();
            self.ceremonies.lock().unwrap().retain(|it| it.id() != *id);
            found
        };
        let now = later(take).await;
        Ok(if self.is_racy { before } else { now })
    }

    async fn erase_ceremonies(&self, owner: &Owner) -> Result<(), Infallible> {
        let is_other = |it: &Ceremony| Owner::of_ceremony(it).as_ref() != Some(owner);
        later(|| self.ceremonies.lock().unwrap().retain(is_other)).await;
        Ok(())
    }
}

/// A pool with a thread for everything.
pub(crate) struct Pool;

impl SpawnBlocking for Pool {
    type Error = Infallible;

    async fn spawn_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Infallible> {
        Ok(thread::spawn(work).join().unwrap())
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn block_on(mut future: Pin<Box<dyn Future<Output = ()> + Send + '_>>) {
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    while future.as_mut().poll(&mut context).is_pending() {
        thread::park();
    }
}
