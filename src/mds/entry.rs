//! What the metadata say of one authenticator model.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::status::{ReportJson, StatusReport};
use crate::{bytes::Aaguid, json::text::Text, time::Timestamp, x509::TrustAnchor};

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
///     required DOMString[] attestationTypes;
///     required DOMString[] attestationRootCertificates;   // base64 of DER
///     … };
/// ```
///
/// Entries of UAF authenticators, by `aaid`, are passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetadataEntry {
    /// The model, if it is one of FIDO2.
    pub aaguid: Option<Aaguid>,
    /// The keys of its attestation certificates, if it is one of U2F.
    pub key_identifiers: Vec<KeyIdentifier>,
    /// A name in English.
    pub description: Option<String>,
    /// Names by language tag, such as `en-US`.
    pub friendly_names: BTreeMap<String, String>,
    /// How it attests: `basic_full`, `basic_surrogate` (self attestation), `attca`, …
    pub attestation_types: Vec<String>,
    /// Who vouches for it: roots, intermediates, or attestation certificates themselves. Those that cannot be
    /// read are left out.
    pub anchors: Vec<TrustAnchor>,
    /// What is reported of it, the earliest first.
    reports: Vec<StatusReport>,
}

/// The SHA-1 of a certificate's public key (RFC 5280 §4.2.1.2, method 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyIdentifier([u8; 20]);

impl KeyIdentifier {
    /// The key identifier in these bytes.
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
    /// The reports that hold at this instant, the earliest first.
    pub fn reports_at(&self, at: Timestamp) -> impl Iterator<Item = &StatusReport> {
        self.reports.iter().filter(move |report| report.is_effective(at))
    }

    /// The status at this instant: the latest report that holds.
    #[must_use]
    pub fn status_at(&self, at: Timestamp) -> Option<&StatusReport> {
        self.reports_at(at).last()
    }

    /// The reports that hold at this instant and are reasons not to trust authenticators of this model.
    ///
    /// A report that came later does not end an earlier one: a certification may be of a newer version, an update is of
    /// no use to keys that cannot be updated. Who knows better judges [`reports_at`](Self::reports_at).
    pub fn warnings_at(&self, at: Timestamp) -> impl Iterator<Item = &StatusReport> {
        self.reports_at(at).filter(|report| report.status.is_warning())
    }

    /// The model's name: in this language if there is one, else in English.
    ///
    /// `language` is a tag such as `de-DE`; one that only names the language, `de`, finds any of its regions.
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

    /// Reads an entry. One that is for neither FIDO2 nor U2F, or cannot be read, is none.
    pub(super) fn read(json: &RawValue) -> Option<Self> {
        let json: EntryJson<'_> = serde_json::from_str(json.get()).ok()?;
        let aaguid = json.aaguid.as_deref().map(str::parse).transpose().ok()?;
        let key_identifiers = json.attestation_certificate_key_identifiers.unwrap_or_default();
        let key_identifiers = key_identifiers
            .iter()
            .map(|text| KeyIdentifier::from_hex(text))
            .collect::<Option<Vec<_>>>()?;
        if aaguid.is_none() && key_identifiers.is_empty() {
            return None;
        }
        let mut reports: Vec<_> = json.status_reports.into_iter().map(StatusReport::from).collect();
        // Stable: of reports of one day the order in the list tells which came first.
        reports.sort_by_key(|report| report.effective);
        let statement = json.metadata_statement.unwrap_or_default();
        Some(Self {
            aaguid,
            key_identifiers,
            description: statement.description,
            friendly_names: statement.friendly_names.unwrap_or_default(),
            attestation_types: statement.attestation_types.unwrap_or_default(),
            anchors: statement
                .attestation_root_certificates
                .unwrap_or_default()
                .iter()
                .filter_map(|text| anchor(text))
                .collect(),
            reports,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryJson<'a> {
    #[serde(borrow, default)]
    aaguid: Option<Text<'a>>,
    #[serde(borrow, default)]
    attestation_certificate_key_identifiers: Option<Vec<Text<'a>>>,
    #[serde(borrow, default)]
    metadata_statement: Option<StatementJson<'a>>,
    #[serde(borrow)]
    status_reports: Vec<ReportJson<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatementJson<'a> {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    friendly_names: Option<BTreeMap<String, String>>,
    #[serde(default)]
    attestation_types: Option<Vec<String>>,
    #[serde(borrow, default)]
    attestation_root_certificates: Option<Vec<Text<'a>>>,
}

/// Vendors submit their certificates by hand, some with line breaks.
fn anchor(text: &str) -> Option<TrustAnchor> {
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    TrustAnchor::from_der(&STANDARD.decode(text).ok()?).ok()
}
