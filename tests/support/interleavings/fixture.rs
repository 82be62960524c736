//! A relying party, two users, their authenticators, and the responses of these.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use relying_party::{
    Algorithm, CeremonyId, Challenge, CoseKey, CreatePasskey, DeletePasskey, EraseAccount,
    InvalidKey, ListPasskeys, NewUser, Passkey, Posted, RelyingParty, RelyingPartyBuilder,
    RenamePasskey, SessionBinding, SignIn, SignInRequest, SignUp, SignedInUser, Step, Timestamp,
    UserHandle, VerificationProof,
    ceremony::Ceremony,
    crypto::{RustCrypto, SignatureError, SignatureVerifier},
    extensions::RegistrationInputs,
    flow::{BeginOptions, Flow},
    test_authenticator::{SignCounter, TestAlgorithm, TestAuthenticator},
};

use super::{actor::Request, model::Model};

pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);
pub(crate) const ORIGIN: &str = "https://example.com";

/// Verifies each signature once, because the same ones occur in every schedule.
#[derive(Default)]
struct Remembering(Mutex<HashMap<Question, Result<(), SignatureError>>>);

#[derive(PartialEq, Eq, Hash)]
struct Question {
    key: String,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl SignatureVerifier for Remembering {
    fn supports(&self, algorithm: Algorithm) -> bool {
        RustCrypto.supports(algorithm)
    }

    fn check_key(&self, key: &CoseKey<'_>) -> Result<(), InvalidKey> {
        RustCrypto.check_key(key)
    }

    fn verify(
        &self,
        key: &CoseKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let question = Question {
            key: format!("{key:?}"),
            message: message.to_vec(),
            signature: signature.to_vec(),
        };
        let mut known = self.0.lock().unwrap();
        *known.entry(question).or_insert_with(|| RustCrypto.verify(key, message, signature))
    }
}

pub(crate) fn relying_party(
    decide: impl FnOnce(RelyingPartyBuilder) -> RelyingPartyBuilder,
) -> RelyingParty {
    let builder = RelyingParty::builder("example.com", "Example")
        .origin(ORIGIN)
        .verifier(Arc::new(Remembering::default()));
    decide(builder).build().unwrap()
}

pub(crate) fn user(name: &str) -> SignedInUser {
    SignedInUser::new(UserHandle::try_from(name.as_bytes()).unwrap(), name, name)
}

/// A user with this handle who signs up under this name.
pub(crate) fn new_user(handle: &str, name: &str) -> NewUser {
    NewUser::new(UserHandle::try_from(handle.as_bytes()).unwrap(), name, "")
}

pub(crate) fn authenticator(seed: &str, counter: SignCounter) -> TestAuthenticator {
    TestAuthenticator::new(seed).with(|it| {
        it.counter = counter;
        it.algorithms = vec![TestAlgorithm::Es256];
        it.discoverable = true;
    })
}

/// Runs a flow to completion against the model.
pub(crate) fn run<F: Flow>(
    store: &mut Model,
    start: Result<Step<F>, relying_party::Error>,
) -> F::Output {
    let mut step = start.unwrap();
    loop {
        match step {
            Step::Done(output) => return output,
            Step::Effect(flow, effect) => step = flow.resume(store.answer(&effect)).unwrap(),
        }
    }
}

/// The session in which everything happens. The order of steps does not matter to it.
fn session() -> SessionBinding {
    SessionBinding::of("the session of a browser")
}

fn posted(ceremony: CeremonyId, response: &[u8]) -> Posted<'_> {
    Posted { session: session(), ceremony, response }
}

/// A ceremony that has begun, with the response to it.
#[derive(Clone)]
pub(crate) struct Begun {
    pub(crate) ceremony: Ceremony,
    pub(crate) response: String,
}

/// Begins a creation in a separate store, and answers it.
pub(crate) fn creation(
    rp: &RelyingParty,
    user: &SignedInUser,
    authenticator: &mut TestAuthenticator,
    challenge: u8,
) -> Begun {
    begun_creation(
        rp,
        user,
        BeginOptions::new(session()),
        Model::default(),
        authenticator,
        challenge,
    )
}

/// Begins a creation that relies on the user's re-verification with a passkey, and answers it.
pub(crate) fn creation_with(
    rp: &RelyingParty,
    user: &SignedInUser,
    passkey: &Passkey,
    authenticator: &mut TestAuthenticator,
    challenge: u8,
) -> Begun {
    let proof = proof_of(rp, passkey);
    let options = BeginOptions::new(session()).verified(&proof);
    let store = Model { passkeys: vec![passkey.clone()], ..Model::default() };
    begun_creation(rp, user, options, store, authenticator, challenge)
}

fn begun_creation(
    rp: &RelyingParty,
    user: &SignedInUser,
    options: BeginOptions<'_, RegistrationInputs>,
    mut store: Model,
    authenticator: &mut TestAuthenticator,
    challenge: u8,
) -> Begun {
    let begin = CreatePasskey::begin(rp, user, options, Challenge::from([challenge; 32]), NOW);
    let start = run(&mut store, begin);
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    Begun { ceremony: store.ceremonies.remove(0), response }
}

/// Begins a sign-up in a separate store, and answers it.
pub(crate) fn sign_up(rp: &RelyingParty, user: &NewUser, challenge: u8) -> Begun {
    let mut store = Model::default();
    let start =
        run(&mut store, SignUp::begin(rp, user, session(), Challenge::from([challenge; 32]), NOW));
    let mut authenticator = authenticator(&challenge.to_string(), SignCounter::Zero);
    let response = authenticator.create(&start.public_key, ORIGIN).unwrap();
    Begun { ceremony: store.ceremonies.remove(0), response }
}

/// The requests of a sign-up: begin and finish.
pub(crate) fn signs_up<'a>(
    rp: &'a RelyingParty,
    user: &'a NewUser,
    begun: &Begun,
) -> Vec<Request<'a>> {
    let challenge = *begun.ceremony.challenge();
    let opening = Request::new(move || SignUp::begin(rp, user, session(), challenge, NOW));
    vec![opening, finishes_sign_up(rp, begun)]
}

pub(crate) fn finishes_sign_up<'a>(rp: &'a RelyingParty, begun: &Begun) -> Request<'a> {
    let id = begun.ceremony.id();
    let response: &'static [u8] = begun.response.clone().leak().as_bytes();
    Request::new(move || SignUp::finish(rp, posted(id, response), NOW))
}

pub(crate) fn erases<'a>(rp: &'a RelyingParty, user: &SignedInUser) -> Vec<Request<'a>> {
    let user = user.handle();
    vec![Request::new(move || EraseAccount::begin(rp, user))]
}

/// Begins a sign-in for any user, and answers it.
pub(crate) fn sign_in(
    rp: &RelyingParty,
    authenticator: &mut TestAuthenticator,
    challenge: u8,
) -> Begun {
    let mut store = Model::default();
    let request = SignInRequest::Discoverable;
    let start = run(
        &mut store,
        SignIn::begin(rp, request, session(), Challenge::from([challenge; 32]), NOW),
    );
    let response = authenticator.get(&start.public_key, ORIGIN).unwrap();
    Begun { ceremony: store.ceremonies.remove(0), response }
}

/// Gives a user a passkey.
pub(crate) fn passkey(
    rp: &RelyingParty,
    store: &mut Model,
    user: &SignedInUser,
    authenticator: &mut TestAuthenticator,
) -> Passkey {
    let begun = creation(rp, user, authenticator, 255);
    let id = begun.ceremony.id();
    store.ceremonies.push(begun.ceremony);
    let response = begun.response.as_bytes();
    run(store, CreatePasskey::finish(rp, user.handle(), posted(id, response), NOW)).passkey
}

/// The requests of a creation: begin and finish.
pub(crate) fn creates<'a>(
    rp: &'a RelyingParty,
    user: &'a SignedInUser,
    begun: &Begun,
) -> Vec<Request<'a>> {
    let challenge = *begun.ceremony.challenge();
    let opening = Request::new(move || CreatePasskey::begin(rp, user, session(), challenge, NOW));
    vec![opening, finishes_create(rp, user, begun)]
}

pub(crate) fn finishes_create<'a>(
    rp: &'a RelyingParty,
    user: &'a SignedInUser,
    begun: &Begun,
) -> Request<'a> {
    let id = begun.ceremony.id();
    // Requests live as long as the tests that create them.
    let response: &'static [u8] = begun.response.clone().leak().as_bytes();
    Request::new(move || CreatePasskey::finish(rp, user.handle(), posted(id, response), NOW))
}

/// The requests of a sign-in: begin and finish.
pub(crate) fn signs_in<'a>(rp: &'a RelyingParty, begun: &Begun) -> Vec<Request<'a>> {
    let challenge = *begun.ceremony.challenge();
    let opening = Request::new(move || {
        SignIn::begin(rp, SignInRequest::Discoverable, session(), challenge, NOW)
    });
    vec![opening, finishes_sign_in(rp, begun)]
}

pub(crate) fn finishes_sign_in<'a>(rp: &'a RelyingParty, begun: &Begun) -> Request<'a> {
    let id = begun.ceremony.id();
    let response: &'static [u8] = begun.response.clone().leak().as_bytes();
    Request::new(move || SignIn::finish(rp, posted(id, response), NOW))
}

pub(crate) fn renames<'a>(
    rp: &'a RelyingParty,
    passkey: &Passkey,
    name: &'static str,
) -> Vec<Request<'a>> {
    let (user, id) = (passkey.user, passkey.id);
    vec![Request::new(move || RenamePasskey::begin(rp, user, id, name, NOW))]
}

pub(crate) fn deletes<'a>(rp: &'a RelyingParty, passkey: &Passkey) -> Vec<Request<'a>> {
    let (user, id) = (passkey.user, passkey.id);
    vec![Request::new(move || DeletePasskey::begin(rp, user, id))]
}

/// What the user of a passkey has in a session after a re-verification with it.
pub(crate) fn proof_of(rp: &RelyingParty, passkey: &Passkey) -> VerificationProof {
    let stored = serde_json::json!({
        "rp_id": rp.rp_id(),
        "user": passkey.user,
        "passkey": passkey.id,
        "user_verified": true,
        "at": NOW,
    });
    VerificationProof::from_trusted_session(stored).unwrap()
}

/// Deletes a passkey with a proof.
pub(crate) fn deletes_with<'a>(
    rp: &'a RelyingParty,
    passkey: &Passkey,
    proof: VerificationProof,
) -> Request<'a> {
    let (user, id) = (passkey.user, passkey.id);
    Request::new(move || DeletePasskey::begin_verified(rp, user, id, &proof, NOW))
}

/// Renames a passkey with a proof.
pub(crate) fn renames_with<'a>(
    rp: &'a RelyingParty,
    passkey: &Passkey,
    proof: VerificationProof,
) -> Request<'a> {
    let (user, id) = (passkey.user, passkey.id);
    Request::new(move || RenamePasskey::begin_verified(rp, user, id, "new", &proof, NOW))
}

pub(crate) fn lists<'a>(rp: &'a RelyingParty, user: &SignedInUser) -> Vec<Request<'a>> {
    let user = user.handle();
    vec![Request::new(move || ListPasskeys::begin(rp, user))]
}
