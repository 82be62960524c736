//! What a service sends before a ceremony.

use serde_json::{Value, json};

use crate::fido::{
    bench::{Bench, Refusal, Verdict},
    case::{Case, custom, intact},
};

/// The failure of a case that nothing refuses.
fn demand(holds: bool, what: &str) -> Verdict {
    if holds { Ok(()) } else { Err(Refusal { code: "options".into(), step: what.into() }) }
}

fn demand_all(demands: &[(bool, &str)]) -> Verdict {
    demands.iter().try_for_each(|(holds, what)| demand(*holds, what))
}

fn is_fresh(bench: &mut Bench, options: fn(&mut Bench) -> Value) -> Verdict {
    let [one, other] = [options(bench), options(bench)];
    let length = one["challenge"].as_str().map_or(0, str::len);
    // 16 bytes are 22 characters.
    demand(length >= 22 && one["challenge"] != other["challenge"], "challenge")
}

pub(super) fn creation() -> Vec<Case> {
    const SUITE: &str = "CreationOptions-Req-1";
    vec![
        custom(
            SUITE,
            "P-1",
            "creation options are complete, and carry an unknown extension",
            |bench| {
                let options = bench.creation_options();
                let user = &options["user"];
                let algorithms = options["pubKeyCredParams"].as_array();
                demand_all(&[
                    (user["id"].is_string(), "user.id"),
                    (user["name"] == "ada@example.com", "user.name"),
                    (user["displayName"] == "Ada", "user.displayName"),
                    (options["rp"] == json!({ "id": "example.com", "name": "Example" }), "rp"),
                    (options["challenge"].is_string(), "challenge"),
                    (algorithms.is_some_and(|it| !it.is_empty()), "pubKeyCredParams"),
                    (options["timeout"].as_u64() > Some(0), "timeout"),
                    (options["extensions"]["example.extension"] == true, "extensions"),
                ])
            },
        ),
        custom(
            SUITE,
            "P-2",
            "options ask for no attestation if the request asks for none",
            |bench| {
                let options = bench.creation_options();
                let attestation = &options["attestation"];
                // Left out, it is none.
                demand(attestation == "none" || attestation.is_null(), "attestation")
            },
        )
        .attestation("none"),
        custom(SUITE, "P-3", "two creations have different challenges", |bench| {
            is_fresh(bench, Bench::creation_options)
        }),
        custom(SUITE, "P-4", "options require user verification if the request does", |bench| {
            let options = bench.creation_options();
            let selection = &options["authenticatorSelection"];
            demand(selection["userVerification"] == "required", "userVerification")
        })
        .verification("required"),
    ]
}

pub(super) fn request() -> Vec<Case> {
    const SUITE: &str = "GetOptions-Req-1";
    vec![
        custom(SUITE, "P-1", "request options name what the user registered", |bench| {
            bench.register(intact, intact)?;
            let options = bench.request_options();
            let id = &bench.device.credentials()[0].id;
            let id = serde_json::to_value(relying_party::CredentialId::try_from(&id[..]).unwrap());
            demand_all(&[
                (options["challenge"].is_string(), "challenge"),
                (options["rpId"] == "example.com", "rpId"),
                (options["allowCredentials"][0]["id"] == id.unwrap(), "allowCredentials"),
                (options["allowCredentials"][0]["type"] == "public-key", "type"),
                (options["userVerification"].is_string(), "userVerification"),
                (options["timeout"].as_u64() > Some(0), "timeout"),
            ])
        }),
        custom(SUITE, "P-2", "two sign-ins have different challenges", |bench| {
            bench.register(intact, intact)?;
            is_fresh(bench, Bench::request_options)
        }),
    ]
}

pub(super) fn is_excluded(bench: &mut Bench) -> Verdict {
    bench.register(intact, intact)?;
    let id = bench.device.credentials()[0].id.clone();
    let id = relying_party::CredentialId::try_from(&id[..]).unwrap();
    let options = bench.creation_options();
    demand(
        options["excludeCredentials"][0]["id"] == serde_json::to_value(id).unwrap(),
        "excludeCredentials",
    )
}
