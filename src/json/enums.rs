//! The enumerations of §5.8 as they travel: strings, of which new ones may appear at any time.

use alloc::{borrow::ToOwned, string::String};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    plain::{FromPlain, Plain},
    text::Text,
};
use crate::limits::TRANSPORT_MAX;

/// How a client reaches an authenticator (§5.8.4 `AuthenticatorTransport`).
///
/// Unknown transports are kept and sent back unchanged, as the specification asks: Chrome has sent `cable`,
/// and the next one is not known yet.
///
/// ```
/// use relying_party::json::Transport;
/// assert_eq!(Transport::from("internal"), Transport::Internal);
/// assert_eq!(Transport::from("cable").as_str(), "cable");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Removable, over USB.
    Usb,
    /// Near-field communication.
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// A smart card with contacts.
    SmartCard,
    /// Another device, usually a phone, over a mix of channels.
    Hybrid,
    /// Built into the client's device.
    Internal,
    /// One that this crate does not know.
    Unknown(UnknownTransport),
}

/// The name of a transport that this crate does not know: at most 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownTransport(String);

impl Transport {
    /// The transport's name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::SmartCard => "smart-card",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
            Self::Unknown(UnknownTransport(name)) => name,
        }
    }

    /// The transport of that name, if it is one that this crate knows.
    fn known(name: &[u8]) -> Option<Self> {
        match name {
            b"usb" => Some(Self::Usb),
            b"nfc" => Some(Self::Nfc),
            b"ble" => Some(Self::Ble),
            b"smart-card" => Some(Self::SmartCard),
            b"hybrid" => Some(Self::Hybrid),
            b"internal" => Some(Self::Internal),
            _ => None,
        }
    }

    /// Whether the name is short enough to be kept.
    pub(crate) fn is_reasonable(&self) -> bool {
        self.as_str().len() <= TRANSPORT_MAX
    }
}

impl From<&str> for Transport {
    fn from(name: &str) -> Self {
        Self::known(name.as_bytes())
            .unwrap_or_else(|| Self::Unknown(UnknownTransport(name.to_owned())))
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Transport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromPlain<'_> for Transport {
    fn from_plain(json: &mut Plain<'_>) -> Option<Self> {
        let name = json.string()?;
        match Self::known(name) {
            Some(known) => Some(known),
            None => core::str::from_utf8(name).ok().map(Self::from),
        }
    }
}

impl<'de> Deserialize<'de> for Transport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(&*Text::deserialize(deserializer)?))
    }
}

/// An enumeration that a relying party chooses from; only its known values can be configured or stored.
macro_rules! string_enum {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            /// The value's name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The value of that name, if it is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = Text::deserialize(deserializer)?;
                Self::from_name(&name).ok_or_else(|| de::Error::unknown_variant(&name, &[$($name),*]))
            }
        }
    };
}

string_enum! {
    /// Where an authenticator is (§5.4.5 `AuthenticatorAttachment`).
    AuthenticatorAttachment {
        /// Part of the client's device.
        Platform = "platform",
        /// Removable or another device.
        CrossPlatform = "cross-platform",
    }
}

string_enum! {
    /// Whether the credential is to be discoverable (§5.4.6 `ResidentKeyRequirement`).
    ResidentKey {
        /// Better not.
        Discouraged = "discouraged",
        /// If the authenticator can.
        Preferred = "preferred",
        /// Fail otherwise.
        Required = "required",
    }
}

string_enum! {
    /// Whether the authenticator is to verify its user (§5.8.6 `UserVerificationRequirement`).
    UserVerification {
        /// A ceremony without it fails.
        Required = "required",
        /// If the authenticator can.
        Preferred = "preferred",
        /// Better not.
        Discouraged = "discouraged",
    }
}

string_enum! {
    /// Whether the relying party wants an attestation statement (§5.4.7 `AttestationConveyancePreference`).
    AttestationConveyance {
        /// Not interested.
        None = "none",
        /// One that the client may anonymise.
        Indirect = "indirect",
        /// As the authenticator makes it.
        Direct = "direct",
        /// With identification of the single device, where the device's owner allows it.
        Enterprise = "enterprise",
    }
}

string_enum! {
    /// What the relying party expects its users to have (§5.8.7 `PublicKeyCredentialHint`).
    Hint {
        /// A physical security key.
        SecurityKey = "security-key",
        /// The device on which the client runs.
        ClientDevice = "client-device",
        /// A phone beside the client.
        Hybrid = "hybrid",
    }
}
