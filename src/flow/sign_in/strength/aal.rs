//! Authentication assurance levels.

use core::fmt;

use serde::Serialize;

use super::{KeyPlace, Strength};

/// An authentication assurance level of NIST SP 800-63B-4 §2. Later variants are higher.
///
/// ```
/// use relying_party::flow::Aal;
/// assert!(Aal::Aal3 > Aal::Aal2);
/// assert_eq!(Aal::Aal2.to_string(), "AAL2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Aal {
    /// One factor (§2.1).
    Aal1,
    /// Two factors (§2.2).
    Aal2,
    /// Two factors and resistance to phishing. One factor is a key that cannot leave its hardware (§2.3).
    Aal3,
}

impl Aal {
    pub(super) fn of(strength: &Strength) -> Self {
        match strength {
            Strength { user_verified: true, key_place: KeyPlace::Hardware, .. } => Self::Aal3,
            Strength { user_verified: true, .. } | Strength { second_factor: true, .. } => {
                Self::Aal2
            }
            _ => Self::Aal1,
        }
    }
}

impl fmt::Display for Aal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aal1 => "AAL1",
            Self::Aal2 => "AAL2",
            Self::Aal3 => "AAL3",
        })
    }
}
