//! Pointers to a store are stores.

use alloc::{boxed::Box, sync::Arc};

use super::{
    AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore,
    verbs::{ceremony_verbs, forward, forward_async, passkey_verbs},
};

macro_rules! pointers {
    ($($pointer:ty),*) => {
        $(
            impl<S: CeremonyStore + ?Sized> CeremonyStore for $pointer {
                type Error = S::Error;
                ceremony_verbs!(forward!(CeremonyStore, self => &**self;));
            }

            impl<S: PasskeyStore + ?Sized> PasskeyStore for $pointer {
                type Error = S::Error;
                passkey_verbs!(forward!(PasskeyStore, self => &**self;));
            }

            impl<S: AsyncCeremonyStore + Send + ?Sized> AsyncCeremonyStore for $pointer {
                type Error = S::Error;
                ceremony_verbs!(forward_async!(AsyncCeremonyStore, self => &**self;));
            }

            impl<S: AsyncPasskeyStore + Send + ?Sized> AsyncPasskeyStore for $pointer {
                type Error = S::Error;
                passkey_verbs!(forward_async!(AsyncPasskeyStore, self => &**self;));
            }
        )*
    };
}

pointers!(&S, Box<S>, Arc<S>);
