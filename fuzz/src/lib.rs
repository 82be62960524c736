//! The fuzz targets, one function each.
//!
//! A target panics if a rule is broken. The binaries in `fuzz_targets/` pass libFuzzer's input to these functions. The
//! crate's own tests run them with the seeds, so that both keep working.

mod accounts;
mod attestation;
mod attested;
mod authentication;
mod cbor;
mod codec;
mod cose;
mod cost;
#[path = "../../benches/cpu_time/mod.rs"]
mod cpu_time;
mod crl;
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
mod tamper;
mod text;
mod wire;
mod x509;

pub mod seeds;

/// The name and the function of a target.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. Their names are those of the binaries and of the directories in `seeds/`.
pub const TARGETS: &[Target] = &[
    ("attestation_object", wire::attestation_object),
    ("authentication_json", json::authentication_response),
    ("authenticator_data", wire::authenticator_data),
    ("base64url", text::base64url),
    ("cbor", cbor::statement),
    ("ceremony_json", json::ceremony),
    ("certificate", x509::certificate),
    ("certificate_cost", cost::certificates),
    ("certification_path", x509::certification_path),
    ("client_data", json::client_data),
    ("cose_key", cose::key),
    ("crl", crl::crl),
    ("extensions_authentication", extensions::authentication),
    ("extensions_registration", extensions::registration),
    ("flow_create", flows::create),
    ("flow_manage", flows::manage),
    ("flow_sign_in", flows::sign_in),
    ("flow_sign_up", accounts::sign_up),
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

/// Runs the target with this name.
///
/// # Panics
///
/// If there is no such target, or if the target finds an error.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.expect("a target of that name");
    target(data);
}
