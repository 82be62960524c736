//! Generates `ERRORS.md` from the code, and proves that no error is missing from it.

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
    bytes::{CeremonyId, CredentialId, PasskeyId, UserHandle},
    ceremony::{CeremonyError, InvalidUserName},
    extensions::{Extension, ExtensionError, InvalidExtensions},
    json::UnknownCredential,
    policy::{EmbeddingError, OriginError, Scope},
    store::RunError,
};

/// Rows of a table: a pattern, an error that matches it, and its meaning. The `match` has no wildcard, so an error
/// without a row does not compile.
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
        "The registration broke a rule of §7.1. The code is that of the ceremony error.";
    Error::Authentication(_) => Error::Authentication(CeremonyError::Challenge),
        "The assertion broke a rule of §7.2. The code is that of the ceremony error.";
    Error::MalformedRequest(_) => Error::MalformedRequest(Malformed::TooLong { what: "posted body", max: 66_560 }),
        "The body that the browser posted cannot be parsed. No ceremony was used up.";
    Error::UnknownCredential(_) => Error::UnknownCredential(unknown()),
        "The credential is not, or no longer, registered. `signal()` tells the browser to forget it.";
    Error::CeremonyNotFound => Error::CeremonyNotFound,
        "The ceremony was already used (a replay), never begun, or expired long ago.";
    Error::CeremonyExpired => Error::CeremonyExpired,
        "The ceremony took too long, or begins in the future.";
    Error::AnotherSession => Error::AnotherSession,
        "The ceremony began in another browser session: login CSRF, or a session that was renewed in the meantime.";
    Error::CeremonyMismatch(_) => Error::CeremonyMismatch("another user"),
        "The ceremony was begun for something else: another user, flow or relying party.";
    Error::AlreadyExists => Error::AlreadyExists,
        "The credential is already registered, to this account or another.";
    Error::NameTaken(_) => Error::NameTaken(unknown()),
        "Another account has the name with which the user signs up. `signal()` tells the browser to forget the new passkey. `meta.param_name` is `name`.";
    Error::SignUpUnsupported => Error::SignUpUnsupported,
        "The store does not implement `insert_account`.";
    Error::LimitReached { .. } => Error::LimitReached { max: 10 },
        "The account has the maximum number of passkeys, `meta.max`.";
    Error::PasskeyNotFound => Error::PasskeyNotFound,
        "The account has no such passkey. Another user's passkey gets the same answer.";
    Error::LastPasskey => Error::LastPasskey,
        "The account's last passkey cannot be deleted.";
    Error::Name(_) => Error::Name(InvalidName::Empty),
        "The name is empty, longer than 100 characters, or contains control characters. `meta.param_name` is `name`.";
    Error::UserName(_) => Error::UserName(InvalidUserName::Empty { param: "name" }),
        "The name or display name with which the user signs up is empty, longer than 256 bytes, or contains control characters. `meta.param_name` says which.";
    Error::Extensions(_) => Error::Extensions(InvalidExtensions::AppId),
        "The host requested extensions with inputs that a client would reject.";
    Error::Disabled(Feature::Passkeys) => Error::Disabled(Feature::Passkeys),
        "The settings disable passkeys.";
    Error::Disabled(Feature::Autofill) => Error::Disabled(Feature::Autofill),
        "The settings disable autofill.";
    Error::ReverificationRequired(_) => Error::ReverificationRequired(ReverificationReason::TooOld),
        "The action needs a recent verification of the user. It is missing, too old, of another user, or by a passkey that has been deleted.";
    Error::NoPasskeys => Error::NoPasskeys,
        "The account has no passkey that could serve as a second factor or verify its user again.";
    Error::Conflict => Error::Conflict,
        "Other sign-ins with the same passkey kept changing it at the same time.";
    Error::NoRandomness => Error::NoRandomness,
        "The operating system returned no random bytes for a challenge.";
    Error::UnexpectedReply(_) => Error::UnexpectedReply("PasskeysOf"),
        "The host answered an effect with a reply of another kind.";
    Error::Inconsistent(_) => Error::Inconsistent("a passkey of another user"),
        "The store returned something that was not asked for.";
}}

rows! { of_ceremonies, row_of_ceremony, CeremonyError {
    CeremonyError::Malformed(_) => CeremonyError::Malformed(Malformed::CredentialType),
        "§7.1 steps 3, 6, 13; §7.2 steps 3, 9: something cannot be parsed.";
    CeremonyError::Key(InvalidKey::Value(_)) => CeremonyError::Key(InvalidKey::Value("the point is not on the curve")),
        "§5.8.5: the key has a value that is invalid for its algorithm.";
    CeremonyError::Type { .. } => CeremonyError::Type { expected: "webauthn.get", found: "webauthn.create".into() },
        "§7.1 step 7, §7.2 step 10: the client data are of another kind of ceremony.";
    CeremonyError::Challenge => CeremonyError::Challenge,
        "§7.1 step 8, §7.2 step 11: the challenge is not the one that was issued.";
    CeremonyError::Origin(_) => CeremonyError::Origin(OriginError::NotBound { found: ORIGIN.into(), bound: ORIGIN.into() }),
        "§7.1 step 9, §7.2 step 12: the origin is not accepted, or is not the one where the ceremony began.";
    CeremonyError::Embedding(EmbeddingError::CrossOrigin { .. }) => CeremonyError::Embedding(EmbeddingError::CrossOrigin { origin: ORIGIN.into(), top_origin: None }),
        "§7.1 steps 10, 11; §7.2 steps 13, 14: the call came from a frame, which the policy does not allow.";
    CeremonyError::Embedding(EmbeddingError::TopOrigin { .. }) => CeremonyError::Embedding(EmbeddingError::TopOrigin { origin: ORIGIN.into(), top_origin: ORIGIN.into() }),
        "§7.1 step 11, §7.2 step 14: the page that contains the frame is not accepted.";
    CeremonyError::RpId { .. } => CeremonyError::RpId { expected: "example.com".into() },
        "§7.1 step 14, §7.2 step 15: the credential is scoped to another RP ID.";
    CeremonyError::UserPresence => CeremonyError::UserPresence,
        "§7.1 step 15, §7.2 step 16: UP is not set.";
    CeremonyError::UserVerification => CeremonyError::UserVerification,
        "§7.1 step 16, §7.2 step 17: UV is required but not set.";
    CeremonyError::BackupState => CeremonyError::BackupState,
        "§7.1 step 17, §7.2 step 18: BS is set without BE.";
    CeremonyError::BackupEligibility { .. } => CeremonyError::BackupEligibility { stored: true, found: false },
        "§7.2 step 19: BE has changed, which must never happen.";
    CeremonyError::BackupPolicy { .. } => CeremonyError::BackupPolicy { eligible: true },
        "§7.1 step 18, §7.2 step 19: the settings do not accept passkeys with this BE.";
    CeremonyError::AlgorithmNotOffered { .. } => CeremonyError::AlgorithmNotOffered { found: Algorithm::ES256, offered: vec![Algorithm::EdDSA] },
        "§7.1 step 20: the algorithm was not offered.";
    CeremonyError::AlgorithmNotSupported(_) => CeremonyError::AlgorithmNotSupported(Algorithm::ES256),
        "The verifier does not support the algorithm: a configuration error, or a record from another configuration.";
    CeremonyError::Key(InvalidKey::Algorithm(_)) => CeremonyError::Key(InvalidKey::Algorithm(Algorithm::ES256)),
        "§5.8.5: the key type or curve does not match the key's algorithm.";
    CeremonyError::AttestationFormat(_) => CeremonyError::AttestationFormat("packet".into()),
        "§7.1 step 21: the attestation format is not supported.";
    CeremonyError::AttestationStatement(_) => CeremonyError::AttestationStatement(StatementError::Signature),
        "§7.1 step 22: the attestation statement is invalid.";
    CeremonyError::AttestationTrust(_) => CeremonyError::AttestationTrust(TrustError::NoAttestation),
        "§7.1 step 24: the attestation statement is valid, but not trusted.";
    CeremonyError::CredentialId(_) => CeremonyError::CredentialId("id and rawId differ"),
        "§7.1 step 25: the credential ID has the wrong length, or `id`, `rawId` and the signed ID differ.";
    CeremonyError::CredentialNotAllowed => CeremonyError::CredentialNotAllowed,
        "§7.2 steps 5, 6: the credential is not one that the ceremony allows.";
    CeremonyError::Decoy => CeremonyError::Decoy,
        "§7.2 step 6: the credential is a decoy, which no authenticator has. An attacker is trying IDs from allow lists.";
    CeremonyError::UserHandle(_) => CeremonyError::UserHandle("is missing"),
        "§7.2 step 6: the user handle is missing, or names another account.";
    CeremonyError::Extension(_) => CeremonyError::Extension(ExtensionError::Missing(Extension::Prf)),
        "§7.1 step 28, §7.2 step 23: an extension output does not match what was requested.";
    CeremonyError::Signature => CeremonyError::Signature,
        "§7.2 step 21: the signature does not verify.";
    CeremonyError::SignCount { .. } => CeremonyError::SignCount { stored: 7, found: 5 },
        "§7.2 step 22: the counter did not increase, a sign of a cloned authenticator.";
}}

fn of_stores() -> [(RunError<()>, &'static str); 2] {
    [
        (RunError::CeremonyStore(()), "The ceremony store failed."),
        (RunError::PasskeyStore(()), "The passkey store failed."),
    ]
}

const ORIGIN: &str = "https://example.com";

fn unknown() -> UnknownCredential {
    let credential_id = CredentialId::try_from(&[1; 16][..]).unwrap();
    UnknownCredential { rp_id: "example.com".into(), credential_id }
}

/// Returns every flow error, and every ceremony error both as a registration error and as an authentication error.
fn every_error() -> Vec<Error> {
    let ceremonies = of_ceremonies()
        .into_iter()
        .flat_map(|(error, _)| [Error::Registration(error.clone()), Error::Authentication(error)]);
    of_flows().into_iter().map(|(error, _)| error).chain(ceremonies).collect()
}

/// What the browser can report to a page, with the code that the browser module gives it.
const IN_THE_BROWSER: [(&str, &str); 9] = [
    ("passkey_not_supported", "`PublicKeyCredential` is missing, or the context is not secure."),
    (
        "passkey_pa_not_supported",
        "`ConstraintError`, or `NotSupportedError` of `create()`: no authenticator supports what is requested.",
    ),
    ("passkey_invalid_rpID_or_domain", "`SecurityError`: the RP ID does not work on this origin."),
    (
        "passkey_already_exists",
        "`InvalidStateError` of `create()`: the authenticator already has a passkey for the account.",
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
         developers, and a public form: a code that leaks nothing, and sentences for the user. The public form is \
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
        "\n## Errors of stores\n\n\
         A store fails with its own error; `RunError` says which half failed. Status 503, and the public learns nothing.\n\n\
         | Code | Status | Public code | Meaning |\n|---|---|---|---|\n",
    );
    for (error, meaning) in of_stores() {
        let (code, status, public) = (error.code(), error.status(), error.public());
        writeln!(text, "| `{code}` | {status} | `{}` | {meaning} |", public.code()).unwrap();
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
        "\n## Errors of payments\n\n\
         `PaymentError` has the codes of ceremonies and these. It has no public form: you answer the merchant.\n\n\
         | Code | Meaning |\n|---|---|\n\
         | `payment_details` | The user was shown something else than expected. The error names the member. |\n\
         | `browser_bound_key` | The browser-bound key or its signature is missing, or the signature is invalid. |\n",
    );
    text.push_str(
        "\n## Failures in the browser\n\n\
         The browser module gives these codes itself: `crates/browser/src/errors.js`.\n\n\
         | Code | When |\n|---|---|\n",
    );
    for (code, when) in IN_THE_BROWSER {
        writeln!(text, "| `{code}` | {when} |").unwrap();
    }
    text
}

/// To update the document, run [`UPDATE`].
#[test]
fn errors_md_matches_the_code() {
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
fn every_row_describes_its_error() {
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
fn codes_are_snake_case_and_distinguish_flow_errors() {
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
fn public_body_has_the_documented_shape() {
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

#[test]
fn store_failures_look_like_internal_errors() {
    for (error, _) in of_stores() {
        assert_eq!(error.public(), Error::Inconsistent("").public());
        assert_eq!((error.status(), error.signal()), (503, None));
        assert!(every_error().iter().all(|other| other.code() != error.code()));
    }
    for error in every_error() {
        let (status, code, public) = (error.status(), error.code(), error.public());
        let signal = error.signal().cloned();
        let run = RunError::<()>::Flow(error);
        assert_eq!((run.status(), run.code(), run.public()), (status, code, public));
        assert_eq!(run.signal(), signal.as_ref());
    }
}

#[test]
fn invalid_id_is_not_found() {
    let ceremony = "?".parse::<CeremonyId>().unwrap_err();
    assert_eq!(Error::from(ceremony), Error::CeremonyNotFound);
    let ceremony = CeremonyId::try_from(&[1; 15][..]).unwrap_err();
    assert_eq!(Error::from(ceremony), Error::CeremonyNotFound);
    let passkey = "?".parse::<PasskeyId>().unwrap_err();
    assert_eq!(Error::from(passkey), Error::PasskeyNotFound);
    let user = UserHandle::try_from(&[][..]).unwrap_err();
    assert_eq!(Error::from(user), Error::PasskeyNotFound);
}

/// If one of them had another answer, an attacker could tell which guess was right.
#[test]
fn all_rejections_of_a_passkey_look_alike() {
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
fn messages_are_one_line_for_developers() {
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
