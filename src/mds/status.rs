//! What the FIDO Alliance reports of an authenticator model.

use alloc::string::String;

use serde::Deserialize;

use crate::{json::text::Text, time::Timestamp};

/// One line in each: its variant, its name in MDS, what it means.
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
            /// A status that this crate does not know, by its name.
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
    /// The vendor has stated that it conforms.
    SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED";
    /// User verification can be got around.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS";
    /// An attestation key is known to somebody else.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE";
    /// Keys of users can be had from afar.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE";
    /// Keys of users can be had by who holds the authenticator.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE";
    /// There is an update, which may mend what was reported before.
    UpdateAvailable = "UPDATE_AVAILABLE";
    /// No longer made or supported.
    Retired = "RETIRED";
    /// Not to be trusted any more.
    Revoked = "REVOKED";
}

impl AuthenticatorStatus {
    /// Whether it is a reason not to trust authenticators of the model.
    ///
    /// A status that is not known is none: newer kinds of certification must not turn users away.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        matches!(
            self,
            Self::UserVerificationBypass
                | Self::AttestationKeyCompromise
                | Self::UserKeyRemoteCompromise
                | Self::UserKeyPhysicalCompromise
                | Self::Revoked
        )
    }
}

/// A report on a model.
///
/// ```text
/// dictionary StatusReport {                               // FIDO Metadata Service §3.1.3
///     required AuthenticatorStatus status;
///     DOMString effectiveDate;
///     unsigned long authenticatorVersion;
///     DOMString certificate;  DOMString url;  … };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusReport {
    /// What is reported.
    pub status: AuthenticatorStatus,
    /// Since when: the beginning of that day. Without a date, or with one that cannot be read, since ever.
    pub effective: Option<Timestamp>,
    /// The firmware version from which on it is so, for some kinds of report.
    pub authenticator_version: Option<u64>,
    /// The compromised certificate, in base64 of DER as it was sent.
    pub certificate: Option<String>,
    /// Where there is more to read.
    pub url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportJson<'a> {
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow, default)]
    effective_date: Option<Text<'a>>,
    #[serde(default)]
    authenticator_version: Option<u64>,
    #[serde(default)]
    certificate: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

impl StatusReport {
    /// Whether it holds at this instant.
    #[must_use]
    pub fn is_effective(&self, at: Timestamp) -> bool {
        self.effective.is_none_or(|effective| effective <= at)
    }
}

impl From<ReportJson<'_>> for StatusReport {
    fn from(json: ReportJson<'_>) -> Self {
        Self {
            status: AuthenticatorStatus::from(&*json.status),
            effective: json.effective_date.as_deref().and_then(date),
            authenticator_version: json.authenticator_version,
            certificate: json.certificate,
            url: json.url,
        }
    }
}

/// The beginning of a day, `YYYY-MM-DD` in UTC. A time behind the day is passed over.
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
    fn unknown_status_is_kept_and_no_warning() {
        let status = AuthenticatorStatus::from("FIDO_CERTIFIED_L9");
        assert_eq!(status, AuthenticatorStatus::Other("FIDO_CERTIFIED_L9".into()));
        assert!(!status.is_warning());
    }
}
