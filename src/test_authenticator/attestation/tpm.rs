//! What a TPM states about a key (§8.3): structures of *TPM 2.0 Part 2*, big-endian.

use alloc::{string::String, vec::Vec};

use ciborium::Value as CborValue;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::test_authenticator::{
    TestAlgorithm, TestAttribute, TestAuthenticatorError, TestCertificate, TestExtension, TestKey,
    TestName, certificate::der,
};

/// The parts that only the `tpm` format has. You can tamper with each.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TpmParts {
    /// `ver`.
    pub ver: String,
    /// `pubArea`.
    pub pub_area: PubArea,
    /// `certInfo`.
    pub cert_info: CertInfo,
}

/// The fields of a `TPMT_PUBLIC`.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PubArea {
    /// `type`: RSA 1, ECC 0x23.
    pub kind: u16,
    /// `nameAlg`: SHA-256 0x0b.
    pub name_alg: u16,
    /// `objectAttributes`: [`SIGNING_KEY`](Self::SIGNING_KEY), unless tampered with.
    pub object_attributes: u32,
    /// `authPolicy`.
    pub auth_policy: Vec<u8>,
    /// `parameters`, as encoded.
    pub parameters: Vec<u8>,
    /// `unique`: the modulus, or both coordinates.
    pub unique: Vec<Vec<u8>>,
    /// Bytes after the end.
    pub trailing: Vec<u8>,
}

/// The fields of a `TPMS_ATTEST`.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertInfo {
    /// `magic`: `TPM_GENERATED_VALUE`.
    pub magic: u32,
    /// `type`: `TPM_ST_ATTEST_CERTIFY`.
    pub kind: u16,
    /// `qualifiedSigner`.
    pub qualified_signer: Vec<u8>,
    /// `extraData`.
    pub extra_data: Vec<u8>,
    /// `clockInfo`, 17 bytes.
    pub clock_info: [u8; 17],
    /// `firmwareVersion`.
    pub firmware_version: u64,
    /// `attested.name`, if it differs from that of `pubArea`.
    pub name: Option<Vec<u8>>,
    /// `attested.qualifiedName`.
    pub qualified_name: Vec<u8>,
    /// Bytes after the end.
    pub trailing: Vec<u8>,
}

const SHA1: u16 = 0x04;
const SHA256: u16 = 0x0b;
const SHA384: u16 = 0x0c;
const SHA512: u16 = 0x0d;
/// `TPM_ALG_NULL`.
const NULL: [u8; 2] = [0, 0x10];

impl TpmParts {
    /// Creates what a TPM states about a key whose attestation statement signs this message.
    pub(super) fn new(
        key: &TestKey,
        message: &[u8],
        signer: TestAlgorithm,
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self {
            ver: "2.0".into(),
            pub_area: PubArea::of(key)?,
            cert_info: CertInfo {
                magic: 0xff54_4347,
                kind: 0x8017,
                qualified_signer: Vec::new(),
                extra_data: hash_of(signer, message)?,
                clock_info: *b"\0\0\0\0\0\0\0\0\x11\x11\x11\x11\x22\x22\x22\x22\x33",
                firmware_version: 0,
                name: None,
                qualified_name: Vec::new(),
                trailing: Vec::new(),
            },
        })
    }
}

impl PubArea {
    /// The attributes of a signing key that a TPM created and keeps: `fixedTPM`, `fixedParent`, `sensitiveDataOrigin`,
    /// `userWithAuth` and `sign`.
    pub const SIGNING_KEY: u32 = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 18;

    /// Creates the public area of a key, with its name by SHA-256.
    ///
    /// # Errors
    ///
    /// [`TestAuthenticatorError::Attestation`] for a type of key that TPMs do not have.
    pub fn of(key: &TestKey) -> Result<Self, TestAuthenticatorError> {
        let cose = key.public_key()?;
        let number = |label: i64| {
            cose.entry(label)
                .and_then(CborValue::as_bytes)
                .cloned()
                .ok_or(TestAuthenticatorError::Attestation)
        };
        let integer = |label: i64| {
            let value = cose.entry(label).and_then(CborValue::as_integer);
            value.and_then(|value| u8::try_from(value).ok())
        };
        let (kind, parameters, unique) = match (integer(1), integer(-1)) {
            // EC2. No symmetric cipher, no scheme, the curve, no key derivation.
            (Some(2), Some(curve @ 1..=3)) => {
                let parameters = [NULL, NULL, [0, 2 + curve], NULL].concat();
                (0x23, parameters, [number(-2)?, number(-3)?].into())
            }
            // RSA. No symmetric cipher, no scheme, the length of the modulus, the usual exponent.
            (Some(3), _) => {
                let modulus = number(-1)?;
                let bits = u16::try_from(modulus.len() * 8).unwrap_or(u16::MAX).to_be_bytes();
                (0x01, [&NULL, &NULL, &bits, &[0; 4][..]].concat(), [modulus].into())
            }
            _ => return Err(TestAuthenticatorError::Attestation),
        };
        Ok(Self {
            kind,
            name_alg: SHA256,
            object_attributes: PubArea::SIGNING_KEY,
            auth_policy: Vec::new(),
            parameters,
            unique,
            trailing: Vec::new(),
        })
    }

    /// Returns the encoded bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [self.kind.to_be_bytes(), self.name_alg.to_be_bytes()].concat();
        bytes.extend(self.object_attributes.to_be_bytes());
        bytes.extend(sized(&self.auth_policy));
        bytes.extend(&self.parameters);
        bytes.extend(self.unique.iter().flat_map(|number| sized(number)));
        bytes.extend(&self.trailing);
        bytes
    }
}

impl CertInfo {
    /// Returns the encoded bytes, about this public area.
    #[must_use]
    pub fn to_bytes(&self, pub_area: &[u8]) -> Vec<u8> {
        let mut bytes = self.magic.to_be_bytes().to_vec();
        bytes.extend(self.kind.to_be_bytes());
        bytes.extend(sized(&self.qualified_signer));
        bytes.extend(sized(&self.extra_data));
        bytes.extend(self.clock_info);
        bytes.extend(self.firmware_version.to_be_bytes());
        bytes.extend(match &self.name {
            Some(name) => sized(name),
            None => sized(&name_of(pub_area)),
        });
        bytes.extend(sized(&self.qualified_name));
        bytes.extend(&self.trailing);
        bytes
    }
}

/// `TPM2B`: the length followed by the bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

/// Returns the name of a public area: its hash function and its hash. If the hash function is unknown, uses SHA-256.
fn name_of(pub_area: &[u8]) -> Vec<u8> {
    let name_alg = [2, 3].map(|at| pub_area.get(at).copied().unwrap_or_default());
    let hash = match u16::from_be_bytes(name_alg) {
        SHA1 => sha1::Sha1::digest(pub_area).to_vec(),
        SHA384 => Sha384::digest(pub_area).to_vec(),
        SHA512 => Sha512::digest(pub_area).to_vec(),
        _ => Sha256::digest(pub_area).to_vec(),
    };
    [&name_alg, hash.as_slice()].concat()
}

/// Returns the hash of a message by the hash function of a signature algorithm.
fn hash_of(algorithm: TestAlgorithm, message: &[u8]) -> Result<Vec<u8>, TestAuthenticatorError> {
    match algorithm.id() {
        -7 | -9 | -37 | -257 => Ok(Sha256::digest(message).to_vec()),
        -35 | -38 | -51 | -258 => Ok(Sha384::digest(message).to_vec()),
        -36 | -39 | -52 | -259 => Ok(Sha512::digest(message).to_vec()),
        _ => Err(TestAuthenticatorError::Attestation),
    }
}

/// Turns a certificate into that of an attestation identity key (§8.3.1).
pub(super) fn make_aik_certificate(
    certificate: &mut TestCertificate,
    model: &str,
) -> Result<(), TestAuthenticatorError> {
    certificate.subject = TestName::default();
    let usage = der::tlv(der::SEQUENCE, der::oid("2.23.133.8.3")?);
    certificate.set_extension(TestExtension::EXTENDED_KEY_USAGE, false, usage);
    // One relative name of three attributes, as in the TCG's profile.
    let name = TestName(
        [[
            TestAttribute::text("2.23.133.2.1", "id:00000000"),
            TestAttribute::text("2.23.133.2.2", model),
            TestAttribute::text("2.23.133.2.3", "id:00000000"),
        ]
        .into()]
        .into(),
    );
    let value = tpm_alt_name(&name)?;
    certificate.set_extension(TestExtension::SUBJECT_ALT_NAME, true, value);
    Ok(())
}

/// `GeneralNames` with one `directoryName`.
fn tpm_alt_name(name: &TestName) -> Result<Vec<u8>, TestAuthenticatorError> {
    Ok(der::tlv(der::SEQUENCE, der::tagged(4, &name.to_der()?)))
}
