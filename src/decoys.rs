//! Allow lists for users who have no passkey, so that nobody can tell whether they exist (§14.6.2).
//!
//! Whoever types a user name into a sign-in form gets that user's allow list. If a user without passkeys got an empty
//! one, anybody could find out who has an account, and who of them has a passkey. With [`Decoys`] every named user has
//! a list: that of his passkeys, or one that is made from a secret of the host's and looks the same.
//!
//! ```
//! # #[cfg(feature = "memory-store")] {
//! use relying_party::decoys::DecoySecret;
//! use relying_party::{RelyingParty, SignIn, SignInRequest, Timestamp, store::{self, MemoryStore}};
//!
//! let secret = DecoySecret::from([9; 32]); // 32 random bytes, made once and kept like a password
//! let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").decoys(secret).build().unwrap();
//! let store = MemoryStore::new();
//! let now = Timestamp::from_unix_millis(1_700_000_000_000);
//!
//! // What was typed, as the host compares names (here in lower case), and the account of that name: there is none.
//! let request = SignInRequest::named("nobody@example.com", None);
//! let start = store::run(&store, SignIn::begin(&rp, request, [1; 32].into(), now)).unwrap();
//! assert!(!start.public_key.allow_credentials.is_empty());
//!
//! // The same again: decoys stay as long as the secret does.
//! let again = store::run(&store, SignIn::begin(&rp, request, [2; 32].into(), now)).unwrap();
//! assert_eq!(again.public_key.allow_credentials, start.public_key.allow_credentials);
//! # }
//! ```
//!
//! # What stays and what changes
//!
//! A list depends on the secret, the RP ID, what was typed, and the shapes and counts of [`Decoys`]; not on whether
//! there is an account. It is the same before somebody signs up and afterwards, until the account's **first passkey**:
//! from then on the list is that of the real ones, and the decoys are gone, all at once. Who asks before and after
//! sees that. They come back, the same as ever, when the last passkey is deleted.
//!
//! Nothing is mixed: a list is real or it is not. Decoys beside real passkeys would hide that change, but not well (the
//! count still grows), and browsers would look for authenticators that do not exist: they would offer a phone to
//! somebody who has only a security key. A host that cannot live with the change names nobody first: then
//! [`SignInRequest::Discoverable`](crate::SignInRequest::Discoverable) asks without any list.
//!
//! Another secret gives everybody other decoys, and what was a decoy is not recognised any more. It is replaced only
//! if it leaked.
//!
//! # Asking by other means
//!
//! A decoy is recognised by whoever has the secret, since half of it authenticates the other half. So the other ways in
//! which a credential id can be tried tell no more than the list does:
//!
//! - An assertion with a decoy is verified against a key that nobody has, step by step like one with a real credential
//!   id, and refused with the same public error, without the signal that a credential is unknown. The host sees
//!   [`CeremonyError::Decoy`](crate::ceremony::CeremonyError::Decoy): no authenticator sends one, so somebody is
//!   trying.
//! - A registration with a decoy as its credential id is refused like one with somebody's passkey, after the same
//!   effects.
//!
//! The key is one for ES256: the time to verify is that of passkeys with ES256, which nearly all have.

mod draw;
mod secret;
mod shape;
mod sign_in;

use alloc::{vec, vec::Vec};
use core::fmt;

use sha2::{Digest as _, Sha256};

pub(crate) use self::sign_in::{Whom, allow_list, nobody, recognise};
use self::{draw::Draw, shape::default_shapes};
pub use self::{
    secret::{DecoySecret, ShortSecret},
    shape::DecoyShape,
};
use crate::{
    bytes::CredentialId,
    cose::{Algorithm, CoseKey, KeyParameters},
    json::CredentialDescriptor,
    limits::{CREDENTIAL_ID_MAX, DECOY_LENGTH_MIN, DECOYS_MAX},
    passkey::PasskeyState,
    policy::RpId,
};

/// What decoys are made from, and what they look like.
///
/// Unless told otherwise, counts and shapes are our estimate of what users of consumer services have; nobody publishes
/// figures. A service that knows its own users better, such as one that hands out security keys, says so with
/// [`counts`](Self::counts) and [`shapes`](Self::shapes): who knows what real lists look like there could otherwise
/// tell which are not.
///
/// ```
/// use relying_party::decoys::{DecoySecret, DecoyShape, Decoys};
/// use relying_party::json::Transport::{Nfc, Usb};
/// let decoys = Decoys::new(DecoySecret::from([9; 32]))
///     .counts([1, 3]) // of four users one has one, three have two
///     .shapes([DecoyShape::new(1, 48, [Nfc, Usb])]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Decoys {
    secret: DecoySecret,
    counts: Vec<u16>,
    shapes: Vec<DecoyShape>,
}

/// Does not show the secret.
impl fmt::Debug for Decoys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoys")
            .field("counts", &self.counts)
            .field("shapes", &self.shapes)
            .finish_non_exhaustive()
    }
}

impl From<DecoySecret> for Decoys {
    fn from(secret: DecoySecret) -> Self {
        Self::new(secret)
    }
}

/// Why decoys cannot be made so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDecoys {
    /// No count has a weight.
    #[error("decoys: no count has a weight above 0")]
    NoCount,
    /// More decoys than a list may have.
    #[error("decoys: up to {found} in a list; {DECOYS_MAX} are allowed")]
    TooMany {
        /// The highest count.
        found: usize,
    },
    /// No shape has a weight.
    #[error("decoys: no shape has a weight above 0")]
    NoShape,
    /// A length that no credential id has, or that is too short to be recognised.
    #[error(
        "decoys: a length of {found} bytes; {DECOY_LENGTH_MIN} to {CREDENTIAL_ID_MAX} are allowed"
    )]
    Length {
        /// The length.
        found: usize,
    },
    /// A UUID that has not 16 bytes.
    #[error("decoys: a UUID of {found} bytes; it has 16")]
    Uuid {
        /// The length.
        found: usize,
    },
}

/// Of 100 users with passkeys, how many have one, two, three, …: an estimate.
const COUNTS: [u16; 6] = [62, 24, 8, 3, 2, 1];

impl Decoys {
    /// Decoys from this secret, of the usual counts and shapes.
    pub fn new(secret: DecoySecret) -> Self {
        Self { secret, counts: COUNTS.to_vec(), shapes: default_shapes() }
    }

    /// How often users have one passkey, two, three, … as weights. What exceeds the relying party's limit counts as
    /// the limit.
    pub fn counts(mut self, weights: impl IntoIterator<Item = u16>) -> Self {
        self.counts = weights.into_iter().collect();
        self
    }

    /// What users' passkeys look like.
    pub fn shapes(mut self, shapes: impl IntoIterator<Item = DecoyShape>) -> Self {
        self.shapes = shapes.into_iter().collect();
        self
    }

    /// Everything that is wrong.
    pub(crate) fn check(&self) -> Vec<InvalidDecoys> {
        let mut errors = Vec::new();
        if self.counts.iter().all(|weight| *weight == 0) {
            errors.push(InvalidDecoys::NoCount);
        }
        if self.counts.len() > DECOYS_MAX {
            errors.push(InvalidDecoys::TooMany { found: self.counts.len() });
        }
        if self.shapes.iter().all(|shape| shape.weight == 0) {
            errors.push(InvalidDecoys::NoShape);
        }
        errors.extend(self.shapes.iter().filter_map(|shape| shape.check().err()));
        errors
    }

    /// The allow list of somebody who has no passkey: always the same, at most `max` long.
    fn list(&self, rp_id: &RpId, whom: Whom, max: u32) -> Vec<CredentialDescriptor> {
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
            // The exclude list keeps a provider from being registered twice.
            if shape.once {
                *weight = 0;
            }
            let id = self.credential_id(rp_id, shape, &mut draw);
            list.extend(id.map(|id| CredentialDescriptor::new(id, shape.transports.clone())));
        }
        list
    }

    /// A body that is drawn, and behind it the tag by which it is recognised.
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
        tag.copy_from_slice(&self.tag(rp_id, body, shape.is_synced()));
        if let (true, Some(variant)) = (shape.uuid, tag.first_mut()) {
            *variant = *variant & UUID_RANDOM | 0x80;
        }
        CredentialId::try_from(id.as_slice()).ok()
    }

    fn tag(&self, rp_id: &RpId, body: &[u8], is_synced: bool) -> [u8; TAG] {
        let parts: [&[u8]; 3] = [rp_id.as_str().as_bytes(), &[u8::from(is_synced)], body];
        let mut tag = [0; TAG];
        tag.iter_mut().zip(self.secret.mac("tag", &parts)).for_each(|(to, from)| *to = from);
        tag
    }

    /// The decoy in this credential id, if it is one. Somebody else's credential id passes for one by chance once in
    /// 2^61 times.
    fn recognise(&self, rp_id: &RpId, id: &CredentialId) -> Option<Decoy> {
        let (body, tag) = id.as_bytes().split_at_checked(id.as_bytes().len().checked_sub(TAG)?)?;
        let is_uuid = body.len() == UUID - TAG
            && body.get(UUID_VERSION_AT).is_some_and(|byte| byte >> 4 == 4)
            && tag.first().is_some_and(|byte| byte >> 6 == 2);
        let has_tag = |is_synced| {
            let expected = self.tag(rp_id, body, is_synced);
            let differing = |at: usize, (left, right): (&u8, &u8)| match at {
                0 if is_uuid => (left ^ right) & UUID_RANDOM,
                _ => left ^ right,
            };
            let pairs = expected.iter().zip(tag).enumerate();
            pairs.fold(0, |seen, (at, pair)| seen | differing(at, pair)) == 0
        };
        // Both, so that the time tells nothing of which it was.
        match [has_tag(true), has_tag(false)] {
            [false, false] => None,
            [is_synced, _] => Some(Decoy { is_synced }),
        }
    }
}

/// Bytes of the tag at the end of a decoy.
const TAG: usize = 8;

/// A UUID of version 4 (RFC 9562 §5.4): its length, where its version stands, and what is random of the byte with its
/// variant, the first one of the tag.
const UUID: usize = 16;
const UUID_VERSION_AT: usize = 6;
const UUID_RANDOM: u8 = 0x3f;

/// What somebody typed to say who he is: an e-mail address, a user name, a telephone number. Only its SHA-256 is kept.
///
/// The host makes one spelling of those that it takes for the same (trims, lower case, …), as it does when it looks the
/// account up: otherwise a user without passkeys would have a list for every spelling, and one with passkeys the same.
///
/// ```
/// use relying_party::decoys::Identifier;
/// let typed = " Ada@Example.com ";
/// assert_eq!(Identifier::new(&typed.trim().to_lowercase()), Identifier::new("ada@example.com"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier([u8; 32]);

impl Identifier {
    /// The identifier of this text, byte for byte.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let hash = Sha256::new().chain_update("relying-party identifier").chain_update(text);
        Self(hash.finalize().into())
    }
}

/// Does not show the hash: names can be guessed.
impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identifier(…)")
    }
}

/// A decoy that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decoy {
    is_synced: bool,
}

impl Decoy {
    /// What a sign-in is judged by, so that every step takes its time. Its backup eligibility is what the decoy's
    /// transports promise; a passkey's shows in the time if a response contradicts it, and so it does here.
    fn state(self) -> PasskeyState {
        PasskeyState {
            sign_count: 0,
            backup_eligible: Some(self.is_synced),
            backup_state: None,
            uv_initialized: true,
        }
    }
}

/// A key for decoys, for ES256. It is that of RFC 6979 §A.2.5, whose private half is published: what verifies with it is
/// refused nonetheless.
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
    use crate::json::Transport;

    fn decoys(shape: DecoyShape) -> Decoys {
        Decoys::new(DecoySecret::from([9; 32])).counts([1]).shapes([shape])
    }

    fn rp_id() -> RpId {
        RpId::new("example.com").unwrap()
    }

    /// The decoys of some users, one for each.
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
    fn decoy_that_is_changed_in_any_bit_is_none() {
        for shape in [
            DecoyShape::new(1, 20, [Transport::Hybrid]),
            DecoyShape::new(1, 32, [Transport::Internal]),
            DecoyShape::new(1, 16, [Transport::Hybrid]).uuid(),
        ] {
            let decoys = decoys(shape.clone());
            for id in ids(&decoys).iter().take(8) {
                assert!(is_recognised(&decoys, id));
                // Without its variant, a UUID is an id whose tag counts whole, and may be just that.
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

    /// A list that changes with a version of this crate tells that it is no real one.
    #[test]
    fn decoys_of_a_secret_are_the_same_in_every_version() {
        let decoys = decoys(DecoyShape::new(1, 20, [Transport::Hybrid, Transport::Internal]));
        let typed = decoys.list(&rp_id(), Whom::Typed(Identifier::new("nobody@example.com")), 10);
        assert_eq!(typed[0].id.to_string(), "BkTfznBfgnVRTOXRhvxp6O-m_pA");
    }

    #[test]
    fn secrets_have_32_bytes_at_least() {
        for length in [0, 16, 31] {
            let short = DecoySecret::try_from(&vec![9; length][..]).map(drop);
            assert_eq!(short, Err(ShortSecret { found: length }));
        }
        let whole = Decoys::new(DecoySecret::from([9; 32]));
        let slice = Decoys::new(DecoySecret::try_from(&[9; 32][..]).unwrap());
        assert_eq!(ids(&whole), ids(&slice));
    }

    /// Differences do not make up for each other.
    #[test]
    fn decoy_that_is_changed_alike_in_two_bytes_of_its_tag_is_none() {
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

    /// The two bits of the variant are free in a UUID only, which has its length and its version too.
    #[test]
    fn tag_counts_whole_unless_the_id_is_a_uuid() {
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
