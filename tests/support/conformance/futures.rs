//! The memory store as one of futures that are not ready at once, and an executor of a few lines.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake},
    thread::{self, Thread},
};

use relying_party::{
    CeremonyId, CredentialId, Passkey, PasskeyId, PasskeyName, PasskeyState, Timestamp,
    ceremony::Ceremony,
    flow::{Inserted, Owner, Recorded, Removed},
    store::{AsyncPasskeyStore, MemoryStore, PasskeyStore},
};

#[derive(Default)]
pub(crate) struct LaterStore(MemoryStore);

/// Not ready when it is first asked.
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
    ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl AsyncPasskeyStore for LaterStore {
            type Error = Infallible;
            $(fn $verb(&self, $($argument: $type),*) -> impl Future<Output = Result<$output, Infallible>> + Send {
                later(move || self.0.$verb($($argument),*))
            })*
        }
    };
}

verbs! {
    put_ceremony(ceremony: &Ceremony) -> ();
    take_ceremony(id: &CeremonyId) -> Option<Ceremony>;
    passkeys_of(owner: &Owner) -> Vec<Passkey>;
    passkey(rp_id: &str, credential_id: &CredentialId) -> Option<Passkey>;
    insert_passkey(passkey: &Passkey, max_per_user: u32) -> Inserted;
    record_use(id: &PasskeyId, expected: &PasskeyState, state: &PasskeyState, at: Timestamp) -> Recorded;
    rename_passkey(owner: &Owner, id: &PasskeyId, name: &PasskeyName, at: Timestamp) -> Option<Passkey>;
    delete_passkey(owner: &Owner, id: &PasskeyId, keep_last: bool) -> Removed;
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
