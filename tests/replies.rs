//! How flows react to the host's replies: of the wrong kind, from a store that lies, and after another sign-in in
//! between.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, NOW, ORIGIN, authenticator, posted, session, user};
use relying_party::{
    CreatePasskey, DeletePasskey, Effect, Error, ErrorKind, Flow, ListPasskeys, Passkey, PasskeyId,
    RelyingParty, RenamePasskey, Reply, Settings, SignIn, SignInRequest, Step, VerificationProof,
    flow::{FinishSignIn, InsertOutcome, RecordOutcome, RemoveOutcome, SignInStart, SignUpOutcome},
    settings::{Reverification, SensitiveAction},
    store::CeremonyStore as _,
    test_authenticator::{SignCounter, TestAuthenticator},
};

/// Resumes with every reply that does not match. Each must be the host's error. `again` creates the flow again.
fn only_fits<F: Flow>(fits: fn(&Reply) -> bool, again: impl Fn() -> F) {
    let replies = [
        Reply::Stored,
        Reply::Ceremony(None),
        Reply::Passkeys(Vec::new()),
        Reply::Passkey(None),
        Reply::Inserted(InsertOutcome::Inserted),
        Reply::Recorded(RecordOutcome::Updated),
        Reply::Removed(RemoveOutcome::Removed),
        Reply::SignedUp(SignUpOutcome::Created),
        Reply::Erased(Vec::new()),
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

    /// The flow that waits for the passkey. The ceremony is read and put back, so that this can be repeated.
    fn finding(&self) -> FinishSignIn<'_> {
        let id = self.start.ceremony_id;
        let finish = SignIn::finish(&self.host.rp, posted(id, self.response.as_bytes()), NOW);
        let (flow, effect) = waiting(finish);
        assert_eq!(effect, Effect::TakeCeremony(id));
        let ceremony = self.host.store.take_ceremony(&id).unwrap().unwrap();
        self.host.store.put_ceremony(&ceremony).unwrap();
        waiting(flow.resume(Reply::Ceremony(Some(Box::new(ceremony))))).0
    }

    /// A relying party that requires users to be verified before every change, and proof that Ada was.
    fn verified(&mut self) -> (RelyingParty, VerificationProof) {
        let request = SignInRequest::Reverify(user("ada").handle());
        let verified = self.host.sign_in(request, &mut self.device).unwrap();
        let before = [SensitiveAction::Rename, SensitiveAction::Delete];
        let rule = Reverification::default().before(before);
        let settings = Settings::builder().reverification(rule).build().unwrap();
        let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN).settings(settings);
        (rp.build().unwrap(), verified.proof.unwrap())
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
    let mut signing = Signing::new();
    let (strict, proof) = signing.verified();
    let (rp, ada) = (&signing.host.rp, user("ada"));
    let id = signing.passkey.id;
    let named = SignInRequest::for_account(ada.handle());
    let passkeys = |reply: &Reply| matches!(reply, Reply::Passkeys(_));
    let ceremony = |reply: &Reply| matches!(reply, Reply::Ceremony(_));
    let passkey = |reply: &Reply| matches!(reply, Reply::Passkey(_));
    let stored = |reply: &Reply| matches!(reply, Reply::Stored);

    let begin_create = || waiting(CreatePasskey::begin(rp, &ada, session(), [9; 32].into(), NOW)).0;
    only_fits(passkeys, begin_create);
    only_fits(stored, || waiting(begin_create().resume(Reply::Passkeys(Vec::new()))).0);

    let start = signing.host.begin_create(&ada).unwrap();
    let response = authenticator("other").create(&start.public_key, ORIGIN).unwrap();
    let taken = signing.host.store.take_ceremony(&start.ceremony_id).unwrap().map(Box::new);
    let take = || {
        let bytes = response.as_bytes();
        waiting(CreatePasskey::finish(rp, ada.handle(), posted(start.ceremony_id, bytes), NOW)).0
    };
    let naming = || waiting(take().resume(Reply::Ceremony(taken.clone()))).0;
    let inserting = || waiting(naming().resume(Reply::Passkeys(Vec::new()))).0;
    only_fits(ceremony, take);
    only_fits(passkeys, naming);
    only_fits(|reply| matches!(reply, Reply::Inserted(_)), inserting);

    only_fits(passkeys, || waiting(SignIn::begin(rp, named, session(), [9; 32].into(), NOW)).0);
    let anybody = SignInRequest::Discoverable;
    only_fits(stored, || waiting(SignIn::begin(rp, anybody, session(), [9; 32].into(), NOW)).0);
    only_fits(ceremony, || {
        waiting(SignIn::finish(rp, posted(signing.start.ceremony_id, b"{}"), NOW)).0
    });
    only_fits(passkey, || signing.finding());
    only_fits(|reply| matches!(reply, Reply::Recorded(_)), || signing.recording());

    only_fits(passkeys, || waiting(ListPasskeys::begin(rp, ada.handle())).0);
    only_fits(passkey, || waiting(RenamePasskey::begin(rp, ada.handle(), id, "Name", NOW)).0);
    let deleting = || waiting(DeletePasskey::begin(rp, ada.handle(), id)).0;
    only_fits(|reply| matches!(reply, Reply::Removed(_)), deleting);
    only_fits(passkeys, || waiting(deleting().resume(Reply::Removed(RemoveOutcome::Removed))).0);

    // With a proof, they first check that its passkey still exists.
    let (rp, ada) = (&strict, ada.handle());
    let renaming = || waiting(RenamePasskey::begin_verified(rp, ada, id, "Name", &proof, NOW)).0;
    let deleting = || waiting(DeletePasskey::begin_verified(rp, ada, id, &proof, NOW)).0;
    only_fits(passkeys, renaming);
    only_fits(passkeys, deleting);
    let found = || Reply::Passkeys(vec![signing.passkey.clone()]);
    only_fits(passkey, || waiting(renaming().resume(found())).0);
    let removed = |reply: &Reply| matches!(reply, Reply::Removed(_));
    only_fits(removed, || waiting(deleting().resume(found())).0);
}

#[test]
fn sign_in_is_checked_again_after_another_one() {
    let mut signing = Signing::new();
    let (_, effect) = waiting(signing.recording().resume(Reply::Recorded(RecordOutcome::Conflict)));
    assert!(matches!(effect, Effect::Passkey { .. }), "it reads again");

    // Another sign-in with a lower counter was faster. This one still succeeds.
    let flow = waiting(signing.recording().resume(Reply::Recorded(RecordOutcome::Conflict))).0;
    let mut changed = signing.passkey.clone();
    changed.state.backup_state = Some(false);
    let (_, effect) = waiting(flow.resume(found(&changed)));
    let Effect::RecordUse { expected, .. } = effect else { panic!("{effect:?}") };
    assert_eq!(expected, changed.state);

    // One with the same counter was faster. One of the two is from a clone.
    let start = signing.host.begin_sign_in(SignInRequest::Discoverable);
    let ahead = signing.device.get(&start.public_key, ORIGIN).unwrap();
    signing.host.finish_sign_in(&start, &ahead).unwrap();
    let left = signing.host.passkeys(&user("ada")).remove(0);
    let flow = waiting(signing.recording().resume(Reply::Recorded(RecordOutcome::Conflict))).0;
    let Err(error) = flow.resume(found(&left)) else { panic!("a clone signed in") };
    assert_eq!(error.code(), "sign_count");
}

#[test]
fn sign_in_gives_up_when_the_passkey_keeps_changing() {
    let signing = Signing::new();
    let mut flow = signing.recording();
    for attempt in 1.. {
        match flow.resume(Reply::Recorded(RecordOutcome::Conflict)) {
            Err(error) => {
                assert_eq!((error, attempt), (Error::Conflict, 4));
                break;
            }
            again => flow = waiting(waiting(again).0.resume(found(&signing.passkey))).0,
        }
    }
}

#[test]
fn passkey_deleted_before_its_use_is_recorded_signs_no_one_in() {
    let signing = Signing::new();
    let outcome = signing.recording().resume(Reply::Recorded(RecordOutcome::NotFound));
    assert_eq!(outcome.err().unwrap().code(), "credential_unknown");
}

#[test]
fn lying_store_signs_no_one_in_and_renames_nothing_of_others() {
    let mut signing = Signing::new();
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

    let (rp, proof) = signing.verified();
    for lie in [&of_another_rp, &of_another_user] {
        let (handle, id) = (user("ada").handle(), signing.passkey.id);
        let lies = || Reply::Passkeys(vec![lie.clone()]);
        let rename = RenamePasskey::begin_verified(&rp, handle, id, "x", &proof, NOW);
        let outcome = waiting(rename).0.resume(lies());
        assert_eq!(outcome.err().unwrap().code(), "reverification_required");
        let delete = DeletePasskey::begin_verified(&rp, handle, id, &proof, NOW);
        let outcome = waiting(delete).0.resume(lies());
        assert_eq!(outcome.err().unwrap().code(), "reverification_required");
    }

    let mut with_another_id = signing.passkey.clone();
    with_another_id.id = PasskeyId::try_from(&[7; 16][..]).unwrap();
    for lie in [of_another_rp, of_another_user, with_another_id] {
        let handle = user("ada").handle();
        let rename = RenamePasskey::begin(&signing.host.rp, handle, signing.passkey.id, "x", NOW);
        let outcome = waiting(rename).0.resume(found(&lie));
        assert_eq!(outcome.err().unwrap().code(), "store_inconsistent");
    }
}
