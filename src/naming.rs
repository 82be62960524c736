//! The name that a new passkey gets: from the authenticator that made it.

#[cfg(feature = "aaguid-names")]
mod aaguids;

use crate::{
    bytes::Aaguid,
    json::{AuthenticatorAttachment, Transport},
    name::PasskeyName,
};

/// The name of the authenticator model with this AAGUID, if it is known: "iCloud Keychain", "1Password".
///
/// For display only: without a trusted attestation anybody can claim any AAGUID. Knows nothing without the feature
/// `aaguid-names`.
///
/// ```
/// # #[cfg(feature = "aaguid-names")] {
/// use relying_party::naming::authenticator_name;
/// let aaguid = "bada5566-a7aa-401f-bd96-45619a55120d".parse().unwrap();
/// assert_eq!(authenticator_name(aaguid), Some("1Password"));
/// # }
/// ```
#[must_use]
pub fn authenticator_name(aaguid: Aaguid) -> Option<&'static str> {
    #[cfg(feature = "aaguid-names")]
    return aaguids::name(aaguid);
    #[cfg(not(feature = "aaguid-names"))]
    {
        let _ = aaguid;
        None
    }
}

/// By AAGUID, else by where the authenticator is, else "Passkey".
pub(crate) fn suggest(
    aaguid: Aaguid,
    attachment: Option<AuthenticatorAttachment>,
    transports: &[Transport],
) -> PasskeyName {
    let name = authenticator_name(aaguid).unwrap_or_else(|| by_place(attachment, transports));
    PasskeyName::of_the_crate(name)
}

fn by_place(attachment: Option<AuthenticatorAttachment>, transports: &[Transport]) -> &'static str {
    let reaches = |transport| transports.contains(&transport);
    let is_removable = reaches(Transport::Usb)
        || reaches(Transport::Nfc)
        || reaches(Transport::Ble)
        || reaches(Transport::SmartCard);
    let is_phone = reaches(Transport::Hybrid);
    match attachment {
        // A phone's passkey may be used from elsewhere too, but it was made on this device.
        Some(AuthenticatorAttachment::Platform) => "This device",
        _ if is_phone => "Phone or tablet",
        Some(AuthenticatorAttachment::CrossPlatform) => "Security key",
        None if is_removable => "Security key",
        None if reaches(Transport::Internal) => "This device",
        None => "Passkey",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(
        aaguid: &str,
        attachment: Option<AuthenticatorAttachment>,
        transports: &[Transport],
    ) -> PasskeyName {
        suggest(aaguid.parse().unwrap(), attachment, transports)
    }

    const ZERO: &str = "00000000-0000-0000-0000-000000000000";

    #[cfg(feature = "aaguid-names")]
    #[test]
    fn known_model_gives_the_name() {
        let table = [
            ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain (Managed)"),
            ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
            ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
            ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
            ("ee882879-721c-4913-9775-3dfcce97072a", "YubiKey 5 Series"),
        ];
        for (aaguid, name) in table {
            let platform = Some(AuthenticatorAttachment::Platform);
            assert_eq!(suggested(aaguid, platform, &[]).as_str(), name);
        }
    }

    #[test]
    fn unknown_model_is_named_by_its_place() {
        use AuthenticatorAttachment::{CrossPlatform, Platform};
        use Transport::{Ble, Hybrid, Internal, Nfc, SmartCard, Usb};
        let table: &[(Option<AuthenticatorAttachment>, &[Transport], &str)] = &[
            (Some(Platform), &[Internal], "This device"),
            (Some(Platform), &[Internal, Hybrid], "This device"),
            (Some(CrossPlatform), &[Internal, Hybrid], "Phone or tablet"),
            (Some(CrossPlatform), &[Usb, Nfc], "Security key"),
            (Some(CrossPlatform), &[], "Security key"),
            (None, &[Hybrid, Internal], "Phone or tablet"),
            (None, &[Usb], "Security key"),
            (None, &[Nfc], "Security key"),
            (None, &[Ble], "Security key"),
            (None, &[SmartCard], "Security key"),
            (None, &[Internal], "This device"),
            (None, &[], "Passkey"),
        ];
        for (attachment, transports, name) in table {
            assert_eq!(suggested(ZERO, *attachment, transports).as_str(), *name);
        }
    }
}
