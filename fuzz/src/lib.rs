//! What each fuzz target does with its input, one function a target.
//!
//! A target panics where a rule is broken; everything else is fine. The targets in `fuzz_targets/` hand libFuzzer's
//! input to these functions, and the crate's own tests hand them the seeds, so that neither rots.

mod attestation;
mod attested;
mod authentication;
mod bend;
mod cbor;
mod codec;
mod cose;
mod extensions;
mod fixture;
mod flows;
mod json;
mod judge;
mod memory;
mod metadata;
mod policy;
mod registration;
mod source;
mod text;
mod wire;
mod x509;

pub mod seeds;

/// A target's name and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. Names are those of the binaries and of the folders in `seeds/`.
pub const TARGETS: &[Target] = &[
    ("attestation_object", wire::attestation_object),
    ("authentication_json", json::authentication_response),
    ("authenticator_data", wire::authenticator_data),
    ("base64url", text::base64url),
    ("cbor", cbor::statement),
    ("ceremony_json", json::ceremony),
    ("certificate", x509::certificate),
    ("certification_path", x509::certification_path),
    ("client_data", json::client_data),
    ("cose_key", cose::key),
    ("extensions_authentication", extensions::authentication),
    ("extensions_registration", extensions::registration),
    ("flow_create", flows::create),
    ("flow_manage", flows::manage),
    ("flow_sign_in", flows::sign_in),
    ("identifiers", text::identifiers),
    ("jws", metadata::jws),
    ("key_description", attested::key_description),
    ("mds_payload", metadata::mds_payload),
    ("origin", policy::origin),
    ("origin_policy", policy::origin_policy),
    ("passkey_json", json::passkey),
    ("passkey_name", text::passkey_name),
    ("pem", x509::pem),
    ("registration_json", json::registration_response),
    ("related_origins", policy::related_origins),
    ("rp_id", policy::rp_id),
    ("safety_net_response", attested::safety_net_response),
    ("scope", policy::scope_of),
    ("statement_android_key", attested::statement_android_key),
    ("statement_apple", attested::statement_apple),
    ("statement_compound", attested::statement_compound),
    ("statement_fido_u2f", attested::statement_fido_u2f),
    ("statement_packed", attested::statement_packed),
    ("statement_safety_net", attested::statement_safety_net),
    ("statement_tpm", attested::statement_tpm),
    ("tpm_cert_info", attested::tpm_cert_info),
    ("tpm_public_area", attested::tpm_public_area),
    ("verify_attestation", attestation::verify),
    ("verify_authentication", authentication::verify),
    ("verify_registration", registration::verify),
];

/// Runs the target of that name.
///
/// # Panics
///
/// There is no such target, or the target found something.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.expect("a target of that name");
    target(data);
}
