//! Allow lists for users without passkeys, so that no one can find out whether a user exists (§14.6.2).
//!
//! Anyone who types a user name into a sign-in form gets that user's allow list: the credential IDs of the user's
//! passkeys. If users without passkeys got an empty list, an attacker could find out who has an account, and which of
//! those users have a passkey. With [`Decoys`], every user who is named has a list. It contains either the user's
//! passkeys, or decoys that are made from the host's secret and look the same.
//!
//! ```
//! # #[cfg(feature = "memory-store")] {
//! use relying_party::decoys::DecoySecret;
//! use relying_party::{RelyingParty, SessionBinding, SignIn, SignInRequest, Timestamp, store::{self, MemoryStore}};
//!
//! let secret = DecoySecret::from([9; 32]); // 32 random bytes, made once and kept like a password
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").decoys(secret).build().unwrap();
//! let store = MemoryStore::new();
//! let now = Timestamp::from_unix_millis(1_700_000_000_000);
//!
//! let session = SessionBinding::of("value of the pre-session cookie");
//!
//! // What the visitor typed, normalized as the host compares names (here to lower case), and no account.
//! let request = SignInRequest::for_identifier("nobody@example.com", None);
//! let start = store::run(&store, SignIn::begin(&rp, request, session, [1; 32].into(), now)).unwrap();
//! assert!(!start.public_key.allow_credentials.is_empty());
//!
//! // The same list again: decoys do not change as long as the secret does not.
//! let again = store::run(&store, SignIn::begin(&rp, request, session, [2; 32].into(), now)).unwrap();
//! assert_eq!(again.public_key.allow_credentials, start.public_key.allow_credentials);
//! # }
//! ```
//!
//! # What stays and what changes
//!
//! A list depends on the secret, the RP ID, what was typed, and the shapes and counts of [`Decoys`]. It does not depend
//! on whether an account exists. It stays the same before and after the user signs up, until the account has its
//! **first passkey**. From then on, the list contains the real passkeys, and all decoys disappear at once. An attacker
//! who asks before and after sees that. When the last passkey is deleted, the same decoys return.
//!
//! Decoys and real passkeys are never mixed. Decoys next to real passkeys would hide that change, but not well (the
//! count would still grow), and browsers would look for authenticators that do not exist: they would offer a phone to a
//! user who only has a security key. If you cannot accept that this change is visible, do not ask users for a name
//! first: [`SignInRequest::Discoverable`](crate::SignInRequest::Discoverable) asks without any list.
//!
//! # Replacing the secret
//!
//! If you replace the secret, the lists of all users without passkeys change at once, and the lists of users with
//! passkeys stay the same. An attacker who asks before and after can tell the two kinds of users apart. This cannot be
//! avoided, because a list only stays the same if it is still made from the old secret. So do not replace the secret on
//! a schedule. Replace it if it has leaked, because then an attacker can tell decoys from real credential IDs anyway.
//!
//! List the old secret as [retired](Decoys::retired). New lists are made from the current secret only, and decoys of a
//! retired secret stay recognized. A ceremony that began before ends as it would have, and an attacker who kept an old
//! list and tries its IDs learns nothing new. If the old secret were not listed, old decoys would get the signal that a
//! credential is unknown, which real credential IDs never get. An old list may be tried at any time, so do not remove a
//! retired secret.
//!
//! Machines with different secrets answer differently. So if several machines make lists, first list the *new* secret
//! as retired on all of them, so that each recognizes the decoys of the others. Then make it the current one, as
//! quickly as you can.
//!
//! # Users with several names
//!
//! If an account can be named in more than one way, by user name and by email address for example,
//! [`for_identifier`](crate::SignInRequest::for_identifier) makes a list for each name, while an account with passkeys
//! has the same list for all its names. An attacker who knows two names of one user sees the difference. If that
//! matters more to you than whether someone has just signed up, use [`for_account`](crate::SignInRequest::for_account)
//! for accounts that you find, and `for_identifier` without a user for names that belong to no account. The list of an
//! account then depends on its user handle only.
//!
//! # Other ways to ask
//!
//! Only the holder of the secret can recognize a decoy, because half of the decoy authenticates the other half. Other
//! ways to try a credential ID therefore reveal no more than the list does:
//!
//! - An assertion with a decoy is verified against a key that belongs to no authenticator, step by step, like an
//!   assertion with a real credential ID. It is rejected with the same public error, and without the signal that a
//!   credential is unknown. The host sees [`CeremonyError::Decoy`](crate::ceremony::CeremonyError::Decoy). No
//!   authenticator sends decoys, so this is an attack.
//! - A registration with a decoy as its credential ID is rejected like one with another user's passkey, after the same
//!   effects.
//!
//! The key is for ES256, so verification takes as long as for passkeys with ES256, which nearly all passkeys use.

mod draw;
mod secret;
mod shape;
mod sign_in;

use alloc::{vec, vec::Vec};
use core::fmt;

pub(crate) use self::sign_in::{Whom, unknown_user};
use self::{draw::Draw, shape::default_shapes};
pub use self::{
    secret::{DecoySecret, ShortSecret},
    shape::DecoyShape,
};
use crate::{
    bytes::CredentialId,
    cose::{Algorithm, CoseKey, KeyParameters},
    json::CredentialDescriptor,
    limits::{CREDENTIAL_ID_MAX, DECOY_LENGTH_MIN, DECOY_SECRETS_RETIRED_MAX, DECOYS_MAX},
    passkey::PasskeyState,
    policy::RpId,
};

/// What decoys are made from, and what they look like.
///
/// The default counts and shapes are our estimate for consumer services, because no one publishes figures. If you know
/// your users better, for example because you hand out security keys, set [`counts`](Self::counts) and
/// [`shapes`](Self::shapes). Otherwise an attacker who knows what real lists look like at your service could recognize
/// decoys.
///
/// ```
/// use relying_party::decoys::{DecoySecret, DecoyShape, Decoys};
/// use relying_party::json::Transport::{Nfc, Usb};
/// let decoys = Decoys::new(DecoySecret::from([9; 32]))
///     .counts([1, 3]) // of four users one has one passkey, three have two
///     .shapes([DecoyShape::new(1, 48, [Nfc, Usb])]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Decoys {
    secret: DecoySecret,
    retired: Vec<DecoySecret>,
    counts: Vec<u16>,
    shapes: Vec<DecoyShape>,
}

/// Does not show the secret.
impl fmt::Debug for Decoys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoys")
            .field("counts", &self.counts)
            .field("shapes", &self.shapes)
            .field("retired", &self.retired.len())
            .finish_non_exhaustive()
    }
}

impl From<DecoySecret> for Decoys {
    fn from(secret: DecoySecret) -> Self {
        Self::new(secret)
    }
}

/// Why a configuration of decoys is invalid. [`Decoys`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDecoys {
    /// All weights of counts are 0.
    #[error("decoys: no count has a weight above 0")]
    NoCount,
    /// A list would have more decoys than allowed.
    #[error("decoys: up to {found} in a list; the maximum is {DECOYS_MAX}")]
    TooMany {
        /// The maximum count.
        found: usize,
    },
    /// More retired secrets than allowed.
    #[error("decoys: {found} retired secrets; the maximum is {DECOY_SECRETS_RETIRED_MAX}")]
    TooManyRetired {
        /// The number of retired secrets.
        found: usize,
    },
    /// All weights of shapes are 0.
    #[error("decoys: no shape has a weight above 0")]
    NoShape,
    /// A length that no credential ID has, or that is too short to recognize a decoy.
    #[error(
        "decoys: a length of {found} bytes; it must be {DECOY_LENGTH_MIN} to {CREDENTIAL_ID_MAX}"
    )]
    Length {
        /// The length.
        found: usize,
    },
    /// A UUID that does not have 16 bytes.
    #[error("decoys: a UUID of {found} bytes; it must have 16")]
    Uuid {
        /// The length.
        found: usize,
    },
}

/// How many of 100 users with passkeys have one, two, three, …: an estimate.
const COUNTS: [u16; 6] = [62, 24, 8, 3, 2, 1];

impl Decoys {
    /// Creates decoys from this secret, with the default counts and shapes.
    pub fn new(secret: DecoySecret) -> Self {
        Self { secret, retired: Vec::new(), counts: COUNTS.to_vec(), shapes: default_shapes() }
    }

    /// Also recognizes decoys of these secrets, although lists are [no longer](self#replacing-the-secret), or not yet,
    /// made from them. Every call adds to the secrets. Up to [`DECOY_SECRETS_RETIRED_MAX`] are allowed, because each
    /// one is tried for every credential ID that comes back.
    ///
    /// ```
    /// use relying_party::decoys::{DecoySecret, Decoys};
    /// # let (current, old) = ([1; 32], [2; 32]);
    /// let decoys = Decoys::new(DecoySecret::from(current)).retired([DecoySecret::from(old)]);
    /// ```
    pub fn retired(mut self, secrets: impl IntoIterator<Item = DecoySecret>) -> Self {
        self.retired.extend(secrets);
        self
    }

    /// Sets how often users have one passkey, two, three, …, as weights. Counts above the relying party's limit are
    /// reduced to the limit.
    pub fn counts(mut self, weights: impl IntoIterator<Item = u16>) -> Self {
        self.counts = weights.into_iter().collect();
        self
    }

    /// Sets what users' passkeys look like.
    pub fn shapes(mut self, shapes: impl IntoIterator<Item = DecoyShape>) -> Self {
        self.shapes = shapes.into_iter().collect();
        self
    }

    /// Returns everything that is wrong.
    pub(crate) fn check(&self) -> Vec<InvalidDecoys> {
        let mut errors = Vec::new();
        if self.counts.iter().all(|weight| *weight == 0) {
            errors.push(InvalidDecoys::NoCount);
        }
        if self.counts.len() > DECOYS_MAX {
            errors.push(InvalidDecoys::TooMany { found: self.counts.len() });
        }
        if self.retired.len() > DECOY_SECRETS_RETIRED_MAX {
            errors.push(InvalidDecoys::TooManyRetired { found: self.retired.len() });
        }
        if self.shapes.iter().all(|shape| shape.weight == 0) {
            errors.push(InvalidDecoys::NoShape);
        }
        errors.extend(self.shapes.iter().filter_map(|shape| shape.check().err()));
        errors
    }

    /// Returns the allow list of a user without passkeys: always the same, with at most `max` entries.
    pub(crate) fn list(&self, rp_id: &RpId, whom: Whom, max: u32) -> Vec<CredentialDescriptor> {
        let (kind, name) = whom.parts();
        let seed = self.secret.mac("list", &[rp_id.as_str().as_bytes(), &[kind], name]);
        let mut draw = Draw::new(&self.secret, &seed);
        let count = draw.weighted(&self.counts).map_or(1, |index| index.saturating_add(1));
        let count = count.min(usize::try_from(max).unwrap_or(usize::MAX));

        let mut weights = self.shapes.iter().map(|shape| shape.weight).collect::<Vec<_>>();
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            let Some(index) = draw.weighted(&weights) else { break };
            let (Some(shape), Some(weight)) = (self.shapes.get(index), weights.get_mut(index))
            else {
                break;
            };
            // Exclude lists prevent registering the same provider twice.
            if shape.once {
                *weight = 0;
            }
            let id = self.credential_id(rp_id, shape, &mut draw);
            list.extend(id.map(|id| CredentialDescriptor::new(id, shape.transports.clone())));
        }
        list
    }

    /// A random-looking body, followed by the tag that makes it recognizable.
    fn credential_id(
        &self,
        rp_id: &RpId,
        shape: &DecoyShape,
        draw: &mut Draw<'_>,
    ) -> Option<CredentialId> {
        let mut id = vec![0; shape.length];
        let (body, tag) = id.split_at_mut(shape.length.checked_sub(TAG)?);
        draw.fill(body);
        if let (true, Some(version)) = (shape.uuid, body.get_mut(UUID_VERSION_AT)) {
            *version = *version & 0x0f | 0x40;
        }
        tag.copy_from_slice(&tag_of(&self.secret, rp_id, body, shape.is_synced()));
        if let (true, Some(variant)) = (shape.uuid, tag.first_mut()) {
            *variant = *variant & UUID_RANDOM | 0x80;
        }
        CredentialId::try_from(id.as_slice()).ok()
    }

    /// Returns the decoy if this credential ID is one, of the current secret or a retired one. A real credential ID
    /// passes for a decoy of one secret by chance with a probability of 2^-61.
    pub(crate) fn recognise(&self, rp_id: &RpId, id: &CredentialId) -> Option<Decoy> {
        let (body, tag) = id.as_bytes().split_at_checked(id.as_bytes().len().checked_sub(TAG)?)?;
        let is_uuid = body.len() == UUID - TAG
            && body.get(UUID_VERSION_AT).is_some_and(|byte| byte >> 4 == 4)
            && tag.first().is_some_and(|byte| byte >> 6 == 2);
        let has_tag = |secret: &DecoySecret, is_synced| {
            let expected = tag_of(secret, rp_id, body, is_synced);
            let differing = |at: usize, (left, right): (&u8, &u8)| match at {
                0 if is_uuid => (left ^ right) & UUID_RANDOM,
                _ => left ^ right,
            };
            let pairs = expected.iter().zip(tag).enumerate();
            pairs.fold(0, |seen, (at, pair)| seen | differing(at, pair)) == 0
        };
        // Computes both tags of every secret, so that the time does not reveal which one it was.
        let secrets = [&self.secret].into_iter().chain(&self.retired);
        let tags = secrets.map(|secret| [has_tag(secret, true), has_tag(secret, false)]);
        match tags.fold([false; 2], |[synced, bound], [s, b]| [synced | s, bound | b]) {
            [false, false] => None,
            [is_synced, _] => Some(Decoy { is_synced }),
        }
    }
}

/// What makes a decoy recognizable: it authenticates the body, and says whether the passkey would be synced.
fn tag_of(secret: &DecoySecret, rp_id: &RpId, body: &[u8], is_synced: bool) -> [u8; TAG] {
    let parts: [&[u8]; 3] = [rp_id.as_str().as_bytes(), &[u8::from(is_synced)], body];
    let mut tag = [0; TAG];
    tag.iter_mut().zip(secret.mac("tag", &parts)).for_each(|(to, from)| *to = from);
    tag
}

/// Length of the tag at the end of a decoy, in bytes.
const TAG: usize = 8;

/// A UUID of version 4 (RFC 9562 §5.4): its length, the place of its version, and the random bits in the byte with its
/// variant, which is the first byte of the tag.
const UUID: usize = 16;
const UUID_VERSION_AT: usize = 6;
const UUID_RANDOM: u8 = 0x3f;

/// A decoy that came back in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decoy {
    is_synced: bool,
}

impl Decoy {
    /// The state that a sign-in is verified against, so that every step takes its usual time. Its backup eligibility
    /// matches the decoy's transports: a response that contradicts a real passkey's flag takes a different time, and so
    /// it does here.
    fn state(self) -> PasskeyState {
        PasskeyState {
            sign_count: 0,
            backup_eligible: Some(self.is_synced),
            backup_state: None,
            uv_initialized: true,
        }
    }
}

/// The ES256 key of decoys. It is the one of RFC 6979 §A.2.5, whose private key is public. That does no harm: even a
/// response that verifies with it is rejected.
const DECOY_KEY: CoseKey<'static> = CoseKey {
    algorithm: Algorithm::ES256,
    parameters: KeyParameters::Ec2 {
        curve: 1,
        x: &[
            0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74, 0xc6, 0x35,
            0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62, 0x2e,
            0x60, 0xf2, 0x9f, 0xb6,
        ],
        y: &[
            0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4, 0x1a, 0xe9, 0xe9, 0x56, 0x28,
            0xbc, 0x64, 0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e, 0x9f, 0x51, 0x77, 0xa3, 0xc2, 0x94,
            0xd4, 0x46, 0x22, 0x99,
        ],
    },
};

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString as _};

    use super::*;
    use crate::{ceremony::Identifier, json::Transport};

    fn decoys(shape: DecoyShape) -> Decoys {
        Decoys::new(DecoySecret::from([9; 32])).counts([1]).shapes([shape])
    }

    fn rp_id() -> RpId {
        RpId::new("example.com").unwrap()
    }

    /// Returns the decoys of several users, one for each.
    fn ids(decoys: &Decoys) -> Vec<Vec<u8>> {
        let of = |user: usize| {
            let identifier = Identifier::new(&format!("user {user}"));
            let list = decoys.list(&rp_id(), Whom::Typed(identifier), 10);
            list[0].id.as_bytes().to_vec()
        };
        (0..200).map(of).collect()
    }

    fn is_recognised(decoys: &Decoys, id: &[u8]) -> bool {
        decoys.recognise(&rp_id(), &CredentialId::try_from(id).unwrap()).is_some()
    }

    #[test]
    fn changing_any_bit_of_a_decoy_makes_it_unrecognizable() {
        for shape in [
            DecoyShape::new(1, 20, [Transport::Hybrid]),
            DecoyShape::new(1, 32, [Transport::Internal]),
            DecoyShape::new(1, 16, [Transport::Hybrid]).uuid(),
        ] {
            let decoys = decoys(shape.clone());
            for id in ids(&decoys).iter().take(8) {
                assert!(is_recognised(&decoys, id));
                // Without its variant, the text is not a UUID, so its whole tag counts, and may happen to be right.
                let variant = (id.len() - TAG) * 8 + 6..(id.len() - TAG) * 8 + 8;
                for bit in (0..id.len() * 8).filter(|bit| !shape.uuid || !variant.contains(bit)) {
                    let mut changed = id.clone();
                    changed[bit / 8] ^= 1 << (bit % 8);
                    assert!(!is_recognised(&decoys, &changed), "bit {bit} of {shape:?}");
                }
            }
        }
    }

    #[test]
    fn recognised_decoy_is_eligible_for_backup_if_its_transports_promise_it() {
        for (shape, is_synced) in [
            (DecoyShape::new(1, 32, [Transport::Internal]), false),
            (DecoyShape::new(1, 48, [Transport::Usb, Transport::Nfc]), false),
            (DecoyShape::new(1, 32, [Transport::Internal]).once(), true),
            (DecoyShape::new(1, 20, [Transport::Hybrid, Transport::Internal]), true),
        ] {
            let decoys = decoys(shape.clone());
            let id = CredentialId::try_from(&*ids(&decoys)[0]).unwrap();
            let found = decoys.recognise(&rp_id(), &id);
            assert_eq!(found, Some(Decoy { is_synced }), "{shape:?}");
        }
    }

    /// A list that changes with a version of this crate would reveal that it is not real.
    #[test]
    fn decoys_of_a_secret_are_the_same_in_every_version() {
        let decoys = decoys(DecoyShape::new(1, 20, [Transport::Hybrid, Transport::Internal]));
        let typed = decoys.list(&rp_id(), Whom::Typed(Identifier::new("nobody@example.com")), 10);
        assert_eq!(typed[0].id.to_string(), "BkTfznBfgnVRTOXRhvxp6O-m_pA");
    }

    #[test]
    fn secrets_have_at_least_32_bytes() {
        for length in [0, 16, 31] {
            let short = DecoySecret::try_from(&vec![9; length][..]).map(drop);
            assert_eq!(short, Err(ShortSecret { found: length }));
        }
        let whole = Decoys::new(DecoySecret::from([9; 32]));
        let slice = Decoys::new(DecoySecret::try_from(&[9; 32][..]).unwrap());
        assert_eq!(ids(&whole), ids(&slice));
    }

    /// Differences do not cancel each other out.
    #[test]
    fn same_change_in_two_bytes_of_the_tag_makes_a_decoy_unrecognizable() {
        let decoys = decoys(DecoyShape::new(1, 32, [Transport::Internal]));
        for id in ids(&decoys).iter().take(8) {
            for (one, other) in [(24, 25), (25, 31), (30, 31)] {
                let mut changed = id.clone();
                changed[one] ^= 0x55;
                changed[other] ^= 0x55;
                assert!(!is_recognised(&decoys, &changed));
            }
        }
    }

    /// The two bits of the variant are only ignored in a UUID, which must also have the right length and version.
    #[test]
    fn whole_tag_counts_unless_the_id_is_a_uuid() {
        for length in [16, 20, 32] {
            let decoys = decoys(DecoyShape::new(1, length, [Transport::Hybrid]));
            let (mut changed_ids, mut with_version) = (0, 0);
            for id in ids(&decoys) {
                let (tag, has_version) = (length - TAG, id[UUID_VERSION_AT] >> 4 == 4);
                let mut changed = id.clone();
                changed[tag] = changed[tag] & UUID_RANDOM | 0x80;
                let is_uuid = length == UUID && has_version;
                assert_eq!(is_recognised(&decoys, &changed), changed == id || is_uuid);
                changed_ids += usize::from(changed != id);
                with_version += usize::from(changed != id && has_version);
            }
            assert!(changed_ids > 100 && with_version > 0, "{changed_ids} {with_version}");
        }
    }
}
