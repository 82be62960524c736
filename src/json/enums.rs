//! The enumerations of §5.8 as they are sent: strings, to which new ones may be added at any time.

use alloc::{borrow::ToOwned, string::String};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits::TRANSPORT_MAX;
use crate::text::Text;

/// How a client reaches an authenticator (§5.8.4 `AuthenticatorTransport`).
///
/// Unknown transports are kept and sent back unchanged, as the specification requires: Chrome has sent `cable`, and
/// others will follow.
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
    /// A transport that this crate does not know.
    Unknown(UnknownTransport),
}

/// The name of a transport that this crate does not know. Responses and imported passkeys only keep names of 1 to 32
/// printable ASCII characters. [`Transport`](super::Transport) has an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownTransport(String);

impl Transport {
    /// Returns the transport's name as sent.
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

    /// Returns whether a name is kept: 1 to 32 printable ASCII characters without spaces.
    pub(crate) fn is_reasonable(name: &str) -> bool {
        (1..=TRANSPORT_MAX).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl From<&str> for Transport {
    fn from(name: &str) -> Self {
        match name {
            "usb" => Self::Usb,
            "nfc" => Self::Nfc,
            "ble" => Self::Ble,
            "smart-card" => Self::SmartCard,
            "hybrid" => Self::Hybrid,
            "internal" => Self::Internal,
            _ => Self::Unknown(UnknownTransport(name.to_owned())),
        }
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

impl<'de> Deserialize<'de> for Transport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(&*Text::deserialize(deserializer)?))
    }
}

/// An enumeration whose values have names.
macro_rules! named_enum {
    ($(#[$attribute:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            /// Returns the name of the value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the value with that name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use named_enum;

/// An enumeration that is a string in JSON. Only its known values can be read.
macro_rules! string_enum {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $crate::json::named_enum! { $(#[$doc])* $type { $($(#[$variant_doc])* $variant = $name,)* } }

        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <$crate::text::Text<'_> as ::serde::Deserialize>::deserialize(deserializer)?;
                Self::from_name(&name).ok_or_else(|| {
                    ::serde::de::Error::unknown_variant(&name, &[$($name),*])
                })
            }
        }
    };
}

pub(crate) use string_enum;

string_enum! {
    /// How an authenticator is attached (§5.4.5 `AuthenticatorAttachment`).
    /// [`SettingsBuilder`](crate::settings::SettingsBuilder) has an example.
    AuthenticatorAttachment {
        /// Part of the client's device.
        Platform = "platform",
        /// Removable, or another device.
        CrossPlatform = "cross-platform",
    }
}

string_enum! {
    /// Whether the credential must be discoverable (§5.4.6 `ResidentKeyRequirement`).
    /// [`SettingsBuilder`](crate::settings::SettingsBuilder) has an example.
    ResidentKey {
        /// Preferably not.
        Discouraged = "discouraged",
        /// If the authenticator supports it.
        Preferred = "preferred",
        /// Otherwise the ceremony fails.
        Required = "required",
    }
}

string_enum! {
    /// Whether the authenticator must verify its user (§5.8.6 `UserVerificationRequirement`).
    /// [`SettingsBuilder`](crate::settings::SettingsBuilder) has an example.
    UserVerification {
        /// Otherwise the ceremony fails.
        Required = "required",
        /// If the authenticator supports it.
        Preferred = "preferred",
        /// Preferably not.
        Discouraged = "discouraged",
    }
}

string_enum! {
    /// Whether the relying party wants an attestation statement (§5.4.7 `AttestationConveyancePreference`).
    /// [`SettingsBuilder`](crate::settings::SettingsBuilder) has an example.
    AttestationConveyance {
        /// Not wanted.
        None = "none",
        /// Wanted. The client may anonymize it.
        Indirect = "indirect",
        /// Wanted, as the authenticator creates it.
        Direct = "direct",
        /// Wanted, with an identifier of the individual device, if the device's owner allows it.
        Enterprise = "enterprise",
    }
}

string_enum! {
    /// Which kind of authenticator the relying party expects its users to have (§5.8.7 `PublicKeyCredentialHint`).
    /// [`SettingsBuilder`](crate::settings::SettingsBuilder) has an example.
    Hint {
        /// A physical security key.
        SecurityKey = "security-key",
        /// The device that the client runs on.
        ClientDevice = "client-device",
        /// A phone, next to the client.
        Hybrid = "hybrid",
    }
}
