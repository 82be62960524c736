//! The `packed` format (§8.2): self attestation.

use alloc::vec::Vec;

use super::{Signed, StatementError};
use crate::{
    cbor::{CborError, Item, Reader},
    crypto::SignatureVerifier,
    malformed::Malformed,
    passkey::AttestationType,
};

/// ```text
/// { alg: COSEAlgorithmIdentifier, sig: bytes, ? x5c: [+ bytes] }
/// ```
pub(super) struct Statement<'a> {
    alg: i64,
    sig: &'a [u8],
    certificates: Certificates,
}

/// What stands under `x5c`. An empty list is not self attestation but breaks the syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certificates {
    Absent,
    Empty,
    Present,
}

const WHAT: &str = "packed attestation statement";

impl<'a> Statement<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let (mut alg, mut sig, mut certificates) = (None, None, Certificates::Absent);
        let mut reader = Reader::new(bytes, WHAT);
        reader.text_map(|key, reader| {
            match key {
                "alg" => alg = Some(reader.integer()?),
                "sig" => sig = Some(reader.bytes()?),
                "x5c" => certificates = Certificates::read(reader)?,
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match (alg, sig) {
            (Some(alg), Some(sig)) => Ok(Self { alg, sig, certificates }),
            _ => Err(StatementError::Invalid("alg or sig is missing")),
        }
    }

    pub(super) fn certificates(&self) -> Certificates {
        self.certificates
    }

    /// Self attestation: the key that was created signs for itself. Its owner has it, and no more is known.
    pub(super) fn verify_self(
        &self,
        signed: &Signed<'_>,
        verifier: &dyn SignatureVerifier,
    ) -> Result<AttestationType, StatementError> {
        let key = &signed.attested.public_key;
        if self.alg != i64::from(key.algorithm.identifier()) {
            return Err(StatementError::Invalid("alg is not that of the credential key"));
        }
        let message: Vec<u8> = [signed.data.as_bytes(), signed.client_data_hash].concat();
        verifier.verify(key, &message, self.sig).map_err(|_| StatementError::Signature)?;
        Ok(AttestationType::SelfAttestation)
    }
}

impl Certificates {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let start = *reader;
        match Reader::new(reader.raw()?, WHAT).item()? {
            Item::Array(0) => Ok(Self::Empty),
            Item::Array(_) => Ok(Self::Present),
            _ => Err(start.error(CborError::Type)),
        }
    }
}
