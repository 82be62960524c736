//! What the FIDO Alliance reports about an authenticator model.

use alloc::string::String;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    member::member,
    omission::{OmissionReason, Omissions},
};
use crate::{text::Text, time::Timestamp};

/// One line each: the variant, its name in MDS, its meaning.
macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The status of an authenticator model (FIDO Metadata Service §3.1.4, `AuthenticatorStatus`).
        ///
        /// ```
        /// use relying_party::mds::AuthenticatorStatus;
        /// assert_eq!(AuthenticatorStatus::from("REVOKED"), AuthenticatorStatus::Revoked);
        /// assert!(AuthenticatorStatus::Revoked.is_warning());
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AuthenticatorStatus {
            $($(#[$doc])* $variant,)*
            /// A report that cannot be read. It could be any of the others.
            Unreadable,
            /// An unknown status, by its name.
            Other(String),
        }

        impl From<&str> for AuthenticatorStatus {
            fn from(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Other(name.into()),
                }
            }
        }
    };
}

statuses! {
    /// Not certified.
    NotFidoCertified = "NOT_FIDO_CERTIFIED";
    /// Functionally certified.
    FidoCertified = "FIDO_CERTIFIED";
    /// Certified at level 1.
    FidoCertifiedL1 = "FIDO_CERTIFIED_L1";
    /// Certified at level 1+.
    FidoCertifiedL1Plus = "FIDO_CERTIFIED_L1plus";
    /// Certified at level 2.
    FidoCertifiedL2 = "FIDO_CERTIFIED_L2";
    /// Certified at level 2+.
    FidoCertifiedL2Plus = "FIDO_CERTIFIED_L2plus";
    /// Certified at level 3.
    FidoCertifiedL3 = "FIDO_CERTIFIED_L3";
    /// Certified at level 3+.
    FidoCertifiedL3Plus = "FIDO_CERTIFIED_L3plus";
    /// Certified under FIPS 140 at overall level 1.
    Fips140CertifiedL1 = "FIPS140_CERTIFIED_L1";
    /// Certified under FIPS 140 at overall level 2.
    Fips140CertifiedL2 = "FIPS140_CERTIFIED_L2";
    /// Certified under FIPS 140 at overall level 3.
    Fips140CertifiedL3 = "FIPS140_CERTIFIED_L3";
    /// Certified under FIPS 140 at overall level 4.
    Fips140CertifiedL4 = "FIPS140_CERTIFIED_L4";
    /// The vendor has stated that the model conforms.
    SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED";
    /// User verification can be bypassed.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS";
    /// An attestation key has leaked.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE";
    /// Keys of users can be extracted remotely.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE";
    /// Keys of users can be extracted by someone who holds the authenticator.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE";
    /// An update is available, which may fix what was reported before.
    UpdateAvailable = "UPDATE_AVAILABLE";
    /// No longer made or supported.
    Retired = "RETIRED";
    /// No longer trusted.
    Revoked = "REVOKED";
}

impl AuthenticatorStatus {
    /// Returns whether it is a reason not to trust authenticators of the model.
    ///
    /// An unknown status is not: new kinds of certification must not lock users out. A report that cannot be read is.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::UserVerificationBypass
                | Self::AttestationKeyCompromise
                | Self::UserKeyRemoteCompromise
                | Self::UserKeyPhysicalCompromise
                | Self::Revoked
                | Self::Unreadable
        )
    }
}

/// A report about a model.
///
/// ```text
/// dictionary StatusReport {                               // FIDO Metadata Service §3.1.3
///     required AuthenticatorStatus status;
///     DOMString effectiveDate;
///     unsigned long authenticatorVersion;
///     DOMString certificate;  DOMString url;
///     DOMString sunsetDate;
///     unsigned long fipsRevision;
///     unsigned long fipsPhysicalSecurityLevel;  … };
/// ```
///
/// [`MetadataEntry`](crate::mds::MetadataEntry) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusReport {
    /// The reported status.
    pub status: AuthenticatorStatus,
    /// The start of the day from which the report is effective. `None` if there is no readable date: then it is always
    /// effective.
    pub effective: Option<Timestamp>,
    /// The firmware version from which the report applies, for some kinds of report.
    pub authenticator_version: Option<u64>,
    /// The compromised certificate, as base64 of DER, as sent.
    pub certificate: Option<String>,
    /// The address of more information.
    pub url: Option<String>,
    /// The start of the day from which a certification no longer counts. `None` if it does not expire, and the epoch if
    /// this date or the effective date cannot be read. Warnings do not expire.
    pub sunset: Option<Timestamp>,
    /// The revision of FIPS 140, for reports about it: 3 for FIPS 140-3.
    pub fips_revision: Option<u8>,
    /// The level of physical security, for reports about FIPS 140: 1 to 4.
    pub fips_physical_level: Option<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportJson<'a> {
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow, default)]
    effective_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    authenticator_version: Option<&'a RawValue>,
    #[serde(borrow, default)]
    certificate: Option<&'a RawValue>,
    #[serde(borrow, default)]
    url: Option<&'a RawValue>,
    #[serde(borrow, default)]
    sunset_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    fips_revision: Option<&'a RawValue>,
    #[serde(borrow, default)]
    fips_physical_security_level: Option<&'a RawValue>,
}

impl StatusReport {
    /// Returns whether the report is effective at this time.
    #[must_use]
    pub fn is_effective(&self, at: Timestamp) -> bool {
        self.effective.is_none_or(|effective| effective <= at)
    }
}

/// Parsing never makes a report milder: without a readable date it is always effective, and its certification has
/// expired; without a readable sunset date its certification has expired, and without a readable status it is a
/// warning.
impl StatusReport {
    pub(super) const fn unreadable() -> Self {
        Self {
            status: AuthenticatorStatus::Unreadable,
            effective: None,
            authenticator_version: None,
            certificate: None,
            url: None,
            sunset: None,
            fips_revision: None,
            fips_physical_level: None,
        }
    }

    pub(super) fn read(json: &RawValue, omissions: &mut Omissions) -> Option<Self> {
        let json = member::<ReportJson<'_>>(Some(json), "statusReports", omissions)?;
        let day = member::<Text<'_>>(json.effective_date, "effectiveDate", omissions);
        let effective = day.as_deref().and_then(date);
        if day.is_some() && effective.is_none() {
            omissions.add(OmissionReason::Member("effectiveDate"));
        }
        let sunset = json.sunset_date.map(|json| {
            let day = member::<Text<'_>>(Some(json), "sunsetDate", omissions);
            let sunset = day.as_deref().and_then(date);
            if day.is_some() && sunset.is_none() {
                omissions.add(OmissionReason::Member("sunsetDate"));
            }
            sunset.unwrap_or(NEVER_COUNTS)
        });
        let is_misdated = json.effective_date.is_some() && effective.is_none();
        let sunset = if is_misdated { Some(NEVER_COUNTS) } else { sunset };
        let version = json.authenticator_version;
        let physical = json.fips_physical_security_level;
        Some(Self {
            status: AuthenticatorStatus::from(&*json.status),
            effective,
            authenticator_version: member(version, "authenticatorVersion", omissions),
            certificate: member(json.certificate, "certificate", omissions),
            url: member(json.url, "url", omissions),
            sunset,
            fips_revision: member(json.fips_revision, "fipsRevision", omissions),
            fips_physical_level: member(physical, "fipsPhysicalSecurityLevel", omissions),
        })
    }
}

/// The sunset of a certification of which a date cannot be read.
const NEVER_COUNTS: Timestamp = Timestamp::from_unix_millis(0);

impl StatusReport {
    /// By what reports are sorted, the earliest first. One whose date cannot be read is the last, because it could end
    /// what any other reports.
    pub(super) fn place(&self) -> (bool, Option<Timestamp>) {
        let is_misdated = self.effective.is_none() && self.sunset == Some(NEVER_COUNTS);
        (is_misdated, self.effective)
    }
}

/// Parses the start of a day, `YYYY-MM-DD` in UTC. A time after the day is ignored.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let (day, time) = text.split_at_checked("YYYY-MM-DD".len())?;
    if !time.is_empty() && !time.starts_with('T') {
        return None;
    }
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if !(is_number(year) && is_number(month) && is_number(day)) {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let day = der::DateTime::new(year, month, day, 0, 0, 0).ok()?;
    u64::try_from(day.unix_duration().as_millis()).ok().map(Timestamp::from_unix_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_in_utc() {
        let table = [
            ("1970-01-01", Some(0)),
            ("2024-02-29", Some(1_709_164_800_000)),
            ("2024-02-29T11:12:13Z", Some(1_709_164_800_000)),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("1969-12-31", None),
            ("2024-2-29", None),
            ("+024-02-29", None),
            ("+2024-2-29", None),
            ("2024-+2-29", None),
            ("2024-2-+29", None),
            ("2024-02-2", None),
            ("2024-02-290", None),
            ("2024/02/29", None),
            ("", None),
        ];
        for (text, millis) in table {
            assert_eq!(date(text), millis.map(Timestamp::from_unix_millis), "{text}");
        }
    }

    #[test]
    fn unknown_status_is_kept_and_is_not_a_warning() {
        let status = AuthenticatorStatus::from("FIDO_CERTIFIED_L9");
        assert_eq!(status, AuthenticatorStatus::Other("FIDO_CERTIFIED_L9".into()));
        assert!(!status.is_warning());
    }
}
