//! Verifies a case, and compares the verdict with what its source expects.

use relying_party::{
    Algorithm, AttestationObject, AttestationPolicy, AttestationType, CoseKey, CredentialId,
    InvalidKey, PasskeyState, StatementError, Timestamp,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CeremonyError, CounterRule,
        CredentialRecord, Explanation, RegistrationExpectation, StepVerdict, VerifiedRegistration,
        explain_authentication, explain_registration, verify_authentication, verify_registration,
    },
    crypto::RustCrypto,
    extensions::RequestedExtensions,
    json::{AuthenticationResponse, RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId, Scope, SubdomainPolicy, TopOrigins, UnusableOrigin, scope},
};

#[cfg(feature = "attestation")]
use relying_party::{
    TpmKeyAttributes,
    x509::{Certificate, TrustAnchor},
};

use super::case::{Bytes, Case, Kind, Rp, Stored};

pub(crate) enum Verdict {
    Agree,
    Disagree {
        expected: String,
        got: String,
    },
    /// This build lacks a format or an algorithm, or the relying party cannot be configured.
    Unsupported(String),
}

/// The reasons of the schema for which this crate has a rule.
pub(crate) const REASONS: [&str; 19] = [
    "malformed",
    "type",
    "challenge",
    "origin",
    "cross_origin",
    "top_origin",
    "rp_id",
    "user_presence",
    "user_verification",
    "backup_flags",
    "algorithm",
    "credential_id",
    "credential_not_allowed",
    "user_handle",
    "sign_count",
    "signature",
    "attestation_format",
    "attestation_statement",
    "attestation_trust",
];

/// The codes that are equivalent to a reason: sources use different words for rules without a step.
pub(crate) fn codes_for(reason: &str) -> Vec<&str> {
    match reason {
        "malformed" => vec!["malformed", "type", "algorithm", "extension", "credential_id"],
        "cross_origin" => vec!["cross_origin", "top_origin"],
        "credential_id" => vec!["credential_id", "malformed"],
        "credential_not_allowed" => vec!["credential_not_allowed", "user_handle"],
        "algorithm" => vec!["algorithm", "malformed"],
        reason => vec![reason],
    }
}

pub(crate) fn judge(case: &Case) -> Verdict {
    let got = match case.kind {
        Kind::Registration => judge_registration(case),
        Kind::Authentication => judge_authentication(case),
    };
    let got = match got {
        Ok(got) => got,
        Err(Unsupported(what)) => return Verdict::Unsupported(what),
    };
    let reason = case.expect.reason.as_deref().unwrap_or("other");
    let agree = match (&got, case.expect.ok) {
        (Ok(differences), true) => differences.is_empty(),
        (Err(error), false) => reason == "other" || codes_for(reason).contains(&error.code()),
        _ => false,
    };
    if agree {
        return Verdict::Agree;
    }
    let expected = if case.expect.ok { "ok".to_owned() } else { reason.to_owned() };
    let got = match got {
        Ok(differences) if differences.is_empty() => "ok".to_owned(),
        Ok(differences) => differences.join(","),
        Err(error) => format!("{} ({error})", error.code()),
    };
    Verdict::Disagree { expected, got }
}

/// An explanation has the same verdict as verification.
fn assert_agrees(explanation: &Explanation, refused: Option<&CeremonyError>, case: &str) {
    assert_eq!(explanation.failure().and_then(StepVerdict::error), refused, "{case}");
}

/// Not verified: this build lacks something that the case needs.
struct Unsupported(String);

/// Either the first rule that was broken, or the differences from the expected details.
type Got = Result<Vec<String>, CeremonyError>;

fn judge_registration(case: &Case) -> Result<Got, Unsupported> {
    let rp_id = rp_id(&case.rp)?;
    let origins = origins(case, &rp_id)?;
    let attestation = attestation_policy(case)?;
    let algorithms = case.options.algorithms.iter().copied().map(Algorithm::new);
    let expected = RegistrationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &case.options.challenge.0,
        user_verification: user_verification(case)?,
        algorithms: &algorithms.collect::<Vec<_>>(),
        conditional: case.options.conditional,
        attestation: &attestation,
        extensions: &RequestedExtensions::default(),
        verifier: &RustCrypto,
        now: at(case)?,
    };
    let verified = RegistrationResponse::parse(case.credential.get().as_bytes())
        .map_err(CeremonyError::from)
        .and_then(|response| {
            let verified = verify_registration(&response, &expected);
            let explanation = explain_registration(&response, &expected);
            assert_agrees(&explanation, verified.as_ref().err(), &case.id);
            verified
        });
    match verified {
        Err(error) if lacks_support(case, &error) => Err(Unsupported(error.to_string())),
        Err(error) => Ok(Err(error)),
        Ok(verified) => Ok(Ok(differences(case, &verified))),
    }
}

fn attestation_policy(case: &Case) -> Result<AttestationPolicy, Unsupported> {
    let Some(attestation) = &case.attestation else { return Ok(AttestationPolicy::ignore()) };
    let policy = match attestation.verify.as_str() {
        "ignore" => AttestationPolicy::ignore(),
        "statement" => AttestationPolicy::statement(),
        "trusted" => AttestationPolicy::trusted(),
        other => return Err(Unsupported(format!("attestation.verify {other}"))),
    };
    with_anchors(policy, &attestation.trust_anchors)
}

#[cfg(feature = "attestation")]
fn with_anchors(
    policy: AttestationPolicy,
    anchors: &[Bytes],
) -> Result<AttestationPolicy, Unsupported> {
    let anchors = anchors.iter().map(|der| TrustAnchor::from_der(&der.0));
    let anchors = anchors.collect::<Result<Vec<_>, _>>();
    // SafetyNet must be enabled. Vectors with such a statement need it. The specification's TPM leaves its key unbound.
    let policy = policy.android_safety_net(true).tpm_key(TpmKeyAttributes::Any);
    Ok(policy.anchors(anchors.map_err(|error| Unsupported(error.to_string()))?))
}

#[cfg(not(feature = "attestation"))]
#[allow(clippy::unnecessary_wraps, reason = "anchors can be malformed where they are read")]
fn with_anchors(policy: AttestationPolicy, _: &[Bytes]) -> Result<AttestationPolicy, Unsupported> {
    Ok(policy)
}

/// The time of verification. If the source names none, the time when the last certificate was issued, because Apple's
/// are only valid for days. Without certificates the time does not matter.
fn at(case: &Case) -> Result<Timestamp, Unsupported> {
    match case.attestation.as_ref().and_then(|attestation| attestation.at.as_deref()) {
        Some(at) => instant(at).ok_or_else(|| Unsupported(format!("attestation.at {at}"))),
        None => Ok(issued(case).unwrap_or(Timestamp::from_unix_millis(1_735_689_600_000))),
    }
}

/// When the youngest certificate of `x5c` becomes valid.
#[cfg(feature = "attestation")]
fn issued(case: &Case) -> Option<Timestamp> {
    let object = case.member("/response/attestationObject")?;
    let object = AttestationObject::parse(&object).ok()?;
    let statement: ciborium::Value = ciborium::from_reader(object.statement()).ok()?;
    let (_, x5c) = statement.as_map()?.iter().find(|(key, _)| key.as_text() == Some("x5c"))?;
    let certificates = x5c.as_array()?.iter().filter_map(ciborium::Value::as_bytes);
    certificates.filter_map(|der| Some(Certificate::parse(der).ok()?.not_before())).max()
}

#[cfg(not(feature = "attestation"))]
fn issued(_: &Case) -> Option<Timestamp> {
    None
}

/// `YYYY-MM-DDThh:mm:ssZ`, in the Gregorian calendar. Fractions of a second are ignored.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let text = text.split_once('.').map_or(text, |(seconds, _)| seconds);
    let numbers = text.split(['-', 'T', ':']).map(|part| part.parse().ok());
    let [year, month, day, hour, minute, second] =
        <[u64; 6]>::try_from(numbers.collect::<Option<Vec<_>>>()?).ok()?;
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let february = if leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum::<u64>();
    let months = months.iter().take(usize::try_from(month).ok()?.checked_sub(1)?).sum::<u64>();
    let days = years + months + day.checked_sub(1)?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(Timestamp::from_unix_millis(seconds * 1000))
}

/// Returns whether the verdict is about this build and not about the case.
fn lacks_support(case: &Case, error: &CeremonyError) -> bool {
    let expects_it = |reason: &str| case.expect.reason.as_deref() == Some(reason);
    match error {
        CeremonyError::AlgorithmNotSupported(_)
        | CeremonyError::AttestationStatement(StatementError::AlgorithmNotSupported(_)) => true,
        CeremonyError::AttestationFormat(_) => {
            !expects_it("attestation_format")
                && format_of(case).is_some_and(|format| is_defined(&format))
        }
        // Credentials cannot use RS1, so no relying party offers it. Early Windows Hello created such keys if one did.
        CeremonyError::Key(InvalidKey::Algorithm(algorithm)) => {
            case.expect.ok && !algorithm.is_for_credentials()
        }
        _ => false,
    }
}

/// The formats of §8. A build may lack one of them.
fn is_defined(format: &str) -> bool {
    let defined =
        ["packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "compound"];
    defined.contains(&format)
}

fn format_of(case: &Case) -> Option<String> {
    let object = case.member("/response/attestationObject")?;
    Some(AttestationObject::parse(&object).ok()?.format().to_owned())
}

fn differences(case: &Case, verified: &VerifiedRegistration) -> Vec<String> {
    let kind = verified.attestation().kind.map(|kind| match kind {
        AttestationType::None => "none",
        AttestationType::SelfAttestation => "self",
        AttestationType::Basic => "basic",
        AttestationType::AttCa => "attca",
        AttestationType::AnonCa => "anonca",
        _ => "uncertain",
    });
    let expect = &case.expect;
    let found = [
        ("fmt", expect.fmt.clone(), Some(verified.attestation().format.to_string())),
        (
            "alg",
            expect.alg.map(|alg| alg.to_string()),
            Some(verified.public_key().algorithm().identifier().to_string()),
        ),
        (
            "aaguid",
            expect.aaguid.as_ref().map(|aaguid| aaguid.to_ascii_lowercase()),
            Some(verified.aaguid().to_string()),
        ),
        (
            "sign_count",
            expect.sign_count.map(|count| count.to_string()),
            Some(verified.sign_count().to_string()),
        ),
        // A type that was not determined, or that the format does not reveal, is not a difference.
        (
            "attestation_type",
            expect
                .attestation_type
                .clone()
                .filter(|_| kind.is_some_and(|kind| kind != "uncertain")),
            kind.map(str::to_owned),
        ),
    ];
    found
        .into_iter()
        .filter(|(_, expected, found)| expected.is_some() && expected != found)
        .map(|(what, expected, found)| format!("{what}:{expected:?}≠{found:?}"))
        .collect()
}

fn judge_authentication(case: &Case) -> Result<Got, Unsupported> {
    let rp_id = rp_id(&case.rp)?;
    let origins = origins(case, &rp_id)?;
    let stored = case.stored.as_ref().ok_or_else(|| Unsupported("no stored record".into()))?;
    let allowed = case.options.allow_credentials.as_deref().unwrap_or_default();
    let allowed = allowed
        .iter()
        .map(|id| CredentialId::try_from(id.0.as_slice()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Unsupported(error.to_string()))?;
    let owner = owner(case, stored);
    let expected = AuthenticationExpectation {
        rp_id: &rp_id,
        origins: &origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &case.options.challenge.0,
        user_verification: user_verification(case)?,
        allow_credentials: &allowed,
        user: user(case, stored, &owner),
        counter_rule: CounterRule::Reject,
        backup_eligibility_rule: BackupEligibilityRule::Fixed,
        find_by_credential_id: false,
        extensions: &RequestedExtensions::default(),
        verifier: &RustCrypto,
    };
    let public_key = match CoseKey::parse(&stored.public_key.0) {
        Ok(key) => key,
        Err(malformed) => return Ok(Err(malformed.into())),
    };
    let record = CredentialRecord {
        credential_id: &stored.credential_id.0,
        user: &owner,
        public_key,
        state: PasskeyState {
            sign_count: stored.sign_count,
            backup_eligible: stored.backup_eligible,
            backup_state: stored.backup_state,
            uv_initialized: true,
        },
    };
    let verified = AuthenticationResponse::parse(case.credential.get().as_bytes())
        .map_err(CeremonyError::from)
        .and_then(|response| {
            let verified = verify_authentication(&response, &expected, &record);
            let explanation = explain_authentication(&response, &expected, &record);
            assert_agrees(&explanation, verified.as_ref().err(), &case.id);
            verified
        });
    match verified {
        Err(error) if lacks_support(case, &error) => Err(Unsupported(error.to_string())),
        Err(error) => Ok(Err(error)),
        Ok(verified) => {
            let count = verified.sign_count();
            let differs = case.expect.sign_count.is_some_and(|expected| expected != count);
            Ok(Ok(differs.then(|| format!("sign_count:{count}")).into_iter().collect()))
        }
    }
}

/// The owner of the record. If the source names none, it is the user who signs in.
fn owner(case: &Case, stored: &Stored) -> Vec<u8> {
    let named = stored.user_handle.as_ref().or(case.options.user_handle.as_ref());
    named
        .map(|handle| handle.0.clone())
        .or_else(|| case.member("/response/userHandle"))
        .unwrap_or_default()
}

/// The user who signs in, if known beforehand. A source that names no user at all must know the user in a way that it
/// does not show, because it has looked up the record.
fn user<'c>(case: &'c Case, stored: &Stored, owner: &'c [u8]) -> Option<&'c [u8]> {
    let names_nobody = stored.user_handle.is_none() && !case.has("/response/userHandle");
    match &case.options.user_handle {
        Some(user) => Some(&user.0),
        None => names_nobody.then_some(owner),
    }
}

fn user_verification(case: &Case) -> Result<UserVerification, Unsupported> {
    let demand = case.options.user_verification.as_deref().unwrap_or("preferred");
    UserVerification::from_name(demand).ok_or_else(|| Unsupported(format!("UV {demand}")))
}

fn rp_id(rp: &Rp) -> Result<RpId, Unsupported> {
    RpId::new(&rp.id).map_err(|error| Unsupported(error.to_string()))
}

/// The policy that accepts what the case lists, each origin in the way in which it can be accepted.
///
/// Libraries that compare texts list origins that no browser would use with the RP ID. They are omitted, unless the
/// case is about one.
fn origins(case: &Case, rp_id: &RpId) -> Result<OriginPolicy, Unsupported> {
    let rp = &case.rp;
    let used = case.client_data_origin();
    let mut policy = OriginPolicy::builder(rp_id).any_port(rp.allow_any_port);
    for origin in &rp.origins {
        let is_used = used.as_deref() == Some(origin.as_str());
        policy = match scope(rp_id, origin) {
            Scope::NeedsRelatedOrigins(_) => policy.related_origin(origin),
            Scope::NativeApp => policy.native_origin(origin),
            Scope::Never(UnusableOrigin::Insecure) => {
                policy.danger_insecure_development_origin(origin)
            }
            Scope::Never(_) if !is_used && rp.origins.len() > 1 => policy,
            _ => policy.origin(origin),
        };
    }
    if rp.allow_subdomains {
        policy = policy.subdomains(SubdomainPolicy::any());
    }
    policy = policy.allow_cross_origin(rp.allow_cross_origin);
    if !rp.top_origins.is_empty() {
        policy = policy.top_origins(TopOrigins::listed(rp.top_origins.clone()));
    }
    policy.build().map_err(|errors| Unsupported(errors.to_string()))
}
