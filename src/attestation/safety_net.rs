//! The `android-safetynet` format (§8.5), whose service is shut down.
//!
//! Good for statements that were stored while it ran; the policy has to ask for it.

use alloc::vec::Vec;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Context, Outcome, Signed, StatementError};
use crate::{
    cbor::Reader,
    json::text::Text,
    jws::{InvalidJws, Jws},
    passkey::AttestationType,
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
/// The time is not judged: the nonce covers the challenge, which is as fresh as the statement has to be.
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
    let response: Response<'_> = serde_json::from_slice(&jws.payload)
        .map_err(|_| StatementError::Structure { what: WHAT, reason: "the payload is none" })?;
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
        // All versions of Google Play services that there were made the same response.
        match (ver, response) {
            (None | Some(""), _) => Err(StatementError::Invalid("ver is missing or empty")),
            (_, None) => Err(StatementError::Invalid("response is missing")),
            (_, Some(response)) => Ok(Self { response }),
        }
    }
}

/// The nonce is in the standard alphabet, padded, unlike all else in a JWS.
fn check_nonce(response: &Response<'_>, signed: &Signed<'_>) -> Result<(), StatementError> {
    if *response.nonce != *STANDARD.encode(Sha256::digest(signed.message())) {
        return Err(StatementError::Invalid("the nonce is another hash"));
    }
    Ok(())
}

/// That the service signed it: the leaf is for its host. Anchors are the public roots of the web, which certify
/// every host there is.
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
