//! A service moves to another domain: its users keep their passkeys for the old RP ID, use them on the new domain, and
//! create new ones there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use std::sync::Arc;

use relying_party::{
    Error, Passkeys, RelyingParty, SessionBinding, Settings, SignInRequest, SignedInUser, StepUp,
    UserHandle,
    ceremony::CeremonyError,
    flow::{BeginOptions, SignedIn},
    policy::OriginPolicyBuilder,
    settings::{Reverification, SensitiveAction},
    store::{MemoryStore, RunError},
    test_authenticator::TestAuthenticator,
};

const OLD: &str = "https://old.example";
const NEW: &str = "https://new.example";

type Service = Passkeys<Arc<MemoryStore>>;
type Outcome<T> = Result<T, Error>;

fn told<T>(outcome: Result<T, RunError<std::convert::Infallible>>) -> Outcome<T> {
    outcome.map_err(|error| match error {
        RunError::Flow(error) => error,
        RunError::CeremonyStore(never) | RunError::PasskeyStore(never) => match never {},
    })
}

/// Two relying parties over one store, and Ada with a passkey for the old RP ID.
struct Move {
    store: Arc<MemoryStore>,
    new: Service,
    ada: SignedInUser,
    device: TestAuthenticator,
}

fn old_with(
    store: &Arc<MemoryStore>,
    decide: impl FnOnce(OriginPolicyBuilder) -> OriginPolicyBuilder,
) -> Service {
    let rp = RelyingParty::builder("old.example", "Example").origins(decide).build().unwrap();
    Passkeys::new(rp, Arc::clone(store))
}

fn session() -> SessionBinding {
    SessionBinding::of("a session")
}

fn create<'o>(
    service: &Service,
    user: &SignedInUser,
    device: &mut TestAuthenticator,
    options: impl Into<BeginOptions<'o, relying_party::extensions::RegistrationInputs>>,
    origin: &str,
) -> Outcome<()> {
    let start = told(service.begin_create(user, options).blocking())?;
    let posted = device.answer(&start.to_json(), origin).unwrap();
    told(service.finish_create(user.handle(), session(), posted.as_bytes()).blocking()).map(drop)
}

fn sign_in(service: &Service, device: &mut TestAuthenticator, page: &str) -> Outcome<SignedIn> {
    let start = service.begin_sign_in(SignInRequest::Discoverable, session()).blocking();
    let posted = device.answer(&told(start)?.to_json(), page).unwrap();
    told(service.finish_sign_in(session(), posted.as_bytes()).blocking())
}

impl Move {
    fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let rule = Reverification::default().before([SensitiveAction::Create]);
        let settings = Settings::builder().reverification(rule).build().unwrap();
        let rp = RelyingParty::builder("new.example", "Example").origin(NEW).settings(settings);
        let new = Passkeys::new(rp.build().unwrap(), Arc::clone(&store));
        let ada = SignedInUser::new(UserHandle::generate().unwrap(), "ada", "Ada");
        let mut device = TestAuthenticator::new("Ada's phone");
        let before = old_with(&store, |policy| policy.origin(OLD));
        create(&before, &ada, &mut device, session(), OLD).unwrap();
        Self { store, new, ada, device }
    }
}

fn is_wrong_origin(error: &Error) -> bool {
    matches!(error, Error::Authentication(CeremonyError::Origin(_)))
}

#[test]
fn old_passkey_signs_in_on_the_new_domain_once_the_old_rp_id_accepts_it() {
    let mut moving = Move::new();
    let before = old_with(&moving.store, |policy| policy.origin(OLD));
    let refused = sign_in(&before, &mut moving.device, NEW).unwrap_err();
    assert!(is_wrong_origin(&refused), "{refused}");

    let during = old_with(&moving.store, |policy| policy.origin(OLD).related_origin(NEW));
    let document = during.relying_party().origins().related_origins();
    assert_eq!(document.origins(), [NEW]);
    for page in [OLD, NEW] {
        let signed_in = sign_in(&during, &mut moving.device, page).unwrap();
        assert!(signed_in.is_complete());
        assert_eq!(signed_in.user, moving.ada.handle());
    }
}

/// The last phase, in which no page is served on the old domain any more.
#[test]
fn old_domain_without_pages_is_accepted_no_longer() {
    let mut moving = Move::new();
    let after = old_with(&moving.store, |policy| policy.related_origin(NEW));
    assert!(sign_in(&after, &mut moving.device, NEW).is_ok());
    let refused = sign_in(&after, &mut moving.device, OLD).unwrap_err();
    assert!(is_wrong_origin(&refused), "{refused}");
}

#[test]
fn old_passkey_is_not_one_of_the_new_rp_id() {
    let mut moving = Move::new();
    let ada = moving.ada.handle();
    let during = old_with(&moving.store, |policy| policy.origin(OLD).related_origin(NEW));
    assert!(told(moving.new.list(ada).blocking()).unwrap().passkeys.is_empty());

    // A ceremony is finished by the relying party that began it.
    let start = during.begin_sign_in(SignInRequest::Discoverable, session()).blocking();
    let posted = moving.device.answer(&told(start).unwrap().to_json(), NEW).unwrap();
    let finish = moving.new.finish_sign_in(session(), posted.as_bytes()).blocking();
    assert_eq!(told(finish).unwrap_err().code(), "ceremony_mismatch");

    // The signature covers the RP ID, so no page can ask for one and use it for the other.
    let start = moving.new.begin_sign_in(SignInRequest::Discoverable, session()).blocking();
    let start = told(start).unwrap().to_json().replace("\"new.example\"", "\"old.example\"");
    let posted = moving.device.answer(&start, NEW).unwrap();
    let finish = moving.new.finish_sign_in(session(), posted.as_bytes()).blocking();
    assert_eq!(told(finish).unwrap_err().code(), "credential_unknown");
}

#[test]
fn user_who_signed_in_with_the_old_passkey_creates_one_for_the_new_rp_id() {
    let mut moving = Move::new();
    let ada = moving.ada.clone();
    let during = old_with(&moving.store, |policy| policy.origin(OLD).related_origin(NEW));
    let proof = sign_in(&during, &mut moving.device, NEW).unwrap().proof.unwrap();

    // A proof is valid at the relying party that made it. The host knows that both are the same service.
    let options = BeginOptions::new(session()).verified(&proof);
    let refused = create(&moving.new, &ada, &mut moving.device, options, NEW).unwrap_err();
    assert_eq!(refused.code(), "reverification_required");
    let by_host = StepUp::ByHost { at: proof.verified_at() };
    let options = BeginOptions::new(session()).verified(by_host);
    create(&moving.new, &ada, &mut moving.device, options, NEW).unwrap();

    assert!(sign_in(&moving.new, &mut moving.device, NEW).unwrap().is_complete());
    assert!(sign_in(&during, &mut moving.device, NEW).unwrap().is_complete());
    // An account at each RP ID, with the same handle.
    let listed = |service: &Service| told(service.list(ada.handle()).blocking()).unwrap().passkeys;
    assert_eq!((listed(&during).len(), listed(&moving.new).len()), (1, 1));
    let old = listed(&during)[0].id;
    told(during.delete(ada.handle(), old).blocking()).unwrap();
    assert_eq!((listed(&during).len(), listed(&moving.new).len()), (0, 1));
}
