//! Plausible accounts with passkeys, written down without looking at how decoys are made.

use relying_party::json::CredentialDescriptor;

/// What an attacker who asks sees of an allow list: IDs and transports.
#[derive(Clone, Debug)]
pub(crate) struct Seen(pub(crate) Vec<(Vec<u8>, Vec<String>)>);

impl From<&[CredentialDescriptor]> for Seen {
    fn from(list: &[CredentialDescriptor]) -> Self {
        let entry = |entry: &CredentialDescriptor| {
            let transports = entry.transports.iter().map(|it| it.as_str().to_owned());
            (entry.id.as_bytes().to_vec(), transports.collect())
        };
        Self(list.iter().map(entry).collect())
    }
}

/// An authenticator: how many of 1000 passkeys it has created, the length of its IDs, its transports, and whether an
/// account can only have one.
struct Authenticator {
    of_1000: u64,
    length: usize,
    transports: &'static [&'static str],
    synced: bool,
    uuid: bool,
}

const fn synced(of_1000: u64, length: usize, transports: &'static [&'static str]) -> Authenticator {
    Authenticator { of_1000, length, transports, synced: true, uuid: false }
}

const fn device(of_1000: u64, length: usize, transports: &'static [&'static str]) -> Authenticator {
    Authenticator { of_1000, length, transports, synced: false, uuid: false }
}

const PHONE: &[&str] = &["hybrid", "internal"];
const COMPUTER: &[&str] = &["internal"];

const AUTHENTICATORS: [Authenticator; 15] = [
    synced(340, 20, PHONE),                                // iCloud Keychain
    synced(290, 16, PHONE),                                // Google Password Manager
    device(130, 32, COMPUTER),                             // Windows Hello
    device(20, 32, COMPUTER),                              // Chrome on a Mac
    synced(50, 16, PHONE),                                 // 1Password
    Authenticator { uuid: true, ..synced(40, 16, PHONE) }, // Bitwarden
    synced(20, 32, COMPUTER),                              // KeePassXC
    device(35, 48, &["nfc", "usb"]),                       // YubiKey 5 NFC
    device(10, 48, &["nfc", "usb"]),                       // Security Key NFC
    device(25, 48, &["usb"]),                              // YubiKey 5 Nano
    device(20, 64, &["nfc", "usb"]),                       // older keys
    device(10, 64, &["usb"]),
    synced(6, 20, &[]), // through front ends that pass no transports on
    device(3, 32, &[]),
    device(1, 32, &[]),
];

/// How many of 100 accounts have one passkey, two, three, …
const OF_100: [u64; 6] = [62, 24, 8, 3, 2, 1];

/// An endless sequence of accounts, the same for the same seed.
pub(crate) struct Population(u64);

impl Population {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A step of `SplitMix64`.
    fn random(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_of(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut at = self.random() % weights.clone().sum::<u64>();
        for (index, weight) in weights.enumerate() {
            if at < weight {
                return index;
            }
            at -= weight;
        }
        unreachable!()
    }

    fn credential_id(&mut self, made_by: &Authenticator) -> Vec<u8> {
        let mut id =
            (0..made_by.length).map(|_| self.random().to_be_bytes()[0]).collect::<Vec<_>>();
        if made_by.uuid {
            id[6] = id[6] & 0x0f | 0x40;
            id[8] = id[8] & 0x3f | 0x80;
        }
        id
    }
}

impl Iterator for Population {
    type Item = Seen;

    fn next(&mut self) -> Option<Seen> {
        let count = self.one_of(OF_100.into_iter()) + 1;
        let mut had = Vec::new();
        let mut list = Vec::new();
        for _ in 0..count {
            let weights = AUTHENTICATORS.iter().enumerate().map(|(index, made_by)| {
                let excluded = made_by.synced && had.contains(&index);
                if excluded { 0 } else { made_by.of_1000 }
            });
            let index = self.one_of(weights.collect::<Vec<_>>().into_iter());
            had.push(index);
            let made_by = &AUTHENTICATORS[index];
            let transports = made_by.transports.iter().map(|&it| it.to_owned()).collect();
            list.push((self.credential_id(made_by), transports));
        }
        Some(Seen(list))
    }
}
