//! How a model was certified at a time.

use core::fmt;

use super::{
    entry::MetadataEntry,
    status::{AuthenticatorStatus, StatusReport},
};
use crate::time::Timestamp;

/// A level of FIDO certification, the lowest first. [`Requirement`](super::Requirement) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CertificationLevel {
    /// Functional certification, which says nothing about security.
    Functional,
    /// Level 1.
    L1,
    /// Level 1+.
    L1Plus,
    /// Level 2: the keys resist attacks on the operating system.
    L2,
    /// Level 2+.
    L2Plus,
    /// Level 3: the keys resist attacks on the circuit board.
    L3,
    /// Level 3+: the keys resist attacks on the chip.
    L3Plus,
}

impl CertificationLevel {
    /// Returns the level that a report gives the model.
    fn of(status: &AuthenticatorStatus) -> Option<Self> {
        Some(match status {
            AuthenticatorStatus::FidoCertified => Self::Functional,
            AuthenticatorStatus::FidoCertifiedL1 => Self::L1,
            AuthenticatorStatus::FidoCertifiedL1Plus => Self::L1Plus,
            AuthenticatorStatus::FidoCertifiedL2 => Self::L2,
            AuthenticatorStatus::FidoCertifiedL2Plus => Self::L2Plus,
            AuthenticatorStatus::FidoCertifiedL3 => Self::L3,
            AuthenticatorStatus::FidoCertifiedL3Plus => Self::L3Plus,
            _ => return None,
        })
    }
}

impl fmt::Display for CertificationLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Functional => "functional certification",
            Self::L1 => "level 1",
            Self::L1Plus => "level 1+",
            Self::L2 => "level 2",
            Self::L2Plus => "level 2+",
            Self::L3 => "level 3",
            Self::L3Plus => "level 3+",
        })
    }
}

/// A certification under FIPS 140. [`Requirement`](super::Requirement) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fips140 {
    /// The overall level, 1 to 4.
    pub level: u8,
    /// The level of physical security, if the report has it.
    pub physical: Option<u8>,
    /// The revision of FIPS 140, if the report has it: 3 for FIPS 140-3.
    pub revision: Option<u8>,
}

impl Fips140 {
    fn of(report: &StatusReport) -> Option<Self> {
        let level = match report.status {
            AuthenticatorStatus::Fips140CertifiedL1 => 1,
            AuthenticatorStatus::Fips140CertifiedL2 => 2,
            AuthenticatorStatus::Fips140CertifiedL3 => 3,
            AuthenticatorStatus::Fips140CertifiedL4 => 4,
            _ => return None,
        };
        let (physical, revision) = (report.fips_physical_level, report.fips_revision);
        Some(Self { level, physical, revision })
    }
}

impl StatusReport {
    /// Returns whether the certification that it reports has expired at this time.
    #[must_use]
    pub fn is_expired(&self, at: Timestamp) -> bool {
        self.sunset.is_some_and(|sunset| sunset <= at)
    }
}

impl MetadataEntry {
    /// Returns the FIDO certification of the model at this time.
    ///
    /// The latest effective report about a level decides, even if an earlier report has a higher one. The result is
    /// `None` if that report has [expired](StatusReport::is_expired). Functional certification counts if there is no
    /// report about a level. A report that the model is not certified ends all earlier ones. A report applies to one
    /// firmware version and later ones, and it is not known which version created a passkey.
    #[must_use]
    pub fn certification_at(&self, at: Timestamp) -> Option<CertificationLevel> {
        let mut latest = None;
        for report in self.reports_at(at) {
            match (CertificationLevel::of(&report.status), latest) {
                // A separate matter, which does not end a level.
                (Some(CertificationLevel::Functional), Some((level, _)))
                    if level > CertificationLevel::Functional => {}
                (Some(level), _) => latest = Some((level, report)),
                (None, _) if report.status == AuthenticatorStatus::NotFidoCertified => {
                    latest = None;
                }
                (None, _) => {}
            }
        }
        latest.filter(|(_, report)| !report.is_expired(at)).map(|(level, _)| level)
    }

    /// Returns the model's FIPS 140 certification at this time. It is taken from the latest effective report about one,
    /// unless that report has [expired](StatusReport::is_expired).
    #[must_use]
    pub fn fips140_at(&self, at: Timestamp) -> Option<Fips140> {
        let reports = self.reports_at(at).filter_map(|report| Some((report, Fips140::of(report)?)));
        reports.last().and_then(|(report, found)| (!report.is_expired(at)).then_some(found))
    }
}
