//! The origin check compared with a simple model of §13.5.9, written with the parser of the `url` crate and none of
//! ours.

#![allow(clippy::unwrap_used)] // helpers of tests, which clippy does not see as such

use proptest::{prelude::*, strategy::ValueTree as _};
use relying_party::policy::{
    OriginPolicy, OriginPolicyBuilder, PolicyErrors, RpId, Scope, SubdomainPolicy, scope,
};
use url::{Host, Url};

/// A policy as plain data.
#[derive(Clone, Debug)]
struct Policy {
    rp_id: &'static str,
    listed: Vec<String>,
    related: Vec<String>,
    native: Vec<String>,
    development: Vec<String>,
    subdomains: Option<Subdomains>,
    any_port: bool,
    localhost: bool,
}

#[derive(Clone, Debug)]
struct Subdomains {
    max_depth: Option<usize>,
    only_under: Option<String>,
    except_under: Option<String>,
}

impl Policy {
    fn builder(&self) -> OriginPolicyBuilder {
        let mut builder = OriginPolicy::builder(&RpId::new(self.rp_id).unwrap())
            .origins(self.listed.iter().cloned())
            .any_port(self.any_port);
        for origin in &self.related {
            builder = builder.related_origin(origin);
        }
        for origin in &self.native {
            builder = builder.native_origin(origin);
        }
        for origin in &self.development {
            builder = builder.danger_insecure_development_origin(origin);
        }
        if self.localhost {
            builder = builder.localhost();
        }
        match &self.subdomains {
            Some(subdomains) => builder.subdomains(subdomains.policy()),
            None => builder,
        }
    }

    fn build(&self) -> Result<OriginPolicy, PolicyErrors> {
        self.builder().build()
    }

    /// Returns the same policy without what the builder would reject.
    fn without_what_is_refused(mut self) -> Self {
        let rp_id = self.rp_id;
        let builder = || OriginPolicy::builder(&RpId::new(rp_id).unwrap());
        self.listed.retain(|origin| builder().origin(origin).build().is_ok());
        self.related.retain(|origin| builder().related_origin(origin).build().is_ok());
        self.development
            .retain(|origin| builder().danger_insecure_development_origin(origin).build().is_ok());
        self.subdomains = self
            .subdomains
            .filter(|subdomains| builder().subdomains(subdomains.policy()).build().is_ok());
        self.localhost &= at_or_below(rp_id, "localhost");
        self
    }
}

impl Subdomains {
    fn policy(&self) -> SubdomainPolicy {
        let mut policy = match &self.only_under {
            Some(host) => SubdomainPolicy::only_under([host]),
            None => SubdomainPolicy::any(),
        };
        if let Some(depth) = self.max_depth {
            policy = policy.max_depth(depth);
        }
        policy.except_under(self.except_under.iter())
    }
}

// The model: what §13.5.9 says, in the simplest words.

/// Returns scheme, host and port if a text is the ASCII serialization of a web origin on a domain.
fn web_origin(text: &str) -> Option<(String, String, u16)> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http");
    let is_serialisation = url.origin().ascii_serialization() == text;
    let Some(Host::Domain(host)) = url.host() else { return None };
    let labels = host.split('.').collect::<Vec<_>>();
    // A valid domain string (§4): STD3 names only, of DNS length.
    let is_valid = host.len() <= 253
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|char| char.is_ascii_alphanumeric() || char == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    (is_web && is_serialisation && is_valid)
        .then(|| (url.scheme().to_owned(), host.to_owned(), url.port_or_known_default().unwrap()))
}

fn labels(host: &str) -> Vec<&str> {
    host.split('.').collect()
}

fn at_or_below(host: &str, parent: &str) -> bool {
    labels(host).ends_with(&labels(parent))
}

fn depth_below(host: &str, parent: &str) -> Option<usize> {
    let depth = labels(host).len().checked_sub(labels(parent).len())?;
    (depth > 0 && at_or_below(host, parent)).then_some(depth)
}

fn model(policy: &Policy, text: &str) -> bool {
    if policy.native.iter().any(|native| native == text) {
        return true;
    }
    let Some((scheme, host, port)) = web_origin(text) else { return false };
    let same = |other: &String, any_port: bool| {
        let (other_scheme, other_host, other_port) = web_origin(other).unwrap();
        scheme == other_scheme && host == other_host && (any_port || port == other_port)
    };
    policy.listed.iter().any(|listed| same(listed, policy.any_port))
        || policy.related.iter().any(|related| same(related, false))
        || policy.development.iter().any(|development| same(development, false))
        || (policy.localhost
            && scheme == "http"
            && (host == policy.rp_id
                || (policy.rp_id != "localhost" && at_or_below(&host, policy.rp_id))))
        || policy.subdomains.as_ref().is_some_and(|subdomains| {
            let depth = depth_below(&host, policy.rp_id);
            scheme == "https"
                && (policy.any_port || port == 443)
                && depth.is_some_and(|depth| depth <= subdomains.max_depth.unwrap_or(depth))
                && subdomains.only_under.as_ref().is_none_or(|only| at_or_below(&host, only))
                && !subdomains.except_under.as_ref().is_some_and(|not| at_or_below(&host, not))
        })
}

// What is tried: few names, so that they meet, and every way to tamper with an origin.

const RP_IDS: [&str; 5] =
    ["example.com", "a.example.com", "xn--bcher-kva.example", "localhost", "a.localhost"];

fn host() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "c"]),
        1 => prop::sample::select(vec!["xn--bcher-kva", "a-b", "1", "x_y", "-a", "", "A", "\u{e4}"]),
    ];
    let root = prop_oneof![
        8 => prop::sample::select(RP_IDS.to_vec()),
        1 => prop::sample::select(vec![
            "com", "evil-example.com", "notexample.com", "example.com.evil.net", "example.net",
            "127.0.0.1", "0x7f.1", "[::1]", "example.com.", "EXAMPLE.com", "b\u{fc}cher.example",
        ]),
    ];
    (prop::collection::vec(label, 0..3), root)
        .prop_map(|(labels, root)| [labels.as_slice(), &[root]].concat().join("."))
}

fn origin() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![
        6 => Just("https://"),
        2 => Just("http://"),
        1 => prop::sample::select(vec!["HTTPS://", "ftp://", "wss://", "", "//", "https:", "https:///", " https://"]),
    ];
    let user = prop_oneof![12 => Just(""), 1 => Just("user@"), 1 => Just("example.com@"), 1 => Just("example.com:443@")];
    let port = prop_oneof![
        6 => Just(""),
        2 => prop::sample::select(vec![":8443", ":3000"]),
        1 => prop::sample::select(vec![":443", ":80", ":0", ":08443", ":", ":65536", ":x"]),
    ];
    let end = prop_oneof![12 => Just(""), 1 => prop::sample::select(vec!["/", "/x", "?x", "#x", "\\x", " ", "\n", "."])];
    (scheme, user, host(), port, end)
        .prop_map(|(scheme, user, host, port, end)| format!("{scheme}{user}{host}{port}{end}"))
}

fn policy() -> impl Strategy<Value = Policy> {
    let subdomains =
        (prop::option::of(1_usize..3), prop::option::of(host()), prop::option::of(host()))
            .prop_map(|(max_depth, only_under, except_under)| Subdomains {
                max_depth,
                only_under,
                except_under,
            });
    let native = prop::sample::subsequence(vec!["app:a".to_owned(), "app:b".to_owned()], 0..=1);
    let origins = || prop::collection::vec(origin(), 0..4);
    (
        (prop::sample::select(RP_IDS.to_vec()), origins(), origins(), native, origins()),
        (prop::option::of(subdomains), any::<bool>(), any::<bool>()),
    )
        .prop_map(
            |((rp_id, listed, related, native, development), (subdomains, any_port, localhost))| {
                Policy {
                    rp_id,
                    listed,
                    related,
                    native,
                    development,
                    subdomains,
                    any_port,
                    localhost,
                }
                .without_what_is_refused()
            },
        )
        .prop_filter("a policy accepts something", |policy| policy.build().is_ok())
}

/// An origin that some policy might accept, or one that the policy names.
fn policy_and_origin() -> impl Strategy<Value = (Policy, String)> {
    policy().prop_flat_map(|policy| {
        let mentioned = [&policy.listed, &policy.related, &policy.native, &policy.development]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>();
        let tried = if mentioned.is_empty() {
            origin().boxed()
        } else {
            prop_oneof![3 => origin(), 1 => prop::sample::select(mentioned)].boxed()
        };
        (Just(policy), tried)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdict_is_the_models((policy, origin) in policy_and_origin()) {
        let verdict = policy.build().unwrap().check_origin(&origin, None).is_ok();
        prop_assert_eq!(verdict, model(&policy, &origin));
    }

    #[test]
    fn accepted_origin_is_secure_and_at_or_below_an_accepted_host(
        (policy, origin) in policy_and_origin(),
    ) {
        if policy.build().unwrap().check_origin(&origin, None).is_err() {
            return Ok(());
        }
        if policy.native.contains(&origin) || policy.development.contains(&origin) {
            return Ok(());
        }
        let (scheme, host, _) = web_origin(&origin).unwrap();
        prop_assert!(scheme == "https" || at_or_below(&host, "localhost"));
        let mentioned = policy.listed.iter().chain(&policy.related);
        let mut accepted = mentioned.map(|origin| web_origin(origin).unwrap().1).collect::<Vec<_>>();
        accepted.push(policy.rp_id.to_owned());
        prop_assert!(accepted.iter().any(|accepted| at_or_below(&host, accepted)));
    }

    #[test]
    fn bound_ceremony_accepts_one_origin_at_most(
        (policy, origin) in policy_and_origin(),
        other in origin(),
    ) {
        let built = policy.build().unwrap();
        let bound_to_other = built.check_origin(&origin, Some(&other)).is_ok();
        prop_assert_eq!(bound_to_other, origin == other && model(&policy, &origin));
        let bound_to_itself = built.check_origin(&origin, Some(&origin)).is_ok();
        prop_assert_eq!(bound_to_itself, model(&policy, &origin));
    }

    /// An origin that a browser would not allow is not accepted, and `scope` says that every accepted origin works.
    #[test]
    fn accepted_origin_is_one_that_browsers_allow((policy, origin) in policy_and_origin()) {
        if policy.build().unwrap().check_origin(&origin, None).is_err() {
            return Ok(());
        }
        match scope(&RpId::new(policy.rp_id).unwrap(), &origin) {
            Scope::Yes | Scope::NeedsSubdomainPolicy => {}
            Scope::NeedsRelatedOrigins(_) => prop_assert!(policy.related.contains(&origin)),
            Scope::NativeApp => prop_assert!(policy.native.contains(&origin)),
            _ => prop_assert!(policy.development.contains(&origin)),
        }
    }

    #[test]
    fn no_text_makes_the_policy_panic(text in "\\PC*", rp_id in "\\PC*") {
        let _ = RpId::new(&rp_id);
        let example = RpId::new("example.com").unwrap();
        let _ = scope(&example, &text);
        let built = OriginPolicy::builder(&example).origin(&text).android_app(&text).build();
        prop_assert!(built.is_err());
    }

    /// URL parsers also treat an accepted RP ID as a domain, and spell it in the same way.
    #[test]
    fn rp_id_is_what_browsers_make_of_it(text in prop_oneof![host(), "[a-c.:/0-9x-]{1,20}"]) {
        if let Ok(rp_id) = RpId::new(&text) {
            let url = Url::parse(&format!("https://{text}")).unwrap();
            prop_assert_eq!(url.host(), Some(Host::Domain(rp_id.as_str())));
        }
    }
}

/// The generators would prove nothing if they rarely matched.
#[test]
fn generators_produce_both_verdicts() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut accepted = 0;
    for _ in 0..1000 {
        let (policy, origin) = policy_and_origin().new_tree(&mut runner).unwrap().current();
        accepted += usize::from(model(&policy, &origin));
    }
    assert!((200..800).contains(&accepted), "{accepted} of 1000 accepted");
}
