//! What can happen next. Numbers stand for things that are there then, modulo how many there are.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    BeginCreate {
        rp: usize,
        user: usize,
    },
    BeginSignIn {
        rp: usize,
        named: Option<usize>,
    },
    /// An authenticator answers a ceremony, and the response finishes that one or, if `other`, another.
    FinishCreate {
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        user: Option<usize>,
        rp: Option<usize>,
    },
    FinishSignIn {
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        rp: Option<usize>,
    },
    /// By its owner or by `somebody`: a relying party and a user.
    Rename {
        passkey: usize,
        somebody: Option<(usize, usize)>,
        name: String,
    },
    Delete {
        passkey: usize,
        somebody: Option<(usize, usize)>,
    },
    Wait {
        millis: u64,
    },
}

/// Seldom, something that does not belong there.
fn seldom<T: Clone + std::fmt::Debug>(
    strategy: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.1, strategy)
}

pub(crate) fn any() -> impl Strategy<Value = Operation> {
    let rp = || 0_usize..2;
    let user = || 0_usize..3;
    let device = || 0_usize..4;
    let number = || 0_usize..1000;
    prop_oneof![
        4 => (rp(), user()).prop_map(|(rp, user)| Operation::BeginCreate { rp, user }),
        8 => (rp(), proptest::option::of(user()))
            .prop_map(|(rp, named)| Operation::BeginSignIn { rp, named }),
        6 => (number(), seldom(number()), device(), seldom(user()), seldom(rp())).prop_map(
            |(ceremony, other, device, user, rp)| {
                Operation::FinishCreate { ceremony, other, device, user, rp }
            }
        ),
        12 => (number(), seldom(number()), device(), seldom(rp())).prop_map(
            |(ceremony, other, device, rp)| {
                Operation::FinishSignIn { ceremony, other, device, rp }
            }
        ),
        2 => (number(), seldom((rp(), user())), "[a-z]{1,3}")
            .prop_map(|(passkey, somebody, name)| Operation::Rename { passkey, somebody, name }),
        2 => (number(), seldom((rp(), user())))
            .prop_map(|(passkey, somebody)| Operation::Delete { passkey, somebody }),
        2 => prop_oneof![0_u64..1000, 0_u64..200_000, Just(300_000)]
            .prop_map(|millis| Operation::Wait { millis }),
    ]
}
