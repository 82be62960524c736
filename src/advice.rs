//! What to suggest to a user who has just signed in, so that more users have a passkey, and fewer lose access.
//!
//! [`Advice::after`] is a pure function: it has no side effects, and returns the same for the same input. Your page
//! decides which advice it shows, and how often. Nothing here is a security decision: what the browser says about
//! itself is not signed, and a user may decline everything.
//!
//! ```
//! use relying_party::advice::{Account, Advice, ClientCapabilities, SignInMethod};
//! use relying_party::{Passkey, RelyingParty};
//!
//! /// After a sign-in with a password. `posted` is the JSON of `PublicKeyCredential.getClientCapabilities()`.
//! fn after_password(rp: &RelyingParty, posted: &[u8], passkeys: &[Passkey]) -> Vec<Advice> {
//!     let client = ClientCapabilities::from_json(posted).unwrap_or_default();
//!     Advice::after(rp, SignInMethod::Other, &client, &Account::new(passkeys))
//! }
//!
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build()?;
//! let advice = after_password(&rp, br#"{"passkeyPlatformAuthenticator":true}"#, &[]);
//! assert_eq!(advice, [Advice::CreatePasskey]);
//! assert_eq!(advice[0].code(), "create_passkey");
//! # Ok::<(), relying_party::ConfigErrors>(())
//! ```
//!
//! # The rules
//!
//! Advice comes in the order of this table, most urgent first. While passkeys are [disabled](crate::Settings::enabled),
//! the list is empty. A revoked passkey counts as none.
//!
//! | Advice | When |
//! |---|---|
//! | [`ReplaceRevokedModel`](Advice::ReplaceRevokedModel) | for each passkey that you [list as revoked](Account::revoked) |
//! | [`CreateSilently`](Advice::CreateSilently) | the user signed in without a passkey; the browser says that it can create one silently; the settings do not [demand user verification](crate::settings::SettingsBuilder::conditional_create_verifies_user), which a silent creation rarely includes, nor [authenticators that roam](crate::Settings::attachment) |
//! | [`CreatePasskey`](Advice::CreatePasskey) | the user signed in without a passkey, and has none; the browser does not say that it cannot create one |
//! | [`CreateOnThisDevice`](Advice::CreateOnThisDevice) | the user has a passkey, and signed in without one or with one on another device; the browser does not say that this device cannot have one; the settings do not demand authenticators that roam |
//! | [`DeviceBoundOnly`](Advice::DeviceBoundOnly) | the user has passkeys, and all of them are device-bound; the settings [accept synced ones](crate::settings::BackupRule) |
//! | [`AddSecondPasskey`](Advice::AddSecondPasskey) | there is exactly one passkey, none of the advice above leads to a second one, and the browser does not say that it supports none |
//! | [`UpgradeAlgorithm`](Advice::UpgradeAlgorithm) | the user signed in with a passkey on this device whose algorithm is not ML-DSA; the relying party offers ML-DSA; you say that the [client supports it](ClientCapabilities::ml_dsa) |
//!
//! Advice to create a passkey is only given while the account has room for
//! [one more](crate::Settings::max_passkeys_per_user). `DeviceBoundOnly` is a warning, and is always given.

mod capabilities;
mod method;
mod rules;

use alloc::vec::Vec;

use serde::Serialize;

pub use self::{capabilities::ClientCapabilities, method::SignInMethod};
use crate::{bytes::PasskeyId, passkey::Passkey, relying_party::RelyingParty};

/// Something to suggest to a user. [The module](self) lists when each is given, and has an example.
///
/// It serializes as `{"code":"upgrade_algorithm","passkey":"…"}`; `passkey` is absent if the advice is not about a
/// particular passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Advice {
    /// Replace a passkey because you no longer trust its authenticator's model: create another one, then delete this
    /// one.
    ReplaceRevokedModel {
        /// The passkey to replace.
        passkey: PasskeyId,
    },
    /// Create a passkey without asking: call [`BeginOptions::conditional`](crate::flow::BeginOptions::conditional), and
    /// `navigator.credentials.create()` with the mediation `conditional`. It fails quietly if the browser decides that
    /// this is not the right moment. Then follow the next advice.
    CreateSilently,
    /// Offer to create a first passkey. Right after a sign-in by another method is the best moment.
    CreatePasskey,
    /// Offer to create a passkey on this device, so that the next sign-in here needs no other device and no password.
    CreateOnThisDevice,
    /// Warn that losing these devices means losing access, and offer a passkey that syncs, or recovery codes.
    DeviceBoundOnly,
    /// Offer to create a second passkey, with another provider or on a security key.
    AddSecondPasskey,
    /// Offer to replace a passkey with one whose signatures withstand quantum computers.
    ///
    /// Creations [exclude](crate::CreatePasskey) the passkeys that an account has, so the same authenticator creates
    /// another one only after this one was deleted. Only suggest the replacement to users who have another way to sign
    /// in, in case the creation fails.
    UpgradeAlgorithm {
        /// The passkey to replace.
        passkey: PasskeyId,
    },
}

/// The passkeys of an account, and which of them you no longer trust. [The module](self) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account<'a> {
    passkeys: &'a [Passkey],
    revoked: Vec<PasskeyId>,
}

impl<'a> Account<'a> {
    /// The passkeys of an account: all of them, as [`ListPasskeys`](crate::ListPasskeys) returns them.
    #[must_use]
    pub fn new(passkeys: &'a [Passkey]) -> Self {
        Self { passkeys, revoked: Vec::new() }
    }

    /// Says which passkeys you no longer trust, for example because the FIDO metadata have a
    /// [warning](crate::guide::attestation) about their models. Every call adds to the list. IDs of passkeys that the
    /// account does not have are ignored.
    #[must_use]
    pub fn revoked(mut self, passkeys: impl IntoIterator<Item = PasskeyId>) -> Self {
        self.revoked.extend(passkeys);
        self
    }
}

impl Advice {
    /// Returns what to suggest to a user who has just signed in, most urgent first.
    ///
    /// Call it when the sign-in is [complete](crate::flow::SignedIn::is_complete), with the account's passkeys at that
    /// time.
    #[must_use]
    pub fn after(
        rp: &RelyingParty,
        method: SignInMethod,
        client: &ClientCapabilities,
        account: &Account<'_>,
    ) -> Vec<Self> {
        rules::advice(rp, method, client, account)
    }

    /// Returns a stable word for machines, such as the key of a translated sentence.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ReplaceRevokedModel { .. } => "replace_revoked_model",
            Self::CreateSilently => "create_silently",
            Self::CreatePasskey => "create_passkey",
            Self::CreateOnThisDevice => "create_on_this_device",
            Self::DeviceBoundOnly => "device_bound_only",
            Self::AddSecondPasskey => "add_second_passkey",
            Self::UpgradeAlgorithm { .. } => "upgrade_algorithm",
        }
    }

    /// Returns the passkey that the advice is about, if it is about one.
    #[must_use]
    pub const fn passkey(self) -> Option<PasskeyId> {
        match self {
            Self::ReplaceRevokedModel { passkey } | Self::UpgradeAlgorithm { passkey } => {
                Some(passkey)
            }
            Self::CreateSilently
            | Self::CreatePasskey
            | Self::CreateOnThisDevice
            | Self::DeviceBoundOnly
            | Self::AddSecondPasskey => None,
        }
    }

    /// Returns why the advice is given, in a sentence for the user, in English.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::ReplaceRevokedModel { .. } => {
                "This type of security key or device is no longer trusted."
            }
            Self::CreateSilently | Self::CreatePasskey => {
                "With a passkey you sign in faster, and no one can steal it with a fake page."
            }
            Self::CreateOnThisDevice => {
                "With a passkey on this device you need no other device to sign in here."
            }
            Self::DeviceBoundOnly => {
                "Your passkeys exist on single devices only. If you lose them, you cannot sign in."
            }
            Self::AddSecondPasskey => "A second passkey lets you sign in if you lose the first.",
            Self::UpgradeAlgorithm { .. } => {
                "A new passkey also resists attacks by future quantum computers."
            }
        }
    }
}
