//! `ERRORS.md` is made from the code, here, and so is the proof that no error is left out of it.

extern crate std;

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString as _},
    vec,
    vec::Vec,
};
use core::fmt::Write as _;

use super::{Error, ErrorKind, Feature, ReverificationReason};
use crate::{
    Algorithm, InvalidKey, InvalidName, Malformed, StatementError, TrustError,
    bytes::CredentialId,
    ceremony::CeremonyError,
    extensions::{Extension, ExtensionError, InvalidExtensions},
    json::UnknownCredential,
    policy::{EmbeddingError, OriginError, Scope},
};

/// Rows of a table: a pattern, an error that it matches, and what it means. The `match` has no wildcard, so that an
/// error without a row does not compile.
macro_rules! rows {
    ($rows:ident, $row_of:ident, $type:ty { $($pattern:pat => $example:expr, $meaning:literal;)+ }) => {
        fn $rows() -> Vec<($type, &'static str)> {
            vec![$(($example, $meaning)),+]
        }

        fn $row_of(error: &$type) -> &'static str {
            match error {
                $($pattern => $meaning,)+
            }
        }
    };
}

rows! { of_flows, row_of_flow, Error {
    Error::Registration(_) => Error::Registration(CeremonyError::Challenge),
        "The registration broke a rule of §7.1; the code is that of the ceremony error.";
    Error::Authentication(_) => Error::Authentication(CeremonyError::Challenge),
        "The assertion broke a rule of §7.2; the code is that of the ceremony error.";
    Error::UnknownCredential(_) => Error::UnknownCredential(unknown()),
        "The credential is not registered, or not any more. `signal()` tells the browser to forget it.";
    Error::CeremonyNotFound => Error::CeremonyNotFound,
        "The ceremony was used already (a replay), never begun, or expired long ago.";
    Error::CeremonyExpired => Error::CeremonyExpired,
        "The ceremony took longer than it may, or is from the future.";
    Error::CeremonyMismatch(_) => Error::CeremonyMismatch("another user"),
        "The ceremony was begun for something else: another user, flow or relying party.";
    Error::AlreadyExists => Error::AlreadyExists,
        "The credential is registered already, to this account or another.";
    Error::LimitReached { .. } => Error::LimitReached { max: 10 },
        "The account has as many passkeys as it may. `meta.max` is the number.";
    Error::PasskeyNotFound => Error::PasskeyNotFound,
        "The account has no such passkey; the same for somebody else's and for none.";
    Error::LastPasskey => Error::LastPasskey,
        "The account's last passkey has to stay.";
    Error::Name(_) => Error::Name(InvalidName::Empty),
        "The name is empty, longer than 100 characters or has control characters. `meta.param_name` is `name`.";
    Error::Extensions(_) => Error::Extensions(InvalidExtensions::AppId),
        "The host asked for extensions with inputs that a client would refuse.";
    Error::Disabled(Feature::Passkeys) => Error::Disabled(Feature::Passkeys),
        "The settings allow no passkeys.";
    Error::Disabled(Feature::Autofill) => Error::Disabled(Feature::Autofill),
        "The settings allow no autofill.";
    Error::ReverificationRequired(_) => Error::ReverificationRequired(ReverificationReason::TooOld),
        "The action needs a recent verification of its user, and there is none that will do.";
    Error::NoPasskeys => Error::NoPasskeys,
        "The account has no passkey that could be a second factor or verify its user again.";
    Error::Conflict => Error::Conflict,
        "Other sign-ins with the same passkey kept changing it meanwhile.";
    Error::UnexpectedReply(_) => Error::UnexpectedReply("PasskeysOf"),
        "The host answered an effect with a reply of another kind.";
    Error::Inconsistent(_) => Error::Inconsistent("a passkey of somebody else"),
        "The store returned something other than what was asked for.";
}}

rows! { of_ceremonies, row_of_ceremony, CeremonyError {
    CeremonyError::Malformed(_) => CeremonyError::Malformed(Malformed::CredentialType),
        "§7.1 steps 3, 6, 13; §7.2 steps 3, 9: something does not parse.";
    CeremonyError::Key(InvalidKey::Value(_)) => CeremonyError::Key(InvalidKey::Value("the point is not on the curve")),
        "§5.8.5: the key has a value that no key of its algorithm has.";
    CeremonyError::Type { .. } => CeremonyError::Type { expected: "webauthn.get", found: "webauthn.create".into() },
        "§7.1 step 7, §7.2 step 10: client data of another kind of ceremony.";
    CeremonyError::Challenge => CeremonyError::Challenge,
        "§7.1 step 8, §7.2 step 11: not the challenge that was issued.";
    CeremonyError::Origin(_) => CeremonyError::Origin(OriginError::NotBound { found: ORIGIN.into(), bound: ORIGIN.into() }),
        "§7.1 step 9, §7.2 step 12: an origin that is not accepted, or not the one on which the ceremony began.";
    CeremonyError::Embedding(EmbeddingError::CrossOrigin { .. }) => CeremonyError::Embedding(EmbeddingError::CrossOrigin { origin: ORIGIN.into(), top_origin: None }),
        "§7.1 steps 10, 11; §7.2 steps 13, 14: called from a frame, which the policy does not allow.";
    CeremonyError::Embedding(EmbeddingError::TopOrigin { .. }) => CeremonyError::Embedding(EmbeddingError::TopOrigin { origin: ORIGIN.into(), top_origin: ORIGIN.into() }),
        "§7.1 step 11, §7.2 step 14: framed by a page that is not accepted.";
    CeremonyError::RpId { .. } => CeremonyError::RpId { expected: "example.com".into() },
        "§7.1 step 14, §7.2 step 15: the credential is scoped to another RP ID.";
    CeremonyError::UserPresence => CeremonyError::UserPresence,
        "§7.1 step 15, §7.2 step 16: UP is not set.";
    CeremonyError::UserVerification => CeremonyError::UserVerification,
        "§7.1 step 16, §7.2 step 17: UV is not set although it is required.";
    CeremonyError::BackupState => CeremonyError::BackupState,
        "§7.1 step 17, §7.2 step 18: BS without BE.";
    CeremonyError::BackupEligibility { .. } => CeremonyError::BackupEligibility { stored: true, found: false },
        "§7.2 step 19: BE is not what it was, which never changes.";
    CeremonyError::BackupPolicy { .. } => CeremonyError::BackupPolicy { eligible: true },
        "§7.1 step 18, §7.2 step 19: the settings do not accept passkeys with this BE.";
    CeremonyError::AlgorithmNotOffered { .. } => CeremonyError::AlgorithmNotOffered { found: Algorithm::ES256, offered: vec![Algorithm::EdDSA] },
        "§7.1 step 20: an algorithm that was not offered.";
    CeremonyError::AlgorithmNotSupported(_) => CeremonyError::AlgorithmNotSupported(Algorithm::ES256),
        "The verifier does not have the algorithm: a mistake of configuration, or a record of another one.";
    CeremonyError::Key(InvalidKey::Algorithm(_)) => CeremonyError::Key(InvalidKey::Algorithm(Algorithm::ES256)),
        "§5.8.5: key type or curve are not those of the key's algorithm.";
    CeremonyError::AttestationFormat(_) => CeremonyError::AttestationFormat("packet".into()),
        "§7.1 step 21: a format that is not supported.";
    CeremonyError::AttestationStatement(_) => CeremonyError::AttestationStatement(StatementError::Signature),
        "§7.1 step 22: a statement that is not valid.";
    CeremonyError::AttestationTrust(_) => CeremonyError::AttestationTrust(TrustError::NoAttestation),
        "§7.1 step 24: a valid statement that leads to no trust.";
    CeremonyError::CredentialId(_) => CeremonyError::CredentialId("id and rawId differ"),
        "§7.1 step 25: a credential id of the wrong length, or several that differ.";
    CeremonyError::CredentialNotAllowed => CeremonyError::CredentialNotAllowed,
        "§7.2 steps 5, 6: not one of the credentials that the ceremony allows.";
    CeremonyError::Decoy => CeremonyError::Decoy,
        "§7.2 step 6: a decoy, which nobody has: somebody tries what he finds in allow lists.";
    CeremonyError::UserHandle(_) => CeremonyError::UserHandle("is missing"),
        "§7.2 step 6: the user handle is missing, or names another account.";
    CeremonyError::Extension(_) => CeremonyError::Extension(ExtensionError::Missing(Extension::Prf)),
        "§7.1 step 28, §7.2 step 23: an extension output that is not what was requested.";
    CeremonyError::Signature => CeremonyError::Signature,
        "§7.2 step 21: the signature does not verify.";
    CeremonyError::SignCount { .. } => CeremonyError::SignCount { stored: 7, found: 5 },
        "§7.2 step 22: the counter did not grow, as when an authenticator was cloned.";
}}

const ORIGIN: &str = "https://example.com";

fn unknown() -> UnknownCredential {
    let credential_id = CredentialId::try_from(&[1; 16][..]).unwrap();
    UnknownCredential { rp_id: "example.com".into(), credential_id }
}

/// Every flow error, and every ceremony error as that of a registration and of an authentication.
fn every_error() -> Vec<Error> {
    let ceremonies = of_ceremonies()
        .into_iter()
        .flat_map(|(error, _)| [Error::Registration(error.clone()), Error::Authentication(error)]);
    of_flows().into_iter().map(|(error, _)| error).chain(ceremonies).collect()
}

/// What a page can be told by the browser, and the code that goes with it: those of the example's page.
const IN_THE_BROWSER: [(&str, &str); 9] = [
    ("passkey_not_supported", "There is no `PublicKeyCredential`, or no secure context."),
    (
        "passkey_pa_not_supported",
        "`ConstraintError`, or `NotSupportedError` of `create()`: no authenticator can do what is asked.",
    ),
    ("passkey_invalid_rpID_or_domain", "`SecurityError`: the RP ID does not work on this origin."),
    (
        "passkey_already_exists",
        "`InvalidStateError` of `create()`: the authenticator has a passkey of the account.",
    ),
    ("passkey_operation_aborted", "`AbortError`: the page stopped the request."),
    (
        "passkey_registration_cancelled",
        "`NotAllowedError` of `create()`: cancelled, not confirmed, or too late.",
    ),
    ("passkey_registration_failed", "Any other error of `create()`."),
    (
        "passkey_retrieval_cancelled",
        "`NotAllowedError` of `get()`: cancelled, not confirmed, or too late.",
    ),
    ("passkey_retrieval_failed", "Any other error of `get()`."),
];

const UPDATE: &str = "UPDATE_ERRORS=1 cargo test --lib error::table";

fn document() -> String {
    let mut text = String::from(
        "# Errors\n\n\
         Every failure has a stable `code` for logs and metrics, a `kind` that says whose fault it is, a message for \
         developers, and a public form: a code that is no oracle, and sentences for the user. The public form is \
         `{\"errors\":[{\"code\":…,\"message\":…,\"long_message\":…,\"meta\":{…}}]}`. The status is a suggestion.\n\n\
         ## Errors of flows\n\n\
         | Code | Kind | Status | Public code | Public sentence | Meaning |\n|---|---|---|---|---|---|\n",
    );
    for (error, meaning) in of_flows() {
        let code = match error {
            Error::Registration(_) | Error::Authentication(_) => "see below".into(),
            _ => format!("`{}`", error.code()),
        };
        let (kind, status, public) = (error.kind().as_str(), error.status(), error.public());
        let (public_code, sentence) = (public.code(), public.message());
        writeln!(text, "| {code} | {kind} | {status} | `{public_code}` | {sentence} | {meaning} |")
            .unwrap();
    }
    text.push_str(
        "\n## Errors of ceremonies\n\n\
         The public sees `passkey_registration_failed` or `passkey_retrieval_failed`, whichever of these it is.\n\n\
         | Code | Kind | Status | Meaning |\n|---|---|---|---|\n",
    );
    for (error, meaning) in of_ceremonies() {
        let error = Error::Authentication(error);
        let (code, kind, status) = (error.code(), error.kind().as_str(), error.status());
        writeln!(text, "| `{code}` | {kind} | {status} | {meaning} |").unwrap();
    }
    text.push_str(
        "\n## Failures in the browser\n\n\
         Scripts of pages give these codes themselves, as `examples/server/assets/webauthn.js` does.\n\n\
         | Code | When |\n|---|---|\n",
    );
    for (code, when) in IN_THE_BROWSER {
        writeln!(text, "| `{code}` | {when} |").unwrap();
    }
    text
}

/// To bring the document up to date: [`UPDATE`].
#[test]
fn errors_md_is_what_the_code_says() {
    let (written, made) = (include_str!("../../ERRORS.md"), document());
    if std::env::var_os("UPDATE_ERRORS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ERRORS.md");
        std::fs::write(path, made).unwrap();
        return;
    }
    let stale =
        written.lines().filter(|line| !made.contains(line)).map(|line| format!("- {line}\n"));
    let missing =
        made.lines().filter(|line| !written.contains(line)).map(|line| format!("+ {line}\n"));
    let difference = stale.chain(missing).collect::<String>();
    assert!(written == made, "ERRORS.md is stale; update it by `{UPDATE}`:\n{difference}");
}

#[test]
fn every_row_is_of_the_error_that_it_shows() {
    let rows = of_flows();
    assert!(rows.iter().all(|(error, meaning)| row_of_flow(error) == *meaning));
    let meanings = rows.iter().map(|(_, meaning)| *meaning).collect::<BTreeSet<_>>();
    assert_eq!(meanings.len(), rows.len());

    let rows = of_ceremonies();
    assert!(rows.iter().all(|(error, meaning)| row_of_ceremony(error) == *meaning));
    let meanings = rows.iter().map(|(_, meaning)| *meaning).collect::<BTreeSet<_>>();
    assert_eq!(meanings.len(), rows.len());
}

#[test]
fn codes_are_words_for_machines_and_tell_flow_errors_apart() {
    let is_word = |code: &str| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let errors = every_error();
    assert!(errors.iter().all(|error| is_word(error.code()) && is_word(error.public().code())));

    let flows = of_flows();
    let own =
        |error: &&(Error, _)| !matches!(error.0, Error::Registration(_) | Error::Authentication(_));
    let codes = flows.iter().filter(own).map(|(error, _)| error.code());
    let ceremonies = of_ceremonies();
    let codes_of_ceremonies = ceremonies.iter().map(|(error, _)| error.code());
    let all = codes.chain(codes_of_ceremonies.collect::<BTreeSet<_>>()).collect::<Vec<_>>();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn public_body_has_the_shape_that_hosts_know() {
    for error in every_error() {
        let body = serde_json::to_value(error.public()).unwrap();
        let [item] = body["errors"].as_array().unwrap().as_slice() else {
            unreachable!("one error")
        };
        let members = item.as_object().unwrap().keys().map(String::as_str);
        let expected = ["code", "long_message", "message", "meta"];
        assert_eq!(members.collect::<BTreeSet<_>>(), BTreeSet::from(expected));
        assert_eq!(body.as_object().unwrap().len(), 1);
        assert!(item["meta"].is_object());
        for sentence in [&item["message"], &item["long_message"]] {
            let sentence = sentence.as_str().unwrap();
            assert!(sentence.starts_with(|first: char| first.is_ascii_uppercase()), "{sentence}");
            assert!(sentence.ends_with('.'), "{sentence}");
        }
        assert_eq!(item["code"], error.public().code());
        assert_eq!(item["long_message"], error.public().message());
    }
    let limit = serde_json::to_value(Error::LimitReached { max: 3 }.public()).unwrap();
    assert_eq!(limit["errors"][0]["meta"], serde_json::json!({ "max": 3 }));
    let name = serde_json::to_value(Error::Name(InvalidName::Empty).public()).unwrap();
    assert_eq!(name["errors"][0]["meta"], serde_json::json!({ "param_name": "name" }));
}

/// Were one of them answered in another way, it would tell which guess was right.
#[test]
fn all_refusals_of_a_passkey_look_alike() {
    let unknown = Error::UnknownCredential(unknown());
    for (error, _) in of_ceremonies() {
        let refused = Error::Authentication(error);
        assert_eq!(refused.public(), unknown.public(), "{refused}");
        let is_the_hosts = refused.kind() == ErrorKind::Host;
        assert_eq!(refused.status() == unknown.status(), !is_the_hosts, "{refused}");
    }
}

#[test]
fn status_says_whose_fault_it_is() {
    for error in every_error() {
        let expected = match error.kind() {
            ErrorKind::Client => [400, 404, 409, 422].contains(&error.status()),
            ErrorKind::Policy => error.status() == 403,
            ErrorKind::Host | ErrorKind::Store => error.status() == 500,
        };
        assert!(expected, "{error}: {}", error.status());
    }
}

#[test]
fn messages_are_remarks_for_developers() {
    for error in every_error() {
        let message = error.to_string();
        assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
        assert!(!message.contains("  ") && !message.contains('\n'), "{message}");
    }
    let scope = Scope::Yes;
    let origin =
        OriginError::NotAccepted { found: ORIGIN.into(), rp_id: "a.example".into(), scope };
    let message = Error::Registration(origin.into()).to_string();
    assert!(message.contains(ORIGIN) && message.contains("a.example"), "{message}");
}
