//! Accounts that the store keeps: sign-up, look-up, erasure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use relying_party::{
    Challenge, EraseAccount, Error, NewUser, Passkey, SignIn, SignInRequest, SignUp, UserHandle,
    flow::{InsertOutcome, Owner, SignUpOutcome},
    store::{AsyncCeremonyStore as _, AsyncPasskeyStore as _, RunError, run_async},
    test_authenticator::TestAuthenticator,
};
use relying_party_sqlx::{Dialect, SqlxError, SqlxStore};
use sqlx::{AssertSqlSafe, Executor, IntoArguments};
use support::{Fresh, NOW, ORIGIN, passkey, posted, rp, session};

fn user(name: &str) -> NewUser {
    NewUser::generate(name, "Ada").unwrap()
}

fn owner(user: &NewUser) -> Owner {
    Owner { rp_id: "example.com".into(), user: user.handle() }
}

/// A passkey of an account, with a credential that no other has.
fn first_passkey(user: &NewUser) -> Passkey {
    passkey(&owner(user), &user.handle().to_string())
}

async fn sign_up<DB: Dialect>(
    store: &SqlxStore<DB>,
    user: &NewUser,
) -> Result<Passkey, RunError<SqlxError>> {
    let rp = rp();
    let begin = SignUp::begin(&rp, user, session(), Challenge::generate().unwrap(), NOW);
    let start = run_async(store, begin).await.unwrap();
    let mut authenticator = TestAuthenticator::new(user.handle().to_string());
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    let finish = SignUp::finish(&rp, posted(start.ceremony_id, &response), NOW);
    run_async(store, finish).await.map(|signed_up| signed_up.passkey)
}

async fn an_account_has_the_names_that_it_signed_up_with<DB: Dialect>(fresh: &Fresh<DB>) {
    let store = fresh.store.clone().with_accounts();
    let ada = NewUser::generate("ada@example.com", "Ada L\u{f6}velace \u{1f511}").unwrap();
    let passkey = sign_up(&store, &ada).await.unwrap();
    let account = store.account(&owner(&ada)).await.unwrap().unwrap();
    assert_eq!(account.handle, ada.handle());
    assert_eq!(account.name, ada.name());
    assert_eq!(account.display_name, ada.display_name());
    assert_eq!(account.created_at, passkey.created_at);
    let by_name = store.account_by_name("example.com", ada.name()).await.unwrap();
    assert_eq!(by_name.as_ref(), Some(&account));
    assert_eq!(store.passkeys_of(&owner(&ada)).await.unwrap(), [passkey]);
    for (rp_id, name) in [("example.com", "bob"), ("example.net", ada.name()), ("example.com", "")]
    {
        assert_eq!(store.account_by_name(rp_id, name).await.unwrap(), None, "{rp_id} {name}");
    }
    let stranger = support::account();
    assert_eq!(store.account(&stranger).await.unwrap(), None);
}

async fn names_are_compared_byte_for_byte<DB: Dialect>(fresh: &Fresh<DB>) {
    let store = fresh.store.clone().with_accounts();
    for name in ["ada", "Ada", "ada ", " ada", "\u{e4}da", "a\u{308}da"] {
        let signed_up = sign_up(&store, &user(name)).await;
        assert!(signed_up.is_ok(), "{name:?}: {signed_up:?}");
        let found = store.account_by_name("example.com", name).await.unwrap().unwrap();
        assert_eq!(found.name, name);
    }
    let again = sign_up(&store, &user("ada ")).await;
    assert!(matches!(again, Err(RunError::Flow(Error::NameTaken { .. }))), "{again:?}");
}

async fn of_parallel_sign_ups_one_gets_the_name<DB: Dialect>(fresh: &Fresh<DB>) {
    let store = fresh.store.clone().with_accounts();
    let users = (0..16).map(|_| user("ada")).collect::<Vec<_>>();
    let attempts = users.iter().map(|user| {
        let (store, user) = (store.clone(), user.clone());
        let passkey = first_passkey(&user);
        tokio::spawn(async move { store.insert_account(&user, &passkey).await.unwrap() })
    });
    let attempts = attempts.collect::<Vec<_>>();
    let mut created = Vec::new();
    for (user, attempt) in users.iter().zip(attempts) {
        match attempt.await.unwrap() {
            SignUpOutcome::Created => created.push(user.handle()),
            outcome => assert_eq!(outcome, SignUpOutcome::NameTaken),
        }
    }
    let account = store.account_by_name("example.com", "ada").await.unwrap().unwrap();
    assert_eq!(created, [account.handle]);
    for user in users {
        let there = store.passkeys_of(&owner(&user)).await.unwrap().len();
        assert_eq!(there, usize::from(user.handle() == account.handle));
    }
}

async fn neither_account_nor_passkey_without_the_other<DB: Dialect>(fresh: &Fresh<DB>) {
    let store = fresh.store.clone().with_accounts();
    let (ada, bob) = (user("ada"), user("bob"));
    let passkey = first_passkey(&ada);
    let outcome = store.insert_account(&ada, &passkey).await.unwrap();
    assert_eq!(outcome, SignUpOutcome::Created);

    // The credential is registered: no account.
    let mut stolen = passkey.clone();
    stolen.user = bob.handle();
    let outcome = store.insert_account(&bob, &stolen).await.unwrap();
    assert_eq!(outcome, SignUpOutcome::AlreadyExists);
    assert_eq!(store.account(&owner(&bob)).await.unwrap(), None);
    assert_eq!(store.account_by_name("example.com", "bob").await.unwrap(), None);

    // The user handle is taken: no passkey, and the name stays free.
    let again = NewUser::new(ada.handle(), "carol", "Carol");
    let mut other = first_passkey(&bob);
    other.user = ada.handle();
    let outcome = store.insert_account(&again, &other).await.unwrap();
    assert_eq!(outcome, SignUpOutcome::AlreadyExists);
    assert_eq!(store.passkeys_of(&owner(&ada)).await.unwrap(), [passkey]);
    assert_eq!(store.account_by_name("example.com", "carol").await.unwrap(), None);
}

async fn a_passkey_needs_an_account<DB: Dialect>(fresh: &Fresh<DB>) {
    let store = fresh.store.clone().with_accounts();
    let (ada, bob) = (user("ada"), user("bob"));
    let refused = store.insert_passkey(&first_passkey(&ada), 10).await;
    assert!(matches!(refused, Err(SqlxError::NoAccount)), "{refused:?}");
    // An account that is known only because of its passkeys did not sign up.
    fresh.store.insert_passkey(&first_passkey(&bob), 10).await.unwrap();
    let refused = store.insert_passkey(&passkey(&owner(&bob), "another"), 10).await;
    assert!(matches!(refused, Err(SqlxError::NoAccount)), "{refused:?}");
    assert_eq!(store.account(&owner(&bob)).await.unwrap(), None);

    sign_up(&store, &ada).await.unwrap();
    let second = store.insert_passkey(&passkey(&owner(&ada), "a second one"), 10).await.unwrap();
    assert_eq!(second, InsertOutcome::Inserted);
}

async fn without_accounts_no_one_signs_up<DB: Dialect>(fresh: &Fresh<DB>) {
    let refused = sign_up(&fresh.store, &user("ada")).await;
    assert!(matches!(refused, Err(RunError::Flow(Error::SignUpUnsupported))), "{refused:?}");
}

async fn an_account_that_is_erased_leaves_nothing<DB: Dialect>(fresh: &Fresh<DB>) {
    let (rp, store) = (rp(), fresh.store.clone().with_accounts());
    let (ada, bob) = (user("ada"), user("bob"));
    let passkey = sign_up(&store, &ada).await.unwrap();
    sign_up(&store, &bob).await.unwrap();
    let mut ceremonies = Vec::new();
    for user in [ada.handle(), bob.handle()] {
        let request = SignInRequest::for_account(user);
        let begin = SignIn::begin(&rp, request, session(), Challenge::generate().unwrap(), NOW);
        ceremonies.push(run_async(&store, begin).await.unwrap().ceremony_id);
    }
    let erased = run_async(&store, EraseAccount::begin(&rp, ada.handle())).await.unwrap();
    assert_eq!(erased.credential_ids, [passkey.credential_id]);
    assert_eq!(store.account(&owner(&ada)).await.unwrap(), None);
    assert_eq!(store.take_ceremony(&ceremonies[0]).await.unwrap(), None);
    // Others keep theirs.
    assert_eq!(store.passkeys_of(&owner(&bob)).await.unwrap().len(), 1);
    assert!(store.take_ceremony(&ceremonies[1]).await.unwrap().is_some());
    // A creation that finishes late creates nothing, and the name is free.
    let late = store.insert_passkey(&first_passkey(&ada), 10).await;
    assert!(matches!(late, Err(SqlxError::NoAccount)), "{late:?}");
    sign_up(&store, &user("ada")).await.unwrap();
    let erased = run_async(&store, EraseAccount::begin(&rp, ada.handle())).await.unwrap();
    assert!(erased.credential_ids.is_empty());
}

async fn an_account_can_be_erased_although_a_record_cannot_be_read<DB: Dialect>(fresh: &Fresh<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let owner = support::account();
    let passkey = passkey(&owner, &owner.user.to_string());
    fresh.store.insert_passkey(&passkey, 10).await.unwrap();
    let table = fresh.beside("passkeys");
    let later = format!(r#"UPDATE {table} SET record = '{{"version":4294967295}}'"#);
    let mut connection = fresh.store.pool().acquire().await.unwrap();
    sqlx::query(AssertSqlSafe(later)).execute(&mut *connection).await.unwrap();
    drop(connection);
    fresh.store.passkeys_of(&owner).await.unwrap_err();
    let erased = fresh.store.erase_passkeys(&owner).await.unwrap();
    assert_eq!(erased, [passkey.credential_id]);
    assert!(fresh.store.passkeys_of(&owner).await.unwrap().is_empty());
}

/// Whatever the order, nothing is left behind that the erasure did not return.
async fn erasing_while_passkeys_are_inserted_leaves_none_unseen<DB: Dialect>(fresh: &Fresh<DB>) {
    for _ in 0..10 {
        let owner = support::account();
        let inserts = (0..4).map(|number| {
            let (store, passkey) =
                (fresh.store.clone(), passkey(&owner, &format!("{}{number}", owner.user)));
            tokio::spawn(async move { store.insert_passkey(&passkey, 10).await.unwrap() })
        });
        let inserts = inserts.collect::<Vec<_>>();
        let erased = fresh.store.erase_passkeys(&owner).await.unwrap().len();
        for insert in inserts {
            assert_eq!(insert.await.unwrap(), InsertOutcome::Inserted);
        }
        let left = fresh.store.passkeys_of(&owner).await.unwrap().len();
        assert_eq!(erased + left, 4);
    }
}

async fn a_host_creates_the_account_in_its_transaction<DB: Dialect>(fresh: &Fresh<DB>) {
    let (rp, ada) = (rp(), user("ada"));
    let begin = SignUp::begin(&rp, &ada, session(), Challenge::generate().unwrap(), NOW);
    let start = run_async(&fresh.store, begin).await.unwrap();
    let mut authenticator = TestAuthenticator::new(ada.handle().to_string());
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    let signing_up = fresh.store.transaction(async move |store| {
        let finish = SignUp::finish(&rp, posted(start.ceremony_id, &response), NOW);
        // Here the host inserts the outcome's user into its users table, too.
        run_async(&store, finish).await
    });
    let signed_up = signing_up.await.unwrap();
    assert_eq!(signed_up.user, ada);
    assert_eq!(fresh.store.passkeys_of(&owner(&ada)).await.unwrap(), [signed_up.passkey]);
    assert_eq!(
        fresh.store.account(&owner(&ada)).await.unwrap(),
        None::<relying_party_sqlx::Account>
    );
    let _: UserHandle = ada.handle();
}

on_each_database!(
    an_account_has_the_names_that_it_signed_up_with,
    names_are_compared_byte_for_byte,
    of_parallel_sign_ups_one_gets_the_name,
    neither_account_nor_passkey_without_the_other,
    a_passkey_needs_an_account,
    without_accounts_no_one_signs_up,
    an_account_that_is_erased_leaves_nothing,
    an_account_can_be_erased_although_a_record_cannot_be_read,
    erasing_while_passkeys_are_inserted_leaves_none_unseen,
    a_host_creates_the_account_in_its_transaction,
);
