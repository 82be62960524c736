//! Look-ups over all accounts, and revocation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod support;

use futures_util::TryStreamExt as _;
use relying_party::{
    Aaguid, KeyHash, NewUser, Passkey, PasskeyId,
    flow::{Owner, SignUpOutcome},
    store::AsyncPasskeyStore as _,
};
use relying_party_sqlx::Dialect;
use support::{Fresh, NOW, account, later, passkey};

const MODEL: Aaguid = Aaguid::new([7; 16]);

/// Three passkeys of two accounts; two are of one model.
async fn three<DB: Dialect>(fresh: &Fresh<DB>) -> [(Owner, Passkey); 3] {
    let (ada, bob) = (account(), account());
    let mut made = [
        (ada.clone(), passkey(&ada, "laptop")),
        (ada.clone(), passkey(&ada, "phone")),
        (bob.clone(), passkey(&bob, "key")),
    ];
    made[0].1.aaguid = MODEL;
    made[2].1.aaguid = MODEL;
    for (_, passkey) in &made {
        fresh.store.insert_passkey(passkey, 10).await.unwrap();
    }
    made
}

fn ids(passkeys: &[Passkey]) -> Vec<PasskeyId> {
    let mut ids = passkeys.iter().map(|passkey| passkey.id).collect::<Vec<_>>();
    ids.sort();
    ids
}

async fn finds_passkeys_of_a_model<DB: Dialect>(fresh: &Fresh<DB>) {
    let made = three(fresh).await;
    let operator = fresh.store.operator("grace");
    let found = operator.by_model(MODEL).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(ids(&found), ids(&[made[0].1.clone(), made[2].1.clone()]));
    let counts = operator.count_by_model().await.unwrap();
    assert_eq!(counts[0], (MODEL, 2));
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 3);
}

async fn finds_passkeys_that_are_not_used<DB: Dialect>(fresh: &Fresh<DB>) {
    let made = three(fresh).await;
    let used = &made[1].1;
    fresh.store.record_use(&used.id, &used.state, &used.state, later(1000)).await.unwrap();
    let operator = fresh.store.operator("grace");
    let unused = operator.unused_since(later(1000)).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(ids(&unused), ids(&[made[0].1.clone(), made[2].1.clone()]));
    let none = operator.unused_since(NOW).try_collect::<Vec<_>>().await.unwrap();
    assert!(none.is_empty());
}

/// As one whose attestation led to an anchor.
fn trusted(mut passkey: Passkey, anchor: [u8; 32]) -> Passkey {
    let hash = KeyHash::try_from(&anchor[..]).unwrap();
    let trust = serde_json::json!({ "anchor": hash });
    passkey.attestation.trust = Some(serde_json::from_value(trust).unwrap());
    passkey
}

async fn finds_passkeys_of_an_anchor<DB: Dialect>(fresh: &Fresh<DB>) {
    let (ada, bob) = (account(), account());
    let one = trusted(passkey(&ada, "laptop"), [1; 32]);
    let other = trusted(passkey(&bob, "phone"), [2; 32]);
    for passkey in [&one, &other, &passkey(&bob, "key")] {
        fresh.store.insert_passkey(passkey, 10).await.unwrap();
    }
    let anchor = KeyHash::try_from(&[1; 32][..]).unwrap();
    let operator = fresh.store.operator("grace");
    let found = operator.by_anchor(anchor).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(found, [one]);
}

/// More than two pages, with many passkeys of one time.
async fn finds_all_of_many_once_while_they_are_revoked<DB: Dialect>(fresh: &Fresh<DB>) {
    const MANY: u64 = 600;
    let made = passkey(&account(), "laptop");
    let mut expected = Vec::new();
    for number in 0..MANY {
        let mut made = made.clone();
        made.user = account().user;
        made.credential_id = made.user.as_bytes().try_into().unwrap();
        made.id = PasskeyId::of(&made.rp_id, &made.credential_id);
        made.aaguid = MODEL;
        made.created_at = later(number / 250);
        let made = trusted(made, [1; 32]);
        fresh.store.insert_passkey(&made, 1).await.unwrap();
        expected.push(made);
    }
    let operator = fresh.store.operator("grace");
    let anchor = KeyHash::try_from(&[1; 32][..]).unwrap();
    for stream in [operator.by_model(MODEL), operator.by_anchor(anchor)] {
        let found = stream.try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(ids(&found), ids(&expected));
    }
    let found = operator.unused_since(later(2)).try_collect::<Vec<_>>().await.unwrap();
    assert!(found.is_sorted_by_key(|passkey| passkey.created_at), "the longest unused first");
    assert_eq!(ids(&found), ids(&expected[..500]));
    let mut found = operator.by_model(MODEL);
    let mut revoked = Vec::new();
    while let Some(passkey) = found.try_next().await.unwrap() {
        let revocation = operator.revoke(&passkey.id, later(9)).await.unwrap().unwrap();
        revoked.push(revocation.passkey);
    }
    revoked.sort();
    assert_eq!(revoked, ids(&expected));
}

async fn revoking_an_account_keeps_the_account<DB: Dialect>(fresh: &Fresh<DB>) {
    let store = fresh.store.clone().with_accounts();
    let user = NewUser::generate("ada", "Ada").unwrap();
    let owner = Owner { rp_id: "example.com".into(), user: user.handle() };
    let outcome = store.insert_account(&user, &passkey(&owner, "laptop")).await.unwrap();
    assert_eq!(outcome, SignUpOutcome::Created);
    let revoked = store.operator("grace").revoke_account(&owner, NOW).await.unwrap();
    assert_eq!(revoked.len(), 1);
    assert!(store.passkeys_of(&owner).await.unwrap().is_empty());
    assert!(store.account(&owner).await.unwrap().is_some());
}

async fn finds_passkeys_of_a_user<DB: Dialect>(fresh: &Fresh<DB>) {
    let made = three(fresh).await;
    let operator = fresh.store.operator("grace");
    let found = operator.by_user(made[0].0.clone()).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(ids(&found), ids(&[made[0].1.clone(), made[1].1.clone()]));
}

async fn revocation_names_the_operator<DB: Dialect>(fresh: &Fresh<DB>) {
    let made = three(fresh).await;
    let operator = fresh.store.operator("grace@example.com");
    let revocation = operator.revoke(&made[2].1.id, later(5)).await.unwrap().unwrap();
    let json = serde_json::to_value(&revocation).unwrap();
    assert_eq!(json["event"], "passkey_revoked");
    assert_eq!(json["action"], "revoke");
    assert_eq!(json["operator"], "grace@example.com");
    assert_eq!(json["at"], 1_700_000_000_005_u64);
    assert_eq!(json["passkey"], serde_json::to_value(made[2].1.id).unwrap());
    assert!(fresh.store.passkeys_of(&made[2].0).await.unwrap().is_empty());
    assert_eq!(operator.revoke(&made[2].1.id, later(6)).await.unwrap(), None);

    let all = operator.revoke_account(&made[0].0, later(7)).await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(fresh.store.passkeys_of(&made[0].0).await.unwrap().is_empty());
}

on_each_database!(
    finds_passkeys_of_a_model,
    finds_passkeys_that_are_not_used,
    finds_passkeys_of_an_anchor,
    finds_all_of_many_once_while_they_are_revoked,
    revoking_an_account_keeps_the_account,
    finds_passkeys_of_a_user,
    revocation_names_the_operator,
);
