//! The words of a metadata statement, from the FIDO Registry of Predefined Values.

use alloc::{string::String, vec::Vec};

use serde_json::value::RawValue;

use super::{
    member::{elements, member},
    omission::{OmissionReason, Omissions},
};
use crate::{
    json::named_enum,
    limits::{MDS_ICON_MAX, MDS_LIST_MAX},
    text::Text,
};

named_enum! {
    /// How a model protects its keys (FIDO Registry of Predefined Values §3.2). A model has several of them: a security
    /// key is usually `hardware` and `secure_element`. [`Requirement`](super::Requirement) has an example.
    #[non_exhaustive]
    KeyProtection {
        /// By software.
        Software = "software",
        /// By hardware.
        Hardware = "hardware",
        /// By a trusted execution environment.
        Tee = "tee",
        /// By a secure element.
        SecureElement = "secure_element",
        /// The authenticator does not store its keys: the credential ID contains them, encrypted.
        RemoteHandle = "remote_handle",
    }
}

named_enum! {
    /// How a model protects the comparison that verifies its user, such as that of a fingerprint or a PIN (FIDO
    /// Registry of Predefined Values §3.3). [`Requirement`](super::Requirement) has an example.
    #[non_exhaustive]
    MatcherProtection {
        /// By software.
        Software = "software",
        /// By a trusted execution environment.
        Tee = "tee",
        /// On the chip of the authenticator.
        OnChip = "on_chip",
    }
}

named_enum! {
    /// How a model can verify its user (FIDO Registry of Predefined Values §3.1). Internal means on the authenticator
    /// itself, external on the client's device. [`Requirement`](super::Requirement) has an example.
    #[non_exhaustive]
    VerificationMethod {
        /// A touch, which only proves presence.
        PresenceInternal = "presence_internal",
        /// A fingerprint.
        FingerprintInternal = "fingerprint_internal",
        /// A PIN or password, entered on the authenticator.
        PasscodeInternal = "passcode_internal",
        /// A voice.
        VoiceprintInternal = "voiceprint_internal",
        /// A face.
        FaceprintInternal = "faceprint_internal",
        /// A location.
        LocationInternal = "location_internal",
        /// An eye.
        EyeprintInternal = "eyeprint_internal",
        /// A pattern, drawn on the authenticator.
        PatternInternal = "pattern_internal",
        /// A hand.
        HandprintInternal = "handprint_internal",
        /// A PIN or password, entered on the client's device.
        PasscodeExternal = "passcode_external",
        /// A pattern, drawn on the client's device.
        PatternExternal = "pattern_external",
        /// Nothing.
        None = "none",
        /// All methods of the combination that it is in, instead of one of them.
        All = "all",
    }
}

/// Reads a list of words. Unknown words are not listed. Of a list with more than [`MDS_LIST_MAX`] elements nothing is.
pub(super) fn list<'a, T>(
    json: Option<&'a RawValue>,
    name: &'static str,
    omissions: &mut Omissions,
    read: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let (mut found, mut count) = (Vec::new(), 0_usize);
    elements(json, name, omissions, |text: Option<Text<'a>>, _| {
        count = count.saturating_add(1);
        if count <= MDS_LIST_MAX {
            found.extend(text.as_deref().and_then(&read));
        }
        // One omission is enough for those beyond the limit.
        text.is_some() && count != MDS_LIST_MAX.saturating_add(1)
    });
    if count > MDS_LIST_MAX { Vec::new() } else { found }
}

/// Reads `userVerificationDetails`: combinations, of which one is enough. Of more than [`MDS_LIST_MAX`], or of a
/// combination with more methods, nothing is listed.
///
/// ```text
/// typedef VerificationMethodDescriptor[] VerificationMethodANDCombinations;   // FIDO Metadata Statement
/// dictionary VerificationMethodDescriptor { required DOMString userVerificationMethod; … };
/// ```
pub(super) fn combinations(
    json: Option<&RawValue>,
    omissions: &mut Omissions,
) -> Vec<Vec<VerificationMethod>> {
    const NAME: &str = "userVerificationDetails";
    let list = member::<Vec<&RawValue>>(json, NAME, omissions).unwrap_or_default();
    if list.len() > MDS_LIST_MAX {
        omissions.add(OmissionReason::Member(NAME));
        return Vec::new();
    }
    let read = |combination: &RawValue| {
        let methods: Vec<Method<'_>> = serde_json::from_str(combination.get()).ok()?;
        let is_short = methods.len() <= MDS_LIST_MAX;
        let known = |it: &Method<'_>| VerificationMethod::from_name(&it.user_verification_method);
        is_short.then(|| methods.iter().filter_map(known).collect::<Vec<_>>())
    };
    let mut found = Vec::new();
    for combination in list {
        match read(combination) {
            Some(methods) => found.push(methods),
            None => omissions.add(OmissionReason::Member(NAME)),
        }
    }
    found
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Method<'a> {
    #[serde(borrow)]
    user_verification_method: Text<'a>,
}

/// Reads an icon: the `data:` URL of an image. With any other URL, a page that shows the icon could load something from
/// another site, and with other characters than those of base64, a page that does not escape it could be injected into.
pub(super) fn icon(
    json: Option<&RawValue>,
    name: &'static str,
    omissions: &mut Omissions,
) -> Option<String> {
    let text = member::<Text<'_>>(json, name, omissions)?;
    let is_base64 =
        |data: &str| data.bytes().all(|it| it.is_ascii_alphanumeric() || b"+/=".contains(&it));
    let is_image = ["data:image/png;base64,", "data:image/svg+xml;base64,"]
        .iter()
        .any(|start| text.strip_prefix(start).is_some_and(is_base64));
    let is_short = text.len() <= MDS_ICON_MAX;
    if is_image && is_short {
        Some((*text).into())
    } else {
        omissions.add(OmissionReason::Member(name));
        None
    }
}
