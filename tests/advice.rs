//! What is suggested to a user after a sign-in.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "support/host.rs"]
mod host;

use host::{Host, ORIGIN, authenticator, user};
use relying_party::{
    Algorithm, Passkey, RelyingParty, Settings, SignInRequest,
    advice::{Account, Advice, ClientCapabilities, SignInMethod},
    json::{
        AuthenticatorAttachment::{self, CrossPlatform, Platform},
        Transport::{self, Hybrid, Internal, Nfc, Usb},
        UserVerification,
    },
    settings::{BackupRule, SettingsBuilder},
    test_authenticator::{TestAlgorithm, TestAuthenticator},
};

fn rp(settings: SettingsBuilder) -> RelyingParty {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    rp.settings(settings.build().unwrap()).build().unwrap()
}

fn device(seed: &str) -> TestAuthenticator {
    authenticator(seed).with(|behaviour| behaviour.algorithms = vec![TestAlgorithm::Es256])
}

/// A passkey of a phone, which syncs.
fn synced(host: &Host, seed: &str) -> Passkey {
    host.create(&user("ada"), &mut device(seed)).unwrap()
}

/// A passkey of a security key.
fn bound(host: &Host, seed: &str) -> Passkey {
    let mut key = device(seed).with(|behaviour| {
        behaviour.backup_eligible = false;
        behaviour.transports = vec![Nfc, Usb];
        behaviour.attachment = Some(CrossPlatform);
    });
    host.create(&user("ada"), &mut key).unwrap()
}

/// A passkey whose key withstands quantum computers.
fn ml_dsa(host: &Host, seed: &str) -> Passkey {
    let mut device = authenticator(seed).with(|it| it.algorithms = vec![TestAlgorithm::MlDsa65]);
    host.create(&user("ada"), &mut device).unwrap()
}

fn quantum_safe() -> SettingsBuilder {
    Settings::builder().algorithms([Algorithm::ML_DSA_65, Algorithm::ES256])
}

/// One row of a table: who signed in how, and what is suggested.
struct Row {
    rule: &'static str,
    settings: SettingsBuilder,
    client: &'static str,
    ml_dsa: Option<bool>,
    passkeys: Vec<fn(&Host, &str) -> Passkey>,
    /// Which of them are revoked.
    revoked: Vec<usize>,
    method: Method,
    expected: Vec<&'static str>,
}

#[derive(Clone, Copy)]
enum Method {
    Other,
    /// With one of the passkeys.
    Here(usize),
    Elsewhere(usize),
}

fn row(rule: &'static str) -> Row {
    Row {
        rule,
        settings: Settings::builder(),
        client: "{}",
        ml_dsa: None,
        passkeys: vec![],
        revoked: vec![],
        method: Method::Other,
        expected: vec![],
    }
}

impl Row {
    fn check(self) {
        let host = Host::with(rp(quantum_safe()));
        let make =
            |(at, make): (usize, &fn(&Host, &str) -> Passkey)| make(&host, &format!("device {at}"));
        let passkeys = self.passkeys.iter().enumerate().map(make).collect::<Vec<_>>();
        let method = match self.method {
            Method::Other => SignInMethod::Other,
            Method::Here(at) => SignInMethod::Passkey(passkeys[at].id),
            Method::Elsewhere(at) => SignInMethod::PasskeyOfAnotherDevice(passkeys[at].id),
        };
        let mut client = ClientCapabilities::from_json(self.client.as_bytes()).unwrap();
        client.ml_dsa = self.ml_dsa;
        let account =
            Account::new(&passkeys).revoked(self.revoked.iter().map(|at| passkeys[*at].id));
        let advice = Advice::after(&rp(self.settings), method, &client, &account);
        let told = advice.iter().map(|it| match it.passkey() {
            Some(id) => {
                let at = passkeys.iter().position(|passkey| passkey.id == id).unwrap();
                format!("{} {at}", it.code())
            }
            None => it.code().to_owned(),
        });
        assert_eq!(told.collect::<Vec<_>>(), self.expected, "{}", self.rule);
    }
}

const LOCAL: &str =
    r#"{"userVerifyingPlatformAuthenticator":true,"passkeyPlatformAuthenticator":true}"#;
const ONLY_PHONE: &str =
    r#"{"userVerifyingPlatformAuthenticator":false,"passkeyPlatformAuthenticator":true}"#;
const NOTHING: &str =
    r#"{"userVerifyingPlatformAuthenticator":false,"passkeyPlatformAuthenticator":false}"#;
const SILENT: &str = r#"{"conditionalCreate":true}"#;

/// The settings under which a silent creation can succeed.
fn waived() -> SettingsBuilder {
    Settings::builder().conditional_create_verifies_user(false)
}

#[test]
fn first_passkey_is_offered_after_a_sign_in_by_another_method() {
    let offer = vec!["create_passkey"];
    let rows = [
        Row { expected: offer.clone(), ..row("the browser says nothing") },
        Row { client: LOCAL, expected: offer.clone(), ..row("this device can") },
        Row { client: ONLY_PHONE, expected: offer.clone(), ..row("a phone can") },
        Row { client: NOTHING, ..row("neither can") },
        Row { client: r#"{"supported":false}"#, ..row("passkeys do not work here") },
        Row { settings: Settings::builder().enabled(false), ..row("passkeys are disabled") },
        Row {
            settings: Settings::builder().attachment(CrossPlatform),
            client: NOTHING,
            expected: offer.clone(),
            ..row("security keys work everywhere")
        },
        Row {
            settings: Settings::builder().attachment(CrossPlatform),
            client: r#"{"supported":false}"#,
            ..row("but not where passkeys do not")
        },
        Row {
            settings: Settings::builder().attachment(Platform),
            client: LOCAL,
            expected: offer,
            ..row("only this device is accepted")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

#[test]
fn silent_creation_is_suggested_where_it_can_succeed() {
    let both = vec!["create_silently", "create_passkey"];
    let rows = [
        Row { settings: waived(), client: SILENT, expected: both.clone(), ..row("it can") },
        Row {
            settings: Settings::builder().user_verification(UserVerification::Preferred),
            client: SILENT,
            expected: both,
            ..row("no one must be verified")
        },
        Row {
            client: SILENT,
            expected: vec!["create_passkey"],
            ..row("the settings demand verification")
        },
        Row {
            settings: waived(),
            expected: vec!["create_passkey"],
            ..row("the browser does not say so")
        },
        Row {
            settings: waived(),
            client: r#"{"conditionalCreate":false}"#,
            expected: vec!["create_passkey"],
            ..row("the browser cannot")
        },
        Row {
            settings: waived(),
            client: r#"{"conditionalCreate":true,"supported":false}"#,
            ..row("passkeys do not work here")
        },
        Row {
            settings: waived().attachment(CrossPlatform),
            client: SILENT,
            expected: vec!["create_passkey"],
            ..row("only security keys are accepted")
        },
        Row {
            settings: waived(),
            client: SILENT,
            passkeys: vec![synced],
            expected: vec!["create_silently", "create_on_this_device"],
            ..row("the user has a passkey elsewhere")
        },
        Row {
            settings: waived(),
            client: SILENT,
            passkeys: vec![synced, synced],
            method: Method::Elsewhere(0),
            expected: vec!["create_on_this_device"],
            ..row("the user signed in with a passkey")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

#[test]
fn passkey_on_this_device_is_offered_if_the_one_used_is_elsewhere() {
    let here = vec!["create_on_this_device"];
    let base = |rule| Row { passkeys: vec![synced], method: Method::Elsewhere(0), ..row(rule) };
    let rows = [
        Row { expected: here.clone(), ..base("the browser says nothing") },
        Row { client: LOCAL, expected: here.clone(), ..base("this device can") },
        Row { method: Method::Other, expected: here, ..base("another method") },
        // Still a second one, on the phone or a security key.
        Row { client: ONLY_PHONE, expected: vec!["add_second_passkey"], ..base("only a phone") },
        Row { client: r#"{"supported":false}"#, ..base("passkeys do not work here") },
        Row {
            settings: Settings::builder().attachment(CrossPlatform),
            expected: vec!["add_second_passkey"],
            ..base("only security keys are accepted")
        },
        Row {
            method: Method::Here(0),
            passkeys: vec![synced, synced],
            ..base("the passkey is here")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

#[test]
fn second_passkey_is_suggested_for_the_only_one() {
    let base = |rule| Row { passkeys: vec![synced], method: Method::Here(0), ..row(rule) };
    let rows = [
        Row { expected: vec!["add_second_passkey"], ..base("there is one") },
        Row { passkeys: vec![synced, synced], ..base("there are two") },
        Row {
            settings: Settings::builder().max_passkeys_per_user(1),
            ..base("one is the maximum")
        },
        Row {
            passkeys: vec![synced, synced],
            revoked: vec![1],
            expected: vec!["replace_revoked_model 1"],
            ..base("the second one is to be replaced")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

#[test]
fn creation_is_not_suggested_without_room() {
    let settings = || waived().max_passkeys_per_user(2);
    for method in [Method::Other, Method::Elsewhere(0), Method::Here(0)] {
        let passkeys: Vec<fn(&Host, &str) -> Passkey> = vec![synced, synced];
        let full = Row { settings: settings(), client: SILENT, passkeys, method, ..row("full") };
        full.check();
    }
}

#[test]
fn account_of_device_bound_passkeys_is_warned_of() {
    let base = |rule| Row { method: Method::Here(0), passkeys: vec![bound, bound], ..row(rule) };
    let rows = [
        Row { expected: vec!["device_bound_only"], ..base("two") },
        Row {
            passkeys: vec![bound],
            expected: vec!["device_bound_only", "add_second_passkey"],
            ..base("one")
        },
        Row { passkeys: vec![bound, synced], ..base("one of them syncs") },
        Row {
            passkeys: vec![bound, bound, synced],
            revoked: vec![2],
            expected: vec!["replace_revoked_model 2", "device_bound_only"],
            ..base("the one that syncs is revoked")
        },
        Row {
            settings: Settings::builder().backup_rule(BackupRule::DeviceBound),
            ..base("no others are accepted")
        },
        Row {
            settings: Settings::builder().max_passkeys_per_user(2),
            expected: vec!["device_bound_only"],
            ..base("even without room")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

/// An imported record may not say whether a passkey syncs.
#[test]
fn unknown_backup_eligibility_is_not_warned_of() {
    let host = Host::with(rp(Settings::builder()));
    let mut passkey = bound(&host, "key");
    passkey.state.backup_eligible = None;
    let passkeys = [passkey];
    let method = SignInMethod::Passkey(passkeys[0].id);
    let client = ClientCapabilities::default();
    let advice = Advice::after(&host.rp, method, &client, &Account::new(&passkeys));
    assert_eq!(advice, [Advice::AddSecondPasskey]);
}

#[test]
fn revoked_passkeys_come_first_and_do_not_count() {
    let rows = [
        Row {
            passkeys: vec![synced, bound, synced],
            revoked: vec![2, 0],
            method: Method::Here(1),
            expected: vec![
                "replace_revoked_model 0",
                "replace_revoked_model 2",
                "device_bound_only",
            ],
            ..row("in the order of the list")
        },
        Row {
            passkeys: vec![synced],
            revoked: vec![0],
            expected: vec!["replace_revoked_model 0", "create_passkey"],
            ..row("the only one, and another method")
        },
        Row {
            passkeys: vec![synced],
            revoked: vec![0],
            method: Method::Here(0),
            expected: vec!["replace_revoked_model 0"],
            ..row("the only one, and it was used")
        },
        Row {
            settings: Settings::builder().enabled(false),
            passkeys: vec![synced],
            revoked: vec![0],
            ..row("passkeys are disabled")
        },
        Row {
            settings: Settings::builder().max_passkeys_per_user(1),
            passkeys: vec![synced],
            revoked: vec![0],
            expected: vec!["replace_revoked_model 0"],
            ..row("no room: one must be deleted first")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

#[test]
fn algorithm_is_upgraded_where_all_sides_can() {
    let upgrade = vec!["upgrade_algorithm 0"];
    let base = |rule| Row {
        settings: quantum_safe(),
        ml_dsa: Some(true),
        passkeys: vec![synced, ml_dsa],
        method: Method::Here(0),
        ..row(rule)
    };
    let rows = [
        Row { expected: upgrade.clone(), ..base("all can") },
        Row {
            passkeys: vec![synced],
            expected: vec!["add_second_passkey", "upgrade_algorithm 0"],
            ..base("the only passkey")
        },
        Row { ml_dsa: Some(false), ..base("the client cannot") },
        Row { ml_dsa: None, ..base("no one knows whether the client can") },
        Row { settings: Settings::builder(), ..base("the relying party does not offer it") },
        Row { method: Method::Here(1), ..base("it is one already") },
        Row {
            method: Method::Elsewhere(0),
            expected: vec!["create_on_this_device"],
            ..base("the authenticator is elsewhere")
        },
        Row {
            revoked: vec![0],
            expected: vec!["replace_revoked_model 0"],
            ..base("it is to be replaced anyway")
        },
        Row {
            settings: quantum_safe().max_passkeys_per_user(2),
            expected: upgrade,
            ..base("even without room, because the old one is deleted")
        },
    ];
    rows.into_iter().for_each(Row::check);
}

/// A sign-in as the browser reports it.
fn method(
    transports: &[Transport],
    created: Option<AuthenticatorAttachment>,
    now: Option<AuthenticatorAttachment>,
) -> (SignInMethod, Passkey) {
    let host = Host::new();
    let mut device = device("device").with(|behaviour| {
        behaviour.transports = transports.to_vec();
        behaviour.attachment = created;
    });
    let passkey = host.create(&user("ada"), &mut device).unwrap();
    device.behaviour_mut().attachment = now;
    let signed_in = host.sign_in(SignInRequest::Discoverable, &mut device).unwrap();
    assert_eq!(signed_in.attachment, now);
    (SignInMethod::of(&signed_in), passkey)
}

#[test]
fn passkey_of_another_device_is_recognised_by_how_it_is_attached() {
    let phone = [Hybrid, Internal];
    let key = [Nfc, Usb];
    let table: [(&[Transport], _, _, bool); 10] = [
        (&phone, Some(Platform), Some(CrossPlatform), true),
        (&phone, Some(CrossPlatform), Some(CrossPlatform), true),
        (&[Internal], Some(Platform), Some(CrossPlatform), true),
        (&phone, Some(Platform), Some(Platform), false),
        (&phone, Some(Platform), None, false),
        (&key, Some(CrossPlatform), Some(CrossPlatform), false),
        (&[], Some(Platform), Some(CrossPlatform), true),
        (&[], Some(CrossPlatform), Some(CrossPlatform), false),
        (&[], None, Some(CrossPlatform), false),
        (&[], Some(Platform), Some(Platform), false),
    ];
    for (transports, created, now, is_elsewhere) in table {
        let (method, passkey) = method(transports, created, now);
        let expected = if is_elsewhere {
            SignInMethod::PasskeyOfAnotherDevice(passkey.id)
        } else {
            SignInMethod::Passkey(passkey.id)
        };
        assert_eq!(method, expected, "{transports:?} {created:?} {now:?}");
    }
}

#[test]
fn advice_is_json_with_its_code_and_has_a_reason() {
    let host = Host::new();
    let passkey = synced(&host, "phone").id;
    let all = [
        Advice::ReplaceRevokedModel { passkey },
        Advice::CreateSilently,
        Advice::CreatePasskey,
        Advice::CreateOnThisDevice,
        Advice::DeviceBoundOnly,
        Advice::AddSecondPasskey,
        Advice::UpgradeAlgorithm { passkey },
    ];
    for advice in all {
        let json = serde_json::to_value(advice).unwrap();
        assert_eq!(json["code"], advice.code());
        let id = advice.passkey().map(|id| id.to_string());
        assert_eq!(json.get("passkey").map(|id| id.as_str().unwrap().to_owned()), id);
        assert!(advice.reason().ends_with('.'), "{advice:?}");
    }
}
