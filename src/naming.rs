//! The name of a new passkey, which comes from its authenticator.
//!
//! # Default names
//!
//! A passkey for which the host gives no [name](crate::flow::BeginOptions::name) is named after the first of these that
//! is known:
//!
//! 1. its authenticator's model: [`AuthenticatorNames`], otherwise [`authenticator_name`];
//! 2. its authenticator, as the browser calls it (`credProps.authenticatorDisplayName`);
//! 3. what the host knows of the browser: [`BeginOptions::fallback_name`](crate::flow::BeginOptions::fallback_name);
//! 4. its kind: "Security key" for a roaming, device-bound authenticator, "Passkey" otherwise.
//!
//! No two passkeys of an account get the same name: the second one is "Security key 2".

#[cfg(feature = "aaguid-names")]
mod aaguids;

use alloc::{borrow::Cow, string::String};

use crate::{
    assurance::AaguidAssurance,
    bytes::Aaguid,
    json::{AuthenticatorAttachment, Transport},
    name::PasskeyName,
};

/// Names of authenticator models from another source: metadata (`mds::Metadata`), the host's table, or names in the
/// user's language. Pass it to [`RelyingPartyBuilder::authenticator_names`](crate::RelyingPartyBuilder). It is asked
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
    /// Returns the name of the model, if known. Characters that a [`PasskeyName`] cannot contain are removed, and a
    /// long name is cut.
    fn name(&self, aaguid: Aaguid) -> Option<String>;

    /// Returns the name of the model for an authenticator that only [claims](crate::AaguidAssurance) to be of it.
    /// Nearly all do, because password managers attest nothing. The default is the same name. If your users rely on the
    /// name, you can mark it or return `None`.
    ///
    /// ```
    /// use relying_party::{Aaguid, naming::AuthenticatorNames};
    /// struct CompanyKeys;
    /// impl AuthenticatorNames for CompanyKeys {
    ///     fn name(&self, _: Aaguid) -> Option<String> {
    ///         Some("Company key".into())
    ///     }
    ///     fn claimed_name(&self, aaguid: Aaguid) -> Option<String> {
    ///         self.name(aaguid).map(|name| name + " (unverified)")
    ///     }
    /// }
    /// ```
    fn claimed_name(&self, aaguid: Aaguid) -> Option<String> {
        self.name(aaguid)
    }
}

impl<F: Fn(Aaguid) -> Option<String> + Send + Sync> AuthenticatorNames for F {
    fn name(&self, aaguid: Aaguid) -> Option<String> {
        self(aaguid)
    }
}

/// Returns the name of a model: from the host's names, otherwise from this crate's.
pub(crate) fn name_of(
    names: Option<&dyn AuthenticatorNames>,
    aaguid: Aaguid,
    assurance: AaguidAssurance,
) -> Option<Cow<'static, str>> {
    let theirs = names.and_then(|names| match assurance {
        AaguidAssurance::Attested => names.name(aaguid),
        AaguidAssurance::Claimed => names.claimed_name(aaguid),
    });
    let theirs = theirs.map(Cow::Owned);
    theirs.or_else(|| authenticator_name(aaguid).map(Cow::Borrowed))
}

/// Returns the name of the authenticator model with this AAGUID, if known: "iCloud Keychain", "1Password".
///
/// Only for display: unless the AAGUID is [attested](crate::AaguidAssurance), the authenticator only claims it. Without
/// the feature `aaguid-names` no names are known.
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

/// What is known about the authenticator that created a passkey.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker<'a> {
    pub(crate) model: (Aaguid, AaguidAssurance),
    /// The client's name for it.
    pub(crate) told: Option<&'a str>,
    pub(crate) attachment: Option<AuthenticatorAttachment>,
    pub(crate) transports: &'a [Transport],
    pub(crate) backup_eligible: bool,
}

/// Returns the authenticator's name by AAGUID, otherwise the client's name for it, otherwise the host's fallback,
/// otherwise the kind of authenticator.
pub(crate) fn suggest(
    names: Option<&dyn AuthenticatorNames>,
    maker: Maker<'_>,
    fallback: Option<PasskeyName>,
) -> PasskeyName {
    let (aaguid, assurance) = maker.model;
    let model = name_of(names, aaguid, assurance).and_then(|name| PasskeyName::fitting(&name));
    let best = model.or_else(|| maker.told.and_then(PasskeyName::fitting)).or(fallback);
    best.unwrap_or_else(|| PasskeyName::of_the_crate(maker.kind()))
}

impl Maker<'_> {
    /// A security key is a roaming authenticator that does not sync its passkeys. "This device" would be wrong on every
    /// other device where the list is read.
    fn kind(&self) -> &'static str {
        let reaches = |transport| self.transports.contains(&transport);
        let roams = match self.attachment {
            Some(attachment) => attachment == AuthenticatorAttachment::CrossPlatform,
            None => {
                reaches(Transport::Usb)
                    || reaches(Transport::Nfc)
                    || reaches(Transport::Ble)
                    || reaches(Transport::SmartCard)
            }
        };
        // A phone is a roaming authenticator too.
        let is_device = reaches(Transport::Hybrid) || reaches(Transport::Internal);
        if roams && !is_device && !self.backup_eligible { "Security key" } else { "Passkey" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker<'a>(
        aaguid: &str,
        attachment: Option<AuthenticatorAttachment>,
        transports: &'a [Transport],
    ) -> Maker<'a> {
        let model = claimed(aaguid);
        Maker { model, told: None, attachment, transports, backup_eligible: false }
    }

    fn claimed(aaguid: &str) -> (Aaguid, AaguidAssurance) {
        (aaguid.parse().unwrap(), AaguidAssurance::Claimed)
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
            let fallback = Some("Chrome on macOS".parse().unwrap());
            assert_eq!(suggest(None, maker(aaguid, platform, &[]), fallback).as_str(), name);
        }
    }

    #[test]
    fn names_of_the_host_come_first_and_are_made_to_fit() {
        let table = [
            ("Ada\u{2028} Key", "Ada Key"),
            ("\u{200b}", "Passkey"),
            (" Schlu\u{308}ssel ", "Schl\u{fc}ssel"),
        ];
        for (given, name) in table {
            let names = |_: Aaguid| Some(String::from(given));
            let platform = Some(AuthenticatorAttachment::Platform);
            let maker = maker("bada5566-a7aa-401f-bd96-45619a55120d", platform, &[]);
            assert_eq!(suggest(Some(&names), maker, None).as_str(), name);
        }
        let nothing = |_: Aaguid| None;
        let key = maker(ZERO, None, &[Transport::Usb]);
        assert_eq!(suggest(Some(&nothing), key, None).as_str(), "Security key");
    }

    #[test]
    fn unknown_model_is_named_as_the_client_calls_it() {
        let key = maker(ZERO, None, &[Transport::Usb]);
        let told = |told: &str| {
            let fallback = (!told.starts_with('\u{200b}')).then(|| "A fallback".parse().unwrap());
            suggest(None, Maker { told: Some(told), ..key }, fallback)
        };
        assert_eq!(told(" Blue\u{202e} key ").as_str(), "Blue key");
        assert_eq!(told("\u{200b}").as_str(), "Security key", "nothing of it can be seen");
        assert_eq!(told(&"long ".repeat(1000)).as_str().chars().count(), 99);
        let names = |_: Aaguid| Some(String::from("Known"));
        let known = suggest(Some(&names), Maker { told: Some("Blue key"), ..key }, None);
        assert_eq!(known.as_str(), "Known", "what the host knows comes first");
    }

    #[test]
    fn host_can_name_claimed_models_differently() {
        struct Names;
        impl AuthenticatorNames for Names {
            fn name(&self, _: Aaguid) -> Option<String> {
                Some("Company key".into())
            }
            fn claimed_name(&self, _: Aaguid) -> Option<String> {
                None
            }
        }
        for (assurance, name) in
            [(AaguidAssurance::Attested, "Company key"), (AaguidAssurance::Claimed, "Passkey")]
        {
            let (model, _) = claimed(ZERO);
            let maker = Maker { model: (model, assurance), ..maker(ZERO, None, &[]) };
            assert_eq!(suggest(Some(&Names), maker, None).as_str(), name);
        }
    }

    #[test]
    fn unknown_model_is_named_by_the_fallback_of_the_host() {
        for transports in [&[][..], &[Transport::Usb], &[Transport::Internal]] {
            let fallback = Some("Chrome on macOS".parse().unwrap());
            let suggested = suggest(None, maker(ZERO, None, transports), fallback);
            assert_eq!(suggested.as_str(), "Chrome on macOS");
        }
    }

    #[test]
    fn unknown_model_without_a_fallback_is_a_security_key_if_it_roams_and_is_device_bound() {
        use AuthenticatorAttachment::{CrossPlatform, Platform};
        use Transport::{Ble, Hybrid, Internal, Nfc, SmartCard, Usb};
        let table: &[(Option<AuthenticatorAttachment>, &[Transport], &str)] = &[
            (Some(Platform), &[Internal], "Passkey"),
            (Some(Platform), &[Internal, Hybrid], "Passkey"),
            (Some(Platform), &[Usb], "Passkey"),
            (Some(CrossPlatform), &[Internal, Hybrid], "Passkey"),
            (Some(CrossPlatform), &[Hybrid], "Passkey"),
            (Some(CrossPlatform), &[Usb, Nfc], "Security key"),
            (Some(CrossPlatform), &[], "Security key"),
            (None, &[Hybrid, Internal], "Passkey"),
            (None, &[Usb], "Security key"),
            (None, &[Nfc], "Security key"),
            (None, &[Ble], "Security key"),
            (None, &[SmartCard], "Security key"),
            (None, &[Internal], "Passkey"),
            (None, &[], "Passkey"),
        ];
        for (attachment, transports, name) in table {
            let device_bound = maker(ZERO, *attachment, transports);
            assert_eq!(suggest(None, device_bound, None).as_str(), *name);
            let synced = Maker { backup_eligible: true, ..device_bound };
            assert_eq!(suggest(None, synced, None).as_str(), "Passkey");
        }
    }
}
