//! The vectors' attestation certificates, and their issuers.

use relying_party::test_authenticator::{
    AuthorizationList, RegistrationParts, TestAlgorithm, TestAttestation, TestAttester,
    TestAuthority, TestKey,
};

use super::recipe::Recipe;

/// The formats whose vectors have a certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Certified {
    Packed,
    Tpm,
    AndroidKey,
    Apple,
    FidoU2f,
}

const COMMON_NAME: &str = "WebAuthn test vectors";
const ORGANIZATION: &str = "W3C";
/// A country code that no country has.
const COUNTRY: &str = "AA";

/// The root of all these vectors, from a separate stream.
pub(crate) fn authority() -> TestAuthority {
    let mut recipe = Recipe::new("Attestation CA");
    let key = TestKey::from_secret(TestAlgorithm::Es256, &recipe.next(32)).unwrap();
    let name = TestAuthority::named(COMMON_NAME, ORGANIZATION, COUNTRY);
    TestAuthority::root_of(key, name, &recipe.next(16)).unwrap()
}

impl Certified {
    /// Attests the registration. The attestation key and the serial number of its certificate come next in the stream.
    pub(crate) fn attest(self, registration: &mut RegistrationParts, recipe: &mut Recipe) {
        let key = match self {
            // The credential key is certified.
            Self::AndroidKey | Self::Apple => registration.key.clone(),
            _ => TestKey::from_secret(TestAlgorithm::Es256, &recipe.next(32)).unwrap(),
        };
        let mut attester = TestAttester::of(key, authority());
        attester.serial = recipe.next(16);
        attester.model = COMMON_NAME.into();
        attester.organization = ORGANIZATION.into();
        attester.country = COUNTRY.into();
        attester.names_aaguid = false;
        if self == Self::AndroidKey {
            registration.tamper_statement(|statement| {
                // The description does not say what the key is for, or who protects it.
                let description = statement.key_description().unwrap();
                description.attestation_security_level = 0;
                description.keymaster_version = vec![0];
                description.keymaster_security_level = 0;
                description.tee_enforced = AuthorizationList::default();
            });
        }
        if self == Self::Tpm {
            registration.tamper_statement(|statement| {
                // The one attribute that says what the key is for: signing.
                statement.tpm_parts().unwrap().pub_area.object_attributes = 1 << 18;
            });
        }
        registration.attestation = match self {
            Self::Packed => TestAttestation::Packed(attester),
            Self::Tpm => TestAttestation::Tpm(attester),
            Self::AndroidKey => TestAttestation::AndroidKey(attester),
            Self::Apple => TestAttestation::Apple(attester),
            Self::FidoU2f => TestAttestation::FidoU2f(attester),
        };
    }
}
