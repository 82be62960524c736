//! One vector of the specification's section *Test Vectors*: a registration and an authentication.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::{
    Aaguid,
    test_authenticator::{
        AssertionParts, AttestedCredentialData, AuthenticatorData, ClientData, RegistrationParts,
        TestAlgorithm, TestAttestation, TestKey, flags,
    },
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{certified::Certified, recipe::Recipe};

pub(crate) const RP_ID: &str = "example.org";
pub(crate) const ORIGIN: &str = "https://example.org";
pub(crate) const TOP_ORIGIN: &str = "https://example.com";

/// What distinguishes one vector from another.
#[derive(Clone)]
pub(crate) struct Vector {
    /// The name for the recipe's info.
    pub name: &'static str,
    pub algorithm: TestAlgorithm,
    pub attestation: Attests,
    pub framing: Framing,
    pub challenge_length: usize,
    pub credential_id_length: usize,
}

/// The attester.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Attests {
    None,
    PackedSelf,
    /// An attester with a certificate.
    Certified(Certified),
}

/// How the page is framed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Framing {
    None,
    /// `crossOrigin` only, as in Level 2.
    CrossOrigin,
    /// `crossOrigin` and `topOrigin`.
    TopOrigin,
}

/// A typical vector.
const PLAIN: Vector = Vector {
    name: "none.ES256",
    algorithm: TestAlgorithm::Es256,
    attestation: Attests::None,
    framing: Framing::None,
    challenge_length: 32,
    credential_id_length: 32,
};

/// The vectors without certificates.
pub(crate) fn vectors() -> [Vector; 5] {
    [
        PLAIN,
        Vector { name: "packed-self.ES256", attestation: Attests::PackedSelf, ..PLAIN },
        Vector { name: "none.ES256.crossOrigin", framing: Framing::CrossOrigin, ..PLAIN },
        Vector { name: "none.ES256.topOrigin", framing: Framing::TopOrigin, ..PLAIN },
        Vector { name: "none.ES256.long-credential-id", credential_id_length: 1023, ..PLAIN },
    ]
}

/// The vectors with certificates whose algorithms this build supports.
pub(crate) fn certified_vectors() -> Vec<Vector> {
    let certified = |name, algorithm, format| Vector {
        name,
        algorithm,
        attestation: Attests::Certified(format),
        ..PLAIN
    };
    vec![
        certified("packed.ES256", TestAlgorithm::Es256, Certified::Packed),
        #[cfg(feature = "es384")]
        certified("packed.ES384", TestAlgorithm::Es384, Certified::Packed),
        #[cfg(feature = "es512")]
        Vector {
            challenge_length: 128,
            ..certified("packed.ES512", TestAlgorithm::Es512, Certified::Packed)
        },
        certified("packed.RS256", TestAlgorithm::Rs256, Certified::Packed),
        certified("packed.EdDSA", TestAlgorithm::EdDsa, Certified::Packed),
        #[cfg(feature = "ed448")]
        certified("packed.Ed448", TestAlgorithm::Ed448, Certified::Packed),
        certified("tpm.ES256", TestAlgorithm::Es256, Certified::Tpm),
        certified("android-key.ES256", TestAlgorithm::Es256, Certified::AndroidKey),
        certified("apple.ES256", TestAlgorithm::Es256, Certified::Apple),
        certified("fido-u2f.ES256", TestAlgorithm::Es256, Certified::FidoU2f),
    ]
}

/// Vectors that the specification does not have, created with its recipe: the same two ceremonies with the other
/// algorithms.
pub(crate) fn further_vectors() -> [Vector; 3] {
    [
        ("packed-self.EdDSA", TestAlgorithm::EdDsa),
        ("packed-self.Ed25519", TestAlgorithm::Ed25519),
        ("packed-self.RS256", TestAlgorithm::Rs256),
    ]
    .map(|(name, algorithm)| Vector {
        name,
        algorithm,
        attestation: Attests::PackedSelf,
        ..PLAIN
    })
}

/// A vector from the recipe, not signed yet.
#[derive(Clone)]
pub(crate) struct Ceremonies {
    pub vector: Vector,
    pub registration_challenge: Vec<u8>,
    pub registration: RegistrationParts,
    pub authentication_challenge: Vec<u8>,
    pub authentication: AssertionParts,
    /// The specification names no user. This one is ours.
    pub user_handle: Vec<u8>,
}

impl Ceremonies {
    pub(crate) fn credential_id(&self) -> &[u8] {
        &self.attested().credential_id
    }

    pub(crate) fn attested(&self) -> &AttestedCredentialData {
        self.registration.authenticator_data.attested.as_ref().unwrap()
    }
}

impl Vector {
    /// Follows the recipe. The order of the lines is the order of the values in its stream.
    pub(crate) fn ceremonies(&self) -> Ceremonies {
        let mut recipe = Recipe::new(self.name);

        let registration_challenge = recipe.next(self.challenge_length);
        let key = self.key(&mut recipe);
        let client_data = self.client_data("webauthn.create", &registration_challenge, &mut recipe);
        let aaguid = Aaguid::new(recipe.next(16).try_into().unwrap());
        let credential_id = recipe.next(self.credential_id_length);
        let flags = match self.attestation {
            // U2F only supports user presence.
            Attests::Certified(Certified::FidoU2f) => 0,
            _ => with_backup_rule(recipe.next_byte() & (flags::UV | flags::BE | flags::BS)),
        };
        let mut data = AuthenticatorData::new(RP_ID, flags::UP | flags, 0);
        data.attest(AttestedCredentialData::new(
            aaguid,
            credential_id.clone(),
            key.public_key().unwrap(),
        ));
        let mut registration = RegistrationParts::new(client_data, data, key.clone());
        match self.attestation {
            Attests::None => (),
            Attests::PackedSelf => registration.attestation = TestAttestation::PackedSelf,
            Attests::Certified(format) => format.attest(&mut registration, &mut recipe),
        }

        let authentication_challenge = recipe.next(self.challenge_length);
        let client_data = self.client_data("webauthn.get", &authentication_challenge, &mut recipe);
        // Eligibility never changes. The other two bits are drawn again.
        let eligible = flags & flags::BE;
        let flags = with_backup_rule(recipe.next_byte() & (flags::UV | flags::BS) | eligible);
        let data = AuthenticatorData::new(RP_ID, flags::UP | flags, 0);
        let authentication = AssertionParts::new(client_data, data, &credential_id, key);

        Ceremonies {
            vector: self.clone(),
            registration_challenge,
            registration,
            authentication_challenge,
            authentication,
            user_handle: Sha256::digest(format!("user of {}", self.name)).to_vec(),
        }
    }

    fn key(&self, recipe: &mut Recipe) -> TestKey {
        let secret = match (self.attestation, self.algorithm) {
            // The smallest Mersenne primes above 1024 bits, instead of random ones.
            (Attests::Certified(_), TestAlgorithm::Rs256) => {
                return TestKey::from_rsa_primes(&mersenne(1279), &mersenne(2203)).unwrap();
            }
            (_, TestAlgorithm::Rs256) => {
                return TestKey::from_seed(self.algorithm, recipe.next(32)).unwrap();
            }
            #[cfg(feature = "es384")]
            (_, TestAlgorithm::Es384) => recipe.next(48),
            // One byte less than a scalar of P-521.
            #[cfg(feature = "es512")]
            (_, TestAlgorithm::Es512) => [vec![0], recipe.next(65)].concat(),
            #[cfg(feature = "ed448")]
            (_, TestAlgorithm::Ed448) => recipe.next(57),
            _ => recipe.next(32),
        };
        TestKey::from_secret(self.algorithm, &secret).unwrap()
    }

    fn client_data(&self, kind: &str, challenge: &[u8], recipe: &mut Recipe) -> ClientData {
        let mut client_data = ClientData::new(kind, challenge, ORIGIN);
        client_data.cross_origin = Some(self.framing != Framing::None);
        if self.framing == Framing::TopOrigin {
            client_data.top_origin = Some(TOP_ORIGIN.into());
        }
        // The lowest bit of a byte says whether future clients added a member.
        if recipe.next_byte() & 1 == 1 {
            let random = URL_SAFE_NO_PAD.encode(recipe.next(16));
            let text = format!(
                "clientDataJSON may be extended with additional fields in the future, such as this: {random}"
            );
            client_data.extra.push(("extraData".into(), json!(text)));
        }
        client_data
    }
}

/// Only eligible passkeys can be backed up.
fn with_backup_rule(drawn: u8) -> u8 {
    if drawn & flags::BE == 0 { drawn & !flags::BS } else { drawn }
}

/// 2^`exponent` - 1, big-endian.
fn mersenne(exponent: usize) -> Vec<u8> {
    let mut bytes = vec![0xff; exponent.div_ceil(8)];
    bytes[0] >>= bytes.len() * 8 - exponent;
    bytes
}
