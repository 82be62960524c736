//! The claims `amr` and `acr` of an ID token.

use alloc::{vec, vec::Vec};
use core::fmt;

use serde::Serialize;

use super::{KeyPlace, Strength, VerifiedBy};
use crate::json::named_enum;

named_enum! {
    /// An authentication context class (OpenID Connect EAP ACR Values 1.0). Later variants are stronger, so you can
    /// compare one with what a client asked for in `acr_values`.
    ///
    /// ```
    /// use relying_party::flow::Acr;
    /// assert!(Acr::Phrh > Acr::Phr);
    /// assert_eq!(Acr::from_name("phrh"), Some(Acr::Phrh));
    /// assert_eq!(Acr::Phr.as_str(), "phr");
    /// ```
    #[derive(Serialize)]
    #[serde(rename_all = "lowercase")]
    Acr {
        /// `phr`: resistant to phishing.
        Phr = "phr",
        /// `phrh`: resistant to phishing, with a key that is protected by hardware.
        Phrh = "phrh",
    }
}

impl fmt::Display for Acr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

pub(super) fn acr(strength: &Strength) -> Acr {
    match strength.key_place {
        KeyPlace::Hardware => Acr::Phrh,
        KeyPlace::Software | KeyPlace::Unproven | KeyPlace::AttestedModel(_) => Acr::Phr,
    }
}

pub(super) fn amr(strength: &Strength) -> Vec<&'static str> {
    let key = match strength.key_place {
        KeyPlace::Hardware => "hwk",
        KeyPlace::Software => "swk",
        KeyPlace::Unproven | KeyPlace::AttestedModel(_) => "pop",
    };
    let VerifiedBy { pin, fingerprint, face } = strength.verified_by;
    let has_two_factors = strength.user_verified || strength.second_factor;
    let known = [(pin, "pin"), (fingerprint, "fpt"), (face, "face"), (has_two_factors, "mfa")];
    let mut amr = vec![key, "user"];
    amr.extend(known.into_iter().filter(|(is_known, _)| *is_known).map(|(_, name)| name));
    amr
}
