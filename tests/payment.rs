//! Payments: the steps of §7.2 and those that Secure Payment Confirmation adds. One member is changed and signed again,
//! so that only the step under test can fail.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    AttestationPolicy, CosePublicKey, Passkey, PasskeyName, Timestamp, UserHandle,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CeremonyError, CounterRule,
        CredentialRecord, RegistrationExpectation, verify_authentication, verify_registration,
    },
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, RegistrationResponse, UserVerification},
    limits::PAYMENT_CLIENT_DATA_MAX,
    payment::{
        BrowserBound, Instrument, Logo, PaymentDetails, PaymentError, PaymentExpectation, Total,
        VerifiedPayment, registered_key, verify_payment,
    },
    policy::{OriginPolicy, RpId},
    test_authenticator::{
        AssertionParts, RegistrationParts, TestAlgorithm, TestAuthenticator, TestKey, flags,
    },
};
use serde_json::{Value, json};

const RP_ID: &str = "bank.example";
const BANK: &str = "https://bank.example";
const SHOP: &str = "https://shop.example";
const CHALLENGE: [u8; 32] = [0; 32];
const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

const LOGOS: &[Logo<'static>] =
    &[Logo { url: "https://network.example/logo.png", label: "Network" }];

const DETAILS: PaymentDetails<'static> = PaymentDetails {
    top_origin: SHOP,
    payee_name: Some("Shop"),
    payee_origin: Some(SHOP),
    logos: LOGOS,
    total: Total { currency: "EUR", value: "12.50" },
    instrument: Instrument {
        display_name: "Card 1234",
        icon: "https://bank.example/card.png",
        details: Some("valid until 12/30"),
    },
};

/// What the browser signs if it shows [`DETAILS`].
fn shown() -> Value {
    json!({
        "rpId": RP_ID,
        "topOrigin": SHOP,
        "payeeName": "Shop",
        "payeeOrigin": SHOP,
        "paymentEntitiesLogos": [{"url": "https://network.example/logo.png", "label": "Network"}],
        "total": {"value": "12.50", "currency": "EUR"},
        "instrument": {
            "icon": "https://bank.example/card.png",
            "displayName": "Card 1234",
            "details": "valid until 12/30",
        },
    })
}

/// A bank, and the device of a customer who has a passkey there.
struct Bank {
    rp_id: RpId,
    origins: OriginPolicy,
    extensions: RequestedExtensions,
    device: TestAuthenticator,
    passkey: Passkey,
    details: PaymentDetails<'static>,
    keys: Vec<CosePublicKey>,
}

fn creation_options() -> Value {
    json!({
        "rp": {"id": RP_ID, "name": "x"},
        "user": {"id": "YWRh", "name": "ada", "displayName": "ada"},
        "challenge": "A".repeat(43),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "extensions": {"payment": {"isPayment": true}},
    })
}

impl Bank {
    fn new() -> Self {
        let rp_id = RpId::new(RP_ID).unwrap();
        let own = OriginPolicy::builder(&rp_id).origin(BANK).build().unwrap();
        let origins = OriginPolicy::builder(&rp_id).related_origin(SHOP).build().unwrap();
        let extensions = RequestedExtensions::default();
        let mut device = TestAuthenticator::new("device");
        let posted = device.create(&creation_options(), BANK).unwrap();
        let expected = RegistrationExpectation {
            rp_id: &rp_id,
            origins: &own,
            bound_origin: None,
            check_token_binding: false,
            challenge: &CHALLENGE,
            user_verification: UserVerification::Required,
            algorithms: &[relying_party::Algorithm::ES256],
            conditional: false,
            attestation: &AttestationPolicy::ignore(),
            extensions: &extensions,
            verifier: &RustCrypto,
            now: NOW,
        };
        let response = RegistrationResponse::parse(posted.as_bytes()).unwrap();
        let verified = verify_registration(&response, &expected).unwrap();
        let user = UserHandle::try_from(&b"ada"[..]).unwrap();
        let passkey =
            verified.into_passkey(&rp_id, user, "Ada's".parse::<PasskeyName>().unwrap(), NOW);
        Self { rp_id, origins, extensions, device, passkey, details: DETAILS, keys: Vec::new() }
    }

    fn posted(&mut self, shown: Value, tamper: impl FnOnce(&mut AssertionParts)) -> String {
        let options = json!({
            "challenge": "A".repeat(43),
            "rpId": RP_ID,
            "userVerification": "required",
            "allowCredentials": [{"type": "public-key", "id": self.passkey.credential_id}],
        });
        let mut parts = self.device.draft_assertion(&options, BANK).unwrap();
        parts.client_data.kind = "payment.get".into();
        parts.client_data.origin = SHOP.into();
        parts.client_data.extra = vec![("payment".into(), shown)];
        tamper(&mut parts);
        parts.sign().unwrap().to_json().unwrap().to_string()
    }

    fn with_expected<T>(
        &self,
        judge: impl FnOnce(&PaymentExpectation<'_>, &CredentialRecord<'_>) -> T,
    ) -> T {
        let expected = PaymentExpectation {
            authentication: AuthenticationExpectation {
                rp_id: &self.rp_id,
                origins: &self.origins,
                bound_origin: Some(SHOP),
                check_token_binding: false,
                challenge: &CHALLENGE,
                user_verification: UserVerification::Discouraged,
                allow_credentials: std::slice::from_ref(&self.passkey.credential_id),
                user: Some(self.passkey.user.as_bytes()),
                counter_rule: CounterRule::Reject,
                backup_eligibility_rule: BackupEligibilityRule::Fixed,
                find_by_credential_id: false,
                extensions: &self.extensions,
                verifier: &RustCrypto,
            },
            details: self.details,
            browser_bound_keys: &self.keys,
        };
        judge(&expected, &CredentialRecord::from(&self.passkey))
    }

    fn judge(&self, posted: &str) -> Result<VerifiedPayment, PaymentError> {
        let response = AuthenticationResponse::parse(posted.as_bytes()).unwrap();
        self.with_expected(|expected, record| verify_payment(&response, expected, record))
    }

    fn pay(
        &mut self,
        shown: Value,
        tamper: impl FnOnce(&mut AssertionParts),
    ) -> Result<VerifiedPayment, PaymentError> {
        let posted = self.posted(shown, tamper);
        self.judge(&posted)
    }

    /// A payment with a browser-bound key. The key signs the client data before they are changed.
    fn pay_bound(
        &mut self,
        key: &TestKey,
        tamper: impl FnOnce(&mut AssertionParts),
    ) -> Result<VerifiedPayment, PaymentError> {
        let mut shown = shown();
        shown["browserBoundPublicKey"] = encoded(key).into();
        self.pay(shown, |parts| {
            parts.outer.client_extension_results = signature_of(key, &parts.client_data.to_bytes());
            tamper(parts);
        })
    }
}

fn browser_key(algorithm: TestAlgorithm, seed: &str) -> TestKey {
    TestKey::from_seed(algorithm, seed).unwrap()
}

fn cose(key: &TestKey) -> Vec<u8> {
    key.public_key().unwrap().to_vec().unwrap()
}

fn encoded(key: &TestKey) -> String {
    URL_SAFE_NO_PAD.encode(cose(key))
}

fn signature_of(key: &TestKey, client_data: &[u8]) -> Value {
    let signature = URL_SAFE_NO_PAD.encode(key.sign(client_data).unwrap());
    json!({"payment": {"browserBoundSignature": {"signature": signature}}})
}

fn code<T>(outcome: Result<T, PaymentError>) -> &'static str {
    outcome.map_or_else(|error| error.code(), |_| "ok")
}

#[test]
fn honest_payment_is_confirmed() {
    let mut bank = Bank::new();
    let paid = bank.pay(shown(), |_| {}).unwrap();
    assert_eq!(*paid.browser_bound(), BrowserBound::None);
    assert!(paid.flags().user_verified());
    assert!(paid.state().sign_count >= bank.passkey.state.sign_count);
    // Members of later versions, and those that are not shown, are ignored.
    let mut more = shown();
    more["later"] = json!([1]);
    more["instrument"]["iconMustBeShown"] = json!(false);
    more["rp"] = json!(RP_ID);
    assert_eq!(code(bank.pay(more, |_| {})), "ok");
}

#[test]
fn payment_is_never_a_sign_in() {
    let mut bank = Bank::new();
    let posted = bank.posted(shown(), |_| {});
    let response = AuthenticationResponse::parse(posted.as_bytes()).unwrap();
    let refused = bank.with_expected(|expected, record| {
        verify_authentication(&response, &expected.authentication, record).unwrap_err()
    });
    let found = "payment.get".into();
    assert_eq!(refused, CeremonyError::Type { expected: "webauthn.get", found });
    assert_eq!(code(bank.judge(&posted)), "ok");
}

#[test]
fn sign_in_is_never_a_payment() {
    for kind in ["webauthn.get", "webauthn.create", "payment.create", "Payment.get", ""] {
        let outcome = Bank::new().pay(shown(), |parts| parts.client_data.kind = kind.into());
        assert_eq!(code(outcome), "type", "{kind}");
    }
}

#[test]
fn every_detail_that_was_shown_is_compared() {
    let table = [
        ("/rpId", json!("shop.example"), "rpId"),
        ("/topOrigin", json!(BANK), "topOrigin"),
        ("/payeeName", json!("Shop "), "payeeName"),
        ("/payeeName", Value::Null, "payeeName"),
        ("/payeeOrigin", json!("https://shop.example.evil"), "payeeOrigin"),
        ("/payeeOrigin", Value::Null, "payeeOrigin"),
        ("/paymentEntitiesLogos", json!([]), "paymentEntitiesLogos"),
        ("/paymentEntitiesLogos", Value::Null, "paymentEntitiesLogos"),
        ("/paymentEntitiesLogos/0/url", json!(""), "paymentEntitiesLogos"),
        ("/paymentEntitiesLogos/0/label", json!("Other"), "paymentEntitiesLogos"),
        ("/total/value", json!("1250"), "total.value"),
        ("/total/value", json!("12.5"), "total.value"),
        ("/total/currency", json!("USD"), "total.currency"),
        ("/instrument/displayName", json!("Card 4321"), "instrument.displayName"),
        ("/instrument/icon", json!(""), "instrument.icon"),
        ("/instrument/details", json!("valid until 12/31"), "instrument.details"),
        ("/instrument/details", Value::Null, "instrument.details"),
    ];
    for (place, value, member) in table {
        let mut tampered = shown();
        *tampered.pointer_mut(place).unwrap() = value.clone();
        let refused = Bank::new().pay(tampered, |_| {}).unwrap_err();
        assert_eq!(refused, PaymentError::Details { member }, "{place}: {value}");
        assert_eq!(refused.code(), "payment_details");
        assert_eq!(
            refused.to_string(),
            format!("payment.{member} of the client data is not what was expected")
        );
    }
    let mut tampered = shown();
    tampered["rp"] = json!("shop.example");
    let refused = Bank::new().pay(tampered, |_| {}).unwrap_err();
    assert_eq!(refused, PaymentError::Details { member: "rp" });
}

#[test]
fn detail_that_should_not_be_shown_is_rejected() {
    let mut bank = Bank::new();
    bank.details.payee_name = None;
    let refused = bank.pay(shown(), |_| {}).unwrap_err();
    assert_eq!(refused, PaymentError::Details { member: "payeeName" });
    let mut bank = Bank::new();
    bank.details.logos = &[];
    let refused = bank.pay(shown(), |_| {}).unwrap_err();
    assert_eq!(refused, PaymentError::Details { member: "paymentEntitiesLogos" });
    bank.details.logos = LOGOS;
    let mut twice = shown();
    let logo = twice["paymentEntitiesLogos"][0].clone();
    twice["paymentEntitiesLogos"] = json!([logo, logo]);
    let refused = bank.pay(twice, |_| {}).unwrap_err();
    assert_eq!(refused, PaymentError::Details { member: "paymentEntitiesLogos" });
}

#[test]
fn payment_without_its_details_is_malformed() {
    for missing in ["rpId", "topOrigin", "total", "instrument"] {
        let mut tampered = shown();
        tampered.as_object_mut().unwrap().remove(missing);
        assert_eq!(code(Bank::new().pay(tampered, |_| {})), "malformed", "{missing}");
    }
    for (place, value) in [
        ("", json!(["bank.example"])),
        ("", Value::Null),
        ("/total", json!(["EUR", "12.50"])),
        ("/total/value", json!(12.5)),
        ("/instrument", json!(["Card 1234", "https://bank.example/card.png"])),
        ("/paymentEntitiesLogos/0", json!(["https://network.example/logo.png", "Network"])),
    ] {
        let mut tampered = shown();
        *tampered.pointer_mut(place).unwrap() = value.clone();
        assert_eq!(code(Bank::new().pay(tampered, |_| {})), "malformed", "{place}: {value}");
    }
    let outcome = Bank::new().pay(shown(), |parts| parts.client_data.extra.clear());
    assert_eq!(code(outcome), "malformed");
    let outcome = Bank::new().pay(shown(), |parts| {
        let twice = parts.client_data.extra[0].clone();
        parts.client_data.extra.push(twice);
    });
    assert_eq!(code(outcome), "malformed");
}

#[test]
fn steps_of_a_sign_in_apply_to_payments() {
    type Tamper = fn(&mut AssertionParts);
    let table: [(&str, Tamper); 6] = [
        ("challenge", |parts| parts.client_data.challenge = "B".repeat(43)),
        ("origin", |parts| parts.client_data.origin = "https://other.example".into()),
        ("cross_origin", |parts| parts.client_data.cross_origin = Some(true)),
        ("rp_id", |parts| parts.authenticator_data.rp_id_hash[0] ^= 1),
        ("user_presence", |parts| parts.authenticator_data.flags &= !flags::UP),
        ("user_handle", |parts| parts.user_handle = Some(b"bob".to_vec())),
    ];
    for (expected, tamper) in table {
        assert_eq!(code(Bank::new().pay(shown(), tamper)), expected);
    }
    let mut bank = Bank::new();
    let other = browser_key(TestAlgorithm::Es256, "other");
    assert_eq!(code(bank.pay(shown(), |parts| parts.key = other)), "signature");
}

/// Even if the expectation for the sign-in does not require it.
#[test]
fn user_is_always_verified_for_a_payment() {
    let outcome = Bank::new().pay(shown(), |parts| parts.authenticator_data.flags &= !flags::UV);
    assert_eq!(code(outcome), "user_verification");
}

#[test]
fn empty_list_of_passkeys_allows_none() {
    let mut bank = Bank::new();
    let posted = bank.posted(shown(), |_| {});
    let response = AuthenticationResponse::parse(posted.as_bytes()).unwrap();
    let refused = bank.with_expected(|expected, record| {
        let mut expected = *expected;
        expected.authentication.allow_credentials = &[];
        verify_payment(&response, &expected, record).unwrap_err()
    });
    assert_eq!(refused, PaymentError::Ceremony(CeremonyError::CredentialNotAllowed));
}

#[test]
fn icon_may_be_in_the_client_data_up_to_a_limit() {
    let mut bank = Bank::new();
    let icon = |length: usize| format!("data:image/png;base64,{}", "A".repeat(length));
    let fitting: &'static str = icon(20_000).leak();
    bank.details.instrument.icon = fitting;
    let mut large = shown();
    large["instrument"]["icon"] = fitting.into();
    assert_eq!(code(bank.pay(large.clone(), |_| {})), "ok");
    // Sign-ins keep their own limit.
    let outcome =
        bank.posted(large.clone(), |parts| parts.client_data.kind = "webauthn.get".into());
    let response = AuthenticationResponse::parse(outcome.as_bytes()).unwrap();
    let refused = bank.with_expected(|expected, record| {
        verify_authentication(&response, &expected.authentication, record).unwrap_err()
    });
    assert_eq!(refused.code(), "malformed");
    let long: &'static str = icon(PAYMENT_CLIENT_DATA_MAX).leak();
    bank.details.instrument.icon = long;
    large["instrument"]["icon"] = long.into();
    assert_eq!(code(bank.pay(large, |_| {})), "malformed");
}

#[test]
fn browser_bound_key_is_new_until_the_host_knows_it() {
    for algorithm in [TestAlgorithm::Es256, TestAlgorithm::Rs256] {
        let mut bank = Bank::new();
        let key = browser_key(algorithm, "browser");
        let public = CosePublicKey::try_from(&*cose(&key)).unwrap();
        let paid = bank.pay_bound(&key, |_| {}).unwrap();
        assert_eq!(*paid.browser_bound(), BrowserBound::New(public.clone()));
        bank.keys = vec![public.clone()];
        let paid = bank.pay_bound(&key, |_| {}).unwrap();
        assert_eq!(*paid.browser_bound(), BrowserBound::Known(public));
        let other = browser_key(algorithm, "another browser");
        let paid = bank.pay_bound(&other, |_| {}).unwrap();
        assert!(matches!(paid.browser_bound(), BrowserBound::New(_)));
    }
}

#[test]
fn browser_bound_key_signs_the_client_data() {
    let key = browser_key(TestAlgorithm::Es256, "browser");
    let outcome = Bank::new().pay_bound(&key, |parts| {
        parts.outer.client_extension_results = signature_of(&key, b"{}");
    });
    assert_eq!(outcome.unwrap_err(), PaymentError::BrowserBoundSignature);
    let outcome = Bank::new().pay_bound(&key, |parts| {
        let other = browser_key(TestAlgorithm::Es256, "other");
        let signature = signature_of(&other, &parts.client_data.to_bytes());
        parts.outer.client_extension_results = signature;
    });
    assert_eq!(code(outcome), "browser_bound_key");
}

#[test]
fn browser_bound_key_and_signature_come_together() {
    let key = browser_key(TestAlgorithm::Es256, "browser");
    for results in [
        json!({}),
        json!({"payment": null}),
        json!({"payment": {}}),
        json!({"payment": {"browserBoundSignature": null}}),
    ] {
        let outcome = Bank::new()
            .pay_bound(&key, |parts| parts.outer.client_extension_results = results.clone());
        assert_eq!(outcome.unwrap_err(), PaymentError::BrowserBoundSignatureMissing, "{results}");
    }
    let outcome = Bank::new().pay(shown(), |parts| {
        parts.outer.client_extension_results = signature_of(&key, &parts.client_data.to_bytes());
    });
    assert_eq!(outcome.unwrap_err(), PaymentError::BrowserBoundKeyMissing);
}

#[test]
fn browser_bound_key_must_be_valid() {
    let key = browser_key(TestAlgorithm::Es256, "browser");
    let mut off_the_curve = cose(&key);
    *off_the_curve.last_mut().unwrap() ^= 1;
    for public in ["", "!", "AQID", &URL_SAFE_NO_PAD.encode(off_the_curve)] {
        let mut tampered = shown();
        tampered["browserBoundPublicKey"] = public.into();
        let outcome = Bank::new().pay(tampered, |parts| {
            parts.outer.client_extension_results =
                signature_of(&key, &parts.client_data.to_bytes());
        });
        assert_eq!(code(outcome), "malformed", "{public}");
    }
    for signature in ["!".to_owned(), "A".repeat(8000)] {
        let outcome = Bank::new().pay_bound(&key, |parts| {
            parts.outer.client_extension_results =
                json!({"payment": {"browserBoundSignature": {"signature": signature}}});
        });
        assert_eq!(code(outcome), "malformed", "{}", signature.len());
    }
}

/// The key is named by the client data that the passkey signs, so it cannot be exchanged afterwards.
#[test]
fn browser_bound_key_is_signed_by_the_passkey() {
    let mut bank = Bank::new();
    let key = browser_key(TestAlgorithm::Es256, "attacker");
    let posted = bank.posted(shown(), |_| {});
    let mut response: Value = serde_json::from_str(&posted).unwrap();
    let mut exchanged = shown();
    exchanged["browserBoundPublicKey"] = encoded(&key).into();
    let client_data = json!({
        "type": "payment.get",
        "challenge": "A".repeat(43),
        "origin": SHOP,
        "crossOrigin": false,
        "payment": exchanged,
    })
    .to_string();
    response["response"]["clientDataJSON"] = URL_SAFE_NO_PAD.encode(&client_data).into();
    response["clientExtensionResults"] = signature_of(&key, client_data.as_bytes());
    assert_eq!(code(bank.judge(&response.to_string())), "signature");
}

fn registered(
    tamper: impl FnOnce(&mut RegistrationParts),
) -> Result<Option<CosePublicKey>, PaymentError> {
    let mut device = TestAuthenticator::new("device");
    let mut parts = device.draft_creation(&creation_options(), BANK).unwrap();
    tamper(&mut parts);
    let posted = parts.sign().unwrap().to_json().unwrap().to_string();
    registered_key(&RegistrationResponse::parse(posted.as_bytes()).unwrap(), &RustCrypto)
}

fn bind(parts: &mut RegistrationParts, key: &TestKey) {
    let payment = json!({"browserBoundPublicKey": encoded(key)});
    parts.client_data.extra = vec![("payment".into(), payment)];
    parts.outer.client_extension_results = signature_of(key, &parts.client_data.to_bytes());
}

#[test]
fn registration_may_come_with_a_browser_bound_key() {
    let key = browser_key(TestAlgorithm::Es256, "browser");
    let public = CosePublicKey::try_from(&*cose(&key)).unwrap();
    assert_eq!(registered(|parts| bind(parts, &key)), Ok(Some(public)));
    assert_eq!(registered(|_| {}), Ok(None));
    let outcome = registered(|parts| {
        bind(parts, &key);
        parts.client_data.challenge = "B".repeat(43);
    });
    assert_eq!(outcome, Err(PaymentError::BrowserBoundSignature));
    let outcome = registered(|parts| {
        bind(parts, &key);
        parts.outer.client_extension_results = json!({});
    });
    assert_eq!(outcome, Err(PaymentError::BrowserBoundSignatureMissing));
    let outcome = registered(|parts| {
        bind(parts, &key);
        parts.client_data.extra.clear();
    });
    assert_eq!(outcome, Err(PaymentError::BrowserBoundKeyMissing));
}
