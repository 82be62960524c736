//! Related origins: one RP ID on several registrable domains (§5.11).
//!
//! ```text
//! GET https://<RP ID>/.well-known/webauthn   →   200, Content-Type: application/json
//! {"origins": ["https://example.co.uk", …]}
//! ```
//!
//! Browsers read the list in order. Once they have seen five *registrable labels* (`example` in `www.example.co.uk`),
//! they skip origins with new ones, so the order decides which origins count.

use alloc::{borrow::ToOwned as _, collections::BTreeSet, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    domain,
    origin::{InvalidOrigin, Origin, OwnedOrigin},
    origins::OriginPolicy,
    shown,
};
use crate::limits::RELATED_LABELS_MAX;

/// The document at `/.well-known/webauthn` of the RP ID.
///
/// ```
/// use relying_party::policy::{OriginPolicy, RpId};
/// let policy = OriginPolicy::builder(&RpId::new("example.com")?)
///     .origin("https://example.com")
///     .related_origin("https://example.co.uk")
///     .build()?;
/// let document = policy.related_origins();
/// assert_eq!(serde_json::to_string(&document)?, r#"{"origins":["https://example.co.uk"]}"#);
/// assert!(document.lint(&policy).is_empty());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedOrigins {
    origins: Vec<String>,
}

/// Something in the document that will not work as intended. `Display` writes a sentence for developers.
/// [`RelatedOrigins`](crate::policy::RelatedOrigins) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelatedOriginsFinding {
    /// An entry is not an origin as browsers serialize it. Clients skip what they cannot parse.
    #[error("{found:?} is listed, but is not an origin as browsers write it: {reason}")]
    Malformed {
        /// The entry.
        found: String,
        /// What is wrong with it.
        reason: InvalidOrigin,
    },
    /// Five other registrable labels come before it, so clients may skip it. Move it up, or remove others.
    #[error(
        "{origin:?} is listed after the {RELATED_LABELS_MAX} registrable labels {labels:?}, so clients may skip it: \
         its label is {label:?}, and order matters"
    )]
    BehindLabelCap {
        /// The origin.
        origin: String,
        /// Its registrable label.
        label: String,
        /// The labels before it, in order.
        labels: Vec<String>,
    },
    /// The host has no registrable domain. Clients skip it.
    #[error("{origin:?} is listed, but has no registrable domain, so clients skip it")]
    NoLabel {
        /// The origin.
        origin: String,
    },
    /// The policy accepts it, but it is outside the RP ID's scope and the document does not list it.
    #[error(
        "{origin:?} is accepted, but neither in the RP ID's scope nor listed: browsers reject it"
    )]
    AcceptedNotListed {
        /// The origin.
        origin: String,
    },
    /// The document lists it, but the policy does not accept it: browsers cooperate, but the server rejects.
    #[error(
        "{origin:?} is listed, but the policy does not accept it: sign-ins fail after the passkey was used"
    )]
    ListedNotAccepted {
        /// The origin.
        origin: String,
    },
    /// The document lists nothing, but clients need at least one origin. Do not serve a document instead.
    #[error("no origin is listed")]
    Empty,
    /// Registrable labels were not checked, because the crate was built without the feature `public-suffix`.
    #[error("registrable labels were not checked, because the feature `public-suffix` is off")]
    LabelsUnknown,
}

impl RelatedOrigins {
    /// The document's path on the RP ID's own host.
    pub const PATH: &'static str = "/.well-known/webauthn";

    /// The document's `Content-Type`. Clients reject others.
    pub const CONTENT_TYPE: &'static str = "application/json";

    /// Creates a document that lists these origins in this order, without checking them. See [`lint`](Self::lint).
    #[must_use]
    pub fn new<S: Into<String>>(origins: impl IntoIterator<Item = S>) -> Self {
        Self { origins: origins.into_iter().map(Into::into).collect() }
    }

    /// The origins in order.
    #[must_use]
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Returns the distinct registrable labels in order. Clients consider the first five. Empty without the feature
    /// `public-suffix`.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        let labels = self.valid().filter_map(|(_, origin)| registrable_label(origin.host()));
        let mut seen = BTreeSet::new();
        labels.filter(|label| seen.insert(*label)).collect()
    }

    /// Returns what will not work as intended in this document, if it is served for the RP ID of `policy`: origins that
    /// either side lacks, and origins after the fifth registrable label.
    ///
    /// Labels need the feature `public-suffix`. Without it, every document of more than five origins has a
    /// [`LabelsUnknown`](RelatedOriginsFinding::LabelsUnknown). With five or fewer, the limit cannot matter.
    ///
    /// It takes time linear in the sizes of the document and of the policy.
    #[must_use]
    pub fn lint(&self, policy: &OriginPolicy) -> Vec<RelatedOriginsFinding> {
        let mut findings = Vec::new();
        if self.origins.is_empty() {
            findings.push(RelatedOriginsFinding::Empty);
        }
        self.lint_entries(&mut findings);
        self.lint_labels(&mut findings);
        self.lint_against(policy, &mut findings);
        findings
    }

    fn lint_entries(&self, findings: &mut Vec<RelatedOriginsFinding>) {
        findings.extend(self.origins.iter().filter_map(|text| {
            let reason = Origin::parse(text).err()?;
            Some(RelatedOriginsFinding::Malformed { found: shown(text), reason })
        }));
    }

    fn lint_labels(&self, findings: &mut Vec<RelatedOriginsFinding>) {
        if !cfg!(feature = "public-suffix") {
            if self.origins.len() > RELATED_LABELS_MAX {
                findings.push(RelatedOriginsFinding::LabelsUnknown);
            }
            return;
        }
        let labels = self.labels();
        let within_cap = labels.get(..RELATED_LABELS_MAX).unwrap_or(&labels);
        for (text, origin) in self.valid() {
            match registrable_label(origin.host()) {
                None => findings.push(RelatedOriginsFinding::NoLabel { origin: text.to_owned() }),
                Some(label) if within_cap.contains(&label) => {}
                Some(label) => findings.push(RelatedOriginsFinding::BehindLabelCap {
                    origin: text.to_owned(),
                    label: label.to_owned(),
                    labels: within_cap.iter().map(|label| (*label).to_owned()).collect(),
                }),
            }
        }
    }

    fn lint_against(&self, policy: &OriginPolicy, findings: &mut Vec<RelatedOriginsFinding>) {
        let listed = self.origins.iter().map(String::as_str).collect::<BTreeSet<_>>();
        let accepted = policy.related.iter().map(OwnedOrigin::as_str);
        findings.extend(
            accepted.filter(|origin| !listed.contains(origin)).map(|origin| {
                RelatedOriginsFinding::AcceptedNotListed { origin: origin.to_owned() }
            }),
        );
        let verdicts = policy.verdicts();
        findings.extend(
            self.valid().filter(|(text, origin)| !verdicts.accept(text, origin)).map(
                |(text, _)| RelatedOriginsFinding::ListedNotAccepted { origin: text.to_owned() },
            ),
        );
    }

    fn valid(&self) -> impl Iterator<Item = (&str, Origin<'_>)> {
        self.origins.iter().filter_map(|text| Some((text.as_str(), Origin::parse(text).ok()?)))
    }
}

impl OriginPolicy {
    /// Returns the document for `/.well-known/webauthn` that lists this policy's related origins, in the order in which
    /// they were added.
    #[must_use]
    pub fn related_origins(&self) -> RelatedOrigins {
        RelatedOrigins::new(self.related.iter().map(|origin| origin.as_str().to_owned()))
    }
}

/// §5.11.1 *registrable origin label*: the first label of the registrable domain.
fn registrable_label(host: &str) -> Option<&str> {
    domain::registrable_domain(host)?.split('.').next()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::policy::RpId;

    fn policy(related: &[&str]) -> OriginPolicy {
        let rp_id = RpId::new("example.com").unwrap();
        let own = OriginPolicy::builder(&rp_id).origin("https://example.com");
        related.iter().fold(own, |policy, origin| policy.related_origin(*origin)).build().unwrap()
    }

    #[test]
    fn document_keeps_the_order() {
        let document = policy(&["https://z.example", "https://a.example:8443"]).related_origins();
        let json = r#"{"origins":["https://z.example","https://a.example:8443"]}"#;
        assert_eq!(serde_json::to_string(&document).unwrap(), json);
        assert_eq!(serde_json::from_str::<RelatedOrigins>(json).unwrap(), document);
    }

    #[test]
    fn finds_accepted_origins_that_are_not_listed() {
        let document = RelatedOrigins::new(["https://a.example"]);
        let origin = "https://b.example".to_owned();
        assert_eq!(
            document.lint(&policy(&["https://a.example", "https://b.example"])),
            [RelatedOriginsFinding::AcceptedNotListed { origin }]
        );
    }

    #[test]
    fn finds_listed_origins_that_are_not_accepted() {
        let document = RelatedOrigins::new(["https://a.example", "https://b.example"]);
        let origin = "https://b.example".to_owned();
        assert_eq!(
            document.lint(&policy(&["https://a.example"])),
            [RelatedOriginsFinding::ListedNotAccepted { origin }]
        );
    }

    #[test]
    fn verdicts_on_listed_origins_match_the_policy() {
        use crate::policy::SubdomainPolicy;
        let rp_id = RpId::new("example.com").unwrap();
        let builder = || {
            OriginPolicy::builder(&rp_id)
                .origin("https://example.com:8443")
                .subdomains(SubdomainPolicy::any().max_depth(1))
                .related_origin("https://a.example")
                .danger_insecure_development_origin("http://dev.example.com")
        };
        let localhost = OriginPolicy::builder(&RpId::new("localhost").unwrap()).localhost();
        let origins = [
            "https://example.com",
            "https://example.com:8443",
            "http://example.com:8443",
            "https://www.example.com",
            "https://www.example.com:1",
            "https://a.b.example.com",
            "https://a.example",
            "https://a.example:1",
            "http://dev.example.com",
            "http://localhost:3000",
            "https://b.example",
        ];
        let document = RelatedOrigins::new(origins);
        for (policy, accepted) in [(builder(), 4), (builder().any_port(true), 6), (localhost, 1)] {
            let policy = policy.build().unwrap();
            let refused =
                origins.iter().filter(|origin| policy.check_origin(origin, None).is_err());
            let expected = refused.map(|origin| RelatedOriginsFinding::ListedNotAccepted {
                origin: (*origin).to_owned(),
            });
            let expected = expected.collect::<Vec<_>>();
            assert_eq!(origins.len() - expected.len(), accepted);
            let mut findings = document.lint(&policy);
            findings.retain(|finding| {
                matches!(finding, RelatedOriginsFinding::ListedNotAccepted { .. })
            });
            assert_eq!(findings, expected);
        }
    }

    #[test]
    fn rp_ids_own_origin_may_be_listed() {
        let document = RelatedOrigins::new(["https://example.com", "https://a.example"]);
        assert_eq!(document.lint(&policy(&["https://a.example"])), []);
    }

    #[test]
    fn finds_malformed_entries_and_empty_documents() {
        let found = "https://a.example/".to_owned();
        let reason = InvalidOrigin::Path;
        let findings = RelatedOrigins::new([&found]).lint(&policy(&[]));
        assert_eq!(findings, [RelatedOriginsFinding::Malformed { found, reason }]);
        assert_eq!(
            RelatedOrigins::new::<&str>([]).lint(&policy(&[])),
            [RelatedOriginsFinding::Empty]
        );
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn label_is_the_first_of_the_registrable_domain() {
        let document = RelatedOrigins::new([
            "https://www.shop.co.uk",
            "https://shop.de",
            "https://me.github.io",
            "https://a.b.other.com:8443",
            "https://co.uk",
        ]);
        assert_eq!(document.labels(), ["shop", "me", "other"]);
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn finds_origins_after_five_labels_in_order() {
        let own = ["a", "b", "c", "d", "e"].map(|label| format!("https://{label}.net"));
        let own = own.each_ref().map(String::as_str);
        let six = [&own[..], &["https://f.net", "https://www.a.org"]].concat();
        let labels = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        let (origin, label) = ("https://f.net".to_owned(), "f".to_owned());
        let policy = policy(&six);
        assert_eq!(
            policy.related_origins().lint(&policy),
            [RelatedOriginsFinding::BehindLabelCap { origin, label, labels }],
            "a known label is not new, wherever it appears"
        );
        let turned = RelatedOrigins::new(six.iter().rev().copied());
        let findings = turned.lint(&policy);
        let [RelatedOriginsFinding::BehindLabelCap { origin, labels, .. }] = findings.as_slice()
        else {
            panic!("{findings:?}")
        };
        assert_eq!(origin, "https://b.net");
        assert_eq!(labels.concat(), "afedc");
        assert!(format!("{}", findings[0]).contains(r#"["a", "f", "e", "d", "c"]"#));
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn five_labels_are_no_finding() {
        let five = ["a", "b", "c", "d", "e"].map(|label| format!("https://{label}.net"));
        let policy = policy(&five.each_ref().map(String::as_str));
        assert_eq!(policy.related_origins().lint(&policy), []);
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn finds_origins_without_registrable_domain() {
        let origin = "https://co.uk".to_owned();
        let findings = RelatedOrigins::new([&origin]).lint(&policy(&[]));
        assert_eq!(findings[0], RelatedOriginsFinding::NoLabel { origin });
    }

    #[cfg(not(feature = "public-suffix"))]
    #[test]
    fn reports_unknown_labels_once_they_may_matter() {
        let origins = ["a", "b", "c", "d", "e", "f"].map(|label| format!("https://{label}.net"));
        let origins = origins.each_ref().map(String::as_str);
        let five = policy(&origins[..5]);
        assert_eq!(five.related_origins().lint(&five), []);
        let six = policy(&origins);
        assert_eq!(six.related_origins().lint(&six), [RelatedOriginsFinding::LabelsUnknown]);
        assert!(six.related_origins().labels().is_empty());
    }
}
