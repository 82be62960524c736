//! Statements with certificates in two steps: parts, signed.

use alloc::{string::String, vec::Vec};

use ciborium::Value as CborValue;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{KeyDescription, Subject, TpmParts};
use crate::{
    Aaguid,
    test_authenticator::{
        AttestedCredentialData, Cbor, TestAttester, TestAuthenticatorError, TestCertificate,
        TestExtension, TestKey, certificate::der,
    },
};

/// RSASSA-PKCS1-v1_5 with SHA-1, which only `tpm` statements have.
const RS1: i64 = -65535;

/// A statement with certificates before it is signed. Changes made here are signed with the keys in it.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CertifiedParts {
    /// `alg`, if the format has it.
    pub alg: Option<i64>,
    /// The attestation certificate.
    pub certificate: TestCertificate,
    /// The key that signs the attestation certificate.
    pub issuer: TestKey,
    /// The rest of `x5c`, after the attestation certificate, in DER.
    pub chain: Vec<Vec<u8>>,
    /// The key that creates `sig`, if the format has it.
    pub key: TestKey,
    /// What `sig` signs, if it differs from the format's rules.
    pub message: Option<Vec<u8>>,
    /// The parts that only this format has.
    pub format: FormatParts,
    /// Changes to the statement's map, made at the end.
    pub entries: Vec<(String, Option<CborValue>)>,
}

/// What a format has apart from certificates and a signature.
/// [`RegistrationParts::tamper_statement`](crate::test_authenticator::RegistrationParts::tamper_statement) has an example.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FormatParts {
    /// `packed` and `fido-u2f`: what they sign.
    Message(Vec<u8>),
    /// `apple`: the nonce in the certificate, which is the only thing signed.
    Apple {
        /// `nonce`, 32 bytes unless tampered with.
        nonce: Vec<u8>,
    },
    /// `android-key`.
    AndroidKey {
        /// What `sig` signs.
        message: Vec<u8>,
        /// The description in the certificate. Boxed because of its size.
        description: alloc::boxed::Box<KeyDescription>,
    },
    /// `tpm`.
    Tpm(alloc::boxed::Box<TpmParts>),
}

impl CertifiedParts {
    fn new(
        attester: &TestAttester,
        key: &TestKey,
        format: FormatParts,
    ) -> Result<Self, TestAuthenticatorError> {
        Ok(Self {
            alg: Some(key.algorithm().id()),
            certificate: attester.certify(key)?,
            issuer: attester.issuer.key.clone(),
            chain: attester.chain.clone(),
            key: key.clone(),
            message: None,
            format,
            entries: Vec::new(),
        })
    }

    pub(super) fn packed(
        attester: &TestAttester,
        subject: Subject<'_>,
    ) -> Result<Self, TestAuthenticatorError> {
        let message = FormatParts::Message(subject.message());
        let mut parts = Self::new(attester, &attester.key, message)?;
        if let Some(aaguid) = subject.aaguid() {
            attester.name_aaguid(&mut parts.certificate, aaguid);
        }
        Ok(parts)
    }

    /// The certificate of a U2F key is the only one, so its issuer must be an anchor.
    pub(super) fn fido_u2f(
        attester: &TestAttester,
        subject: Subject<'_>,
    ) -> Result<Self, TestAuthenticatorError> {
        let message = FormatParts::Message(subject.u2f_message()?);
        let mut parts = Self::new(attester, &attester.key, message)?;
        parts.alg = None;
        parts.chain.clear();
        Ok(parts)
    }

    pub(super) fn apple(
        attester: &TestAttester,
        subject: Subject<'_>,
    ) -> Result<Self, TestAuthenticatorError> {
        let nonce = Sha256::digest(subject.message()).to_vec();
        let mut parts = Self::new(attester, subject.key, FormatParts::Apple { nonce })?;
        parts.alg = None;
        Ok(parts)
    }

    pub(super) fn android_key(
        attester: &TestAttester,
        subject: Subject<'_>,
    ) -> Result<Self, TestAuthenticatorError> {
        let description = KeyDescription::new(subject.client_data_hash).into();
        let format = FormatParts::AndroidKey { message: subject.message(), description };
        Self::new(attester, subject.key, format)
    }

    pub(super) fn tpm(
        attester: &TestAttester,
        subject: Subject<'_>,
    ) -> Result<Self, TestAuthenticatorError> {
        let mut tpm = TpmParts::new(subject.key, &subject.message(), attester.key.algorithm())?;
        if attester.rs1 {
            tpm.cert_info.extra_data = Sha1::digest(subject.message()).to_vec();
        }
        let mut parts = Self::new(attester, &attester.key, FormatParts::Tpm(tpm.into()))?;
        if attester.rs1 {
            parts.alg = Some(RS1);
        }
        super::tpm::make_aik_certificate(&mut parts.certificate, &attester.model)?;
        if let Some(aaguid) = subject.aaguid() {
            attester.name_aaguid(&mut parts.certificate, aaguid);
        }
        Ok(parts)
    }

    /// Returns Android's description of the key, if the format has one.
    pub fn key_description(&mut self) -> Option<&mut KeyDescription> {
        match &mut self.format {
            FormatParts::AndroidKey { description, .. } => Some(description),
            _ => None,
        }
    }

    /// Returns the parts that only the `tpm` format has.
    pub fn tpm_parts(&mut self) -> Option<&mut TpmParts> {
        match &mut self.format {
            FormatParts::Tpm(tpm) => Some(tpm),
            _ => None,
        }
    }

    /// Sets an entry of the statement's map, at the end.
    pub fn set(&mut self, key: &str, value: impl Into<CborValue>) {
        self.entries.push((key.into(), Some(value.into())));
    }

    /// Removes an entry of the statement's map, at the end.
    pub fn remove(&mut self, key: &str) {
        self.entries.push((key.into(), None));
    }

    /// Certifies and signs. Entries are in the order of CTAP2's canonical CBOR.
    pub(super) fn sign(mut self) -> Result<Cbor, TestAuthenticatorError> {
        let mut statement = Cbor::empty_map();
        if let Some(alg) = self.alg {
            statement.set("alg", alg);
        }
        let message = match &self.format {
            FormatParts::Message(message) => Some(message.clone()),
            FormatParts::Apple { nonce } => {
                let nonce = der::tagged(1, &der::tlv(der::OCTET_STRING, nonce));
                let value = der::tlv(der::SEQUENCE, nonce);
                add(&mut self.certificate, TestExtension::APPLE_NONCE, value);
                None
            }
            FormatParts::AndroidKey { message, description } => {
                let value = description.to_der();
                add(&mut self.certificate, TestExtension::KEY_DESCRIPTION, value);
                Some(message.clone())
            }
            FormatParts::Tpm(tpm) => Some(tpm.cert_info.to_bytes(&tpm.pub_area.to_bytes())),
        };
        if let Some(message) = self.message.as_ref().or(message.as_ref()) {
            let signature = match self.alg {
                Some(RS1) => self.key.sign_rs1(message)?,
                _ => self.key.sign(message)?,
            };
            statement.set("sig", signature);
        }
        if let FormatParts::Tpm(tpm) = &self.format {
            statement.set("ver", tpm.ver.as_str());
        }
        let leaf = self.certificate.sign(&self.issuer)?;
        let x5c = [leaf].into_iter().chain(self.chain).map(CborValue::Bytes).collect();
        statement.set("x5c", CborValue::Array(x5c));
        if let FormatParts::Tpm(tpm) = &self.format {
            let pub_area = tpm.pub_area.to_bytes();
            let cert_info = message.unwrap_or_default();
            statement.set("pubArea", pub_area);
            statement.set("certInfo", cert_info);
        }
        for (key, value) in self.entries {
            match value {
                Some(value) => statement.set(key, value),
                None => statement.remove(key),
            }
        }
        Ok(statement)
    }
}

/// Adds an extension, unless tampering has added one of the same type.
fn add(certificate: &mut TestCertificate, oid: &str, value: Vec<u8>) {
    if certificate.extension(oid).is_none() {
        certificate.set_extension(oid, false, value);
    }
}

impl Subject<'_> {
    fn aaguid(&self) -> Option<Aaguid> {
        self.data.attested.as_ref().map(|attested| attested.aaguid)
    }

    /// ```text
    /// 00 | rpIdHash | clientDataHash | credentialId | 04 | x | y
    /// ```
    fn u2f_message(&self) -> Result<Vec<u8>, TestAuthenticatorError> {
        let AttestedCredentialData { credential_id, .. } =
            self.data.attested.as_ref().ok_or(TestAuthenticatorError::Attestation)?;
        let key = self.key.public_key()?;
        let coordinate = |label: i64| {
            key.entry(label)
                .and_then(CborValue::as_bytes)
                .ok_or(TestAuthenticatorError::Attestation)
        };
        let (x, y) = (coordinate(-2)?, coordinate(-3)?);
        Ok([&[0], &self.data.rp_id_hash[..], self.client_data_hash, credential_id, &[4], x, y]
            .concat())
    }
}
