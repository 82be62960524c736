//! What checks work with: a store of either kind, things to store, and threads.

use alloc::{boxed::Box, format, string::String, vec, vec::Vec};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};
use std::{sync::Barrier, thread};

use sha2::{Digest as _, Sha256};

use crate::{
    bytes::{Aaguid, CeremonyId, Challenge, CredentialId, PasskeyId, UserHandle},
    ceremony::{Ceremony, CeremonyKind, CeremonyStart, SignInRequest},
    cose::{Algorithm, CosePublicKey},
    flow::{Inserted, Owner, Recorded, Removed, Task},
    json::{AuthenticatorAttachment, Transport, UserVerification},
    name::PasskeyName,
    passkey::{Attestation, AttestationType, Passkey, PasskeyState},
    store::{AsyncPasskeyStore, PasskeyStore},
    time::{Duration, Timestamp},
    version::Version,
};

/// What a check found instead of what was promised.
#[derive(Debug)]
pub(super) struct Found(pub(super) String);

impl Found {
    fn failure(error: &dyn fmt::Debug) -> Self {
        Self(format!("the store failed: {error:?}"))
    }
}

/// Compares what was seen with what was promised.
pub(super) fn expect<T: PartialEq + fmt::Debug>(
    what: &str,
    seen: &T,
    promised: &T,
) -> Result<(), Found> {
    if seen == promised {
        return Ok(());
    }
    Err(Found(format!("{what}: {seen:?} instead of {promised:?}")))
}

/// One check's store, and things to store that no other check has.
pub(super) struct Bench<'a> {
    pub(super) store: &'a (dyn PasskeyStore<Error = Found> + Sync),
    salt: [u8; 32],
    made: AtomicU64,
    pub(super) now: Timestamp,
}

pub(super) const RP_ID: &str = "example.com";
pub(super) const OTHER_RP_ID: &str = "example.net";

/// Threads that do the same thing at once, and how often they do.
pub(super) const THREADS: u8 = 8;
pub(super) const ROUNDS: u8 = 12;

/// No limit on an account's passkeys.
pub(super) const PLENTY: u32 = 1000;

impl<'a> Bench<'a> {
    pub(super) fn new(store: &'a (dyn PasskeyStore<Error = Found> + Sync)) -> Self {
        static BENCHES: AtomicU64 = AtomicU64::new(0);
        let number = BENCHES.fetch_add(1, Ordering::Relaxed);
        let now = Timestamp::now();
        let salt = Sha256::new()
            .chain_update(now.as_unix_millis().to_be_bytes())
            .chain_update(number.to_be_bytes())
            .chain_update(std::process::id().to_be_bytes());
        Self { store, salt: salt.finalize().into(), made: AtomicU64::new(0), now }
    }

    /// 32 bytes that nothing else has.
    fn fresh(&self) -> [u8; 32] {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        Sha256::new().chain_update(self.salt).chain_update(number.to_be_bytes()).finalize().into()
    }

    /// An account that nobody has used, at [`RP_ID`].
    pub(super) fn owner(&self) -> Result<Owner, Found> {
        let user =
            UserHandle::try_from(&self.fresh()[..]).map_err(|error| Found::failure(&error))?;
        Ok(Owner { rp_id: RP_ID.into(), user })
    }

    pub(super) fn credential_id(&self) -> Result<CredentialId, Found> {
        CredentialId::try_from(&self.fresh()[..]).map_err(|error| Found::failure(&error))
    }

    /// A passkey of that account that is not stored yet.
    pub(super) fn passkey(&self, owner: &Owner) -> Result<Passkey, Found> {
        self.passkey_with(owner, self.credential_id()?)
    }

    pub(super) fn passkey_with(
        &self,
        owner: &Owner,
        credential_id: CredentialId,
    ) -> Result<Passkey, Found> {
        Ok(Passkey {
            version: Version,
            id: PasskeyId::of(&owner.rp_id, &credential_id),
            rp_id: owner.rp_id.clone(),
            user: owner.user,
            credential_id,
            public_key: public_key()?,
            aaguid: Aaguid::new([7; 16]),
            transports: vec![Transport::Internal, Transport::from("not-known-yet")],
            attachment: Some(AuthenticatorAttachment::Platform),
            discoverable: Some(true),
            attestation: Attestation {
                format: "none".into(),
                kind: Some(AttestationType::None),
                trust: None,
            },
            name: name("Schlüssel \u{1f511} '\"\\")?,
            created_at: self.now,
            updated_at: self.now,
            last_used_at: None,
            state: PasskeyState {
                sign_count: 0,
                backup_eligible: Some(true),
                backup_state: Some(false),
                uv_initialized: true,
            },
        })
    }

    /// Stores a new passkey of that account.
    pub(super) fn stored(&self, owner: &Owner) -> Result<Passkey, Found> {
        let passkey = self.passkey(owner)?;
        self.insert(&passkey)?;
        Ok(passkey)
    }

    /// Stores a passkey, for which there is room.
    pub(super) fn insert(&self, passkey: &Passkey) -> Result<(), Found> {
        let inserted = self.store.insert_passkey(passkey, PLENTY)?;
        expect("inserting a new passkey", &inserted, &Inserted::Inserted)
    }

    /// The stored passkey of that one's credential.
    pub(super) fn lookup(&self, passkey: &Passkey) -> Result<Option<Passkey>, Found> {
        self.store.passkey(&passkey.rp_id, &passkey.credential_id)
    }

    /// Checks that a passkey is stored exactly so, by itself and in its owner's list.
    pub(super) fn expect_stored(&self, what: &str, passkey: &Passkey) -> Result<(), Found> {
        let expected = Some(passkey.clone());
        expect(&format!("{what}, passkey"), &self.lookup(passkey)?, &expected)?;
        let listed = self.store.passkeys_of(&owner_of(passkey))?;
        let listed = listed.into_iter().find(|listed| listed.id == passkey.id);
        expect(&format!("{what}, passkeys_of"), &listed, &expected)
    }

    /// A creation that began `ago` before now, and lasts ten minutes.
    pub(super) fn creation(&self, ago: Duration) -> Result<Ceremony, Found> {
        let kind = CeremonyKind::Create {
            user: self.owner()?.user,
            algorithms: vec![Algorithm::ES256, Algorithm::RS256],
            conditional: false,
            name: Some(name("Laptop")?),
        };
        Ok(self.ceremony(ago, kind))
    }

    /// A sign-in that began `ago` before now, and lasts ten minutes.
    pub(super) fn sign_in(&self, ago: Duration) -> Result<Ceremony, Found> {
        let request = SignInRequest::SecondFactor(self.owner()?.user);
        let allow_credentials = vec![self.credential_id()?, self.credential_id()?];
        Ok(self.ceremony(ago, CeremonyKind::SignIn { request, allow_credentials }))
    }

    fn ceremony(&self, ago: Duration, kind: CeremonyKind) -> Ceremony {
        let began = self.now.as_unix_millis().saturating_sub(ago.as_millis());
        let start = CeremonyStart {
            challenge: Challenge::from(self.fresh()),
            rp_id: RP_ID.into(),
            origin: Some("https://example.com".into()),
            user_verification: UserVerification::Required,
            extensions: crate::extensions::RequestedExtensions::default(),
            now: Timestamp::from_unix_millis(began),
            lifetime: Duration::from_secs(600),
        };
        Ceremony::new(start, kind)
    }
}

pub(super) fn owner_of(passkey: &Passkey) -> Owner {
    Owner { rp_id: passkey.rp_id.clone(), user: passkey.user }
}

pub(super) fn name(text: &str) -> Result<PasskeyName, Found> {
    text.parse().map_err(|error| Found::failure(&error))
}

/// Well-formed; nobody has its private half.
fn public_key() -> Result<CosePublicKey, Found> {
    let x = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20][..], &[1; 32]].concat();
    let cose = [&x[..], &[0x22, 0x58, 0x20], &[2; 32]].concat();
    CosePublicKey::try_from(&cose[..]).map_err(|error| Found::failure(&error))
}

/// Does one thing in several threads, all beginning at the same instant, and returns what each came to.
pub(super) fn at_once<I: Send, T: Send>(
    inputs: impl IntoIterator<Item = I>,
    act: impl Fn(I) -> Result<T, Found> + Sync,
) -> Result<Vec<T>, Found> {
    let inputs = inputs.into_iter().collect::<Vec<_>>();
    let (barrier, act) = (&Barrier::new(inputs.len()), &act);
    thread::scope(|scope| {
        let spawn = |input| {
            scope.spawn(move || {
                barrier.wait();
                act(input)
            })
        };
        let threads = inputs.into_iter().map(spawn).collect::<Vec<_>>();
        let panicked = |_| Err(Found("the store panicked".into()));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    })
}

/// Does two things beside each other, each with the number of its turn, until both have been done often enough while
/// the other went on. Returns how often each was done.
pub(super) fn beside(
    one: &(dyn Fn(u32) -> Result<(), Found> + Sync),
    other: &(dyn Fn(u32) -> Result<(), Found> + Sync),
) -> Result<(u32, u32), Found> {
    let enough = u32::from(ROUNDS);
    let (ones, others) = (&AtomicU32::new(0), &AtomicU32::new(0));
    at_once([(one, ones, others), (other, others, ones)], |(act, done, beside)| {
        for turn in 0.. {
            if turn >= enough && beside.load(Ordering::SeqCst) >= enough {
                break;
            }
            let acted = act(turn);
            // Who fails does not keep the other waiting.
            let count = if acted.is_ok() { turn.saturating_add(1) } else { u32::MAX };
            done.store(count, Ordering::SeqCst);
            acted?;
        }
        Ok(())
    })?;
    Ok((ones.load(Ordering::SeqCst), others.load(Ordering::SeqCst)))
}

/// A blocking store whose errors are findings.
pub(super) struct Blocking<S>(pub(super) S);

/// A store of futures, and what runs them.
pub(super) struct Polled<'a, S> {
    pub(super) store: S,
    #[allow(clippy::type_complexity, reason = "a function of one argument, said once")]
    pub(super) block_on: &'a (dyn Fn(Pin<Box<dyn Future<Output = ()> + Send + '_>>) + Sync),
}

impl<S: AsyncPasskeyStore<Error: fmt::Debug>> Polled<'_, S> {
    fn run<T: Send>(
        &self,
        future: impl Future<Output = Result<T, S::Error>> + Send,
    ) -> Result<T, Found> {
        let mut output = None;
        (self.block_on)(Box::pin(async { output = Some(future.await) }));
        match output {
            Some(output) => output.map_err(|error| Found::failure(&error)),
            None => Err(Found("block_on returned before the future had ended".into())),
        }
    }
}

/// Each verb of both kinds of store, with errors that are findings.
macro_rules! verbs {
    ($($verb:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        impl<S: PasskeyStore<Error: fmt::Debug>> PasskeyStore for Blocking<S> {
            type Error = Found;
            $(fn $verb(&self, $($argument: $type),*) -> Result<$output, Found> {
                self.0.$verb($($argument),*).map_err(|error| Found::failure(&error))
            })*
        }

        impl<S: AsyncPasskeyStore<Error: fmt::Debug>> PasskeyStore for Polled<'_, S> {
            type Error = Found;
            $(fn $verb(&self, $($argument: $type),*) -> Result<$output, Found> {
                self.run(self.store.$verb($($argument),*))
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
    pending_tasks(owner: &Owner) -> Vec<Task>;
}
