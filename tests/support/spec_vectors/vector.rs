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

use super::recipe::Recipe;

pub(crate) const RP_ID: &str = "example.org";
pub(crate) const ORIGIN: &str = "https://example.org";
pub(crate) const TOP_ORIGIN: &str = "https://example.com";

/// What distinguishes one vector from another.
#[derive(Clone)]
pub(crate) struct Vector {
    /// The name that the recipe's info is made of.
    pub name: &'static str,
    pub algorithm: TestAlgorithm,
    pub attestation: TestAttestation,
    pub framing: Framing,
    pub credential_id_length: usize,
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

/// The vectors that are made here; the others of the specification want certificates or other algorithms.
pub(crate) fn vectors() -> [Vector; 5] {
    let none = Vector {
        name: "none.ES256",
        algorithm: TestAlgorithm::Es256,
        attestation: TestAttestation::None,
        framing: Framing::None,
        credential_id_length: 32,
    };
    [
        none.clone(),
        Vector {
            name: "packed-self.ES256",
            attestation: TestAttestation::PackedSelf,
            ..none.clone()
        },
        Vector { name: "none.ES256.crossOrigin", framing: Framing::CrossOrigin, ..none.clone() },
        Vector { name: "none.ES256.topOrigin", framing: Framing::TopOrigin, ..none.clone() },
        Vector { name: "none.ES256.long-credential-id", credential_id_length: 1023, ..none },
    ]
}

/// Vectors that the specification does not have, made by its recipe: the same two ceremonies with the other
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
        attestation: TestAttestation::PackedSelf,
        framing: Framing::None,
        credential_id_length: 32,
    })
}

/// A vector as it comes out of the recipe, not signed yet.
#[derive(Clone)]
pub(crate) struct Ceremonies {
    pub vector: Vector,
    pub registration_challenge: Vec<u8>,
    pub registration: RegistrationParts,
    pub authentication_challenge: Vec<u8>,
    pub authentication: AssertionParts,
    /// The specification names no user; this one is ours.
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

        let registration_challenge = recipe.next(32);
        let key = self.key(&recipe.next(32));
        let client_data = self.client_data("webauthn.create", &registration_challenge, &mut recipe);
        let aaguid = Aaguid::new(recipe.next(16).try_into().unwrap());
        let credential_id = recipe.next(self.credential_id_length);
        let flags = with_backup_rule(recipe.next_byte() & (flags::UV | flags::BE | flags::BS));
        let mut data = AuthenticatorData::new(RP_ID, flags::UP | flags, 0);
        data.attest(AttestedCredentialData::new(
            aaguid,
            credential_id.clone(),
            key.public_key().unwrap(),
        ));
        let mut registration = RegistrationParts::new(client_data, data, key.clone());
        registration.attestation = self.attestation.clone();

        let authentication_challenge = recipe.next(32);
        let client_data = self.client_data("webauthn.get", &authentication_challenge, &mut recipe);
        // Eligibility never changes; the other two bits are drawn again.
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

    fn key(&self, secret: &[u8]) -> TestKey {
        match self.algorithm {
            // The specification's own RSA key, of two Mersenne primes, comes with its RS256 vector.
            TestAlgorithm::Rs256 => TestKey::from_seed(self.algorithm, secret),
            algorithm => TestKey::from_secret(algorithm, secret),
        }
        .unwrap()
    }

    fn client_data(&self, kind: &str, challenge: &[u8], recipe: &mut Recipe) -> ClientData {
        let mut client_data = ClientData::new(kind, challenge, ORIGIN);
        client_data.cross_origin = Some(self.framing != Framing::None);
        if self.framing == Framing::TopOrigin {
            client_data.top_origin = Some(TOP_ORIGIN.into());
        }
        // The lowest bit of a byte says whether clients of the future added a member.
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

/// Backed up is only what can be.
fn with_backup_rule(drawn: u8) -> u8 {
    if drawn & flags::BE == 0 { drawn & !flags::BS } else { drawn }
}
