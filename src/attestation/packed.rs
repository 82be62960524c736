//! The `packed` format (§8.2).

#[cfg(feature = "attestation")]
mod certificate;

use super::{Context, Outcome, Signed, StatementError};
use crate::{
    cbor::{Item, Reader},
    malformed::CborError,
    passkey::AttestationType,
};

/// ```text
/// { alg: COSEAlgorithmIdentifier, sig: bytes, ? x5c: [+ bytes] }
/// ```
pub(super) struct Statement<'a> {
    alg: i64,
    sig: &'a [u8],
    /// `x5c` as CBOR. An empty list is not self attestation, but a syntax error.
    x5c: Option<&'a [u8]>,
}

const WHAT: &str = "packed attestation statement";

impl<'a> Statement<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let (mut alg, mut sig, mut x5c) = (None, None, None);
        let mut reader = Reader::new(bytes, WHAT);
        reader.text_map(|key, reader| {
            match key {
                "alg" => alg = Some(reader.integer()?),
                "sig" => sig = Some(reader.bytes()?),
                "x5c" => {
                    let start = *reader;
                    let (item, list) = reader.raw_item()?;
                    if !matches!(item, Item::Array(_)) {
                        return Err(start.error(CborError::Type));
                    }
                    x5c = Some(list);
                }
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match (alg, sig) {
            (Some(alg), Some(sig)) => Ok(Self { alg, sig, x5c }),
            _ => Err(StatementError::Invalid("alg or sig is missing")),
        }
    }

    /// Returns whether this is self attestation, which has no `x5c`.
    pub(super) fn is_self(&self) -> bool {
        self.x5c.is_none()
    }

    /// Self attestation: the new key signs for itself. This only proves possession of the key.
    pub(super) fn verify_self(
        &self,
        signed: &Signed<'_>,
        ctx: &Context<'_>,
    ) -> Result<AttestationType, StatementError> {
        let key = &signed.attested.public_key;
        if self.alg != i64::from(key.algorithm.identifier()) {
            return Err(StatementError::Invalid("alg is not the algorithm of the credential key"));
        }
        ctx.verify(key, &signed.message(), self.sig)?;
        Ok(AttestationType::SelfAttestation)
    }
}

/// The verification procedure of §8.2.
pub(super) fn verify<'a>(
    statement: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'a>, StatementError> {
    let statement = Statement::parse(statement)?;
    match statement.x5c {
        None => statement.verify_self(signed, ctx).map(Outcome::bare),
        #[cfg(feature = "attestation")]
        Some(x5c) => certificate::verify(&statement, x5c, signed, ctx),
        #[cfg(not(feature = "attestation"))]
        Some(_) => Err(StatementError::Invalid("x5c is not supported")),
    }
}
