//! Passkeys and ceremonies of every kind survive as Redis strings.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../../../tests/support/stored.rs"]
mod stored;
mod support;

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use redis::AsyncCommands as _;
use relying_party::{Passkey, ceremony::Ceremony};

#[tokio::test]
async fn redis_keeps_stored_forms_as_strings() {
    let Some((_, mut connection, prefix)) = support::ceremonies().await else { return };
    let key = format!("{prefix}stored");
    let mut runner = TestRunner::default();
    for _ in 0..64 {
        let passkey = stored::passkeys().new_tree(&mut runner).unwrap().current();
        let json = serde_json::to_string(&passkey.to_stored()).unwrap();
        let () = connection.pset_ex(&key, json, 60_000).await.unwrap();
        let kept: String = connection.get_del(&key).await.unwrap();
        let kept = Passkey::from_stored(serde_json::from_str(&kept).unwrap());
        assert_eq!(kept.unwrap(), passkey);

        let ceremony = stored::ceremonies().new_tree(&mut runner).unwrap().current();
        let () = connection.pset_ex(&key, ceremony.to_stored().record, 60_000).await.unwrap();
        let kept: String = connection.get_del(&key).await.unwrap();
        assert_eq!(Ceremony::from_stored(&kept), Some(ceremony));
    }
}
