//! The storage contract, on a real Redis.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod support;

use std::time::Duration;

use redis::AsyncCommands as _;
use relying_party::{
    Challenge, RelyingParty, SessionBinding, SignInRequest, SignedInUser,
    flow::{CreatePasskey, Owner, SignIn},
    store::{self, AsyncCeremonyStore as _, MemoryStore, RunError, conformance::Kit},
};
use relying_party_redis::{RedisCeremonies, RedisError};
use support::{NOW, PATIENCE, Server, begin, ceremonies, rp, user};

#[test]
fn keeps_the_contract_of_ceremonies() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some((ceremonies, ..)) = runtime.block_on(ceremonies()) else { return };
    let report = Kit::new().test_ceremonies_async(
        || ceremonies.clone(),
        |tasks| tasks.on_threads(|task| runtime.block_on(task)),
    );
    report.assert_kept();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_takers_one_gets_the_ceremony() {
    let Some((ceremonies, ..)) = ceremonies().await else { return };
    let id = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    let takers: Vec<_> = (0..2_000)
        .map(|_| {
            let ceremonies = ceremonies.clone();
            tokio::spawn(async move { ceremonies.take_ceremony(&id).await.unwrap().is_some() })
        })
        .collect();
    let mut winners = 0;
    for taker in takers {
        winners += usize::from(taker.await.unwrap());
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_challenge_that_was_used_before_is_refused() {
    let Some((ceremonies, ..)) = ceremonies().await else { return };
    let (rp, store) = (rp(), (&ceremonies, MemoryStore::new()));
    let again = || {
        let request = SignInRequest::Discoverable;
        SignIn::begin(&rp, request, SessionBinding::of("s"), Challenge::from([9; 32]), NOW)
    };
    store::run_async(&store, again()).await.unwrap();
    let error = store::run_async(&store, again()).await.unwrap_err();
    assert!(matches!(error, RunError::CeremonyStore(RedisError::AlreadyExists)), "{error:?}");
}

#[tokio::test]
async fn redis_removes_what_was_never_finished() {
    let Some((ceremonies, mut connection, prefix)) = ceremonies().await else { return };
    begin(&ceremonies, user(1)).await.unwrap();
    let keys: Vec<String> = connection.keys(format!("{prefix}*")).await.unwrap();
    assert_eq!(keys.len(), 1);
    let left: i64 = connection.pttl(&keys[0]).await.unwrap();
    assert!((290_000..=300_000).contains(&left), "five minutes, as the settings say: {left}");
}

#[tokio::test]
async fn erased_ceremonies_cannot_be_taken_and_later_ones_can() {
    let Some((ceremonies, ..)) = ceremonies().await else { return };
    let owner = Owner { rp_id: "example.com".into(), user: user(1) };
    let before = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    let others = begin(&ceremonies, user(2)).await.unwrap().ceremony_id;
    ceremonies.erase_ceremonies(&owner).await.unwrap();
    let after = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    assert!(ceremonies.take_ceremony(&before).await.unwrap().is_none());
    assert!(ceremonies.take_ceremony(&others).await.unwrap().is_some());
    assert!(ceremonies.take_ceremony(&after).await.unwrap().is_some());
}

#[tokio::test]
async fn a_ceremony_must_not_outlive_the_mark_of_an_erased_account() {
    let Some((ceremonies, ..)) = ceremonies().await else { return };
    let settings = |hours: u64| {
        let lifetime = relying_party::Duration::from_secs(hours * 3_600);
        RelyingParty::builder("example.com", "Example")
            .origin("https://example.com")
            .ceremony_lifetime(lifetime)
            .build()
            .unwrap()
    };
    let ada = SignedInUser::new(user(1), "ada", "Ada");
    let store = (&ceremonies, MemoryStore::new());
    for (hours, accepted) in [(24, true), (25, false)] {
        let rp = settings(hours);
        let challenge = Challenge::generate().unwrap();
        let begin = CreatePasskey::begin(&rp, &ada, SessionBinding::of("s"), challenge, NOW);
        let result = store::run_async(&store, begin).await;
        match result {
            Ok(_) => assert!(accepted),
            Err(RunError::CeremonyStore(RedisError::LifetimeTooLong { .. })) => assert!(!accepted),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_means_that_the_user_starts_over() {
    let Some((ceremonies, mut connection, prefix)) = ceremonies().await else { return };
    for value in [&b"\xff\xff"[..], b"no mark", b"\n{}", b""] {
        let id = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
        let keys: Vec<String> = connection.keys(format!("{prefix}ceremony:*")).await.unwrap();
        let () = connection.set(&keys[0], value).await.unwrap();
        assert!(ceremonies.take_ceremony(&id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn fails_while_redis_is_down_and_recovers_by_itself() {
    let Some(mut server) = Server::start(&[]) else { return };
    let ceremonies = RedisCeremonies::new(server.connect().await);
    let lost = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    server.kill();
    let error = ceremonies.take_ceremony(&lost).await;
    assert!(
        matches!(error, Err(RedisError::Redis(_))),
        "no ceremony counts that Redis did not hand out"
    );
    assert!(matches!(begin(&ceremonies, user(1)).await, Err(RedisError::Redis(_))));

    server.spawn().unwrap();
    server.connect().await;
    let mut recovered = None;
    for _ in 0..100 {
        recovered = begin(&ceremonies, user(1)).await.ok();
        if recovered.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let id = recovered.expect("the connection is made anew").ceremony_id;
    assert!(ceremonies.take_ceremony(&id).await.unwrap().is_some());
    assert!(ceremonies.take_ceremony(&lost).await.unwrap().is_none(), "this Redis keeps nothing");
}

#[tokio::test]
async fn a_restart_with_persistence_keeps_what_was_acknowledged() {
    let Some(mut server) = Server::start(&["--appendonly", "yes", "--appendfsync", "always"])
    else {
        return;
    };
    let ceremonies = RedisCeremonies::new(server.connect().await);
    let (taken, open) = (begin(&ceremonies, user(1)).await, begin(&ceremonies, user(1)).await);
    let (taken, open) = (taken.unwrap().ceremony_id, open.unwrap().ceremony_id);
    assert!(ceremonies.take_ceremony(&taken).await.unwrap().is_some());
    server.kill();
    server.spawn().unwrap();
    let ceremonies = RedisCeremonies::new(server.connect().await);
    assert!(ceremonies.take_ceremony(&taken).await.unwrap().is_none(), "taken once, gone for good");
    assert!(ceremonies.take_ceremony(&open).await.unwrap().is_some());
}

#[tokio::test]
async fn a_redis_that_stalls_fails_the_request_in_time() {
    let Some(server) = Server::start(&[]) else { return };
    let ceremonies = RedisCeremonies::new(server.connect().await);
    let id = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    server.signal("-STOP");
    let result = tokio::time::timeout(PATIENCE * 10, ceremonies.take_ceremony(&id)).await;
    server.signal("-CONT");
    assert!(matches!(result, Ok(Err(RedisError::Redis(_)))), "{result:?}");
}

#[tokio::test]
async fn every_command_works_on_a_cluster() {
    let Some(server) = Server::start(&["--cluster-enabled", "yes"]) else { return };
    let mut connection = server.connect().await;
    let slots = redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16_383).to_owned();
    let () = slots.query_async(&mut connection).await.unwrap();
    for _ in 0..100 {
        let info = redis::cmd("CLUSTER").arg("INFO").to_owned();
        let info: String = info.query_async(&mut connection).await.unwrap();
        if info.contains("cluster_state:ok") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let client = redis::cluster::ClusterClient::new([server.url()]).unwrap();
    let ceremonies = RedisCeremonies::new(client.get_async_connection().await.unwrap());
    let id = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    assert!(ceremonies.take_ceremony(&id).await.unwrap().is_some());
    let id = begin(&ceremonies, user(1)).await.unwrap().ceremony_id;
    let owner = Owner { rp_id: "example.com".into(), user: user(1) };
    ceremonies.erase_ceremonies(&owner).await.unwrap();
    assert!(ceremonies.take_ceremony(&id).await.unwrap().is_none());
}
