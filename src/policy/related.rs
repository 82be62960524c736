//! Related origins: one RP ID on several registrable domains (§5.11).
//!
//! ```text
//! GET https://<RP ID>/.well-known/webauthn   →   200, Content-Type: application/json
//! {"origins": ["https://example.co.uk", …]}
//! ```
//!
//! Browsers go through the list in order and stop at new *registrable labels* (`example` of `www.example.co.uk`)
//! once they have seen five, so the order decides which origins count.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    domain,
    origin::{InvalidOrigin, Origin},
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

/// Something in the document that will not work as it was meant. `Display` gives a sentence for a developer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RelatedOriginsFinding {
    /// An entry is no origin as browsers serialise it; clients skip what they cannot parse.
    #[error("{found:?} is listed and is no origin as browsers write it: {reason}")]
    Malformed {
        /// The entry.
        found: String,
        /// What is wrong with it.
        reason: InvalidOrigin,
    },
    /// Five other registrable labels come before it, so clients may skip it. Put it further up, or others out.
    #[error(
        "{origin:?} is listed behind the {RELATED_LABELS_MAX} registrable labels {labels:?}, so clients may skip it: its own \
         is {label:?}, and order matters"
    )]
    BehindLabelCap {
        /// The origin.
        origin: String,
        /// Its registrable label.
        label: String,
        /// The labels before it, in order.
        labels: Vec<String>,
    },
    /// The host has no registrable domain; clients skip it.
    #[error("{origin:?} is listed and has no registrable domain, so clients skip it")]
    NoLabel {
        /// The origin.
        origin: String,
    },
    /// The policy accepts it, the RP ID's scope does not hold it, and the document does not list it.
    #[error(
        "{origin:?} is accepted, but neither in the RP ID's scope nor listed: browsers refuse it"
    )]
    AcceptedNotListed {
        /// The origin.
        origin: String,
    },
    /// The document lists it and the policy does not accept it: the browser goes along, the server refuses.
    #[error(
        "{origin:?} is listed, but the policy does not accept it: users fail after their passkey was used"
    )]
    ListedNotAccepted {
        /// The origin.
        origin: String,
    },
    /// The document lists nothing; clients need one origin at least. Serve none instead.
    #[error("no origin is listed")]
    Empty,
    /// Registrable labels were not checked: the crate was built without feature `public-suffix`.
    #[error("registrable labels were not checked, for feature `public-suffix` is off")]
    LabelsUnknown,
}

impl RelatedOrigins {
    /// The document's path on the RP ID's own host.
    pub const PATH: &'static str = "/.well-known/webauthn";

    /// The document's `Content-Type`. Clients refuse others.
    pub const CONTENT_TYPE: &'static str = "application/json";

    /// A document that lists these origins in this order. Nothing is checked; see [`lint`](Self::lint).
    #[must_use]
    pub fn new<S: Into<String>>(origins: impl IntoIterator<Item = S>) -> Self {
        Self { origins: origins.into_iter().map(Into::into).collect() }
    }

    /// The origins in order.
    #[must_use]
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// The distinct registrable labels in order, of which clients consider the first five. Empty without feature
    /// `public-suffix`.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        let mut labels = Vec::new();
        for label in self.valid().filter_map(|(_, origin)| registrable_label(origin.host())) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels
    }

    /// What in this document, which is served for the RP ID of `policy`, will not work as it was meant: origins that
    /// either side lacks, and origins behind the fifth registrable label.
    ///
    /// Labels need feature `public-suffix`. Without it a [`LabelsUnknown`](RelatedOriginsFinding::LabelsUnknown) is
    /// found in every document of more than five origins, below which the cap cannot matter.
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
        let accepted = policy.related.iter().map(|origin| origin.as_str().to_owned());
        findings.extend(
            accepted
                .filter(|origin| !self.origins.contains(origin))
                .map(|origin| RelatedOriginsFinding::AcceptedNotListed { origin }),
        );
        findings.extend(
            self.valid().filter(|(text, _)| policy.check_origin(text, None).is_err()).map(
                |(text, _)| RelatedOriginsFinding::ListedNotAccepted { origin: text.to_owned() },
            ),
        );
    }

    fn valid(&self) -> impl Iterator<Item = (&str, Origin<'_>)> {
        self.origins.iter().filter_map(|text| Some((text.as_str(), Origin::parse(text).ok()?)))
    }
}

impl OriginPolicy {
    /// The document for `/.well-known/webauthn` that lists this policy's related origins, in the order in which they
    /// were added.
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
    fn accepted_and_not_listed_is_found() {
        let document = RelatedOrigins::new(["https://a.example"]);
        let origin = "https://b.example".to_owned();
        assert_eq!(
            document.lint(&policy(&["https://a.example", "https://b.example"])),
            [RelatedOriginsFinding::AcceptedNotListed { origin }]
        );
    }

    #[test]
    fn listed_and_not_accepted_is_found() {
        let document = RelatedOrigins::new(["https://a.example", "https://b.example"]);
        let origin = "https://b.example".to_owned();
        assert_eq!(
            document.lint(&policy(&["https://a.example"])),
            [RelatedOriginsFinding::ListedNotAccepted { origin }]
        );
    }

    #[test]
    fn rp_ids_own_origin_may_be_listed() {
        let document = RelatedOrigins::new(["https://example.com", "https://a.example"]);
        assert_eq!(document.lint(&policy(&["https://a.example"])), []);
    }

    #[test]
    fn malformed_and_empty_documents_are_found() {
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
    fn origins_behind_five_labels_are_found_and_order_decides_which() {
        let own = ["a", "b", "c", "d", "e"].map(|label| format!("https://{label}.net"));
        let own = own.each_ref().map(String::as_str);
        let six = [&own[..], &["https://f.net", "https://www.a.org"]].concat();
        let labels = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
        let (origin, label) = ("https://f.net".to_owned(), "f".to_owned());
        let policy = policy(&six);
        assert_eq!(
            policy.related_origins().lint(&policy),
            [RelatedOriginsFinding::BehindLabelCap { origin, label, labels }],
            "a known label is no new one, wherever it stands"
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
    fn origin_without_registrable_domain_is_found() {
        let origin = "https://co.uk".to_owned();
        let findings = RelatedOrigins::new([&origin]).lint(&policy(&[]));
        assert_eq!(findings[0], RelatedOriginsFinding::NoLabel { origin });
    }

    #[cfg(not(feature = "public-suffix"))]
    #[test]
    fn unknown_labels_are_told_once_they_may_matter() {
        let origins = ["a", "b", "c", "d", "e", "f"].map(|label| format!("https://{label}.net"));
        let origins = origins.each_ref().map(String::as_str);
        let five = policy(&origins[..5]);
        assert_eq!(five.related_origins().lint(&five), []);
        let six = policy(&origins);
        assert_eq!(six.related_origins().lint(&six), [RelatedOriginsFinding::LabelsUnknown]);
        assert!(six.related_origins().labels().is_empty());
    }
}
