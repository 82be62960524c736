//! A ceremony with everything that a relying party needs to verify it, and the verdict, as a JSON object.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use relying_party::test_authenticator::flags;
use serde_json::{Value, json};

use super::{
    certified::{Certified, authority},
    vector::{Attests, Ceremonies, Framing, ORIGIN, RP_ID, TOP_ORIGIN},
};

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The registration of a vector. `credential` is its response.
pub(crate) fn registration(ceremonies: &Ceremonies, credential: &Value) -> Value {
    let algorithm = ceremonies.vector.algorithm.id();
    let mut algorithms = vec![algorithm];
    algorithms.extend([-7, -257].into_iter().filter(|other| *other != algorithm));
    let attestation = ceremonies.vector.attestation;
    let (verify, anchors) = match attestation {
        // Its authorization lists are empty, which the procedure rejects if taken literally.
        Attests::Certified(Certified::AndroidKey) => ("ignore", vec![authority().certificate]),
        Attests::Certified(_) => ("trusted", vec![authority().certificate]),
        _ => ("statement", Vec::new()),
    };
    let anchors: Vec<_> = anchors.iter().map(|anchor| base64url(anchor)).collect();
    let mut case = json!({
        "id": format!("generated/{}/registration", ceremonies.vector.name),
        "note": "registration by the recipe",
        "kind": "registration",
        "rp": relying_party(ceremonies),
        "options": {
            "challenge": base64url(&ceremonies.registration_challenge),
            "user_verification": "preferred",
            "algorithms": algorithms,
            "user_handle": base64url(&ceremonies.user_handle),
            "conditional": false,
        },
        "attestation": {"verify": verify, "trust_anchors": anchors, "at": "2024-06-01T00:00:00Z"},
        "credential": credential,
        "expect": {
            "ok": true,
            "reason": null,
            "fmt": ceremonies.registration.attestation.fmt(),
            "alg": algorithm,
            "aaguid": ceremonies.attested().aaguid.to_string(),
            "sign_count": ceremonies.registration.authenticator_data.sign_count,
        },
    });
    // Formats without this information have none.
    let kind = match attestation {
        Attests::None => Some("none"),
        Attests::PackedSelf => Some("self"),
        Attests::Certified(Certified::Tpm) => Some("attca"),
        Attests::Certified(Certified::Apple) => Some("anonca"),
        Attests::Certified(_) => None,
    };
    if let Some(kind) = kind {
        case["expect"]["attestation_type"] = kind.into();
    }
    case
}

/// The authentication of a vector. `credential` is its response.
pub(crate) fn authentication(ceremonies: &Ceremonies, credential: &Value) -> Value {
    let registered = &ceremonies.registration.authenticator_data;
    json!({
        "id": format!("generated/{}/authentication", ceremonies.vector.name),
        "note": "authentication by the recipe",
        "kind": "authentication",
        "rp": relying_party(ceremonies),
        "options": {
            "challenge": base64url(&ceremonies.authentication_challenge),
            "user_verification": "preferred",
            "user_handle": base64url(&ceremonies.user_handle),
            "allow_credentials": [base64url(ceremonies.credential_id())],
            "conditional": false,
        },
        "stored": {
            "credential_id": base64url(ceremonies.credential_id()),
            "public_key": base64url(&ceremonies.attested().public_key.to_vec().unwrap()),
            "sign_count": registered.sign_count,
            "user_handle": base64url(&ceremonies.user_handle),
            "backup_eligible": registered.flags & flags::BE != 0,
            "backup_state": registered.flags & flags::BS != 0,
        },
        "credential": credential,
        "expect": {
            "ok": true,
            "reason": null,
            "sign_count": ceremonies.authentication.authenticator_data.sign_count,
        },
    })
}

fn relying_party(ceremonies: &Ceremonies) -> Value {
    let framing = ceremonies.vector.framing;
    let top_origins = if framing == Framing::TopOrigin { vec![TOP_ORIGIN] } else { Vec::new() };
    json!({
        "id": RP_ID,
        "origins": [ORIGIN],
        "allow_subdomains": false,
        "allow_any_port": false,
        "allow_cross_origin": framing != Framing::None,
        "top_origins": top_origins,
    })
}
