//! What the metadata are worth.

use serde_json::json;

use super::NOT_ASKED;
use crate::fido::{
    case::{Case, intact, registration},
    metadata::Flaw,
    model::{Model, attester, packed},
};

pub(super) fn cases() -> Vec<Case> {
    const SUITE: &str = "MDS3";
    let model = || packed(attester());
    let case =
        |number, what, model: Model| registration(SUITE, number, what, intact, intact).model(model);
    let refused = |number, what, model| {
        case(number, what, model).rejected("attestation_trust").by_default(NOT_ASKED)
    };
    let compromised = model().entry(|entry| {
        entry["statusReports"] =
            json!([{ "status": "ATTESTATION_KEY_COMPROMISE", "effectiveDate": "2025-01-01" }]);
    });
    vec![
        case("P-1", "the model stands in metadata that are in order", model()),
        refused(
            "F-1",
            "the metadata report that the model's attestation key is known",
            compromised,
        ),
        refused("F-2", "the signature of the metadata is broken", model().flaw(Flaw::Signature)),
        refused(
            "F-3",
            "a stranger signed the certificate of who signed the metadata",
            model().flaw(Flaw::Chain),
        ),
        refused(
            "F-4",
            "the intermediate of who signed the metadata is revoked",
            model().flaw(Flaw::RevokedIntermediate),
        ),
        refused(
            "F-5",
            "the certificate of who signed the metadata is revoked",
            model().flaw(Flaw::RevokedSigner),
        ),
    ]
}
