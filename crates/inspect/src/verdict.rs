//! The verdict: which step fails, and why.

use relying_party::{
    AaguidAssurance, AndroidSecurityLevel, Attestation, AttestationObject, AttestationType,
    CosePublicKey, Passkey, PasskeyImport, StoredPasskey, Timestamp,
    ceremony::{
        AuthenticationExpectation, BackupEligibilityRule, CounterRule, CredentialRecord,
        Explanation, RegistrationExpectation, StepVerdict, Verdict, explain_authentication,
        explain_registration, verify_registration,
    },
    crypto::RustCrypto,
    json::{AuthenticationResponse, RegistrationResponse},
    policy::RpId,
};

use super::{
    arguments::Arguments,
    credential::{Credential, Kind},
    options::Demands,
    report::{Report, shown},
};

/// The files besides the response.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    pub(crate) options: Option<&'a [u8]>,
    pub(crate) passkey: Option<&'a [u8]>,
    pub(crate) anchors: Option<&'a [u8]>,
}

/// Verifies the response if enough is known. Returns `false` if it fails; errors are mistakes on the command line.
pub(crate) fn verify(
    credential: &Credential,
    arguments: &Arguments,
    files: &Files<'_>,
    report: &mut Report,
) -> Result<bool, String> {
    let demands = match Demands::read(credential.kind, arguments, files.options, files.anchors)? {
        Ok(demands) => demands,
        Err(missing) => {
            report.section("Not verified", |report| report.line(missing));
            return Ok(true);
        }
    };
    let mut attestation = None;
    let explained = match credential.kind {
        Kind::Registration => registration(credential, &demands, &mut attestation),
        Kind::Assertion => {
            let Some(passkey) = files.passkey else {
                report.section("Not verified", |report| {
                    report.line("the passkey is not known (--passkey)");
                });
                return Ok(true);
            };
            let passkey = read_passkey(passkey, &demands.rp_id, credential)?;
            assertion(credential, &demands, &passkey)
        }
    };
    let passed = report.section("Verdict", |report| {
        for assumed in &demands.assumed {
            report.line(format_args!("assumed: {assumed}"));
        }
        match explained {
            Ok(explanation) => write(&explanation, report),
            Err(malformed) => {
                report.malformed(format_args!("step 3: {malformed}"));
                false
            }
        }
    });
    if let Some(attestation) = attestation {
        report.section("Attestation", |report| write_attestation(&attestation, report));
    }
    Ok(passed)
}

/// Explains a registration. If it is valid, sets `attestation` to what its attestation proves.
fn registration(
    credential: &Credential,
    demands: &Demands,
    attestation: &mut Option<Attestation>,
) -> Result<Explanation, String> {
    let response = RegistrationResponse::parse(credential.json.as_bytes());
    let response = response.map_err(|error| error.to_string())?;
    let expected = RegistrationExpectation {
        rp_id: &demands.rp_id,
        origins: &demands.origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &demands.challenge,
        user_verification: demands.user_verification,
        algorithms: &demands.algorithms,
        conditional: false,
        attestation: &demands.attestation,
        extensions: &demands.extensions,
        verifier: &RustCrypto,
        now: Timestamp::now(),
    };
    *attestation =
        verify_registration(&response, &expected).ok().map(|it| it.attestation().clone());
    Ok(explain_registration(&response, &expected))
}

fn assertion(
    credential: &Credential,
    demands: &Demands,
    passkey: &Passkey,
) -> Result<Explanation, String> {
    let response = AuthenticationResponse::parse(credential.json.as_bytes());
    let response = response.map_err(|error| error.to_string())?;
    let expected = AuthenticationExpectation {
        rp_id: &demands.rp_id,
        origins: &demands.origins,
        bound_origin: None,
        check_token_binding: false,
        challenge: &demands.challenge,
        user_verification: demands.user_verification,
        allow_credentials: &demands.allowed,
        // The user for whom an allow list was made owns the passkey.
        user: (!demands.allowed.is_empty()).then(|| passkey.user.as_bytes()),
        counter_rule: CounterRule::Reject,
        backup_eligibility_rule: BackupEligibilityRule::Fixed,
        find_by_credential_id: false,
        extensions: &demands.extensions,
        verifier: &RustCrypto,
    };
    Ok(explain_authentication(&response, &expected, &CredentialRecord::from(passkey)))
}

/// Reads a stored passkey, or the registration that created it. A registration does not name the user.
fn read_passkey(bytes: &[u8], rp_id: &RpId, assertion: &Credential) -> Result<Passkey, String> {
    let stored = match serde_json::from_slice::<StoredPasskey>(bytes) {
        Ok(stored) => return Passkey::from_stored(stored).map_err(|error| error.to_string()),
        Err(error) => error,
    };
    let mut ignored = Report::default();
    let registration = Credential::read(bytes, &mut ignored);
    let registration = registration.filter(|credential| credential.kind == Kind::Registration);
    let neither =
        || format!("the passkey file holds neither a stored passkey ({stored}) nor a registration");
    let object = registration.ok_or_else(neither)?.bytes("/response/attestationObject")?;
    let object = AttestationObject::parse(&object).map_err(|error| error.to_string())?;
    let data = object.authenticator_data();
    let attested = data.attested_credential_data().ok_or("the registration has no credential")?;
    let key =
        CosePublicKey::try_from(attested.public_key_bytes).map_err(|error| error.to_string())?;
    let user = assertion.bytes("/response/userHandle").unwrap_or_default();
    let user = if user.is_empty() { vec![0] } else { user };
    PasskeyImport::new(&user, attested.credential_id, key.as_bytes())
        .sign_count(data.sign_count())
        .backup_eligible(data.flags().backup_eligible())
        .aaguid(attested.aaguid)
        .finish(rp_id, &RustCrypto, Timestamp::now())
        .map_err(|error| error.to_string())
}

/// Writes who vouches for the authenticator, which decides how far to trust its AAGUID.
fn write_attestation(attestation: &Attestation, report: &mut Report) {
    let kind = match attestation.kind {
        None => "not verified (--attestation)",
        Some(AttestationType::None) => "none",
        Some(AttestationType::SelfAttestation) => "self attestation",
        Some(AttestationType::Basic) => "basic",
        Some(AttestationType::AttCa) => "attestation CA",
        Some(AttestationType::AnonCa) => "anonymization CA",
        Some(_) => "basic or attestation CA",
    };
    report.item("type", kind);
    match &attestation.trust {
        Some(trust) => report.item("anchor", trust.anchor),
        None => report.item("anchor", "none: no trusted certificate vouches for it (--anchors)"),
    }
    let aaguid = match attestation.aaguid {
        AaguidAssurance::Attested => "attested: a trusted certificate vouches for it",
        AaguidAssurance::Claimed => "claimed: only the authenticator says so",
    };
    report.item("AAGUID", aaguid);
    if let Some(level) = attestation.android_security_level {
        report.item(
            "Android key",
            match level {
                AndroidSecurityLevel::Software => "in software",
                AndroidSecurityLevel::TrustedEnvironment => "in the trusted environment",
                AndroidSecurityLevel::StrongBox => "in the StrongBox",
                _ => "in an unknown place",
            },
        );
    }
}

/// Writes every step, and returns whether the response passed.
fn write(explanation: &Explanation, report: &mut Report) -> bool {
    for step in explanation.steps() {
        let verdict = match &step.verdict {
            Verdict::Passed => "passed",
            Verdict::Failed(_) => "FAILED",
            Verdict::NotApplicable(_) => "n/a",
            _ => "not reached",
        };
        report.line(format_args!("{:<13} {verdict:<11}  {}", place(step), step.summary));
        match &step.verdict {
            Verdict::Failed(error) => {
                report.line(format_args!("{:>27}{}", "", shown(&error.to_string())));
            }
            Verdict::NotApplicable(because) => report.line(format_args!("{:>27}{because}", "")),
            _ => {}
        }
    }
    match explanation.failure() {
        None => report.line("It is valid."),
        Some(step) => {
            let why = step.error().map(ToString::to_string).unwrap_or_default();
            report.line(format_args!(
                "It fails at {} ({}): {}",
                place(step),
                step.name,
                shown(&why)
            ));
        }
    }
    explanation.failure().is_none()
}

fn place(step: &StepVerdict) -> String {
    match step.number {
        Some(number) => format!("{} step {number}", step.section),
        None => step.section.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn says_where_android_keeps_the_key() {
        let stored = json!({ "format": "android-key", "kind": null });
        let mut attestation = serde_json::from_value::<Attestation>(stored).unwrap();
        for (level, expected) in [
            (None, None),
            (Some(AndroidSecurityLevel::Software), Some("in software")),
            (Some(AndroidSecurityLevel::TrustedEnvironment), Some("in the trusted environment")),
            (Some(AndroidSecurityLevel::StrongBox), Some("in the StrongBox")),
        ] {
            attestation.android_security_level = level;
            let mut report = Report::default();
            write_attestation(&attestation, &mut report);
            let text = report.into_text();
            let shown = text.lines().find_map(|line| line.strip_prefix("Android key"));
            assert_eq!(shown.map(str::trim), expected, "{text}");
        }
    }
}
