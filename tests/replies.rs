//! What flows make of the host's replies: of the wrong kind, of a store that lies, and of another sign-in in between.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, user};
use relying_party::{
    CreatePasskey, DeletePasskey, Effect, Error, ErrorKind, Flow, ListPasskeys, Passkey, PasskeyId,
    RenamePasskey, Reply, SignIn, SignInRequest, Step,
    flow::{FinishSignIn, Inserted, Recorded, Removed, SignInStart},
    store::PasskeyStore as _,
    test_authenticator::{SignCounter, TestAuthenticator},
};

/// Resumes with every reply that does not fit; each must be the host's error. `again` makes the flow anew.
fn only_fits<F: Flow>(fits: fn(&Reply) -> bool, again: impl Fn() -> F) {
    let replies = [
        Reply::Stored,
        Reply::Ceremony(None),
        Reply::Passkeys(Vec::new()),
        Reply::Passkey(None),
        Reply::Inserted(Inserted::Inserted),
        Reply::Recorded(Recorded::Updated),
        Reply::Removed(Removed::Removed),
        Reply::Tasks(Vec::new()),
    ];
    let (fitting, others): (Vec<_>, Vec<_>) = replies.into_iter().partition(fits);
    assert_eq!(fitting.len(), 1);
    for reply in others {
        let shown = format!("{reply:?}");
        let Err(error) = again().resume(reply) else { panic!("{shown} was taken") };
        assert_eq!((error.code(), error.kind()), ("unexpected_reply", ErrorKind::Host), "{shown}");
    }
}

fn waiting<F: Flow>(step: Result<Step<F>, Error>) -> (F, Effect) {
    match step {
        Ok(Step::Effect(flow, effect)) => (flow, effect),
        Ok(Step::Done(_)) => panic!("done already"),
        Err(error) => panic!("{error}"),
    }
}

/// A host where Ada has a passkey with a counter, and a response to a sign-in.
struct Signing {
    host: Host,
    device: TestAuthenticator,
    passkey: Passkey,
    start: SignInStart,
    response: String,
}

impl Signing {
    fn new() -> Self {
        let host = Host::new();
        let mut device = authenticator("device").with(|behaviour| {
            behaviour.counter = SignCounter::Counting;
        });
        let passkey = host.create(&user("ada"), &mut device).unwrap();
        let start = host.begin_sign_in(SignInRequest::Discoverable);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        Self { host, device, passkey, start, response }
    }

    /// The flow that waits for the passkey. The ceremony is read and put back, so that this can be done again.
    fn finding(&self) -> FinishSignIn<'_> {
        let id = self.start.ceremony_id;
        let finish = SignIn::finish(&self.host.rp, id, self.response.as_bytes(), NOW);
        let (flow, effect) = waiting(finish);
        assert_eq!(effect, Effect::TakeCeremony(id));
        let ceremony = self.host.store.take_ceremony(&id).unwrap().unwrap();
        self.host.store.put_ceremony(&ceremony).unwrap();
        waiting(flow.resume(Reply::Ceremony(Some(Box::new(ceremony))))).0
    }

    fn recording(&self) -> FinishSignIn<'_> {
        waiting(self.finding().resume(found(&self.passkey))).0
    }
}

fn found(passkey: &Passkey) -> Reply {
    Reply::Passkey(Some(Box::new(passkey.clone())))
}

#[test]
fn reply_that_does_not_answer_the_effect_is_the_hosts_error_at_every_state() {
    let signing = Signing::new();
    let (rp, ada) = (&signing.host.rp, user("ada"));
    let id = signing.passkey.id;
    let named = SignInRequest::Named(ada.handle());
    let passkeys = |reply: &Reply| matches!(reply, Reply::Passkeys(_));
    let ceremony = |reply: &Reply| matches!(reply, Reply::Ceremony(_));
    let passkey = |reply: &Reply| matches!(reply, Reply::Passkey(_));
    let stored = |reply: &Reply| matches!(reply, Reply::Stored);

    let begin_create = || waiting(CreatePasskey::begin(rp, &ada, [9; 32].into(), NOW)).0;
    only_fits(passkeys, begin_create);
    only_fits(stored, || waiting(begin_create().resume(Reply::Passkeys(Vec::new()))).0);

    let start = signing.host.begin_create(&ada).unwrap();
    let response = authenticator("other").create(&start.public_key, ORIGIN).unwrap();
    let taken = signing.host.store.take_ceremony(&start.ceremony_id).unwrap().map(Box::new);
    let take = || {
        let bytes = response.as_bytes();
        waiting(CreatePasskey::finish(rp, ada.handle(), start.ceremony_id, bytes, NOW)).0
    };
    let naming = || waiting(take().resume(Reply::Ceremony(taken.clone()))).0;
    let inserting = || waiting(naming().resume(Reply::Passkeys(Vec::new()))).0;
    only_fits(ceremony, take);
    only_fits(passkeys, naming);
    only_fits(|reply| matches!(reply, Reply::Inserted(_)), inserting);

    only_fits(passkeys, || waiting(SignIn::begin(rp, named, [9; 32].into(), NOW)).0);
    let anybody = SignInRequest::Discoverable;
    only_fits(stored, || waiting(SignIn::begin(rp, anybody, [9; 32].into(), NOW)).0);
    only_fits(ceremony, || waiting(SignIn::finish(rp, signing.start.ceremony_id, b"{}", NOW)).0);
    only_fits(passkey, || signing.finding());
    only_fits(|reply| matches!(reply, Reply::Recorded(_)), || signing.recording());
    only_fits(
        |reply| matches!(reply, Reply::Tasks(_)),
        || waiting(signing.recording().resume(Reply::Recorded(Recorded::Updated))).0,
    );

    only_fits(passkeys, || waiting(ListPasskeys::begin(rp, ada.handle())).0);
    only_fits(passkey, || waiting(RenamePasskey::begin(rp, ada.handle(), id, "Name", NOW)).0);
    let deleting = || waiting(DeletePasskey::begin(rp, ada.handle(), id)).0;
    only_fits(|reply| matches!(reply, Reply::Removed(_)), deleting);
    only_fits(passkeys, || waiting(deleting().resume(Reply::Removed(Removed::Removed))).0);
}

#[test]
fn sign_in_is_judged_again_by_what_another_one_left() {
    let mut signing = Signing::new();
    let (_, effect) = waiting(signing.recording().resume(Reply::Recorded(Recorded::Conflict)));
    assert!(matches!(effect, Effect::Passkey { .. }), "it reads again");

    // Another sign-in with a lower counter was faster: this one still counts.
    let flow = waiting(signing.recording().resume(Reply::Recorded(Recorded::Conflict))).0;
    let mut changed = signing.passkey.clone();
    changed.state.backup_state = Some(false);
    let (_, effect) = waiting(flow.resume(found(&changed)));
    let Effect::RecordUse { expected, .. } = effect else { panic!("{effect:?}") };
    assert_eq!(expected, changed.state);

    // One with the same counter was faster: one of the two is a clone's.
    let start = signing.host.begin_sign_in(SignInRequest::Discoverable);
    let ahead = signing.device.get(&start.public_key, ORIGIN).unwrap();
    signing.host.finish_sign_in(&start, &ahead).unwrap();
    let left = signing.host.passkeys(&user("ada")).remove(0);
    let flow = waiting(signing.recording().resume(Reply::Recorded(Recorded::Conflict))).0;
    let Err(error) = flow.resume(found(&left)) else { panic!("a clone signed in") };
    assert_eq!(error.code(), "sign_count");
}

#[test]
fn sign_in_gives_up_when_the_passkey_keeps_changing() {
    let signing = Signing::new();
    let mut flow = signing.recording();
    for attempt in 1.. {
        match flow.resume(Reply::Recorded(Recorded::Conflict)) {
            Err(error) => {
                assert_eq!((error, attempt), (Error::Conflict, 4));
                break;
            }
            again => flow = waiting(waiting(again).0.resume(found(&signing.passkey))).0,
        }
    }
}

#[test]
fn passkey_that_is_deleted_before_its_use_is_recorded_signs_nobody_in() {
    let signing = Signing::new();
    let outcome = signing.recording().resume(Reply::Recorded(Recorded::NotFound));
    assert_eq!(outcome.err().unwrap().code(), "credential_unknown");
}

#[test]
fn store_that_lies_signs_nobody_in_and_renames_nothing_of_others() {
    let signing = Signing::new();
    let mut of_another_rp = signing.passkey.clone();
    of_another_rp.rp_id = "example.org".into();
    let outcome = signing.finding().resume(found(&of_another_rp));
    assert_eq!(outcome.err().unwrap().code(), "store_inconsistent");

    let mut of_another_user = signing.passkey.clone();
    of_another_user.user = host::handle("bob");
    let outcome = signing.finding().resume(found(&of_another_user));
    assert_eq!(outcome.err().unwrap().code(), "user_handle");

    let mut another = signing.passkey.clone();
    another.credential_id = (&[7; 16][..]).try_into().unwrap();
    let outcome = signing.finding().resume(found(&another));
    assert_eq!(outcome.err().unwrap().code(), "credential_not_allowed");

    let mut with_another_id = signing.passkey.clone();
    with_another_id.id = PasskeyId::try_from(&[7; 16][..]).unwrap();
    for lie in [of_another_rp, of_another_user, with_another_id] {
        let handle = user("ada").handle();
        let rename = RenamePasskey::begin(&signing.host.rp, handle, signing.passkey.id, "x", NOW);
        let outcome = waiting(rename).0.resume(found(&lie));
        assert_eq!(outcome.err().unwrap().code(), "store_inconsistent");
    }
}
