//! The `tpm` format (§8.3).

mod aik;
mod attributes;
mod cert_info;
mod hash;
mod public_area;
mod reader;

pub use self::attributes::TpmKeyAttributes;
use self::{cert_info::CertInfo, hash::Hash, public_area::PublicArea};
use super::{Context, Outcome, Signed, StatementError, aaguid_extension, algorithm, x5c::X5c};
use crate::{
    cbor::Reader, cose::Algorithm, crypto::SignatureError, passkey::AttestationType,
    x509::Certificate,
};

/// ```text
/// { ver: "2.0", alg: COSEAlgorithmIdentifier, x5c: [aikCert: bytes, * caCert: bytes], sig: bytes,
///   certInfo: bytes, pubArea: bytes }
/// ```
///
/// The draft calls `sig` a `TPMT_SIGNATURE`. Platforms send the bare signature, as do the specification's vectors.
struct Statement<'a> {
    algorithm: Algorithm,
    x5c: X5c<'a>,
    sig: &'a [u8],
    cert_info: &'a [u8],
    pub_area: &'a [u8],
}

/// The verification procedure of §8.3. It proves facts about a key in a TPM, provided that the path leads to a CA that
/// only certifies TPMs.
pub(super) fn verify<'a>(
    statement: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'a>, StatementError> {
    let statement = Statement::parse(statement)?;
    let public_area = PublicArea::parse(statement.pub_area)?;
    if !public_area.is_key(&signed.attested.public_key) {
        return Err(StatementError::Invalid("pubArea is not the credential key"));
    }
    let aik = statement.x5c.leaf()?;
    aik::check(&aik)?;
    let vouching = aaguid_extension::check(&aik, signed.attested.aaguid)?;
    statement.verify_signature(&aik, ctx)?;
    statement.check_cert_info(&public_area, signed)?;
    let obstacle = ctx.policy.tpm_key_attributes().check(&public_area).err();
    let outcome =
        Outcome::of_path(AttestationType::AttCa, vouching, aik, statement.x5c.into_path());
    Ok(Outcome { obstacle, ..outcome })
}

impl<'a> Statement<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let (mut ver, mut alg, mut x5c) = (None, None, None);
        let (mut sig, mut cert_info, mut pub_area) = (None, None, None);
        let mut reader = Reader::new(bytes, "tpm attestation statement");
        reader.text_map(|key, reader| {
            match key {
                "ver" => ver = Some(reader.text()?),
                "alg" => alg = Some(reader.integer()?),
                "x5c" => x5c = Some(X5c::read(reader)?),
                "sig" => sig = Some(reader.bytes()?),
                "certInfo" => cert_info = Some(reader.bytes()?),
                "pubArea" => pub_area = Some(reader.bytes()?),
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        if ver != Some("2.0") {
            return Err(StatementError::Invalid("ver is not 2.0"));
        }
        let (Some(alg), Some(x5c), Some(sig), Some(cert_info), Some(pub_area)) =
            (alg, x5c, sig, cert_info, pub_area)
        else {
            return Err(StatementError::Invalid("a member of the tpm statement is missing"));
        };
        Ok(Self { algorithm: algorithm(alg)?, x5c, sig, cert_info, pub_area })
    }

    /// TPM 2.0 chips of the first years sign with RS1. Nothing else in this crate accepts it.
    fn verify_signature(
        &self,
        aik: &Certificate<'_>,
        ctx: &Context<'_>,
    ) -> Result<(), StatementError> {
        if self.algorithm != Algorithm::RS1 {
            return ctx.verify(&aik.public_key(self.algorithm)?, self.cert_info, self.sig);
        }
        ctx.verifier.verify_rs1(&aik.key_parameters()?, self.cert_info, self.sig).map_err(|error| {
            match error {
                SignatureError::Invalid => StatementError::Signature,
                SignatureError::UnsupportedAlgorithm => {
                    StatementError::AlgorithmNotSupported(Algorithm::RS1)
                }
            }
        })
    }

    fn check_cert_info(
        &self,
        public_area: &PublicArea<'_>,
        signed: &Signed<'_>,
    ) -> Result<(), StatementError> {
        let cert_info = CertInfo::parse(self.cert_info)?;
        let hash = Hash::of_signature(self.algorithm)
            .ok_or(StatementError::Invalid("alg has no hash for certInfo.extraData"))?;
        let to_be_signed = [signed.data.as_bytes(), signed.client_data_hash.as_bytes()];
        if !hash.is_of(&to_be_signed, cert_info.extra_data) {
            return Err(StatementError::Invalid(
                "certInfo.extraData is not the hash of the attested data",
            ));
        }
        if !public_area.has_name(cert_info.name) {
            return Err(StatementError::Invalid("certInfo.attested is not the name of pubArea"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
