//! What can happen next. Numbers stand for existing things, modulo how many there are.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) enum Operation {
    BeginCreate {
        browser: usize,
        rp: usize,
        user: usize,
    },
    BeginSignIn {
        browser: usize,
        rp: usize,
        named: Option<usize>,
    },
    /// An authenticator answers a ceremony, and the response finishes that ceremony or, if `other`, another one.
    FinishCreate {
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        browser: Option<usize>,
        user: Option<usize>,
        rp: Option<usize>,
    },
    FinishSignIn {
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        browser: Option<usize>,
        rp: Option<usize>,
    },
    /// By its owner or by `other_user`, a relying party and a user.
    Rename {
        passkey: usize,
        other_user: Option<(usize, usize)>,
        name: String,
    },
    Delete {
        passkey: usize,
        other_user: Option<(usize, usize)>,
    },
    BeginSignUp {
        browser: usize,
        rp: usize,
        user: usize,
        name: usize,
    },
    FinishSignUp {
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        browser: Option<usize>,
        rp: Option<usize>,
    },
    Erase {
        rp: usize,
        user: usize,
    },
    Wait {
        millis: u64,
    },
}

/// Rarely, something that does not belong there.
fn seldom<T: Clone + std::fmt::Debug>(
    strategy: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.1, strategy)
}

pub(crate) fn any() -> impl Strategy<Value = Operation> {
    let browser = || 0_usize..2;
    let rp = || 0_usize..2;
    let user = || 0_usize..3;
    let device = || 0_usize..4;
    let number = || 0_usize..1000;
    prop_oneof![
        4 => (browser(), rp(), user())
            .prop_map(|(browser, rp, user)| Operation::BeginCreate { browser, rp, user }),
        8 => (browser(), rp(), proptest::option::of(user()))
            .prop_map(|(browser, rp, named)| Operation::BeginSignIn { browser, rp, named }),
        6 => (
            number(), seldom(number()), device(), seldom(browser()), seldom(user()), seldom(rp())
        ).prop_map(
            |(ceremony, other, device, browser, user, rp)| {
                Operation::FinishCreate { ceremony, other, device, browser, user, rp }
            }
        ),
        12 => (number(), seldom(number()), device(), seldom(browser()), seldom(rp())).prop_map(
            |(ceremony, other, device, browser, rp)| {
                Operation::FinishSignIn { ceremony, other, device, browser, rp }
            }
        ),
        2 => (number(), seldom((rp(), user())), "[a-z]{1,3}")
            .prop_map(|(passkey, other_user, name)| Operation::Rename { passkey, other_user, name }),
        2 => (number(), seldom((rp(), user())))
            .prop_map(|(passkey, other_user)| Operation::Delete { passkey, other_user }),
        2 => (browser(), rp(), user(), 0_usize..2)
            .prop_map(|(browser, rp, user, name)| Operation::BeginSignUp { browser, rp, user, name }),
        4 => (number(), seldom(number()), device(), seldom(browser()), seldom(rp())).prop_map(
            |(ceremony, other, device, browser, rp)| {
                Operation::FinishSignUp { ceremony, other, device, browser, rp }
            }
        ),
        1 => (rp(), user()).prop_map(|(rp, user)| Operation::Erase { rp, user }),
        2 => prop_oneof![0_u64..1000, 0_u64..200_000, Just(300_000)]
            .prop_map(|millis| Operation::Wait { millis }),
    ]
}
