//! Which step fails, and why.

use relying_party::{
    CosePublicKey, Passkey, PasskeyImport, Timestamp,
    ceremony::{
        AuthenticationExpectation, CounterRule, CredentialRecord, Explanation,
        RegistrationExpectation, StepVerdict, Verdict, explain_authentication,
        explain_registration,
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

/// Whether the response passed, or was not judged. Errors are mistakes of who asks.
pub(crate) fn judge(
    credential: &Credential,
    arguments: &Arguments,
    options: Option<&[u8]>,
    passkey: Option<&[u8]>,
    report: &mut Report,
) -> Result<bool, String> {
    let demands = match Demands::read(credential.kind, arguments, options)? {
        Ok(demands) => demands,
        Err(missing) => {
            report.section("Not judged", |report| report.line(missing));
            return Ok(true);
        }
    };
    let explained = match credential.kind {
        Kind::Registration => registration(credential, &demands),
        Kind::Assertion => {
            let Some(passkey) = passkey else {
                report.section("Not judged", |report| {
                    report.line("the passkey is not known (--passkey)");
                });
                return Ok(true);
            };
            let passkey = read_passkey(passkey, &demands.rp_id, credential)?;
            assertion(credential, &demands, &passkey)
        }
    };
    Ok(report.section("Verdict", |report| {
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
    }))
}

fn registration(credential: &Credential, demands: &Demands) -> Result<Explanation, String> {
    let response = RegistrationResponse::parse(credential.json.as_bytes());
    let response = response.map_err(|error| error.to_string())?;
    let expected = RegistrationExpectation {
        rp_id: &demands.rp_id,
        origins: &demands.origins,
        bound_origin: None,
        challenge: &demands.challenge,
        user_verification: demands.user_verification,
        algorithms: &demands.algorithms,
        conditional: false,
        attestation: &demands.attestation,
        extensions: &demands.extensions,
        verifier: &RustCrypto,
        now: Timestamp::now(),
    };
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
        challenge: &demands.challenge,
        user_verification: demands.user_verification,
        allow_credentials: &demands.allowed,
        // Who is named by an allow list is the owner of the passkey.
        user: (!demands.allowed.is_empty()).then(|| passkey.user.as_bytes()),
        counter_rule: CounterRule::Reject,
        extensions: &demands.extensions,
        verifier: &RustCrypto,
    };
    Ok(explain_authentication(&response, &expected, &CredentialRecord::from(passkey)))
}

/// A passkey as it is stored, or the registration that made it, of which the user is not known.
fn read_passkey(bytes: &[u8], rp_id: &RpId, assertion: &Credential) -> Result<Passkey, String> {
    let stored = match serde_json::from_slice::<Passkey>(bytes) {
        Ok(passkey) => return Ok(passkey),
        Err(error) => error,
    };
    let mut ignored = Report::default();
    let registration = Credential::read(bytes, &mut ignored);
    let registration = registration.filter(|credential| credential.kind == Kind::Registration);
    let neither = || format!("the passkey is neither a stored one ({stored}) nor a registration");
    let object = registration.ok_or_else(neither)?.bytes("/response/attestationObject")?;
    let object =
        relying_party::AttestationObject::parse(&object).map_err(|error| error.to_string())?;
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

/// Whether it passed.
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
