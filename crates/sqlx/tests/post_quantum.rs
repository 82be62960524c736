//! The largest post-quantum passkey in each database: an ML-DSA-87 key, a signature with it, and the longest credential
//! ID.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use relying_party::{
    Challenge, CreatePasskey, KeyParameters, RelyingParty, Settings, SignIn, SignInRequest,
    SignedInUser,
    flow::InsertOutcome,
    limits::CREDENTIAL_ID_MAX,
    store::{AsyncPasskeyStore as _, run_async},
    test_authenticator::{SignCounter, TestAlgorithm, TestAuthenticator},
};
use relying_party_sqlx::Dialect;
use support::{Fresh, NOW, ORIGIN, account, later, posted, session};

/// The size of an ML-DSA-87 public key (FIPS 204 table 2).
const KEY: usize = 2592;

async fn largest_post_quantum_passkey_is_kept_and_used<DB: Dialect>(fresh: &Fresh<DB>) {
    let rp = RelyingParty::builder("example.com", "Example")
        .settings(Settings::post_quantum().build().unwrap())
        .origin(ORIGIN)
        .build()
        .unwrap();
    let mut authenticator = TestAuthenticator::new("a large key").with(|it| {
        it.algorithms = vec![TestAlgorithm::MlDsa87];
        it.credential_id_length = CREDENTIAL_ID_MAX;
        it.counter = SignCounter::Counting;
    });
    let (store, owner) = (&fresh.store, account());
    let user = SignedInUser::new(owner.user, "ada", "Ada");

    // Inserts it.
    let begin = CreatePasskey::begin(&rp, &user, session(), Challenge::generate().unwrap(), NOW);
    let start = run_async(store, begin).await.unwrap();
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    let posted_creation = posted(start.ceremony_id, &response);
    let finish = CreatePasskey::finish(&rp, owner.user, posted_creation, NOW);
    let created = run_async(store, finish).await.unwrap().passkey;
    let KeyParameters::Akp { public } = created.public_key.key().parameters else {
        panic!("{:?}", created.public_key)
    };
    assert_eq!(public.len(), KEY);
    assert_eq!(created.credential_id.as_bytes().len(), CREDENTIAL_ID_MAX);

    // Lists it, finds it, and knows it again.
    assert_eq!(store.passkeys_of(&owner).await.unwrap(), std::slice::from_ref(&created));
    let found = store.passkey(&created.rp_id, &created.credential_id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&created));
    assert_eq!(store.insert_passkey(&created, 10).await.unwrap(), InsertOutcome::AlreadyExists);

    // Uses it: the state is replaced, and the key stays as it was.
    let request = SignInRequest::for_account(owner.user);
    let begin = SignIn::begin(&rp, request, session(), Challenge::generate().unwrap(), NOW);
    let start = run_async(store, begin).await.unwrap();
    let assertion = authenticator.get(&start.public_key, ORIGIN).unwrap();
    let finish = SignIn::finish(&rp, posted(start.ceremony_id, &assertion), later(1));
    let signed_in = run_async(store, finish).await.unwrap();
    assert_eq!(signed_in.user, owner.user);
    let [kept] = &store.passkeys_of(&owner).await.unwrap()[..] else { panic!("one passkey") };
    assert_eq!(kept.public_key, created.public_key);
    assert_eq!(kept.last_used_at, Some(later(1)));
    assert_eq!(kept.state.sign_count, created.state.sign_count + 1);
}

on_each_database!(largest_post_quantum_passkey_is_kept_and_used);
