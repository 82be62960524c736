//! What the metadata say about one authenticator model.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString as _},
    vec::Vec,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    member::{elements, member},
    omission::{OmissionReason, Omissions},
    status::StatusReport,
    words::{self, KeyProtection, MatcherProtection, VerificationMethod},
};
use crate::{bytes::Aaguid, malformed::Malformed, text::Text, time::Timestamp, x509::TrustAnchor};

/// The entry of an authenticator model.
///
/// ```text
/// dictionary MetadataBLOBPayloadEntry {                   // FIDO Metadata Service §3.1.1
///     AAGUID aaguid;
///     DOMString[] attestationCertificateKeyIdentifiers;   // hexadecimal SHA-1
///     MetadataStatement metadataStatement;
///     required StatusReport[] statusReports;  … };
/// dictionary MetadataStatement {                          // FIDO Metadata Statement §4
///     required DOMString description;
///     object friendlyNames;                               // by language
///     required DOMString[] authenticationAlgorithms;
///     required DOMString[] attestationTypes;
///     required VerificationMethodANDCombinations[] userVerificationDetails;
///     required DOMString[] keyProtection;
///     required DOMString[] matcherProtection;
///     required DOMString[] attestationRootCertificates;   // base64 of DER
///     DOMString icon;  DOMString iconDark;                // data: URLs
///     … };
/// ```
///
/// Entries of UAF authenticators, by `aaid`, are skipped. A member of the wrong type is omitted from its entry, but the
/// entry keeps its status. [`Metadata::omissions`](super::Metadata::omissions) tells which. Entries with the same
/// AAGUID are merged: everything that any of them reports counts.
///
/// ```
/// use relying_party::{Timestamp, mds::MetadataEntry};
///
/// /// The model's name, and what to know about it.
/// fn label(entry: &MetadataEntry, now: Timestamp) -> String {
///     let name = entry.name("en").unwrap_or("unknown model");
///     match entry.warnings_at(now).next() {
///         Some(report) => format!("{name}: {:?}", report.status),
///         None => name.to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetadataEntry {
    /// The model, if it is a FIDO2 model.
    pub aaguid: Option<Aaguid>,
    /// The keys of its attestation certificates, if it is a U2F model.
    pub key_identifiers: Vec<KeyIdentifier>,
    /// A name in English.
    pub description: Option<String>,
    /// Names by language tag, such as `en-US`.
    pub friendly_names: BTreeMap<String, String>,
    /// An image of the model, as the `data:` URL of a PNG or SVG: `data:image/png;base64,…`. Show it with `<img>`,
    /// which runs no scripts of an SVG, and never as markup of the page. Other URLs are omitted.
    pub icon: Option<String>,
    /// The same for dark pages.
    pub icon_dark: Option<String>,
    /// The algorithms with which the model can sign, by their names in the FIDO Registry of Predefined Values §3.6.1:
    /// `secp256r1_ecdsa_sha256_raw`, …. [`lists_algorithm`](Self::lists_algorithm) compares them with a passkey's.
    pub authentication_algorithms: Vec<String>,
    /// How the model protects its keys.
    pub key_protection: Vec<KeyProtection>,
    /// How the model protects the comparison that verifies its user.
    pub matcher_protection: Vec<MatcherProtection>,
    /// How the model can verify its user: combinations, of which one is enough.
    pub user_verification: Vec<Vec<VerificationMethod>>,
    /// How the model attests: `basic_full`, `basic_surrogate` (self attestation), `attca`, …
    pub attestation_types: Vec<String>,
    /// Who vouches for the model: roots, intermediates, or attestation certificates themselves. Certificates that
    /// cannot be parsed are listed in the [omissions](super::Metadata::omissions).
    pub anchors: Vec<TrustAnchor>,
    /// The reports about the model, earliest first, and last those whose date cannot be read.
    reports: Vec<StatusReport>,
    /// The time of the first warning, if there is one.
    pub(super) warned_since: Option<Timestamp>,
}

/// The SHA-1 of a certificate's public key (RFC 5280 §4.2.1.2, method 1).
/// [`MetadataEntry`](crate::mds::MetadataEntry) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyIdentifier([u8; 20]);

impl KeyIdentifier {
    /// Creates a key identifier from these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    fn from_hex(text: &str) -> Option<Self> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
        let mut bytes = [0; 20];
        if pairs.len() != bytes.len() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let digit =
                |digit: u8| char::from(digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }
}

impl MetadataEntry {
    /// Returns the reports that are effective at this time, earliest first. One whose date cannot be read is the last.
    pub fn reports_at(&self, at: Timestamp) -> impl Iterator<Item = &StatusReport> {
        self.reports.iter().filter(move |report| report.is_effective(at))
    }

    /// Returns the status at this time: the latest effective report.
    #[must_use]
    pub fn status_at(&self, at: Timestamp) -> Option<&StatusReport> {
        self.reports_at(at).last()
    }

    /// Returns the reports that are effective at this time and are reasons not to trust authenticators of this model.
    ///
    /// A later report does not end an earlier one: a certification may be for a newer version, and an update does not
    /// help keys that cannot be updated. If you know better, decide by [`reports_at`](Self::reports_at).
    pub fn warnings_at(&self, at: Timestamp) -> impl Iterator<Item = &StatusReport> {
        self.reports_at(at).filter(|report| report.status.is_warning())
    }

    /// Returns the model's name in this language, or in English if it has no name in this language.
    ///
    /// `language` is a tag such as `de-DE`. A tag that only names the language, `de`, matches any of its regions.
    #[must_use]
    pub fn name(&self, language: &str) -> Option<&str> {
        let of = |wanted: &str| {
            let is_it = |tag: &str| {
                tag.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
                    && matches!(tag.as_bytes().get(wanted.len()), None | Some(b'-'))
            };
            self.friendly_names.iter().find(|(tag, _)| is_it(tag)).map(|(_, name)| name.as_str())
        };
        of(language).or(self.description.as_deref()).or_else(|| of("en"))
    }

    /// Adds what another entry says about the same model. Keeps everything that either reports.
    pub(super) fn merge(&mut self, other: Self) {
        self.key_identifiers.extend(other.key_identifiers);
        self.description = self.description.take().or(other.description);
        for (language, name) in other.friendly_names {
            self.friendly_names.entry(language).or_insert(name);
        }
        self.icon = self.icon.take().or(other.icon);
        self.icon_dark = self.icon_dark.take().or(other.icon_dark);
        self.authentication_algorithms.extend(other.authentication_algorithms);
        self.key_protection.extend(other.key_protection);
        self.matcher_protection.extend(other.matcher_protection);
        self.user_verification.extend(other.user_verification);
        self.attestation_types.extend(other.attestation_types);
        self.anchors.extend(other.anchors);
        self.reports.extend(other.reports);
    }

    /// Sorts the reports, once all of them are here.
    pub(super) fn finish(&mut self) {
        // A stable sort: the order of the list decides for reports on the same day.
        self.reports.sort_by_key(StatusReport::place);
        let warnings = self.reports.iter().filter(|report| report.status.is_warning());
        let since = warnings.map(|it| it.effective.unwrap_or(Timestamp::from_unix_millis(0)));
        self.warned_since = since.min();
    }

    /// Parses an entry. It is only skipped without the members that say what it is about or that contain warnings. Any
    /// other member that cannot be parsed is omitted on its own.
    pub(super) fn read(json: &RawValue, omissions: &mut Omissions) -> Option<Self> {
        omissions.aaguid = None;
        let json: EntryJson<'_> = match serde_json::from_str(json.get()) {
            Ok(json) => json,
            Err(error) => {
                omissions.add_with(|| OmissionReason::Entry(shortened(&error)));
                return None;
            }
        };
        let aaguid = member::<Text<'_>>(json.aaguid, "aaguid", omissions).and_then(|text| {
            let aaguid = text.parse().ok();
            if aaguid.is_none() {
                omissions.add(OmissionReason::Member("aaguid"));
            }
            aaguid
        });
        omissions.aaguid = aaguid;
        let mut key_identifiers = Vec::new();
        let identifiers = json.attestation_certificate_key_identifiers;
        elements(identifiers, "attestationCertificateKeyIdentifiers", omissions, |text, _| {
            let identifier = text.and_then(|text: Text<'_>| KeyIdentifier::from_hex(&text));
            key_identifiers.extend(identifier);
            identifier.is_some()
        });
        if aaguid.is_none() && key_identifiers.is_empty() {
            omissions.add(match json.aaid {
                Some(_) => OmissionReason::Uaf,
                None => OmissionReason::Unidentified,
            });
            return None;
        }
        let mut reports = Vec::new();
        let mut are_readable = true;
        for report in json.status_reports {
            match StatusReport::read(report, omissions) {
                Some(report) => reports.push(report),
                None => are_readable = false,
            }
        }
        // One is enough: many would take more memory than the input.
        if !are_readable {
            reports.push(StatusReport::unreadable());
        }
        let statement =
            member::<StatementJson<'_>>(json.metadata_statement, "metadataStatement", omissions);
        let mut entry = Self { aaguid, key_identifiers, reports, ..Self::empty() };
        entry.read_statement(&statement.unwrap_or_default(), omissions);
        Some(entry)
    }

    fn empty() -> Self {
        Self {
            aaguid: None,
            key_identifiers: Vec::new(),
            description: None,
            friendly_names: BTreeMap::new(),
            icon: None,
            icon_dark: None,
            authentication_algorithms: Vec::new(),
            key_protection: Vec::new(),
            matcher_protection: Vec::new(),
            user_verification: Vec::new(),
            attestation_types: Vec::new(),
            anchors: Vec::new(),
            reports: Vec::new(),
            warned_since: None,
        }
    }

    fn read_statement(&mut self, json: &StatementJson<'_>, omissions: &mut Omissions) {
        self.description = member(json.description, "description", omissions);
        let names =
            member::<BTreeMap<String, &RawValue>>(json.friendly_names, "friendlyNames", omissions);
        for (language, name) in names.unwrap_or_default() {
            let name = member(Some(name), "friendlyNames", omissions);
            self.friendly_names.extend(name.map(|name| (language, name)));
        }
        self.read_characteristics(json, omissions);
        elements(
            json.attestation_types,
            "attestationTypes",
            omissions,
            |text: Option<String>, _| {
                let is_read = text.is_some();
                self.attestation_types.extend(text);
                is_read
            },
        );
        let mut at = 0_usize;
        let certificates = json.attestation_root_certificates;
        elements(certificates, "attestationRootCertificates", omissions, |text, omissions| {
            let Some(text): Option<Text<'_>> = text else { return false };
            match anchor(&text, at) {
                Ok(anchor) => self.anchors.push(anchor),
                Err(reason) => omissions.add(reason),
            }
            at = at.saturating_add(1);
            true
        });
    }
}

impl MetadataEntry {
    /// Parses what describes the model. Without a member, or with one that cannot be read, the model lacks what a
    /// [requirement](super::Requirement) could ask for.
    fn read_characteristics(&mut self, json: &StatementJson<'_>, omissions: &mut Omissions) {
        self.icon = words::icon(json.icon, "icon", omissions);
        self.icon_dark = words::icon(json.icon_dark, "iconDark", omissions);
        let any = |name: &str| Some(name.into());
        let algorithms = json.authentication_algorithms;
        self.authentication_algorithms =
            words::list(algorithms, "authenticationAlgorithms", omissions, any);
        self.key_protection =
            words::list(json.key_protection, "keyProtection", omissions, KeyProtection::from_name);
        let read = MatcherProtection::from_name;
        self.matcher_protection =
            words::list(json.matcher_protection, "matcherProtection", omissions, read);
        self.user_verification = words::combinations(json.user_verification_details, omissions);
    }
}

/// The error of the JSON parser, truncated because it may repeat the input.
fn shortened(error: &serde_json::Error) -> String {
    match Malformed::json("entry", error) {
        Malformed::Json { reason, .. } => reason,
        other => other.to_string(),
    }
}

/// Members are parsed one by one, so that an invalid member does not invalidate the others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with the members of an entry")]
struct EntryJson<'a> {
    #[serde(borrow, default)]
    aaid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    aaguid: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attestation_certificate_key_identifiers: Option<&'a RawValue>,
    #[serde(borrow, default)]
    metadata_statement: Option<&'a RawValue>,
    #[serde(borrow)]
    status_reports: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatementJson<'a> {
    #[serde(borrow, default)]
    description: Option<&'a RawValue>,
    #[serde(borrow, default)]
    friendly_names: Option<&'a RawValue>,
    #[serde(borrow, default)]
    icon: Option<&'a RawValue>,
    #[serde(borrow, default)]
    icon_dark: Option<&'a RawValue>,
    #[serde(borrow, default)]
    authentication_algorithms: Option<&'a RawValue>,
    #[serde(borrow, default)]
    key_protection: Option<&'a RawValue>,
    #[serde(borrow, default)]
    matcher_protection: Option<&'a RawValue>,
    #[serde(borrow, default)]
    user_verification_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attestation_types: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attestation_root_certificates: Option<&'a RawValue>,
}

/// Vendors submit their certificates by hand, some with line breaks.
fn anchor(text: &str, at: usize) -> Result<TrustAnchor, OmissionReason> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(text).map_err(|_| OmissionReason::AnchorBase64(at))?;
    TrustAnchor::from_der(&der).map_err(|error| OmissionReason::Anchor { at, error })
}
