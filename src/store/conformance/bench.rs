//! What the checks work with: a store of either kind, and test data.

use alloc::{
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};
use core::{
    fmt,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};
use std::{sync::Barrier, thread};

use sha2::{Digest as _, Sha256};

use super::executor::{Conductor, Working};
use crate::{
    assurance::AaguidAssurance,
    bytes::{Aaguid, Challenge, CredentialId, PasskeyId, UserHandle},
    ceremony::{Ceremony, CeremonyKind, CeremonyStart, NewUser, SignInRequest},
    cose::{Algorithm, CosePublicKey},
    flow::{InsertOutcome, Owner},
    json::{AuthenticatorAttachment, Transport, UserVerification},
    name::PasskeyName,
    passkey::{Attestation, AttestationType, Passkey, PasskeyState},
    session::SessionBinding,
    store::{CeremonyStore, PasskeyStore},
    time::{Duration, Timestamp},
};

/// What a check found instead of what was promised.
#[derive(Clone, Debug)]
pub(super) struct Found(pub(super) String);

impl Found {
    /// The store returned an error.
    pub(super) fn failure(error: &dyn fmt::Debug) -> Self {
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

/// Both halves of a store whose errors are findings.
pub(super) trait Store: CeremonyStore<Error = Found> + PasskeyStore<Error = Found> {}

impl<S: CeremonyStore<Error = Found> + PasskeyStore<Error = Found>> Store for S {}

/// The store of one check, and test data that no other check uses.
pub(super) struct Bench<'a> {
    pub(super) store: &'a (dyn Store + Sync),
    /// Creates an account at the host.
    prepare: &'a (dyn Fn(&Owner) + Sync),
    /// Runs several futures at once, for an asynchronous store.
    conductor: Option<&'a dyn Conductor>,
    salt: [u8; 32],
    made: AtomicU64,
    pub(super) now: Timestamp,
}

pub(super) const RP_ID: &str = "example.com";
pub(super) const OTHER_RP_ID: &str = "example.net";

/// The number of threads that do the same thing at once, and of their repetitions.
pub(super) const THREADS: u8 = 8;
pub(super) const ROUNDS: u8 = 12;

/// No limit on an account's passkeys.
pub(super) const PLENTY: u32 = 1000;

impl<'a> Bench<'a> {
    pub(super) fn new(
        store: &'a (dyn Store + Sync),
        prepare: &'a (dyn Fn(&Owner) + Sync),
        conductor: Option<&'a dyn Conductor>,
    ) -> Self {
        static BENCHES: AtomicU64 = AtomicU64::new(0);
        let number = BENCHES.fetch_add(1, Ordering::Relaxed);
        let now = Timestamp::now();
        let salt = Sha256::new()
            .chain_update(now.as_unix_millis().to_be_bytes())
            .chain_update(number.to_be_bytes())
            .chain_update(std::process::id().to_be_bytes());
        let salt = salt.finalize().into();
        Self { store, prepare, conductor, salt, made: AtomicU64::new(0), now }
    }

    /// Returns 32 bytes that are not used anywhere else.
    fn fresh(&self) -> [u8; 32] {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        Sha256::new().chain_update(self.salt).chain_update(number.to_be_bytes()).finalize().into()
    }

    /// A user handle that no account has.
    pub(super) fn handle(&self) -> UserHandle {
        self.fresh().into()
    }

    /// Returns an account at [`RP_ID`] that no one has used.
    pub(super) fn owner(&self) -> Owner {
        self.prepared(Owner { rp_id: RP_ID.into(), user: self.handle() })
    }

    /// Returns the account of the same user at another relying party.
    pub(super) fn elsewhere(&self, owner: &Owner) -> Owner {
        self.prepared(Owner { rp_id: OTHER_RP_ID.into(), user: owner.user })
    }

    /// Returns the account once the host has created it.
    pub(super) fn prepared(&self, owner: Owner) -> Owner {
        (self.prepare)(&owner);
        owner
    }

    /// Returns a user who signs up under a name that no account has.
    pub(super) fn new_user(&self) -> NewUser {
        self.new_user_named(&self.handle().to_string())
    }

    /// Returns a user with an unused handle who signs up under this name.
    pub(super) fn new_user_named(&self, name: &str) -> NewUser {
        NewUser::new(self.handle(), name, "Schlüssel \u{1f511} '\"\\")
    }

    /// Returns the first passkey of a user who signs up.
    pub(super) fn first_passkey(&self, user: &NewUser) -> Result<Passkey, Found> {
        self.passkey(&Owner { rp_id: RP_ID.into(), user: user.handle() })
    }

    pub(super) fn credential_id(&self) -> Result<CredentialId, Found> {
        CredentialId::try_from(&self.fresh()[..]).map_err(|error| Found::failure(&error))
    }

    /// Returns a passkey of the account that is not stored yet.
    pub(super) fn passkey(&self, owner: &Owner) -> Result<Passkey, Found> {
        self.passkey_with(owner, self.credential_id()?)
    }

    pub(super) fn passkey_with(
        &self,
        owner: &Owner,
        credential_id: CredentialId,
    ) -> Result<Passkey, Found> {
        Ok(Passkey {
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
                aaguid: AaguidAssurance::Attested,
                ..Attestation::unknown()
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

    /// Stores a new passkey of the account.
    pub(super) fn stored(&self, owner: &Owner) -> Result<Passkey, Found> {
        let passkey = self.passkey(owner)?;
        self.insert(&passkey)?;
        Ok(passkey)
    }

    /// Stores a passkey, within the limit.
    pub(super) fn insert(&self, passkey: &Passkey) -> Result<(), Found> {
        let inserted = self.store.insert_passkey(passkey, PLENTY)?;
        expect("inserting a new passkey", &inserted, &InsertOutcome::Inserted)
    }

    /// Returns the stored passkey with the same credential ID.
    pub(super) fn lookup(&self, passkey: &Passkey) -> Result<Option<Passkey>, Found> {
        self.store.passkey(&passkey.rp_id, &passkey.credential_id)
    }

    /// Checks that exactly this passkey is stored, both by itself and in its owner's list.
    pub(super) fn expect_stored(&self, what: &str, passkey: &Passkey) -> Result<(), Found> {
        let expected = Some(passkey.clone());
        expect(&format!("{what}, passkey"), &self.lookup(passkey)?, &expected)?;
        let listed = self.store.passkeys_of(&Owner::of_passkey(passkey))?;
        let listed = listed.into_iter().find(|listed| listed.id == passkey.id);
        expect(&format!("{what}, passkeys_of"), &listed, &expected)
    }

    /// Returns a creation that began `ago` before now and lasts ten minutes.
    pub(super) fn creation(&self, ago: Duration) -> Result<Ceremony, Found> {
        self.creation_of(&self.owner_of_ceremonies(), ago)
    }

    /// Returns an account for ceremonies. It has no passkey and does not have to exist.
    pub(super) fn owner_of_ceremonies(&self) -> Owner {
        Owner { rp_id: RP_ID.into(), user: self.handle() }
    }

    /// Returns ceremonies of every kind for this account: a creation, a sign-up, and the sign-ins that name it.
    pub(super) fn ceremonies_of(&self, owner: &Owner) -> Result<Vec<Ceremony>, Found> {
        let now = Duration::from_millis(0);
        let sign_up = CeremonyKind::SignUp {
            user: NewUser::new(owner.user, "Ada \u{1f511}", "'\"\\"),
            algorithms: vec![Algorithm::ES256],
            name: None,
            fallback_name: Some(name("Firefox")?),
        };
        let mut ceremonies =
            vec![self.creation_of(owner, now)?, self.ceremony(owner, now, sign_up)];
        let sign_ins = [
            SignInRequest::for_account(owner.user),
            SignInRequest::SecondFactor(owner.user),
            SignInRequest::Reverify(owner.user),
        ];
        for request in sign_ins {
            let kind = CeremonyKind::SignIn { request, allow_credentials: Vec::new() };
            ceremonies.push(self.ceremony(owner, now, kind));
        }
        Ok(ceremonies)
    }

    /// Returns a sign-in that names no user.
    pub(super) fn discoverable(&self) -> Ceremony {
        let request = SignInRequest::Discoverable;
        let kind = CeremonyKind::SignIn { request, allow_credentials: Vec::new() };
        self.ceremony(&self.owner_of_ceremonies(), Duration::from_millis(0), kind)
    }

    /// Returns a creation for this account that began `ago` before now.
    pub(super) fn creation_of(&self, owner: &Owner, ago: Duration) -> Result<Ceremony, Found> {
        let kind = CeremonyKind::Create {
            user: owner.user,
            algorithms: vec![Algorithm::ES256, Algorithm::RS256],
            conditional: false,
            name: Some(name("Laptop")?),
            fallback_name: Some(name("Chrome on macOS")?),
            verified_with: PasskeyId::try_from(&[7; 16][..]).ok(),
        };
        Ok(self.ceremony(owner, ago, kind))
    }

    /// Returns a sign-in that began `ago` before now and lasts ten minutes.
    pub(super) fn sign_in(&self, ago: Duration) -> Result<Ceremony, Found> {
        Ok(self.sign_in_with(ago, vec![self.credential_id()?, self.credential_id()?]))
    }

    /// Returns a sign-in that allows these credentials.
    pub(super) fn sign_in_with(
        &self,
        ago: Duration,
        allow_credentials: Vec<CredentialId>,
    ) -> Ceremony {
        let owner = self.owner_of_ceremonies();
        let request = SignInRequest::SecondFactor(owner.user);
        self.ceremony(&owner, ago, CeremonyKind::SignIn { request, allow_credentials })
    }

    fn ceremony(&self, owner: &Owner, ago: Duration, kind: CeremonyKind) -> Ceremony {
        let began = self.now.as_unix_millis().saturating_sub(ago.as_millis());
        let start = CeremonyStart {
            challenge: Challenge::from(self.fresh()),
            rp_id: owner.rp_id.clone(),
            session: SessionBinding::of(self.fresh()),
            origin: Some("https://example.com".into()),
            user_verification: UserVerification::Required,
            extensions: crate::extensions::RequestedExtensions::default(),
            now: Timestamp::from_unix_millis(began),
            lifetime: Duration::from_secs(600),
        };
        Ceremony::new(start, kind)
    }

    /// Runs the same action several times, all starting at the same instant, and returns the results.
    pub(super) fn at_once<I: Send, T: Send>(
        &self,
        inputs: impl IntoIterator<Item = I>,
        act: impl Fn(I) -> Result<T, Found> + Sync,
    ) -> Result<Vec<T>, Found> {
        let inputs = inputs.into_iter().collect::<Vec<_>>();
        let (barrier, act) = (&Barrier::new(inputs.len()), &act);
        if let Some(conductor) = self.conductor {
            conductor.expect(inputs.len());
        }
        thread::scope(|scope| {
            let spawn = |input| {
                scope.spawn(move || {
                    let _working = self.conductor.map(Working);
                    barrier.wait();
                    act(input)
                })
            };
            let threads = inputs.into_iter().map(spawn).collect::<Vec<_>>();
            if let Some(conductor) = self.conductor {
                conductor.conduct();
            }
            let panicked = |_| Err(Found("the store panicked".into()));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
        })
    }

    /// Runs two actions side by side, passing each the number of its turn, until both have run often enough while the
    /// other was running. Returns how often each ran.
    pub(super) fn beside(
        &self,
        one: &(dyn Fn(u32) -> Result<(), Found> + Sync),
        other: &(dyn Fn(u32) -> Result<(), Found> + Sync),
    ) -> Result<(u32, u32), Found> {
        let enough = u32::from(ROUNDS);
        let (ones, others) = (&AtomicU32::new(0), &AtomicU32::new(0));
        self.at_once([(one, ones, others), (other, others, ones)], |(act, done, beside)| {
            for turn in 0.. {
                if turn >= enough && beside.load(Ordering::SeqCst) >= enough {
                    break;
                }
                let acted = act(turn);
                // If one fails, it does not keep the other waiting.
                let count = if acted.is_ok() { turn.saturating_add(1) } else { u32::MAX };
                done.store(count, Ordering::SeqCst);
                acted?;
            }
            Ok(())
        })?;
        Ok((ones.load(Ordering::SeqCst), others.load(Ordering::SeqCst)))
    }
}

pub(super) fn name(text: &str) -> Result<PasskeyName, Found> {
    text.parse().map_err(|error| Found::failure(&error))
}

/// Returns a well-formed key. No one has its private key.
fn public_key() -> Result<CosePublicKey, Found> {
    let x = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20][..], &[1; 32]].concat();
    let cose = [&x[..], &[0x22, 0x58, 0x20], &[2; 32]].concat();
    CosePublicKey::try_from(&cose[..]).map_err(|error| Found::failure(&error))
}
