//! The name that a new passkey gets: from the authenticator that made it.

#[cfg(feature = "aaguid-names")]
mod aaguids;

use alloc::{borrow::Cow, string::String};

use crate::{
    bytes::Aaguid,
    json::{AuthenticatorAttachment, Transport},
    name::PasskeyName,
};

/// Names of authenticator models from elsewhere: [metadata](crate::mds::Metadata), a table of the host's, names in the
/// user's language. Given to [`RelyingPartyBuilder::authenticator_names`](crate::RelyingPartyBuilder), it is asked
/// first.
///
/// ```
/// use std::sync::Arc;
/// use relying_party::{Aaguid, RelyingParty};
/// let company_keys: Aaguid = "11111111-2222-3333-4444-555555555555".parse().unwrap();
/// let names = move |aaguid: Aaguid| (aaguid == company_keys).then(|| "Company key".to_owned());
/// let rp = RelyingParty::builder("example.com", "Example")
///     .origin("https://example.com")
///     .authenticator_names(Arc::new(names))
///     .build()?;
/// assert_eq!(rp.authenticator_name(company_keys).as_deref(), Some("Company key"));
/// # Ok::<(), relying_party::ConfigErrors>(())
/// ```
pub trait AuthenticatorNames: Send + Sync {
    /// The name of the model, if it is known here. What a [`PasskeyName`] may not hold is left out of a passkey's name,
    /// and what is too long is cut.
    fn name(&self, aaguid: Aaguid) -> Option<String>;
}

impl<F: Fn(Aaguid) -> Option<String> + Send + Sync> AuthenticatorNames for F {
    fn name(&self, aaguid: Aaguid) -> Option<String> {
        self(aaguid)
    }
}

/// In English.
#[cfg(feature = "mds")]
impl AuthenticatorNames for crate::mds::Metadata {
    fn name(&self, aaguid: Aaguid) -> Option<String> {
        self.entry(aaguid)?.name("en").map(Into::into)
    }
}

/// The name of a model: by the host's names, else by this crate's.
pub(crate) fn name_of(
    names: Option<&dyn AuthenticatorNames>,
    aaguid: Aaguid,
) -> Option<Cow<'static, str>> {
    let theirs = names.and_then(|names| names.name(aaguid)).map(Cow::Owned);
    theirs.or_else(|| authenticator_name(aaguid).map(Cow::Borrowed))
}

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
    names: Option<&dyn AuthenticatorNames>,
    aaguid: Aaguid,
    attachment: Option<AuthenticatorAttachment>,
    transports: &[Transport],
) -> PasskeyName {
    let model = name_of(names, aaguid).and_then(|name| PasskeyName::fitting(&name));
    model.unwrap_or_else(|| PasskeyName::of_the_crate(by_place(attachment, transports)))
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
        suggest(None, aaguid.parse().unwrap(), attachment, transports)
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
    fn names_of_the_host_come_first_and_are_made_to_fit() {
        let table = [
            ("Ada\u{2028} Key", "Ada Key"),
            ("\u{200b}", "This device"),
            (" Schlu\u{308}ssel ", "Schl\u{fc}ssel"),
        ];
        for (given, name) in table {
            let names = |_: Aaguid| Some(String::from(given));
            let platform = Some(AuthenticatorAttachment::Platform);
            let model = "bada5566-a7aa-401f-bd96-45619a55120d".parse().unwrap();
            assert_eq!(suggest(Some(&names), model, platform, &[]).as_str(), name);
        }
        let nothing = |_: Aaguid| None;
        let key = [Transport::Usb];
        let zero = ZERO.parse().unwrap();
        assert_eq!(suggest(Some(&nothing), zero, None, &key).as_str(), "Security key");
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
