//! Attesters: throw-away certification authorities, and attestation keys that they certify.

use alloc::{string::String, vec, vec::Vec};

use sha2::{Digest as _, Sha256};

use super::{
    TestAlgorithm, TestAuthenticatorError, TestCertificate, TestExtension, TestKey, TestName,
    certificate::{der, key_identifier},
};
use crate::Aaguid;

/// A certification authority for tests, with its certificate.
/// [`TestAttestation`](crate::test_authenticator::TestAttestation) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestAuthority {
    /// Its key.
    pub key: TestKey,
    /// Its name.
    pub name: TestName,
    /// Its certificate in DER.
    pub certificate: Vec<u8>,
}

impl TestAuthority {
    /// Creates the root of a seed, with an ES256 key.
    ///
    /// # Errors
    ///
    /// The same as [`TestKey::from_seed`].
    pub fn root(seed: &str) -> Result<Self, TestAuthenticatorError> {
        let key = TestKey::from_seed(TestAlgorithm::Es256, seed)?;
        Self::root_of(key, Self::named("Test root", "Test", "AA"), &serial_of(seed))
    }

    /// Creates the root of a key, with this name and serial number.
    ///
    /// # Errors
    ///
    /// The same as [`TestCertificate::sign`].
    pub fn root_of(
        key: TestKey,
        name: TestName,
        serial: &[u8],
    ) -> Result<Self, TestAuthenticatorError> {
        let mut certificate = TestCertificate::new(name.clone(), name.clone(), &key)?;
        certificate.serial = serial.to_vec();
        certificate.extensions = authority_extensions(&key)?;
        Ok(Self { certificate: certificate.sign(&key)?, key, name })
    }

    /// Creates an authority below this one, from another seed, with a change to its certificate.
    ///
    /// # Errors
    ///
    /// The same as [`TestKey::from_seed`] and [`TestCertificate::sign`].
    pub fn below(
        &self,
        seed: &str,
        tamper: impl FnOnce(&mut TestCertificate),
    ) -> Result<Self, TestAuthenticatorError> {
        let key = TestKey::from_seed(TestAlgorithm::Es256, seed)?;
        let name = Self::named("Test intermediate", "Test", "AA");
        let mut certificate = TestCertificate::new(self.name.clone(), name, &key)?;
        certificate.serial = serial_of(seed);
        certificate.extensions = authority_extensions(&key)?;
        certificate.extensions.push(self.key_identifier()?);
        tamper(&mut certificate);
        Ok(Self { certificate: certificate.sign(&self.key)?, key, name: certificate.subject })
    }

    /// Returns the name of an authority that certifies attestation keys: CN, O and C.
    #[must_use]
    pub fn named(common_name: &str, organization: &str, country: &str) -> TestName {
        name("Authenticator Attestation CA", common_name, organization, country)
    }

    /// Returns the extension that identifies this authority's key in certificates that it issues.
    fn key_identifier(&self) -> Result<TestExtension, TestAuthenticatorError> {
        let identifier = der::tlv(0x80, key_identifier(&self.key.spki()?)?);
        let value = der::tlv(der::SEQUENCE, identifier);
        Ok(TestExtension::new(TestExtension::AUTHORITY_KEY_IDENTIFIER, false, value))
    }
}

/// An attestation key, or the service that certifies credential keys, with the authority that vouches for it.
/// [`TestAttestation`](crate::test_authenticator::TestAttestation) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestAttester {
    /// The attestation key. `apple` and `android-key` have none: they certify the credential key.
    pub key: TestKey,
    /// The issuer of the attestation certificate.
    pub issuer: TestAuthority,
    /// The rest of `x5c`, after the attestation certificate, in DER.
    pub chain: Vec<Vec<u8>>,
    /// The root in DER, which relying parties may use as an anchor.
    pub root: Vec<u8>,
    /// The serial number of the attestation certificate.
    pub serial: Vec<u8>,
    /// The name of the model, CN of the attestation certificate.
    pub model: String,
    /// The manufacturer, O of the attestation certificate.
    pub organization: String,
    /// The manufacturer's country, C of the attestation certificate.
    pub country: String,
    /// Whether the attestation certificate names the AAGUID (§8.2.1), where the format allows it.
    pub names_aaguid: bool,
    /// Whether its `tpm` statements are signed with RS1, as TPMs of the first years do. Its key must be one of RS256.
    pub rs1: bool,
}

impl TestAttester {
    /// Creates the attester of a seed, with an ES256 key. Its issuer is an intermediate, which is included in `x5c`.
    ///
    /// # Errors
    ///
    /// The same as [`TestKey::from_seed`].
    pub fn new(seed: &str) -> Result<Self, TestAuthenticatorError> {
        Self::with_algorithm(TestAlgorithm::Es256, seed)
    }

    /// Like [`new`](Self::new), with an attestation key of another algorithm.
    ///
    /// # Errors
    ///
    /// The same as [`TestKey::from_seed`].
    pub fn with_algorithm(
        algorithm: TestAlgorithm,
        seed: &str,
    ) -> Result<Self, TestAuthenticatorError> {
        let purpose = |what: &str| [seed, ": ", what].concat();
        let root = TestAuthority::root(&purpose("root"))?;
        let issuer = root.below(&purpose("intermediate"), |_| ())?;
        let key = TestKey::from_seed(algorithm, purpose("attestation key"))?;
        let mut attester = Self::of(key, issuer);
        attester.chain = vec![attester.issuer.certificate.clone()];
        attester.root = root.certificate;
        attester.serial = serial_of(&purpose("attestation certificate"));
        Ok(attester)
    }

    /// Creates the attester with a key that a root certifies: `x5c` only contains the attestation certificate.
    #[must_use]
    pub fn of(key: TestKey, issuer: TestAuthority) -> Self {
        Self {
            key,
            root: issuer.certificate.clone(),
            issuer,
            chain: Vec::new(),
            serial: vec![1],
            model: "Test authenticator".into(),
            organization: "Test".into(),
            country: "AA".into(),
            names_aaguid: true,
            rs1: false,
        }
    }

    /// Returns the attestation certificate for a key, with what all formats have in common.
    pub(super) fn certify(&self, key: &TestKey) -> Result<TestCertificate, TestAuthenticatorError> {
        let subject =
            name("Authenticator Attestation", &self.model, &self.organization, &self.country);
        let mut certificate = TestCertificate::new(self.issuer.name.clone(), subject, key)?;
        certificate.serial.clone_from(&self.serial);
        certificate.extensions = vec![
            TestExtension::new(TestExtension::BASIC_CONSTRAINTS, true, [der::SEQUENCE, 0]),
            // digitalSignature
            TestExtension::new(TestExtension::KEY_USAGE, true, [der::BIT_STRING, 2, 7, 0x80]),
            subject_key_identifier(key)?,
            self.issuer.key_identifier()?,
        ];
        Ok(certificate)
    }

    /// Adds the model to the certificate, if this attester does that.
    pub(super) fn name_aaguid(&self, certificate: &mut TestCertificate, aaguid: Aaguid) {
        if self.names_aaguid {
            let value = der::tlv(der::OCTET_STRING, aaguid.as_bytes());
            certificate.set_extension(TestExtension::AAGUID, false, value);
        }
    }
}

fn name(unit: &str, common_name: &str, organization: &str, country: &str) -> TestName {
    TestName::of(&[
        (TestName::COMMON_NAME, common_name),
        (TestName::ORGANIZATION, organization),
        (TestName::ORGANIZATIONAL_UNIT, unit),
        (TestName::COUNTRY, country),
    ])
}

fn authority_extensions(key: &TestKey) -> Result<Vec<TestExtension>, TestAuthenticatorError> {
    let ca = der::tlv(der::SEQUENCE, der::tlv(der::BOOLEAN, [0xff]));
    Ok(vec![
        TestExtension::new(TestExtension::BASIC_CONSTRAINTS, true, ca),
        // keyCertSign and cRLSign
        TestExtension::new(TestExtension::KEY_USAGE, true, [der::BIT_STRING, 2, 1, 0x06]),
        subject_key_identifier(key)?,
    ])
}

fn subject_key_identifier(key: &TestKey) -> Result<TestExtension, TestAuthenticatorError> {
    let value = der::tlv(der::OCTET_STRING, key_identifier(&key.spki()?)?);
    Ok(TestExtension::new(TestExtension::SUBJECT_KEY_IDENTIFIER, false, value))
}

/// Returns 16 bytes, of which the first is not zero.
fn serial_of(seed: &str) -> Vec<u8> {
    Sha256::digest(seed)
        .iter()
        .take(16)
        .enumerate()
        .map(|(at, it)| it | u8::from(at == 0))
        .collect()
}
