//! One relying party, two users, and an authenticator with their passkeys: built once, always the same.

use std::sync::OnceLock;

use relying_party::{
    CeremonyId, Challenge, CreatePasskey, Effect, Flow, NewUser, Passkey, Posted, RelyingParty,
    Reply, SessionBinding, Settings, SignIn, SignInRequest, SignUp, SignedInUser, Step, Timestamp,
    UserHandle, VerificationProof,
    ceremony::Ceremony,
    flow::InsertOutcome,
    settings::{Reverification, SensitiveAction},
    test_authenticator::{
        AssertionParts, RegistrationParts, SignCounter, TestAlgorithm, TestAuthenticator,
    },
};

pub(super) const RP_ID: &str = "example.com";
pub(super) const ORIGIN: &str = "https://example.com";
pub(super) const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);
/// A time after all ceremonies here have expired.
pub(super) const LATER: Timestamp = Timestamp::from_unix_millis(1_700_000_900_000);

pub(super) struct Fixture {
    pub(super) rp: RelyingParty,
    /// The same relying party with the policy to verify users before all sensitive actions.
    pub(super) strict: RelyingParty,
    /// Proof that Ada was verified with her passkey.
    pub(super) proof: VerificationProof,
    /// The user who owns the passkey, and another user.
    pub(super) ada: SignedInUser,
    pub(super) bob: SignedInUser,
    /// Ada's passkey, ES256 with a counter.
    pub(super) passkey: Passkey,
    /// Bob's passkey.
    pub(super) bobs: Passkey,
    /// A passkey with the same user handle at another relying party.
    pub(super) elsewhere: Passkey,
    /// A creation and a sign-in that have begun for Ada, and a sign-in of an unknown user.
    pub(super) creation: Ceremony,
    pub(super) named: Ceremony,
    pub(super) open: Ceremony,
    /// A creation and a sign-in that have begun for Bob.
    pub(super) bobs_creation: Ceremony,
    pub(super) bobs_named: Ceremony,
    /// A user who signs up, the ceremony, and the authenticator's answer before it is signed.
    pub(super) eve: NewUser,
    pub(super) sign_up: Ceremony,
    pub(super) sign_up_registration: RegistrationParts,
    /// What Ada's authenticator answers, before it is signed.
    pub(super) registration: RegistrationParts,
    pub(super) assertion: AssertionParts,
    pub(super) open_assertion: AssertionParts,
}

pub(super) fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(Fixture::make)
}

/// The browser session in which all ceremonies here began.
pub(super) fn session() -> SessionBinding {
    SessionBinding::of("the session of a browser")
}

fn posted(ceremony: CeremonyId, response: &[u8]) -> Posted<'_> {
    Posted { session: session(), ceremony, response }
}

fn user(name: &str) -> SignedInUser {
    SignedInUser::new(UserHandle::try_from(name.as_bytes()).unwrap(), name, name)
}

fn authenticator(seed: &str) -> TestAuthenticator {
    TestAuthenticator::new(seed).with(|it| {
        it.counter = SignCounter::Counting;
        it.algorithms = vec![TestAlgorithm::Es256];
    })
}

fn rp(rp_id: &str) -> RelyingParty {
    RelyingParty::builder(rp_id, "Example").origin(format!("https://{rp_id}")).build().unwrap()
}

/// Begins a creation: its ceremony, and the options as JSON.
fn begin_create(rp: &RelyingParty, user: &SignedInUser, seed: u8) -> (Ceremony, serde_json::Value) {
    let start =
        CreatePasskey::begin(rp, user, session(), Challenge::from([seed; 32]), NOW).unwrap();
    let Step::Effect(flow, Effect::PasskeysOf(_)) = start else { unreachable!() };
    let Step::Effect(flow, Effect::PutCeremony(ceremony)) =
        flow.resume(Reply::Passkeys(vec![])).unwrap()
    else {
        unreachable!()
    };
    let Step::Done(start) = flow.resume(Reply::Stored).unwrap() else { unreachable!() };
    (*ceremony, serde_json::to_value(&start.public_key).unwrap())
}

/// Begins a sign-up: its ceremony, and the options as JSON.
fn begin_sign_up(rp: &RelyingParty, user: &NewUser, seed: u8) -> (Ceremony, serde_json::Value) {
    let start = SignUp::begin(rp, user, session(), Challenge::from([seed; 32]), NOW).unwrap();
    let Step::Effect(flow, Effect::PutCeremony(ceremony)) = start else { unreachable!() };
    let Step::Done(start) = flow.resume(Reply::Stored).unwrap() else { unreachable!() };
    (*ceremony, serde_json::to_value(&start.public_key).unwrap())
}

fn begin_sign_in(
    rp: &RelyingParty,
    passkey: Option<&Passkey>,
    seed: u8,
) -> (Ceremony, serde_json::Value) {
    let request =
        passkey.map_or(SignInRequest::Discoverable, |it| SignInRequest::for_account(it.user));
    let mut step = SignIn::begin(rp, request, session(), Challenge::from([seed; 32]), NOW).unwrap();
    loop {
        let Step::Effect(flow, effect) = step else { unreachable!() };
        match effect {
            Effect::PasskeysOf(_) => {
                step =
                    flow.resume(Reply::Passkeys(passkey.into_iter().cloned().collect())).unwrap();
            }
            Effect::PutCeremony(ceremony) => {
                let Step::Done(start) = flow.resume(Reply::Stored).unwrap() else { unreachable!() };
                return (*ceremony, serde_json::to_value(&start.public_key).unwrap());
            }
            _ => unreachable!(),
        }
    }
}

/// Creates a passkey with a whole flow.
fn create(
    rp: &RelyingParty,
    user: &SignedInUser,
    authenticator: &mut TestAuthenticator,
    seed: u8,
) -> Passkey {
    let (ceremony, options) = begin_create(rp, user, seed);
    let origin = format!("https://{}", rp.rp_id().as_str());
    let response = authenticator.create(&options, &origin).unwrap();
    let finish =
        CreatePasskey::finish(rp, user.handle(), posted(ceremony.id(), response.as_bytes()), NOW);
    let Step::Effect(flow, _) = finish.unwrap() else { unreachable!() };
    let Step::Effect(flow, _) = flow.resume(Reply::Ceremony(Some(Box::new(ceremony)))).unwrap()
    else {
        unreachable!()
    };
    let Step::Effect(flow, _) = flow.resume(Reply::Passkeys(vec![])).unwrap() else {
        unreachable!()
    };
    let Step::Done(created) = flow.resume(Reply::Inserted(InsertOutcome::Inserted)).unwrap() else {
        unreachable!()
    };
    created.passkey
}

impl Fixture {
    fn make() -> Self {
        let (rp, other) = (rp(RP_ID), rp("example.net"));
        let (ada, bob) = (user("ada"), user("bob"));
        let mut adas = authenticator("ada");
        let passkey = create(&rp, &ada, &mut adas, 1);
        let bobs = create(&rp, &bob, &mut authenticator("bob"), 2);
        let elsewhere = create(&other, &ada, &mut authenticator("elsewhere"), 3);
        let (creation, creation_options) = begin_create(&rp, &ada, 4);
        let (named, named_options) = begin_sign_in(&rp, Some(&passkey), 5);
        let (open, open_options) = begin_sign_in(&rp, None, 6);
        let (bobs_creation, _) = begin_create(&rp, &bob, 7);
        let (bobs_named, _) = begin_sign_in(&rp, Some(&bobs), 8);
        let registration =
            authenticator("ada's second").draft_creation(&creation_options, ORIGIN).unwrap();
        let assertion = adas.clone().draft_assertion(&named_options, ORIGIN).unwrap();
        let open_assertion = adas.draft_assertion(&open_options, ORIGIN).unwrap();
        let eve = NewUser::new(UserHandle::try_from(&b"eve"[..]).unwrap(), "eve", "Eve");
        let (sign_up, sign_up_options) = begin_sign_up(&rp, &eve, 9);
        let sign_up_registration =
            authenticator("eve").draft_creation(&sign_up_options, ORIGIN).unwrap();
        let before = [
            SensitiveAction::Create,
            SensitiveAction::Rename,
            SensitiveAction::Delete,
            SensitiveAction::Erase,
        ];
        let rule = Reverification::default().before(before);
        let settings = Settings::builder().reverification(rule).build().unwrap();
        let strict = RelyingParty::builder(RP_ID, "Example").origin(ORIGIN).settings(settings);
        let strict = strict.build().unwrap();
        let proof = serde_json::json!({
            "rp_id": RP_ID,
            "user": passkey.user,
            "passkey": passkey.id,
            "user_verified": true,
            "at": NOW,
        });
        let proof = VerificationProof::from_trusted_session(proof).unwrap();
        Self {
            rp,
            strict,
            proof,
            ada,
            bob,
            passkey,
            bobs,
            elsewhere,
            creation,
            named,
            open,
            bobs_creation,
            bobs_named,
            eve,
            sign_up,
            sign_up_registration,
            registration,
            assertion,
            open_assertion,
        }
    }
}
