//! The model of an authenticator.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text::Text;

/// An AAGUID: the model of an authenticator, 16 bytes (§6.5.1). All zeros means unknown.
///
/// ```
/// use relying_party::Aaguid;
/// let aaguid: Aaguid = "bada5566-a7aa-401f-bd96-45619a55120d".parse()?;
/// assert!(!aaguid.is_zero());
/// # Ok::<(), relying_party::InvalidAaguid>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid([u8; 16]);

/// The text is not an AAGUID, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` in hexadecimal.
/// [`Aaguid`](crate::Aaguid) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AAGUID is 32 hexadecimal digits in groups of 8-4-4-4-12")]
pub struct InvalidAaguid;

impl Aaguid {
    /// Creates the AAGUID with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, most significant first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns whether the authenticator does not report its model.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == [0; 16]
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aaguid({self})")
    }
}

impl core::str::FromStr for Aaguid {
    type Err = InvalidAaguid;

    fn from_str(text: &str) -> Result<Self, InvalidAaguid> {
        let groups_stand_right = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            });
        if !groups_stand_right {
            return Err(InvalidAaguid);
        }
        let digits = text.bytes().filter(|byte| *byte != b'-').collect::<Vec<_>>();
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = core::str::from_utf8(pair).map_err(|_| InvalidAaguid)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| InvalidAaguid)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Aaguid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aaguid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aaguids_have_one_spelling() {
        let text = "bada5566-a7aa-401f-bd96-45619a55120d";
        assert_eq!(alloc::format!("{}", text.parse::<Aaguid>().unwrap()), text);
        for other in [
            "",
            "bada5566",
            "bada5566-a7aa-401f-bd96-45619a55120",
            "bada5566-a7aa-401f-bd96-45619a55120d0",
            "bada5566a7aa401fbd9645619a55120d",
            "bada5566a7aa401fbd9645619a55120dbada",
            "bada5566-a7aa-401f-bd96-45619a55120g",
            "bada5566-a7aa-401f-bd96-45619a55120-",
            "{bada5566-a7aa-401f-bd96-45619a5512}",
        ] {
            assert_eq!(other.parse::<Aaguid>(), Err(InvalidAaguid), "{other}");
        }
    }
}
