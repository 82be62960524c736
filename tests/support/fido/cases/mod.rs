//! The cases, a file for each thing that they are about. What they do is said in our own words.

mod assertion;
mod client_data;
mod formats;
mod metadata;
mod object;
mod options;
mod packed;
mod registration;

use super::case::Case;

/// Every case, in the order of the tool.
pub(crate) fn all() -> Vec<Case> {
    [
        options::creation(),
        registration::cases(),
        client_data::of_registrations(),
        object::cases(),
        formats::algorithms(),
        packed::with_certificates(),
        packed::of_the_credential(),
        formats::none(),
        formats::u2f(),
        formats::tpm(),
        formats::android(),
        options::request(),
        assertion::structure(),
        client_data::of_assertions(),
        assertion::authenticator_data(),
        metadata::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Why the default settings accept what only a trusted attestation would have refused.
const NOT_ASKED: &str = "attestation is not asked for by default: certificates are not judged, and nothing rests on them";
