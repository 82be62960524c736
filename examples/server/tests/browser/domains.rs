//! Where a passkey works: the rows of the domain table that a browser can show, on real names.
//!
//! The names lead to this machine by a setting of the browser's. Subdomains by policy are shown over HTTPS, with a
//! certificate that is thrown away; for the other rows another setting has the browser treat the pages as if they came
//! by HTTPS, which the server has to accept by an exception that is named as what it is. The browser refuses what the
//! RP ID does not cover before the server hears of it; where the browser agrees, the server still decides.
//!
//! HTTPS is shown in Chromium only: Firefox cannot be told that a name leads to another port.

use std::{net::TcpListener, thread, time::Duration};

use super::{STATUS, in_each_browser};
use crate::support::{
    browser::{Browser, Kind},
    server::Server,
    tls::TlsProxy,
    webdriver::{Authenticator, key},
};

in_each_browser![
    a_passkey_works_on_its_domain_and_accepted_subdomains_only,
    a_passkey_of_a_subdomain_works_neither_on_a_sibling_nor_on_the_parent,
    a_passkey_of_localhost_works_on_any_port,
];

const HOSTS: [&str; 6] = [
    "your-domain.test",
    "accounts.your-domain.test",
    "your-domain-admin.test",
    "evil-your-domain.test",
    "staging1.your-domain.test",
    "staging2.your-domain.test",
];

/// Several servers, each for an RP ID, and one browser with one authenticator.
struct Scene {
    browser: Browser,
    authenticator: Authenticator,
    folder: tempfile::TempDir,
    port: u16,
}

impl Scene {
    fn new(kind: Kind, prefix: &'static str) -> Option<Self> {
        // The browser has to know the port when it starts. Nobody else takes it in the meantime, as a rule.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = match kind {
            Kind::Chromium => {
                let secure = HOSTS.map(|host| format!("http://{host}:{port}")).join(",");
                [
                    "--host-resolver-rules=MAP *.test 127.0.0.1".to_owned(),
                    format!("--unsafely-treat-insecure-origin-as-secure={secure}"),
                ]
            }
            Kind::Firefox => ["network.dns.localDomains", "dom.securecontext.allowlist"]
                .map(|name| format!(r#"user_pref("{name}", "{}");"#, HOSTS.join(","))),
        };
        let browser = Browser::start(kind, prefix, &settings)?;
        let authenticator = browser.add_authenticator();
        let folder = tempfile::tempdir().unwrap();
        Some(Self { browser, authenticator, folder, port })
    }

    /// Starts the server for an RP ID that accepts these hosts. What one RP ID keeps, the next server finds.
    fn serve(&self, rp_id: &str, hosts: &[&str]) -> Server {
        let mut flags = vec!["--rp-id".to_owned(), rp_id.to_owned()];
        // The page is shown where its passkeys do not work, too.
        flags.extend(["--host".to_owned(), HOSTS.join(",")]);
        for host in hosts {
            flags.extend([
                "--danger-insecure-origin".to_owned(),
                format!("http://{host}:{}", self.port),
            ]);
        }
        let flags = flags.iter().map(String::as_str).collect::<Vec<_>>();
        Server::start(self.folder.path().join("server.sqlite"), self.port, &flags)
    }

    fn open(&self, host: &str) {
        self.browser.set_present(&self.authenticator, false);
        self.browser.open(&format!("http://{host}:{}/", self.port));
        self.browser.wait_until_gone("#view-loading");
    }

    /// Signs up at a host and creates a passkey.
    fn create(&self, host: &str, name: &str) {
        self.open(host);
        self.browser.set_present(&self.authenticator, true);
        self.browser.type_into("#sign-up-name", name);
        self.browser.click("#sign-up");
        self.browser.wait_for_text(STATUS, "Welcome");
        self.browser.set_present(&self.authenticator, false);
        self.browser.click("#sign-out");
        self.browser.wait_for_text(STATUS, "You are signed out");
    }

    /// Signs in at a host with the passkey there is.
    fn sign_in(&self, host: &str) {
        self.open(host);
        self.browser.find("html[data-autofill=ready]");
        self.browser.set_present(&self.authenticator, true);
        self.browser.click("#sign-in");
    }

    fn works(&self, host: &str) {
        self.sign_in(host);
        self.browser.wait_for_text(STATUS, "Welcome back");
        self.browser.set_present(&self.authenticator, false);
        self.browser.click("#sign-out");
        self.browser.wait_for_text(STATUS, "You are signed out");
    }

    /// The browser refuses the RP ID at a host, regardless of what the page thinks of it.
    fn is_out_of_scope(&self, host: &str, rp_id: &str) {
        self.open(host);
        self.browser.wait_for_text("#elsewhere-text", "Browsers refuse them at");
        self.browser.wait_until_gone("#sign-in");
        let refusal = self.browser.script(&format!(
            "return navigator.credentials.get({{ publicKey: {{ rpId: '{rp_id}', challenge: new Uint8Array(32) }} }})
                 .then(() => 'allowed', (error) => error.name)"
        ));
        assert_eq!(refusal, "SecurityError", "{rp_id} at {host}");
    }
}

fn a_passkey_works_on_its_domain_and_accepted_subdomains_only(kind: Kind) {
    let Some(scene) = Scene::new(kind, "domains-") else { return };
    let all_below = &[
        "your-domain.test",
        "accounts.your-domain.test",
        "staging1.your-domain.test",
        "staging2.your-domain.test",
    ];
    let server = scene.serve("your-domain.test", all_below);
    scene.create("your-domain.test", "Ada");
    for host in all_below {
        scene.works(host);
    }
    for host in ["your-domain-admin.test", "evil-your-domain.test"] {
        scene.is_out_of_scope(host, "your-domain.test");
    }
    scene.browser.look("out-of-scope");
    server.terminate();

    // The browser allows a subdomain that the policy does not accept; the server refuses.
    let server = scene.serve("your-domain.test", &["your-domain.test"]);
    scene.open("accounts.your-domain.test");
    scene.browser.click("#sign-in");
    scene.browser.find(".notice[data-code=forbidden]");
    scene.browser.look("not-accepted");
    scene.works("your-domain.test");
    server.terminate();
}

fn a_passkey_of_a_subdomain_works_neither_on_a_sibling_nor_on_the_parent(kind: Kind) {
    let Some(scene) = Scene::new(kind, "siblings-") else { return };
    let server = scene.serve("staging1.your-domain.test", &["staging1.your-domain.test"]);
    scene.create("staging1.your-domain.test", "Ada");
    scene.works("staging1.your-domain.test");
    scene.is_out_of_scope("staging2.your-domain.test", "staging1.your-domain.test");
    scene.is_out_of_scope("your-domain.test", "staging1.your-domain.test");
    server.terminate();

    let server = scene.serve("accounts.your-domain.test", &["accounts.your-domain.test"]);
    scene.is_out_of_scope("your-domain.test", "accounts.your-domain.test");
    server.terminate();
}

#[test]
fn a_passkey_works_over_https_on_the_subdomains_of_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let flags = [
        "--rp-id",
        "your-domain.test",
        "--origin",
        "https://your-domain.test",
        "--subdomains",
        "--except-subdomain",
        "staging2.your-domain.test",
        "--host",
        "staging2.your-domain.test",
    ];
    let server = Server::start(folder.path().join("server.sqlite"), 0, &flags);
    let proxy = TlsProxy::start(&HOSTS, server.port());
    let flags = proxy.browser_flags();
    let Some(browser) = Browser::start(Kind::Chromium, "https-", &flags) else { return };
    let authenticator = browser.add_authenticator();
    let open = |host: &str| {
        browser.set_present(&authenticator, false);
        browser.open(&format!("https://{host}/"));
        // A passkey that is offered after the user is present signs in before the button is pressed. Where the policy
        // does not accept the page, none is offered.
        if host.starts_with("staging2") {
            browser.find("#view-signed-out");
        } else {
            browser.find("html[data-autofill=ready]");
            thread::sleep(Duration::from_millis(200));
        }
        browser.set_present(&authenticator, true);
    };
    let sign_out = || {
        browser.set_present(&authenticator, false);
        browser.click("#sign-out");
        browser.wait_for_text(STATUS, "You are signed out");
    };

    open("your-domain.test");
    browser.type_into("#sign-up-name", "Ada");
    browser.click("#sign-up");
    browser.wait_for_text(STATUS, "Welcome");
    sign_out();
    for host in ["accounts.your-domain.test", "staging1.your-domain.test"] {
        open(host);
        browser.click("#sign-in");
        browser.wait_for_text(STATUS, "Welcome back");
        sign_out();
    }
    // The browser would allow it; the policy does not.
    open("staging2.your-domain.test");
    browser.click("#sign-in");
    browser.find(".notice[data-code=forbidden]");
    browser.look("excepted");
}

fn a_passkey_of_localhost_works_on_any_port(kind: Kind) {
    let Some(scene) = Scene::new(kind, "localhost-") else { return };
    let database = scene.folder.path().join("server.sqlite");
    let first = Server::start(&database, 0, &[]);
    let second = Server::start(&database, 0, &[]);
    let browser = &scene.browser;
    browser.open(&first.url());
    browser.type_into("#sign-up-name", "Ada");
    browser.press(&[key::ENTER]);
    browser.wait_for_text(STATUS, "Welcome");
    browser.set_present(&scene.authenticator, false);
    browser.click("#sign-out");
    browser.wait_for_text(STATUS, "You are signed out");
    browser.open(&second.url());
    browser.find("html[data-autofill=ready]");
    browser.set_present(&scene.authenticator, true);
    browser.click("#sign-in");
    browser.wait_for_text(STATUS, "Welcome back, Ada");
}
