//! The extensions that this crate knows by name.

use serde::{Deserialize, Serialize};

/// An extension with typed inputs or outputs.
/// [`RegistrationInputs`](crate::extensions::RegistrationInputs) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Extension {
    /// `credProps` (§10.1.3).
    #[serde(rename = "credProps")]
    CredProps,
    /// `prf` (§10.1.4).
    #[serde(rename = "prf")]
    Prf,
    /// `largeBlob` (§10.1.5).
    #[serde(rename = "largeBlob")]
    LargeBlob,
    /// `appid` (§10.1.1).
    #[serde(rename = "appid")]
    AppId,
    /// `appidExclude` (§10.1.2).
    #[serde(rename = "appidExclude")]
    AppIdExclude,
    /// `credProtect` (CTAP 2.1 §12.1).
    #[serde(rename = "credProtect")]
    CredProtect,
    /// `credBlob` and `getCredBlob` (CTAP 2.1 §12.2).
    #[serde(rename = "credBlob")]
    CredBlob,
    /// `minPinLength` (CTAP 2.1 §12.4).
    #[serde(rename = "minPinLength")]
    MinPinLength,
    /// `pinComplexityPolicy` (CTAP 2.2).
    #[serde(rename = "pinComplexityPolicy")]
    PinComplexityPolicy,
    /// `hmac-secret`, as `hmacCreateSecret` and `hmacGetSecret` (CTAP 2.1 §12.5).
    #[serde(rename = "hmac-secret")]
    HmacSecret,
    /// `uvm` (Level 2 §10.3; removed in Level 3).
    #[serde(rename = "uvm")]
    Uvm,
    /// `thirdPartyPayment` (CTAP 2.2), which has no input.
    #[serde(rename = "thirdPartyPayment")]
    ThirdPartyPayment,
}

impl Extension {
    /// All extensions.
    pub const ALL: [Self; 12] = [
        Self::CredProps,
        Self::Prf,
        Self::LargeBlob,
        Self::AppId,
        Self::AppIdExclude,
        Self::CredProtect,
        Self::CredBlob,
        Self::MinPinLength,
        Self::PinComplexityPolicy,
        Self::HmacSecret,
        Self::Uvm,
        Self::ThirdPartyPayment,
    ];

    /// Returns the extension identifier (§9.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredProps => "credProps",
            Self::Prf => "prf",
            Self::LargeBlob => "largeBlob",
            Self::AppId => "appid",
            Self::AppIdExclude => "appidExclude",
            Self::CredProtect => "credProtect",
            Self::CredBlob => "credBlob",
            Self::MinPinLength => "minPinLength",
            Self::PinComplexityPolicy => "pinComplexityPolicy",
            Self::HmacSecret => "hmac-secret",
            Self::Uvm => "uvm",
            Self::ThirdPartyPayment => "thirdPartyPayment",
        }
    }

    /// Returns the extension that a member of the client's inputs or outputs belongs to. Some have several members.
    pub(super) fn of_member(name: &str) -> Option<Self> {
        match name {
            "credentialProtectionPolicy" | "enforceCredentialProtectionPolicy" => {
                Some(Self::CredProtect)
            }
            "getCredBlob" => Some(Self::CredBlob),
            "hmacCreateSecret" | "hmacGetSecret" => Some(Self::HmacSecret),
            _ => Self::ALL.into_iter().find(|extension| extension.as_str() == name),
        }
    }
}

impl core::fmt::Display for Extension {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_written_as_they_are_stored() {
        for extension in Extension::ALL {
            assert_eq!(serde_json::to_value(extension).unwrap(), extension.as_str());
            assert_eq!(Extension::of_member(extension.as_str()), Some(extension));
        }
        for (member, extension) in [
            ("credentialProtectionPolicy", Extension::CredProtect),
            ("enforceCredentialProtectionPolicy", Extension::CredProtect),
            ("getCredBlob", Extension::CredBlob),
            ("hmacCreateSecret", Extension::HmacSecret),
            ("hmacGetSecret", Extension::HmacSecret),
        ] {
            assert_eq!(Extension::of_member(member), Some(extension), "{member}");
        }
        assert_eq!(Extension::of_member("payment"), None);
    }
}
