//! Related origins: one RP ID on several registrable domains (§5.11).
//!
//! ```text
//! GET https://<RP ID>/.well-known/webauthn   →   200, Content-Type: application/json
//! {"origins": ["https://example.co.uk", …]}
//! ```
//!
//! Browsers go through the list in order and stop at new *registrable labels* (`example` of `www.example.co.uk`)
//! once they have seen five, so the order decides which origins count.

use alloc::{
    borrow::ToOwned as _,
    string::{String, ToString as _},
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::{
    domain,
    origin::{InvalidOrigin, Origin},
    origins::OriginPolicy,
    shown,
};

/// Registrable labels that every client supports; more are the client's choice (§5.11.1).
const LABELS_MAX: usize = 5;

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
        "{origin:?} is listed behind the {LABELS_MAX} registrable labels {labels:?}, so clients may skip it: its own \
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
            if self.origins.len() > LABELS_MAX {
                findings.push(RelatedOriginsFinding::LabelsUnknown);
            }
            return;
        }
        let labels = self.labels();
        let within_cap = labels.get(..LABELS_MAX).unwrap_or(&labels);
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
        let accepted = policy.related.iter().map(|origin| origin.borrowed().to_string());
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
        RelatedOrigins::new(self.related.iter().map(|origin| origin.borrowed().to_string()))
    }
}

/// §5.11.1 *registrable origin label*: the first label of the registrable domain.
fn registrable_label(host: &str) -> Option<&str> {
    domain::registrable_domain(host)?.split('.').next()
}
