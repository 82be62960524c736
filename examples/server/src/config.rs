//! What is told by flags or by the environment.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::{Parser, builder::FalseyValueParser};
use relying_party::{
    ConfigErrors, Duration, RelyingParty, RelyingPartyBuilder, Settings,
    decoys::{DecoySecret, ShortSecret},
    policy::SubdomainPolicy,
};

use crate::{
    limits::Limits,
    store::{self, Database},
};

const LOCALHOST: &str = "localhost";

/// Serves one page on which people sign up, create passkeys, and sign in with them.
///
/// The server speaks plain HTTP. Browsers allow passkeys at http://localhost; anywhere else put a proxy in front
/// of it that speaks HTTPS, and tell the public address with --rp-id and --origin.
#[derive(Clone, Debug, Parser)]
#[allow(
    clippy::doc_markdown,
    reason = "the comments are what --help prints, where markup would show"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(name = "server", version, max_term_width = 100)]
pub struct Config {
    /// The address and port to listen on; port 0 takes a free one
    #[arg(long, env = "PASSKEYS_ADDRESS", default_value_t = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080))]
    pub address: SocketAddr,

    /// A second address and port to listen on, at which nothing but /metrics is served, for Prometheus; do not make it
    /// public
    #[arg(long, env = "PASSKEYS_METRICS_ADDRESS", value_name = "ADDRESS")]
    pub metrics_address: Option<SocketAddr>,

    /// A SQLite file, made if it is not there; or postgres://USER:PASSWORD@HOST/DATABASE, which any number of
    /// servers may share, with ?sslmode=require over TLS. Other programs can see a flag: use the environment for an
    /// address with a password. A file of an earlier version, which was called passkeys.sqlite, is not read
    #[arg(
        long,
        env = "PASSKEYS_DATABASE",
        hide_env_values = true,
        value_name = "FILE|ADDRESS",
        default_value = "server.sqlite"
    )]
    pub database: Database,

    /// The address of a Redis or Valkey that keeps ceremonies while they are open, such as redis://127.0.0.1/; without
    /// it the database does
    #[arg(long, env = "REDIS_URL", hide_env_values = true, value_name = "ADDRESS")]
    pub redis: Option<String>,

    /// How long the database may take to do one thing; after that the request is refused
    #[arg(
        long,
        env = "PASSKEYS_DATABASE_SECONDS",
        value_name = "SECONDS",
        default_value_t = 5,
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub database_seconds: u64,

    /// How many connections to PostgreSQL this server opens at most
    #[arg(
        long,
        env = "PASSKEYS_DATABASE_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 16,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub database_connections: u16,

    /// The domain that passkeys are made for; it cannot be changed later without losing them
    #[arg(long, env = "PASSKEYS_RP_ID", value_name = "DOMAIN", default_value = LOCALHOST)]
    pub rp_id: String,

    /// The name of the site
    #[arg(long, env = "PASSKEYS_RP_NAME", value_name = "NAME", default_value = "Passkey demo")]
    pub rp_name: String,

    /// An origin at which the page is served, such as `https://example.com`; may be given several times, or
    /// separated by commas [default: http://localhost on any port, or https://DOMAIN]
    #[arg(long = "origin", env = "PASSKEYS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    pub origins: Vec<String>,

    /// Accept the https origins of all subdomains too; anyone who runs script on one of them can sign users in
    #[arg(long, env = "PASSKEYS_SUBDOMAINS", value_parser = FalseyValueParser::new())]
    pub subdomains: bool,

    /// A subdomain not to accept, nor what lies below it; may be given several times
    #[arg(
        long = "except-subdomain",
        env = "PASSKEYS_EXCEPT_SUBDOMAINS",
        value_name = "HOST",
        value_delimiter = ',',
        requires = "subdomains"
    )]
    pub except_subdomains: Vec<String>,

    /// An https origin of another domain to accept, and to list at /.well-known/webauthn; may be given several
    /// times
    #[arg(
        long = "related-origin",
        env = "PASSKEYS_RELATED_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub related_origins: Vec<String>,

    /// Accept an http origin that is not localhost; for tests on one machine only: browsers refuse it, and anyone
    /// on the network can sign users in
    #[arg(long = "danger-insecure-origin", value_name = "ORIGIN")]
    pub insecure_origins: Vec<String>,

    /// What the relying party decides about passkeys, as JSON: limit, re-verification, second factor, and so on; what
    /// is left out has its default
    #[arg(
        long,
        env = "PASSKEYS_SETTINGS",
        value_name = "JSON",
        default_value = "{}",
        value_parser = settings_of_json
    )]
    pub settings: Settings,

    /// The secret from which decoys are made, 32 random characters or more, the same on all servers: by it the list of
    /// passkeys of an unknown name looks like that of an account, and stays the same. Other programs can see a
    /// flag: use the environment [default: another one at every start]
    #[arg(
        long,
        env = "PASSKEYS_DECOY_SECRET",
        hide_env_values = true,
        value_name = "SECRET",
        value_parser = decoy_secret_of_text
    )]
    pub decoy_secret: Option<DecoySecret>,

    /// How long creating a passkey or signing in may take, regardless of the settings [default: 300]
    #[arg(long, env = "PASSKEYS_CEREMONY_SECONDS", value_name = "SECONDS")]
    pub ceremony_seconds: Option<u64>,

    /// Let everybody who opens the page change the settings, until the server stops; for trying things out on one
    /// machine only: the server has to listen at 127.0.0.1 or ::1, and to be localhost
    #[arg(long, env = "PASSKEYS_DEMO_SETTINGS", value_parser = FalseyValueParser::new())]
    pub demo_settings: bool,

    /// Show a code to anyone who asks for one, to sign in with before or after a passkey; anyone who knows a name gets
    /// its code, so this is only for trying things out on one machine, like --demo-settings
    #[arg(long, env = "PASSKEYS_DEMO_CODES", value_parser = FalseyValueParser::new())]
    pub demo_codes: bool,

    /// Verify signatures with ring, which is faster and written in assembly and C
    #[cfg(feature = "ring")]
    #[arg(long, env = "PASSKEYS_RING", value_parser = FalseyValueParser::new())]
    pub ring: bool,

    /// The API of the FIDO Alliance's conformance tool, in place of the site
    #[cfg(feature = "conformance")]
    #[command(flatten)]
    pub conformance: crate::conformance::Flags,

    /// What keeps one client from taking the server from all others
    #[command(flatten)]
    pub limits: Limits,
}

fn settings_of_json(json: &str) -> Result<Settings, serde_json::Error> {
    serde_json::from_str(json)
}

fn decoy_secret_of_text(text: &str) -> Result<DecoySecret, ShortSecret> {
    DecoySecret::try_from(text.as_bytes())
}

/// What is for demos was asked for where others could reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--demo-settings and --demo-codes let everybody in: they need a loopback --address and the --rp-id localhost"
)]
pub struct DemoElsewhere;

impl Config {
    /// The relying party that these settings describe.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn relying_party(&self) -> Result<RelyingParty, ConfigErrors> {
        let mut builder = self.builder().settings(self.settings.clone());
        if let Some(seconds) = self.ceremony_seconds {
            builder = builder.ceremony_lifetime(Duration::from_secs(seconds));
        }
        builder.build()
    }

    /// Makes up a secret for decoys if none is configured.
    ///
    /// # Errors
    ///
    /// There is no randomness.
    pub fn with_decoys(mut self) -> Result<Self, getrandom::Error> {
        if self.decoy_secret.is_none() {
            let mut secret = [0; 32];
            getrandom::fill(&mut secret)?;
            self.decoy_secret = Some(secret.into());
        }
        Ok(self)
    }

    /// What is not in the settings: where passkeys work, and decoys.
    pub(crate) fn builder(&self) -> RelyingPartyBuilder {
        let builder = RelyingParty::builder(&self.rp_id, &self.rp_name);
        let builder = match &self.decoy_secret {
            Some(secret) => builder.decoys(secret.clone()),
            None => builder,
        };
        #[cfg(feature = "ring")]
        let builder = if self.ring {
            builder.verifier(std::sync::Arc::new(relying_party::crypto::Ring))
        } else {
            builder
        };
        builder.origins(|mut policy| {
            policy = policy.origins(&self.origins);
            if self.origins.is_empty() && self.insecure_origins.is_empty() {
                policy = match self.rp_id.as_str() {
                    LOCALHOST => policy.localhost(),
                    domain => policy.origin(format!("https://{domain}")),
                };
            }
            if self.subdomains {
                policy =
                    policy.subdomains(SubdomainPolicy::any().except_under(&self.except_subdomains));
            }
            for origin in &self.related_origins {
                policy = policy.related_origin(origin);
            }
            for origin in &self.insecure_origins {
                policy = policy.danger_insecure_development_origin(origin);
            }
            policy
        })
    }

    /// Whether what is for demos only stays on this machine.
    ///
    /// # Errors
    ///
    /// It would not.
    pub fn check_demo(&self) -> Result<(), DemoElsewhere> {
        let is_local =
            self.address.ip().is_loopback() && self.rp_id == LOCALHOST && !self.is_secure();
        if (self.demo_settings || self.demo_codes) && !is_local {
            Err(DemoElsewhere)
        } else {
            Ok(())
        }
    }

    /// How much of the database the server takes.
    #[must_use]
    pub fn database_limits(&self) -> store::Limits {
        store::Limits {
            patience: std::time::Duration::from_secs(self.database_seconds),
            connections: self.database_connections.into(),
        }
    }

    /// Where people open the page.
    #[must_use]
    pub fn public_url(&self, address: SocketAddr) -> String {
        let given = self.origins.iter().chain(&self.insecure_origins).next().cloned();
        given.unwrap_or_else(|| match self.rp_id.as_str() {
            LOCALHOST => format!("http://localhost:{}", address.port()),
            domain => format!("https://{domain}"),
        })
    }

    /// Whether browsers always reach the page by HTTPS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        let by_default = self.origins.is_empty() && self.rp_id == LOCALHOST;
        let named = self.origins.iter().any(|origin| origin.starts_with("http://"));
        !by_default && !named && self.insecure_origins.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(arguments: &[&str]) -> Config {
        Config::parse_from(std::iter::once(&"server").chain(arguments))
    }

    fn accepts(arguments: &[&str], origin: &str) -> bool {
        config(arguments).relying_party().unwrap().origins().check_origin(origin, None).is_ok()
    }

    #[test]
    fn the_flags_are_consistent() {
        use clap::CommandFactory;
        Config::command().debug_assert();
    }

    #[test]
    fn without_flags_it_is_localhost_on_any_port() {
        assert!(accepts(&[], "http://localhost:8080"));
        assert!(accepts(&[], "http://localhost:4321"));
        assert!(!accepts(&[], "http://127.0.0.1:8080"));
        let address = "127.0.0.1:4321".parse().unwrap();
        assert_eq!(config(&[]).public_url(address), "http://localhost:4321");
        assert!(!config(&[]).is_secure());
    }

    #[test]
    fn what_is_for_demos_starts_on_ones_own_machine_only() {
        let demo = |more: &[&str]| config(&[&["--demo-settings"], more].concat()).check_demo();
        assert_eq!(demo(&[]), Ok(()));
        assert_eq!(demo(&["--address", "[::1]:0"]), Ok(()));
        assert_eq!(demo(&["--address", "0.0.0.0:8080"]), Err(DemoElsewhere));
        assert_eq!(demo(&["--rp-id", "example.com"]), Err(DemoElsewhere));
        assert_eq!(config(&["--address", "0.0.0.0:8080"]).check_demo(), Ok(()));
        let codes = ["--demo-codes", "--address", "0.0.0.0:8080"];
        assert_eq!(config(&codes).check_demo(), Err(DemoElsewhere));
    }

    #[test]
    fn settings_come_as_json_and_the_time_of_a_ceremony_by_its_flag() {
        let settings = |flags: &[&str]| config(flags).relying_party().unwrap().settings().clone();
        assert_eq!(settings(&[]), Settings::default());
        let five = ["--settings", r#"{"max_passkeys_per_user":5,"ceremony_lifetime":1000}"#];
        assert_eq!(settings(&five).max_passkeys_per_user(), 5);
        assert_eq!(settings(&five).ceremony_lifetime(), Duration::from_secs(1));
        let two = [&five[..], &["--ceremony-seconds", "2"]].concat();
        assert_eq!(settings(&two).ceremony_lifetime(), Duration::from_secs(2));
        let wrong = ["server", "--settings", r#"{"max_passkeys":5}"#];
        assert!(Config::try_parse_from(wrong).is_err());
    }

    #[test]
    fn a_domain_is_its_https_origin_unless_others_are_named() {
        let domain = ["--rp-id", "example.com"];
        assert!(accepts(&domain, "https://example.com"));
        assert!(!accepts(&domain, "https://www.example.com"));
        assert!(config(&domain).is_secure());
        let named = [
            "--rp-id",
            "example.com",
            "--origin",
            "https://www.example.com,https://app.example.com:8443",
        ];
        assert!(accepts(&named, "https://www.example.com"));
        assert!(accepts(&named, "https://app.example.com:8443"));
        assert!(!accepts(&named, "https://example.com"));
    }

    #[test]
    fn subdomains_and_other_domains_are_accepted_when_asked_for() {
        let flags = [
            "--rp-id",
            "example.com",
            "--subdomains",
            "--except-subdomain",
            "user.example.com",
            "--related-origin",
            "https://example.net",
        ];
        assert!(accepts(&flags, "https://accounts.example.com"));
        assert!(!accepts(&flags, "https://a.user.example.com"));
        assert!(!accepts(&flags, "https://evil-example.com"));
        assert!(accepts(&flags, "https://example.net"));
        let rp = config(&flags).relying_party().unwrap();
        assert_eq!(rp.origins().related_origins().origins(), ["https://example.net"]);
    }

    #[test]
    fn an_insecure_origin_has_to_be_named_as_what_it_is() {
        assert!(
            config(&["--rp-id", "your-domain.test", "--origin", "http://your-domain.test"])
                .relying_party()
                .is_err()
        );
        let named = [
            "--rp-id",
            "your-domain.test",
            "--danger-insecure-origin",
            "http://your-domain.test:8080",
        ];
        assert!(accepts(&named, "http://your-domain.test:8080"));
        assert!(!config(&named).is_secure());
    }

    #[test]
    fn what_cannot_work_is_refused_at_the_start() {
        for flags in [
            &["--rp-id", "127.0.0.1"][..],
            &["--rp-id", "com"],
            &["--origin", "https://example.com"],
        ] {
            assert!(config(flags).relying_party().is_err(), "{flags:?}");
        }
    }
}
