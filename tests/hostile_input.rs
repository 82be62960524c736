//! Random and mutated bytes into both finishes: no panic, nothing accepted, no stored byte changed.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, ORIGIN, authenticator, user};
use proptest::{prelude::*, sample::Index};
use relying_party::{Passkey, SignInRequest};
use serde_json::Value;

/// A change to one byte of one decoded member, or to the JSON text itself.
#[derive(Clone, Debug)]
enum Mutation {
    Text { at: Index, to: u8 },
    Cut { at: Index },
    Member { which: Index, at: Index, xor: u8 },
    Random(Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), 0_u8..128).prop_map(|(at, to)| Mutation::Text { at, to }),
        any::<Index>().prop_map(|at| Mutation::Cut { at }),
        (any::<Index>(), any::<Index>(), 1_u8..).prop_map(|(which, at, xor)| Mutation::Member {
            which,
            at,
            xor
        }),
        proptest::collection::vec(any::<u8>(), 0..400).prop_map(Mutation::Random),
    ]
}

/// Returns the mutated response, or `None` if the mutation changes nothing that is checked.
fn apply(mutation: &Mutation, response: &str, members: &[&str]) -> Option<Vec<u8>> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    match mutation {
        Mutation::Text { at, to } => {
            let mut bytes = response.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = *to;
            // A member that is not checked may have any value.
            let before = serde_json::from_str::<Value>(response).ok()?;
            let after = serde_json::from_slice::<Value>(&bytes);
            let is_same = |after: &Value| {
                members
                    .iter()
                    .chain(&["/id", "/rawId", "/type"])
                    .all(|member| before.pointer(member) == after.pointer(member))
            };
            (!after.as_ref().is_ok_and(is_same)).then_some(bytes)
        }
        Mutation::Cut { at } => Some(response.as_bytes()[..at.index(response.len())].to_vec()),
        Mutation::Member { which, at, xor } => {
            let mut json = serde_json::from_str::<Value>(response).ok()?;
            let member = json.pointer_mut(members[which.index(members.len())])?;
            let mut bytes = URL_SAFE_NO_PAD.decode(member.as_str()?).ok()?;
            let at = at.index(bytes.len());
            bytes[at] ^= xor;
            *member = URL_SAFE_NO_PAD.encode(bytes).into();
            Some(json.to_string().into_bytes())
        }
        Mutation::Random(bytes) => Some(bytes.clone()),
    }
}

fn snapshot(host: &Host) -> Vec<Passkey> {
    host.passkeys(&user("ada"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_mutated_assertion_signs_in_and_no_stored_byte_changes(mutation in mutation()) {
        let host = Host::new();
        let mut device = authenticator("device");
        host.create(&user("ada"), &mut device).unwrap();
        let before = snapshot(&host);
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        let members = [
            "/response/clientDataJSON",
            "/response/authenticatorData",
            "/response/signature",
            "/response/userHandle",
        ];
        let Some(mutated) = apply(&mutation, &response, &members) else { return Ok(()) };

        prop_assert!(host.finish_sign_in(&start, mutated).is_err());
        prop_assert_eq!(snapshot(&host), before);
    }

    #[test]
    fn no_mutated_registration_becomes_another_passkey(mutation in mutation()) {
        use relying_party::test_authenticator::TestAttestation;
        let host = Host::new();
        let ada = user("ada");
        // Self attestation, so that everything is signed.
        let mut device = authenticator("device").with(|behaviour| {
            behaviour.attestation = TestAttestation::PackedSelf;
        });
        let start = host.begin_create(&ada).unwrap();
        let response = device.create(&start.public_key, ORIGIN).unwrap();
        let members = ["/response/clientDataJSON", "/response/attestationObject"];
        let Some(mutated) = apply(&mutation, &response, &members) else { return Ok(()) };

        let before = snapshot(&host);
        match host.finish_create(&ada, &start, mutated) {
            Err(_) => prop_assert_eq!(snapshot(&host), before),
            // The name of the statement's format is not signed. Without a policy on attestation it means nothing.
            Ok(passkey) => prop_assert_eq!(passkey.attestation.kind, None),
        }
    }
}
