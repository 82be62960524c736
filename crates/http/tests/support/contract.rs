//! The OpenAPI document as a contract: whatever a test gets must be in it.

use std::{
    collections::BTreeSet,
    sync::{LazyLock, Mutex},
};

use bytes::Bytes;
use http::{Method, Response};
use relying_party_http::OPENAPI;
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(OPENAPI).unwrap());

/// What was answered by tests of this program: method, path of the document, status.
static ANSWERED: Mutex<BTreeSet<(String, String, String)>> = Mutex::new(BTreeSet::new());

/// What the document has.
pub fn documented() -> BTreeSet<(String, String, String)> {
    let mut all = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for status in operation["responses"].as_object().unwrap().keys() {
                all.insert((method.to_uppercase(), path.clone(), status.clone()));
            }
        }
    }
    all
}

pub fn answered() -> BTreeSet<(String, String, String)> {
    ANSWERED.lock().unwrap().clone()
}

/// The template of the document that a path fits.
pub fn template(path: &str) -> Option<&'static str> {
    let fits = |template: &str| {
        let (of_template, of_path) = (template.split('/'), path.split('/'));
        template.split('/').count() == path.split('/').count()
            && of_template.zip(of_path).all(|(part, found)| part.starts_with('{') || part == found)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap().keys();
    // A path without parameters goes before one with.
    let mut fitting = paths.filter(|template| fits(template)).collect::<Vec<_>>();
    fitting.sort_by_key(|template| template.contains('{'));
    fitting.first().map(|template| template.as_str())
}

/// Holds an answer to the document. Unknown paths and methods must be refused as such.
pub fn check(method: &Method, path: &str, sent: &Bytes, response: &Response<Bytes>) {
    let status = response.status().as_str().to_owned();
    if *method == Method::OPTIONS || *method == Method::HEAD {
        return;
    }
    let Some(template) = template(path) else {
        assert_eq!(status, "404", "{method} {path} is not documented");
        return;
    };
    let verb = method.as_str().to_lowercase();
    let operation = &DOCUMENT["paths"][template][&verb];
    if operation.is_null() {
        assert!(matches!(&*status, "404" | "405"), "{method} {path} is not documented");
        return;
    }
    let documented = resolve(&operation["responses"][&status]);
    assert!(!documented.is_null(), "{method} {path}: {status} is not documented");
    ANSWERED.lock().unwrap().insert((method.to_string(), template.to_owned(), status.clone()));

    let content_type = response.headers().get("content-type").map(|value| value.to_str().unwrap());
    if let Some(content) = documented["content"].as_object() {
        let (media, of_media) = content.iter().next().unwrap();
        assert_eq!(content_type, Some(media.as_str()), "{method} {path} {status}");
        if media == "application/json" {
            let body = serde_json::from_slice::<Value>(response.body()).unwrap();
            validate(&of_media["schema"], &body, &format!("{method} {path} {status}"));
        }
    }
    for header in documented["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
        assert!(response.headers().contains_key(header), "{method} {path} {status}: {header}");
    }
    // What was accepted was documented as well.
    if status == "200" && !operation["requestBody"].is_null() {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = serde_json::from_slice::<Value>(sent).unwrap();
        validate(schema, &body, &format!("the request {method} {path}"));
    }
}

fn resolve(node: &'static Value) -> &'static Value {
    match node["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => node,
    }
}

fn validate(schema: &Value, value: &Value, what: &str) {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": DOCUMENT["components"],
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator
        .iter_errors(value)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect::<Vec<_>>();
    assert!(errors.is_empty(), "{what}: {errors:?} in {value}");
}
