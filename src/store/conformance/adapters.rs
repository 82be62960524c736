//! Adapts stores of every kind to blocking stores whose errors are findings.

use alloc::{borrow::ToOwned as _, boxed::Box, string::String};
use core::{fmt, future::Future};
use std::sync::mpsc;

use super::{bench::Found, executor::Executor};
use crate::store::{
    AsyncCeremonyStore, AsyncPasskeyStore, CeremonyStore, PasskeyStore,
    verbs::{ceremony_verbs, passkey_verbs},
};

/// A blocking store.
pub(super) struct Blocking<S>(pub(super) S);

/// An asynchronous store, and what runs its futures.
pub(super) struct Polled<'e, 's, S> {
    pub(super) store: &'s S,
    pub(super) executor: &'e Executor<'s>,
}

/// The half of a store that the host does not have. No check calls it.
pub(super) struct Missing;

impl<'s, S> Polled<'_, 's, S> {
    fn run<T: Send + 's, E: fmt::Debug + Send + 's>(
        &self,
        future: impl Future<Output = Result<T, E>> + Send + 's,
    ) -> Result<T, Found> {
        let (answer, answered) = mpsc::channel();
        self.executor.run(Box::pin(async move {
            // The receiver is gone if the executor has dropped the future.
            let _ = answer.send(future.await);
        }));
        match answered.recv() {
            Ok(answer) => answer.map_err(|error| Found::failure(&error)),
            Err(_) => Err(Found(
                "the store panicked, or the executor returned before the future had ended".into(),
            )),
        }
    }
}

/// Methods of a blocking store whose errors are findings.
macro_rules! call {
    ($store:ident; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(fn $verb(&self, $($lent: &$lent_type,)* $($given: $given_type),*) -> Result<$output, Found> {
            $store::$verb(&self.0, $($lent,)* $($given),*).map_err(|error| Found::failure(&error))
        })*
    };
}

/// Methods of an asynchronous store, run to completion.
macro_rules! poll {
    ($store:ident; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(fn $verb(&self, $($lent: &$lent_type,)* $($given: $given_type),*) -> Result<$output, Found> {
            let store = self.store;
            $(let $lent = $lent.to_owned();)*
            self.run(async move { $store::$verb(store, $(&$lent,)* $($given),*).await })
        })*
    };
}

/// Methods that are not available.
macro_rules! refuse {
    ($($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(fn $verb(&self, $(_: &$lent_type,)* $(_: $given_type),*) -> Result<$output, Found> {
            Err(Found(String::from("this half of the store is not tested")))
        })*
    };
}

impl<S: CeremonyStore<Error: fmt::Debug>> CeremonyStore for Blocking<S> {
    type Error = Found;
    ceremony_verbs!(call!(CeremonyStore;));
}

impl<S: PasskeyStore<Error: fmt::Debug>> PasskeyStore for Blocking<S> {
    type Error = Found;
    passkey_verbs!(call!(PasskeyStore;));
}

impl<S: AsyncCeremonyStore<Error: fmt::Debug>> CeremonyStore for Polled<'_, '_, S> {
    type Error = Found;
    ceremony_verbs!(poll!(AsyncCeremonyStore;));
}

impl<S: AsyncPasskeyStore<Error: fmt::Debug>> PasskeyStore for Polled<'_, '_, S> {
    type Error = Found;
    passkey_verbs!(poll!(AsyncPasskeyStore;));
}

impl CeremonyStore for Missing {
    type Error = Found;
    ceremony_verbs!(refuse!());
}

impl PasskeyStore for Missing {
    type Error = Found;
    passkey_verbs!(refuse!());
}
