//! How a test authenticator behaves.

use alloc::{vec, vec::Vec};

use super::{TestAlgorithm, TestAttestation, authenticator_data::flags};
use crate::{
    Aaguid,
    json::{AuthenticatorAttachment, Transport},
};

/// How a test authenticator behaves. It can change between ceremonies.
///
/// The default is a passkey provider on a phone or computer: user verified, backed up, discoverable, no sign
/// counter, no attestation.
///
/// ```
/// use relying_party::test_authenticator::{SignCounter, TestAuthenticator, UserHandleReply};
/// let security_key = TestAuthenticator::new("a security key").with(|it| {
///     it.backup_eligible = false;
///     it.counter = SignCounter::Counting;
///     it.user_handle = UserHandleReply::WhenDiscovered;
/// });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent switches")]
#[non_exhaustive]
pub struct Behaviour {
    /// The model.
    pub aaguid: Aaguid,
    /// The algorithms that it supports. It uses the first *offered* one of these. The default is
    /// [all](TestAlgorithm::ALL).
    pub algorithms: Vec<TestAlgorithm>,
    /// What it attests, regardless of what was requested. The default is nothing.
    pub attestation: TestAttestation,
    /// The transports that `getTransports()` returns.
    pub transports: Vec<Transport>,
    /// How it is attached. `None` reports nothing.
    pub attachment: Option<AuthenticatorAttachment>,
    /// Whether the user touches it: the UP flag.
    pub user_present: bool,
    /// Whether it verifies its user: the UV flag. If not, it fails if verification is required.
    pub user_verified: bool,
    /// Whether its credentials are eligible for backup: the BE flag.
    pub backup_eligible: bool,
    /// Whether its credentials are backed up: the BS flag. Not reported while `backup_eligible` is false.
    pub backed_up: bool,
    /// Whether its credentials are discoverable. If not, it fails if that is required.
    pub discoverable: bool,
    /// Its sign counters.
    pub counter: SignCounter,
    /// The length of a new credential ID in bytes. The default is 32.
    pub credential_id_length: usize,
    /// When it names the user.
    pub user_handle: UserHandleReply,
    /// The user handle of the account that its user chooses if several can answer. Otherwise the newest credential
    /// answers.
    pub account: Option<Vec<u8>>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            aaguid: TEST_AAGUID,
            algorithms: TestAlgorithm::ALL.to_vec(),
            attestation: TestAttestation::None,
            transports: vec![Transport::Hybrid, Transport::Internal],
            attachment: Some(AuthenticatorAttachment::Platform),
            user_present: true,
            user_verified: true,
            backup_eligible: true,
            backed_up: true,
            discoverable: true,
            counter: SignCounter::Zero,
            credential_id_length: 32,
            user_handle: UserHandleReply::Always,
            account: None,
        }
    }
}

impl Behaviour {
    /// Returns the flags that result from the behaviour: UP, UV, BE, BS.
    pub(super) fn flags(&self) -> u8 {
        [
            (self.user_present, flags::UP),
            (self.user_verified, flags::UV),
            (self.backup_eligible, flags::BE),
            (self.backup_eligible && self.backed_up, flags::BS),
        ]
        .into_iter()
        .filter(|(set, _)| *set)
        .fold(0, |flags, (_, flag)| flags | flag)
    }
}

/// The default AAGUID of a test authenticator: `test-authenticat` in ASCII.
pub const TEST_AAGUID: Aaguid = Aaguid::new(*b"test-authenticat");

/// What an authenticator does with `signCount` (§6.1.1). [`Behaviour`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignCounter {
    /// It has no counter, and sends 0.
    #[default]
    Zero,
    /// One counter per credential: 1 at registration, and incremented at every use.
    Counting,
    /// Always sends this number.
    Fixed(u32),
}

/// When an assertion names the user (§5.2.2 `userHandle`). [`Behaviour`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserHandleReply {
    /// Always.
    #[default]
    Always,
    /// If `allowCredentials` was empty, when it is required.
    WhenDiscovered,
    /// Never, like U2F authenticators.
    Never,
}

impl SignCounter {
    pub(super) const fn after(self, last: u32) -> u32 {
        match self {
            Self::Zero => 0,
            Self::Counting => last.saturating_add(1),
            Self::Fixed(count) => count,
        }
    }
}
