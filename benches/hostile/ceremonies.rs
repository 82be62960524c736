//! The two finish steps, alone and within their flows, with the largest messages that they accept, and imports.

use std::sync::Arc;

use relying_party::{
    AttestationPolicy, Challenge, CosePublicKey, CreatePasskey, CredentialId, NewUser, Passkey,
    PasskeyImport, Passkeys, Posted, RelyingParty, RenamePasskey, SessionBinding, SignIn,
    SignInRequest, SignUp, SignedInUser, StoredPasskey, UserHandle,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, Ceremony, CounterRule, CredentialRecord,
        explain_authentication, verify_authentication,
    },
    extensions::{RegistrationInputs, RequestedExtensions},
    flow::BeginOptions,
    json::{AttestationConveyance, AuthenticationResponse, Transport, UserVerification},
    limits::{
        ASSERTION_AUTHENTICATOR_DATA_MAX, CLIENT_EXTENSIONS_MAX, POSTED_JSON_MAX, RESPONSE_JSON_MAX,
    },
    policy::{OriginPolicy, RpId},
    store::{self, CeremonyStore as _, MemoryStore, PasskeyStore as _},
    test_authenticator::{Cbor, TestAttestation, TestAttester, TestAuthenticator},
};
use serde_json::{Value, json};

use super::{
    Case, Prepared, cbor,
    certificates::{Credulous, NOW},
    framed,
    json::{MEMBERS, reads},
    statements::{ORIGIN, World, registration, repeat_authorities, trusting},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = registrations();
    cases.extend(authentications());
    #[cfg(feature = "payment")]
    cases.extend(payments());
    cases.extend(flows());
    cases.extend(stored());
    cases.extend(imports());
    cases
}

/// Extension outputs of a client: a single long one, the largest number that is read, and more than are read.
const CLIENT_OUTPUTS: [(&str, fn(usize) -> Value); 5] = [
    ("client extension outputs: one long", |size| json!({ "x": "x".repeat(size) })),
    ("client extension outputs: as many as are read", |size| {
        let value = "x".repeat(size / CLIENT_EXTENSIONS_MAX);
        let members = (0..CLIENT_EXTENSIONS_MAX - 1).map(|it| (format!("x{it}"), json!(value)));
        Value::Object(members.collect())
    }),
    ("client extension outputs: more than are read", |size| {
        Value::Object((0..size / 10).map(|it| (format!("x{it:05}"), json!(0))).collect())
    }),
    (
        "client extension outputs: a long secret",
        |size| json!({ "prf": { "results": { "first": "A".repeat(size) } } }),
    ),
    (
        "client extension outputs: a long blob",
        |size| json!({ "largeBlob": { "blob": "AAAA".repeat(size / 4) } }),
    ),
];

/// The room that a response has after its small members.
const OUTPUTS_MAX: usize = RESPONSE_JSON_MAX - 2000;

fn registrations() -> Vec<Case> {
    let mut cases = Vec::new();
    for (input, outputs) in CLIENT_OUTPUTS {
        let make = move |size| {
            let json = registration(TestAttestation::None, |parts| {
                parts.outer.client_extension_results = outputs(size);
            });
            let world = World::new(AttestationPolicy::ignore());
            Prepared::new(json.len(), move || world.accepts(&json))
        };
        let case = Case::prepared("verify_registration", input, make);
        cases.push(case.max(OUTPUTS_MAX).memory(4).accepted());
    }
    for (input, outputs) in AUTHENTICATOR_OUTPUTS {
        let make = move |size| {
            let json = registration(TestAttestation::None, |parts| {
                parts.authenticator_data.extend(Cbor::Raw(outputs(size / 4 * 3)));
            });
            let world = World::new(AttestationPolicy::ignore());
            Prepared::new(json.len(), move || world.accepts(&json))
        };
        let case = Case::prepared("verify_registration", input, make);
        cases.push(case.max(OUTPUTS_MAX).memory(4).accepted());
    }
    cases
}

/// Extension outputs of an authenticator.
const AUTHENTICATOR_OUTPUTS: [(&str, fn(usize) -> Vec<u8>); 2] = [
    ("authenticator extension outputs: a list of full maps", |size| {
        cbor::map(&[(cbor::text("x"), cbor::full_maps(size))])
    }),
    ("authenticator extension outputs: as many as there may be", |size| {
        cbor::map(&cbor::keys_alike_to_the_end(size))
    }),
];

/// A passkey at a relying party, and what a sign-in with it requires.
struct SignInWorld {
    rp_id: RpId,
    origins: OriginPolicy,
    passkey: Passkey,
    allowed: Vec<CredentialId>,
}

impl SignInWorld {
    /// What a sign-in requires, without its signature.
    fn expected<'a>(&'a self, requested: &'a RequestedExtensions) -> AuthenticationExpectation<'a> {
        AuthenticationExpectation {
            rp_id: &self.rp_id,
            origins: &self.origins,
            bound_origin: None,
            check_token_binding: false,
            challenge: &[0; 16],
            user_verification: UserVerification::Required,
            allow_credentials: &self.allowed,
            user: None,
            counter_rule: CounterRule::Reject,
            backup_eligibility_rule: BackupEligibilityRule::default(),
            find_by_credential_id: false,
            extensions: requested,
            verifier: &Credulous,
        }
    }

    /// Judges a payment for which nothing was to be shown.
    #[cfg(feature = "payment")]
    fn accepts_payment(&self, json: &[u8]) -> bool {
        use relying_party::payment::{
            Instrument, PaymentDetails, PaymentExpectation, Total, verify_payment,
        };
        let Ok(response) = AuthenticationResponse::parse(json) else { return false };
        let requested = RequestedExtensions::default();
        let expected = PaymentExpectation {
            authentication: self.expected(&requested),
            details: PaymentDetails {
                top_origin: ORIGIN,
                payee_name: None,
                payee_origin: None,
                logos: &[],
                total: Total { currency: "EUR", value: "1" },
                instrument: Instrument { display_name: "x", icon: "x", details: None },
            },
            browser_bound_keys: &[],
        };
        verify_payment(&response, &expected, &CredentialRecord::from(&self.passkey)).is_ok()
    }

    fn judge(&self, json: &[u8], explain: bool) -> bool {
        let Ok(response) = AuthenticationResponse::parse(json) else { return false };
        let requested = RequestedExtensions::default();
        let expected = self.expected(&requested);
        let record = CredentialRecord::from(&self.passkey);
        if explain {
            explain_authentication(&response, &expected, &record).failure().is_none()
        } else {
            verify_authentication(&response, &expected, &record).is_ok()
        }
    }
}

fn browser() -> TestAuthenticator {
    TestAuthenticator::new("hostile")
}

fn relying_party(policy: AttestationPolicy) -> RelyingParty {
    RelyingParty::builder("example.com", "Example")
        .origin(ORIGIN)
        .attestation(AttestationConveyance::Direct, policy)
        .verifier(Arc::new(Credulous))
        .build()
        .unwrap()
}

fn ada() -> SignedInUser {
    SignedInUser::new(UserHandle::from([7; 32]), "ada", "Ada")
}

/// A creation that has begun, and its options.
fn begun_creation(rp: &RelyingParty) -> (Ceremony, Value) {
    let store = MemoryStore::new();
    let ada = ada();
    let begin =
        CreatePasskey::begin(rp, &ada, SessionBinding::none(), Challenge::from([1; 32]), NOW);
    let start = store::run(&store, begin).unwrap();
    let ceremony = store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    (ceremony, serde_json::to_value(&start.public_key).unwrap())
}

/// What a browser posts, without a session.
fn posted<'a>(ceremony: &Ceremony, response: &'a [u8]) -> Posted<'a> {
    Posted { session: SessionBinding::none(), ceremony: ceremony.id(), response }
}

/// Finishes a creation in a new store.
fn create(rp: &RelyingParty, ceremony: &Ceremony, response: &[u8]) -> Option<Passkey> {
    let store = MemoryStore::new();
    store.put_ceremony(ceremony).unwrap();
    let finish = CreatePasskey::finish(rp, ada().handle(), posted(ceremony, response), NOW);
    store::run(&store, finish).ok().map(|created| created.passkey)
}

/// A passkey, and the browser that has it.
fn passkey(rp: &RelyingParty) -> (Passkey, TestAuthenticator) {
    let (ceremony, options) = begun_creation(rp);
    let mut browser = browser();
    let response = browser.create(&options, ORIGIN).unwrap();
    (create(rp, &ceremony, response.as_bytes()).unwrap(), browser)
}

/// A sign-in with this passkey.
fn sign_in_world(allowed: usize) -> (SignInWorld, TestAuthenticator) {
    let rp = relying_party(AttestationPolicy::ignore());
    let (passkey, browser) = passkey(&rp);
    let others = (0..allowed).map(|it| CredentialId::try_from(&it.to_be_bytes()[..]).unwrap());
    let mut list = others.collect::<Vec<_>>();
    if allowed > 0 {
        list.push(passkey.credential_id.clone());
    }
    let (rp_id, origins) = (rp.rp_id().clone(), rp.origins().clone());
    (SignInWorld { rp_id, origins, passkey, allowed: list }, browser)
}

fn request_options() -> Value {
    json!({ "rpId": "example.com", "challenge": "AAAAAAAAAAAAAAAAAAAAAA", "userVerification": "required" })
}

fn authentications() -> Vec<Case> {
    let mut cases = Vec::new();
    for (input, outputs) in CLIENT_OUTPUTS {
        for (entry, explain) in [("verify_authentication", false), ("explain_authentication", true)]
        {
            let make = move |size| {
                let (world, mut browser) = sign_in_world(0);
                let json = browser.get_tampered(&request_options(), ORIGIN, |parts| {
                    parts.outer.client_extension_results = outputs(size);
                });
                let json = json.unwrap().into_bytes();
                Prepared::new(json.len(), move || world.judge(&json, explain))
            };
            cases.push(Case::prepared(entry, input, make).max(OUTPUTS_MAX).memory(4).accepted());
        }
    }
    for (input, outputs) in AUTHENTICATOR_OUTPUTS {
        let make = move |size| {
            let (world, mut browser) = sign_in_world(0);
            let json = browser.get_tampered(&request_options(), ORIGIN, |parts| {
                parts.authenticator_data.extend(Cbor::Raw(outputs(size)));
            });
            let json = json.unwrap().into_bytes();
            Prepared::new(json.len(), move || world.judge(&json, false))
        };
        let case = Case::prepared("verify_authentication", input, make);
        cases.push(case.max(ASSERTION_AUTHENTICATOR_DATA_MAX - 500).memory(4).accepted());
    }
    cases.push(
        Case::prepared("verify_authentication", "a long list of allowed credentials", |size| {
            let (world, mut browser) = sign_in_world(size / 8);
            let json = browser.get(&request_options(), ORIGIN).unwrap().into_bytes();
            Prepared::new(size, move || world.judge(&json, false))
        })
        .accepted(),
    );
    cases
}

#[cfg(feature = "payment")]
fn payments() -> Vec<Case> {
    use relying_party::limits::PAYMENT_CLIENT_DATA_MAX;

    let logo = || json!({ "url": "", "label": "" });
    let prepared = |payment: Value| {
        let (world, mut browser) = sign_in_world(1);
        let json = browser.get_tampered(&request_options(), ORIGIN, |parts| {
            parts.client_data.kind = "payment.get".into();
            parts.client_data.extra = vec![("payment".into(), payment)];
        });
        let json = json.unwrap().into_bytes();
        Prepared::new(json.len(), move || world.accepts_payment(&json))
    };
    let payment = |more: (&str, Value)| {
        let mut payment = json!({
            "rpId": "example.com",
            "topOrigin": ORIGIN,
            "total": { "currency": "EUR", "value": "1" },
            "instrument": { "displayName": "x", "icon": "x" },
        });
        payment[more.0] = more.1;
        payment
    };
    vec![
        Case::prepared("verify_payment", "logos that were not to be shown", move |size| {
            let logos = vec![logo(); size / 22];
            prepared(payment(("paymentEntitiesLogos", logos.into())))
        })
        .max(PAYMENT_CLIENT_DATA_MAX - 1000)
        .memory(8),
        Case::prepared("verify_payment", "a long unknown member", move |size| {
            prepared(payment(("x", "x".repeat(size).into())))
        })
        .max(PAYMENT_CLIENT_DATA_MAX - 1000)
        .memory(8)
        .accepted(),
    ]
}

fn flows() -> Vec<Case> {
    vec![
        Case::prepared("CreatePasskey::finish", "packed: alternative names by subtrees", |size| {
            let attester = TestAttester::new("hostile").unwrap();
            let rp = relying_party(trusting(&attester));
            let (ceremony, options) = begun_creation(&rp);
            let mut browser =
                browser().with(|it| it.attestation = TestAttestation::Packed(attester));
            let json = browser.create_tampered(&options, ORIGIN, |parts| {
                parts
                    .tamper_statement(move |statement| repeat_authorities(statement, size / 8 * 3));
            });
            let json = json.unwrap().into_bytes();
            Prepared::new(json.len(), move || create(&rp, &ceremony, &json).is_some())
        })
        .max(RESPONSE_JSON_MAX - 12_000)
        .memory(16),
        Case::prepared("SignIn::finish", "client extension outputs: as many as are read", |size| {
            let rp = relying_party(AttestationPolicy::ignore());
            let (passkey, mut browser) = passkey(&rp);
            let store = MemoryStore::new();
            let begin = SignIn::begin(
                &rp,
                SignInRequest::Discoverable,
                SessionBinding::none(),
                Challenge::from([2; 32]),
                NOW,
            );
            let start = store::run(&store, begin).unwrap();
            let ceremony = store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
            let json = browser.get_tampered(&start.public_key, ORIGIN, |parts| {
                parts.outer.client_extension_results = CLIENT_OUTPUTS[1].1(size);
            });
            let json = json.unwrap().into_bytes();
            Prepared::new(json.len(), move || {
                let store = MemoryStore::new();
                store.insert_passkey(&passkey, 10).unwrap();
                store.put_ceremony(&ceremony).unwrap();
                store::run(&store, SignIn::finish(&rp, posted(&ceremony, &json), NOW)).is_ok()
            })
        })
        .max(OUTPUTS_MAX)
        .memory(4)
        .accepted(),
        posted_to("Passkeys::finish_create", |passkeys, session, body| {
            passkeys.finish_create(ada().handle(), session, body).blocking().is_ok()
        }),
        posted_to("Passkeys::finish_sign_in", |passkeys, session, body| {
            passkeys.finish_sign_in(session, body).blocking().is_ok()
        }),
        posted_to("Passkeys::finish_second_factor", |passkeys, session, body| {
            passkeys.finish_second_factor(ada().handle(), session, body).blocking().is_ok()
        }),
        posted_to("Passkeys::finish_reverify", |passkeys, session, body| {
            passkeys.finish_reverify(ada().handle(), session, body).blocking().is_ok()
        }),
        posted_to("Passkeys::finish_sign_up", |passkeys, session, body| {
            passkeys.finish_sign_up(session, body).blocking().is_ok()
        }),
        new_name("letters", |size| "n".repeat(size)),
        new_name("marks to be put in order", |size| {
            format!("n{}", "\u{315}\u{300}\u{327}".repeat(size / 6))
        }),
        Case::prepared("SignUp::finish", "packed: alternative names by subtrees", |size| {
            let attester = TestAttester::new("hostile").unwrap();
            let rp = relying_party(trusting(&attester));
            let (store, new) = (MemoryStore::new(), new_user("ada"));
            let session = SessionBinding::none();
            let begin = SignUp::begin(&rp, &new, session, Challenge::from([1; 32]), NOW);
            let start = store::run(&store, begin).unwrap();
            let ceremony = store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
            let mut browser =
                browser().with(|it| it.attestation = TestAttestation::Packed(attester));
            let json = browser.create_tampered(&start.public_key, ORIGIN, |parts| {
                parts
                    .tamper_statement(move |statement| repeat_authorities(statement, size / 8 * 3));
            });
            let json = json.unwrap().into_bytes();
            Prepared::new(json.len(), move || {
                let store = MemoryStore::new();
                store.put_ceremony(&ceremony).unwrap();
                store::run(&store, SignUp::finish(&rp, posted(&ceremony, &json), NOW)).is_ok()
            })
        })
        .max(RESPONSE_JSON_MAX - 12_000)
        .memory(16),
        sign_up_name("letters", |size| "n".repeat(size)),
        sign_up_name("white space", |size| " ".repeat(size)),
        sign_up_name("marks to be put in order", |size| {
            format!("n{}", "\u{315}\u{300}\u{327}".repeat(size / 6))
        }),
        fallback_name("letters", |size| "n".repeat(size)),
        fallback_name("white space", |size| " ".repeat(size)),
        fallback_name("invisible characters", |size| "\u{200b}".repeat(size / 3)),
        fallback_name("marks to be put in order", |size| {
            format!("n{}", "\u{315}\u{300}\u{327}".repeat(size / 6))
        }),
        Case::prepared("CreatePasskey::begin", "a long name of the user", |size| {
            let rp = relying_party(AttestationPolicy::ignore());
            let name = "n".repeat(size);
            Prepared::new(size, move || {
                let user =
                    SignedInUser::new(UserHandle::from([7; 32]), name.as_str(), name.as_str());
                let begin = CreatePasskey::begin(
                    &rp,
                    &user,
                    SessionBinding::none(),
                    Challenge::from([1; 32]),
                    NOW,
                );
                let start = store::run(&MemoryStore::new(), begin).unwrap();
                serde_json::to_string(&start.public_key).is_ok()
            })
        })
        .memory(16)
        .accepted(),
    ]
}

/// A browser's message to a finish step of the facade.
fn posted_to(
    entry: &'static str,
    finish: fn(&Passkeys<MemoryStore>, SessionBinding, &[u8]) -> bool,
) -> Case {
    Case::prepared(entry, "members of the posted credential", move |size| {
        let rp = relying_party(AttestationPolicy::ignore());
        let passkeys = Passkeys::new(rp, MemoryStore::new());
        let start = br#"{"ceremony":"AAAAAAAAAAAAAAAAAAAAAA","credential":{"#;
        let body = framed(start, br#""x":0,"#, br#""x":0}}"#, size);
        Prepared::new(size, move || finish(&passkeys, SessionBinding::none(), &body))
    })
    .max(POSTED_JSON_MAX)
    .memory(4)
}

/// A name that a user gives a passkey.
fn new_name(input: &'static str, text: fn(usize) -> String) -> Case {
    Case::prepared("RenamePasskey::begin", input, move |size| {
        let text = text(size);
        let rp = relying_party(AttestationPolicy::ignore());
        let (passkey, _) = passkey(&rp);
        Prepared::new(size, move || {
            RenamePasskey::begin(&rp, passkey.user, passkey.id, &text, NOW).is_ok()
        })
    })
    .memory(8)
}

fn new_user(name: &str) -> NewUser {
    NewUser::new(UserHandle::from([7; 32]), name, name)
}

/// The name that a visitor entered to sign up.
fn sign_up_name(input: &'static str, text: fn(usize) -> String) -> Case {
    Case::prepared("SignUp::begin", input, move |size| {
        let text = text(size);
        Prepared::new(size, move || {
            let (rp, new) = (relying_party(AttestationPolicy::ignore()), new_user(&text));
            let session = SessionBinding::none();
            let begin = SignUp::begin(&rp, &new, session, Challenge::from([1; 32]), NOW);
            store::run(&MemoryStore::new(), begin).is_ok()
        })
    })
    .memory(8)
}

/// The host's name for the browser, which becomes the passkey's name if nothing better is known.
fn fallback_name(input: &'static str, text: fn(usize) -> String) -> Case {
    Case::prepared("BeginOptions::fallback_name", input, move |size| {
        let text = text(size);
        Prepared::new(size, move || {
            let options: BeginOptions<'_, RegistrationInputs> =
                BeginOptions::new(SessionBinding::none());
            let options = options.fallback_name(&text);
            let (rp, ada) = (relying_party(AttestationPolicy::ignore()), ada());
            let begin = CreatePasskey::begin(&rp, &ada, options, Challenge::from([1; 32]), NOW);
            store::run(&MemoryStore::new(), begin).is_ok()
        })
    })
    .memory(8)
    .accepted()
}

fn stored_passkey() -> StoredPasskey {
    passkey(&relying_party(AttestationPolicy::ignore())).0.to_stored()
}

fn read_passkey(record: String) -> Prepared {
    let stored = StoredPasskey { record, ..stored_passkey() };
    Prepared::new(stored.record.len(), move || Passkey::from_stored(stored.clone()).is_ok())
}

fn ceremony_record() -> String {
    begun_creation(&relying_party(AttestationPolicy::ignore())).0.to_stored().record
}

fn read_ceremony(record: String) -> Prepared {
    Prepared::new(record.len(), move || Ceremony::from_stored(&record).is_some())
}

/// An entry point that reads a stored form, an example of the form, and a call with one.
type Reader = (&'static str, fn() -> String, fn(String) -> Prepared);

const READERS: [Reader; 3] = [
    ("Passkey::from_stored", || stored_passkey().record, read_passkey),
    ("Ceremony::from_stored", ceremony_record, read_ceremony),
    (
        "StoredPasskey from JSON",
        || serde_json::to_string(&stored_passkey()).unwrap(),
        |json| Prepared::new(json.len(), move || reads::<StoredPasskey>(json.as_bytes())),
    ),
];

/// Stored forms with members that no version knows, with long lists, and with long columns.
fn stored() -> Vec<Case> {
    let mut cases = Vec::new();
    for (entry, form, read) in READERS {
        for (input, start, unit, end) in MEMBERS {
            let make = move |size| {
                let (start, end) = (["{", start].concat(), [end, &form()[1..]].concat());
                let form = framed(start.as_bytes(), unit.as_bytes(), end.as_bytes(), size);
                read(String::from_utf8(form).unwrap())
            };
            cases.push(Case::prepared(entry, input, make).memory(4).accepted());
        }
    }
    for (reader, input, pointer, item) in LISTS {
        let (entry, form, read) = READERS[reader];
        let make = move |size| {
            let mut record = serde_json::from_str::<Value>(&form()).unwrap();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            if name == "allow_credentials" {
                record["kind"] =
                    json!({ "type": "sign_in", "request": { "purpose": "discoverable" } });
            }
            let items = vec![item(); size / (item().to_string().len() + 1)];
            record.pointer_mut(parent).unwrap()[name] = items.into();
            read(record.to_string())
        };
        cases.push(Case::prepared(entry, input, make).memory(64).accepted());
    }
    let columns: [(&str, fn(&mut StoredPasskey, usize)); 4] = [
        ("a long column: name", |it, size| it.name = "n".repeat(size)),
        ("a long column: name, marks to be put in order", |it, size| {
            it.name = format!("n{}", "\u{315}\u{300}\u{327}".repeat(size / 6));
        }),
        ("a long column: user", |it, size| it.user = vec![7; size]),
        ("a long column: credential_id", |it, size| it.credential_id = vec![7; size]),
    ];
    for (input, change) in columns {
        let make = move |size| {
            let mut stored = stored_passkey();
            change(&mut stored, size);
            Prepared::new(size, move || Passkey::from_stored(stored.clone()).is_ok())
        };
        cases.push(Case::prepared("Passkey::from_stored", input, make).memory(4));
    }
    cases
}

/// The reader of a form and a list in that form: its contents, its place, and an item.
const LISTS: [(usize, &str, &str, fn() -> Value); 4] = [
    (0, "transports", "/transports", || json!("x")),
    (1, "credentials", "/kind/allow_credentials", || json!("AQ")),
    (1, "algorithms", "/kind/algorithms", || json!(-7)),
    (1, "requested extensions", "/extensions/requested", || json!("prf")),
];

fn imports() -> Vec<Case> {
    let import = |credential_id: &[u8], key: &[u8], transports: Vec<Transport>| {
        let rp_id = RpId::new("example.com").unwrap();
        let import = PasskeyImport::new(&[7; 16], credential_id, key).transports(transports);
        import.finish(&rp_id, &Credulous, NOW).is_ok()
    };
    let key = || {
        let rp = relying_party(AttestationPolicy::ignore());
        let key: CosePublicKey = passkey(&rp).0.public_key;
        key
    };
    vec![
        Case::prepared("PasskeyImport::finish", "a long credential ID", move |size| {
            let (key, id) = (key(), vec![7; size]);
            Prepared::new(size, move || import(&id, key.as_bytes(), Vec::new()))
        })
        .unread(),
        Case::prepared("PasskeyImport::finish", "transports", move |size| {
            let (key, transports) = (key(), vec![Transport::from("x"); size / 24]);
            Prepared::new(size, move || import(&[7; 16], key.as_bytes(), transports.clone()))
        })
        .accepted(),
    ]
}
