//! The server cases of the FIDO Alliance's conformance tool over HTTP, against the router that serves the tool. The
//! cases and the ledger are those of the core's tests: each must have the verdict, and the error code, that the ledger
//! has.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(dead_code, unreachable_pub, reason = "not every test needs all of its support")]

#[path = "../../../tests/support/fido/mod.rs"]
mod fido;
#[path = "support/server.rs"]
mod server;

use std::{collections::BTreeMap, fs, sync::Arc};

use ::server::{
    config::Config,
    conformance::{Conformance, Sources},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use clap::Parser as _;
use fido::{
    bench::{ORIGIN, Refusal, Service, Verdict},
    cases,
    metadata::{Flaw, NOW, Published, publish},
    model,
};
use relying_party::{
    AnchorSource,
    test_authenticator::{TestAlgorithm, TestAuthenticator},
    x509::TrustAnchor,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const FLAGS: [&str; 6] =
    ["server", "--conformance", "--rp-id", "example.com", "--rp-name", "Example"];

/// The tool: it calls the four paths, and keeps the cookie.
struct Tool {
    runtime: Runtime,
    router: Router,
    cookie: Option<String>,
}

impl Tool {
    fn new(metadata: Arc<dyn AnchorSource>) -> Self {
        let server = Conformance::new(&Config::parse_from(FLAGS), metadata).clock(|| NOW);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { runtime, router: server.router(), cookie: None }
    }

    fn send(&mut self, path: &str, body: String) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.body(Body::from(body)).unwrap();
        let router = self.router.clone();
        self.runtime.block_on(async {
            let (head, body) = router.oneshot(request).await.unwrap().into_parts();
            (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
        })
    }

    /// The answer, whose status is as the API says: 200 and `ok` without a message, or an error and `failed` with one.
    fn post(&mut self, path: &str, body: &Value) -> Value {
        let (status, headers, answer) = self.send(path, body.to_string());
        if let Some(cookie) = headers.get(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(pair.to_owned());
        }
        let answer = serde_json::from_slice::<Value>(&answer).unwrap();
        match answer["status"].as_str().unwrap() {
            "ok" => {
                assert_eq!(status, StatusCode::OK, "{answer}");
                assert_eq!(answer["errorMessage"], "");
            }
            "failed" => {
                assert!(status.is_client_error(), "{status}: {answer}");
                assert_ne!(answer["errorMessage"], "");
            }
            other => panic!("{other}"),
        }
        answer
    }

    /// The verdict. The step is not in an answer: the core's own test has it.
    fn verdict(&mut self, path: &str, credential: &Value) -> Verdict {
        let answer = self.post(path, credential);
        if answer["status"] == "ok" {
            return Ok(());
        }
        let (code, _) = answer["errorMessage"].as_str().unwrap().split_once(": ").unwrap();
        Err(Refusal { code: code.into(), step: String::new() })
    }
}

impl Service for Tool {
    fn creation_options(&mut self, request: &Value) -> Value {
        self.post("/attestation/options", request)
    }

    fn register(&mut self, credential: &Value) -> Verdict {
        self.verdict("/attestation/result", credential)
    }

    fn request_options(&mut self, request: &Value) -> Value {
        self.post("/assertion/options", request)
    }

    fn sign_in(&mut self, credential: &Value) -> Verdict {
        self.verdict("/assertion/result", credential)
    }
}

/// The metadata of a model. Those that cannot be verified are not used, and the error must be that of their flaw.
fn sources_of(model: &model::Model) -> Sources {
    let Published { blob, root, lists, .. } = publish(model);
    let mut sources = Sources::default();
    let root = TrustAnchor::from_der(&root).unwrap();
    match (sources.add_blob(blob.as_bytes(), &root, &lists, NOW), model.flaw) {
        (Ok(()), None) => {}
        (Err(error), Some(flaw)) if flaw.explains(&error) => {}
        (result, flaw) => panic!("{flaw:?}: {result:?}"),
    }
    sources
}

/// No metadata.
fn nothing() -> Arc<Sources> {
    Arc::default()
}

fn creation_request() -> Value {
    json!({ "username": "ada", "displayName": "Ada", "attestation": "direct" })
}

/// What an authenticator of this model registers.
fn registration(model: &model::Model, options: &Value) -> Value {
    let mut device = TestAuthenticator::new("an authenticator");
    *device.behaviour_mut() = model.behaviour.clone();
    device.draft_creation(options, ORIGIN).unwrap().sign().unwrap().to_json().unwrap()
}

#[test]
fn every_case_has_over_http_the_verdict_of_the_ledger() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fido/ledger.tsv");
    let ledger = fs::read_to_string(path).unwrap();
    let lines = ledger.lines().filter(|line| !line.starts_with('#'));
    let mut lines = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name| names.iter().position(|it| *it == name).unwrap();
    // The first of the columns of this name belongs to the preset.
    let (suite, case, preset, code) =
        (column("suite"), column("case"), column("preset"), column("code"));
    let mut ledger = lines
        .map(|line| ((line[suite], line[case]), (line[preset], line[code])))
        .collect::<BTreeMap<_, _>>();
    let mut wrong = Vec::new();
    for case in cases::all() {
        let verdict = case.run(Box::new(Tool::new(Arc::new(sources_of(&case.model)))));
        let found = match &verdict {
            Ok(()) => ("accepted", ""),
            Err(refusal) => ("rejected", &*refusal.code),
        };
        let wanted = ledger.remove(&(case.suite, case.number)).expect("the ledger has the case");
        if found != wanted {
            wrong.push(format!("{} {}: {wanted:?} wanted, {found:?}", case.suite, case.number));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ledger.is_empty(), "not run: {ledger:?}");
}

#[test]
fn serves_four_paths_and_nothing_of_the_site() {
    let mut tool = Tool::new(nothing());
    for path in
        ["/", "/passkeys/sign-in/begin", "/api/session", "/attestation", "/assertion/result/"]
    {
        assert_eq!(tool.send(path, "{}".into()).0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn the_site_does_not_serve_the_tool() {
    let folder = tempfile::tempdir().unwrap();
    let site = server::Server::start(folder.path().join("server.sqlite"), 0, &[]);
    let url = format!("{}attestation/options", site.url());
    let refused = ureq::post(url).send_json(creation_request()).unwrap_err();
    assert!(matches!(refused, ureq::Error::StatusCode(404)), "{refused}");
}

#[test]
fn serves_the_tool_with_a_flag_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("server.sqlite");
    let server = server::Server::start(&database, 0, &["--conformance"]);
    let url = format!("{}attestation/options", server.url());
    let mut answer = ureq::post(url).send_json(creation_request()).unwrap();
    let options = answer.body_mut().read_json::<Value>().unwrap();
    assert_eq!(options["status"], "ok");
    assert_eq!(options["rp"]["id"], "localhost");
    assert!(!database.exists(), "nothing is kept");
    let elsewhere = ["server", "--conformance", "--address", "0.0.0.0:0"];
    let runtime = Runtime::new().unwrap();
    let refused = runtime.block_on(::server::run(Config::parse_from(elsewhere))).unwrap_err();
    assert!(refused.to_string().contains("loopback"), "{refused}");
}

#[test]
fn options_are_what_the_request_asked_for() {
    let mut tool = Tool::new(nothing());
    let options = tool.creation_options(&json!({
        "username": "ada",
        "displayName": "Ada",
        "authenticatorSelection": {
            "requireResidentKey": true,
            "authenticatorAttachment": "cross-platform",
            "userVerification": "discouraged",
        },
        "attestation": "indirect",
    }));
    let selection = &options["authenticatorSelection"];
    assert_eq!(selection["requireResidentKey"], true);
    assert_eq!(selection["residentKey"], "required");
    assert_eq!(selection["authenticatorAttachment"], "cross-platform");
    assert_eq!(selection["userVerification"], "discouraged");
    assert_eq!(options["attestation"], "indirect");
    // What the API has by default.
    let options = tool.creation_options(&json!({ "username": "ada", "displayName": "Ada" }));
    assert!(options["attestation"].is_null() || options["attestation"] == "none");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "preferred");
    let options = tool.request_options(&json!({ "username": "ada" }));
    assert_eq!(options["userVerification"], "preferred");
}

#[test]
fn rejects_requests_without_what_the_api_requires() {
    let mut tool = Tool::new(nothing());
    for (path, body) in [
        ("/attestation/options", json!({ "displayName": "Ada" })),
        ("/attestation/options", json!({ "username": "ada" })),
        ("/attestation/options", json!({ "username": 7, "displayName": "Ada" })),
        ("/assertion/options", json!({})),
        ("/assertion/options", json!([])),
    ] {
        assert_eq!(tool.post(path, &body)["status"], "failed", "{path} {body}");
    }
}

#[test]
fn a_response_answers_the_latest_options_of_its_session_once() {
    let model = model::self_attesting(TestAlgorithm::Es256);
    let not_begun = |verdict: Verdict| verdict.unwrap_err().code == "ceremony_not_found";
    let mut none = creation_request();
    none["attestation"] = "none".into();
    let mut tool = Tool::new(nothing());
    let options = tool.creation_options(&none);
    let credential = registration(&model, &options);

    let cookie = tool.cookie.take();
    assert!(not_begun(tool.register(&credential)), "without the cookie");
    tool.cookie = cookie;
    tool.register(&credential).unwrap();
    assert!(not_begun(tool.register(&credential)), "a second time");

    let mut tool = Tool::new(nothing());
    tool.creation_options(&none);
    let options = tool.creation_options(&none);
    tool.register(&registration(&model, &options)).unwrap();

    tool.creation_options(&none);
    let late = registration(&model, &options);
    assert_eq!(tool.register(&late).unwrap_err().code, "challenge");

    tool.creation_options(&none);
    assert!(not_begun(tool.sign_in(&credential)), "at the other path");
}

#[test]
fn metadata_statements_vouch_for_their_models() {
    for model in [
        model::packed(model::attester()),
        model::self_attesting(TestAlgorithm::Es256),
        model::u2f(),
    ] {
        let entry = model.entry.as_ref().unwrap();
        let mut statement = entry["metadataStatement"].clone();
        for member in ["aaguid", "attestationCertificateKeyIdentifiers"] {
            if let Some(value) = entry.get(member) {
                statement[member] = value.clone();
            }
        }
        let register = |statements: &[&Value]| {
            let mut sources = Sources::default();
            for statement in statements {
                sources.add_statement(statement.to_string().as_bytes()).unwrap();
            }
            let mut tool = Tool::new(Arc::new(sources));
            let options = tool.creation_options(&creation_request());
            tool.register(&registration(&model, &options))
        };
        register(&[&statement]).unwrap();
        assert_eq!(register(&[]).unwrap_err().code, "attestation_trust");
        let mut other = statement.clone();
        other["aaguid"] = "00000000-0000-0000-0000-000000000007".into();
        other["attestationCertificateKeyIdentifiers"] = json!([]);
        assert_eq!(register(&[&other]).unwrap_err().code, "attestation_trust");
    }
}

#[test]
fn reads_metadata_from_the_files_of_its_flags() {
    let folder = tempfile::tempdir().unwrap();
    let sources = |model: &model::Model, lists: usize| {
        let published = publish(model);
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let mut flags = FLAGS.map(String::from).to_vec();
        flags.extend(["--conformance-blob".into(), file("blob", published.blob.as_bytes())]);
        flags.extend(["--conformance-root".into(), file("root", &published.root)]);
        for (at, list) in published.lists.iter().take(lists).enumerate() {
            flags.extend(["--conformance-crl".into(), file(&format!("list{at}"), list)]);
        }
        Config::parse_from(flags).conformance.sources(NOW).unwrap()
    };
    let register = |model: &model::Model, lists: usize| {
        let mut tool = Tool::new(Arc::new(sources(model, lists)));
        let options = tool.creation_options(&creation_request());
        tool.register(&registration(model, &options)).map_err(|refusal| refusal.code)
    };
    let model = model::packed(model::attester());
    assert_eq!(register(&model, 0), Ok(()));
    assert_eq!(register(&model, 2), Ok(()));
    for flaw in [Flaw::RevokedSigner, Flaw::RevokedIntermediate] {
        let revoked = model.clone().flaw(flaw);
        assert_eq!(register(&revoked, 0), Ok(()), "no one says so");
        assert_eq!(register(&revoked, 2), Err("attestation_trust".into()), "{flaw:?}");
    }
}

#[test]
fn forgets_the_oldest_of_many_sessions() {
    let mut tool = Tool::new(nothing());
    let mut none = creation_request();
    none["attestation"] = "none".into();
    let model = model::self_attesting(TestAlgorithm::Es256);
    let mut sessions = (0..65).map(|_| {
        tool.cookie = None;
        let options = tool.creation_options(&none);
        (tool.cookie.clone(), registration(&model, &options))
    });
    let (oldest, next) = (sessions.next().unwrap(), sessions.next().unwrap());
    sessions.for_each(drop);
    tool.cookie = oldest.0;
    assert_eq!(tool.register(&oldest.1).unwrap_err().code, "ceremony_not_found");
    tool.cookie = next.0;
    tool.register(&next.1).unwrap();
}
