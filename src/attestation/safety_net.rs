//! The `android-safetynet` format (§8.5), whose service has been shut down.
//!
//! Useful for statements that were stored while it was running. The policy must enable it.

use alloc::vec::Vec;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Context, Outcome, Signed, StatementError};
use crate::{
    cbor::Reader,
    jws::{InvalidJws, Jws},
    passkey::AttestationType,
    text::Text,
    x509::Certificate,
};

/// ```text
/// { ver: text, response: bytes }          ; response is a compact JWS
/// ```
struct Statement<'a> {
    response: &'a [u8],
}

/// ```text
/// { "nonce": base64, "ctsProfileMatch": boolean, "timestampMs": number, "apkPackageName": string, … }
/// ```
///
/// The time is not checked: the nonce covers the challenge, so the statement is as recent as required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    #[serde(borrow)]
    nonce: Text<'a>,
    cts_profile_match: bool,
}

/// The verification procedure of §8.5.
pub(super) fn verify(
    statement: &[u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Outcome<'static>, StatementError> {
    let statement = Statement::parse(statement)?;
    let jws = Jws::parse(statement.response)
        .map_err(|InvalidJws(reason)| StatementError::Structure { what: WHAT, reason })?;
    let response: Response<'_> = serde_json::from_slice(&jws.payload).map_err(|_| {
        StatementError::Structure { what: WHAT, reason: "the payload cannot be parsed" }
    })?;
    check_nonce(&response, signed)?;
    check_signature(&jws, ctx)?;
    if !response.cts_profile_match {
        return Err(StatementError::Invalid("ctsProfileMatch is false"));
    }
    Ok(Outcome::of_decoded_path(AttestationType::Basic, jws.certificates))
}

impl<'a> Statement<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, StatementError> {
        let (mut ver, mut response) = (None, None);
        let mut reader = Reader::new(bytes, "android-safetynet attestation statement");
        reader.text_map(|key, reader| {
            match key {
                "ver" => ver = Some(reader.text()?),
                "response" => response = Some(reader.bytes()?),
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        // All versions of Google Play services used the same response.
        match (ver, response) {
            (None | Some(""), _) => Err(StatementError::Invalid("ver is missing or empty")),
            (_, None) => Err(StatementError::Invalid("response is missing")),
            (_, Some(response)) => Ok(Self { response }),
        }
    }
}

/// Unlike everything else in a JWS, the nonce uses the standard alphabet with padding.
fn check_nonce(response: &Response<'_>, signed: &Signed<'_>) -> Result<(), StatementError> {
    if *response.nonce != *STANDARD.encode(Sha256::digest(signed.message())) {
        return Err(StatementError::Invalid("the nonce is not the hash of the attested data"));
    }
    Ok(())
}

/// Checks that the service signed the response: the leaf certificate is for its host. Anchors are public roots of the
/// web, which certify every host.
fn check_signature(jws: &Jws<'_>, ctx: &Context<'_>) -> Result<(), StatementError> {
    let leaf = jws.certificates.first().map(Vec::as_slice).unwrap_or_default();
    let leaf = Certificate::parse(leaf)?;
    if !leaf.is_for_host(HOST)? {
        return Err(StatementError::Invalid("the response was not signed by attest.android.com"));
    }
    ctx.verify(&leaf.public_key(jws.algorithm)?, jws.signing_input, &jws.signature)
}

const WHAT: &str = "SafetyNet response";
const HOST: &str = "attest.android.com";

#[cfg(test)]
mod tests;
