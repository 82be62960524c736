//! The methods of the storage contract as two lists, for everything that forwards them.

/// Calls a macro with the methods of [`CeremonyStore`](super::CeremonyStore): for each method the types of its borrowed
/// arguments, of its owned arguments, and of its result.
macro_rules! ceremony_verbs {
    ($with:ident!($($how:tt)*)) => {
        $with! {
            $($how)*
            put_ceremony(ceremony: $crate::ceremony::Ceremony;) -> ();
            take_ceremony(id: $crate::bytes::CeremonyId;) -> Option<$crate::ceremony::Ceremony>;
            read_ceremony(id: $crate::bytes::CeremonyId;) -> Option<$crate::ceremony::Ceremony>;
            erase_ceremonies(owner: $crate::flow::Owner;) -> ();
        }
    };
}

/// The same with the methods of [`PasskeyStore`](super::PasskeyStore).
macro_rules! passkey_verbs {
    ($with:ident!($($how:tt)*)) => {
        $with! {
            $($how)*
            passkeys_of(owner: $crate::flow::Owner;) -> alloc::vec::Vec<$crate::passkey::Passkey>;
            passkey(rp_id: str, credential_id: $crate::bytes::CredentialId;) -> Option<$crate::passkey::Passkey>;
            insert_passkey(passkey: $crate::passkey::Passkey; max_per_user: u32) -> $crate::flow::InsertOutcome;
            record_use(
                id: $crate::bytes::PasskeyId,
                expected: $crate::passkey::PasskeyState,
                state: $crate::passkey::PasskeyState;
                at: $crate::time::Timestamp
            ) -> $crate::flow::RecordOutcome;
            rename_passkey(
                owner: $crate::flow::Owner,
                id: $crate::bytes::PasskeyId,
                name: $crate::name::PasskeyName;
                at: $crate::time::Timestamp
            ) -> Option<$crate::passkey::Passkey>;
            delete_passkey(
                owner: $crate::flow::Owner,
                id: $crate::bytes::PasskeyId;
                keep_last: bool
            ) -> $crate::flow::RemoveOutcome;
            insert_account(
                user: $crate::flow::NewUser,
                passkey: $crate::passkey::Passkey;
            ) -> $crate::flow::SignUpOutcome;
            erase_passkeys(owner: $crate::flow::Owner;) -> alloc::vec::Vec<$crate::bytes::CredentialId>;
        }
    };
}

/// Methods that forward to another store: `forward!(CeremonyStore, self => &**self;)`.
macro_rules! forward {
    ($store:ident, $self:ident => $inner:expr; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(fn $verb(&$self, $($lent: &$lent_type,)* $($given: $given_type),*) -> Result<$output, Self::Error> {
            $store::$verb($inner, $($lent,)* $($given),*)
        })*
    };
}

/// The same for asynchronous methods.
macro_rules! forward_async {
    ($store:ident, $self:ident => $inner:expr; $($verb:ident($($lent:ident: $lent_type:ty),*; $($given:ident: $given_type:ty),*) -> $output:ty;)*) => {
        $(async fn $verb(&$self, $($lent: &$lent_type,)* $($given: $given_type),*) -> Result<$output, Self::Error> {
            $store::$verb($inner, $($lent,)* $($given),*).await
        })*
    };
}

pub(super) use {ceremony_verbs, forward, forward_async, passkey_verbs};
