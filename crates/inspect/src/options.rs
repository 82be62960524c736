//! The demands: from the command line and, where it is silent, from the options that the browser was given.

use relying_party::{
    Algorithm, AttestationPolicy, CredentialId,
    extensions::{AppId, AuthenticationInputs, RequestedExtensions},
    json::UserVerification,
    policy::{OriginPolicy, RpId},
    x509::TrustAnchor,
};
use serde_json::Value;

use super::{
    arguments::Arguments,
    credential::{Kind, base64url},
};

/// Everything that the response is verified against.
#[derive(Debug)]
pub(crate) struct Demands {
    pub(crate) rp_id: RpId,
    pub(crate) challenge: Vec<u8>,
    pub(crate) origins: OriginPolicy,
    pub(crate) user_verification: UserVerification,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) allowed: Vec<CredentialId>,
    pub(crate) attestation: AttestationPolicy,
    pub(crate) extensions: RequestedExtensions,
    /// Defaults that replace unknown demands.
    pub(crate) assumed: Vec<String>,
}

/// The algorithms that `relying-party` always has, which are those that most relying parties offer.
const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::EdDSA, Algorithm::Ed25519, Algorithm::ES256, Algorithm::RS256];

impl Demands {
    /// The inner error says what is missing if too little is known to verify the response; the outer one is a mistake
    /// on the command line.
    pub(crate) fn read(
        kind: Kind,
        arguments: &Arguments,
        options: Option<&[u8]>,
        anchors: Option<&[u8]>,
    ) -> Result<Result<Self, String>, String> {
        let options = match options.map(serde_json::from_slice::<Value>).transpose() {
            Ok(options) => options.unwrap_or_default(),
            Err(error) => return Err(format!("the options are not JSON: {error}")),
        };
        let options = unwrapped(&options);
        let text = |pointer| options.pointer(pointer).and_then(Value::as_str);
        let rp_id = arguments.rp_id.as_deref().or_else(|| text("/rpId")).or_else(|| text("/rp/id"));
        let challenge = arguments.challenge.as_deref().or_else(|| text("/challenge"));
        let (Some(rp_id), Some(challenge)) = (rp_id, challenge) else {
            let missing = if rp_id.is_none() { "RP ID" } else { "challenge" };
            return Ok(Err(format!(
                "the {missing} is not known (--options, --rp-id, --challenge)"
            )));
        };
        let rp_id = RpId::new(rp_id).map_err(|error| error.to_string())?;
        let challenge = base64url(challenge).map_err(|error| format!("the challenge: {error}"))?;
        let mut assumed = Vec::new();
        let origins = origins(&rp_id, arguments, &mut assumed)?;

        let chosen = text(match kind {
            Kind::Registration => "/authenticatorSelection/userVerification",
            Kind::Assertion => "/userVerification",
        });
        let demand = arguments.user_verification.as_deref().or(chosen).unwrap_or_else(|| {
            assumed.push("user verification is preferred (--uv)".into());
            "preferred"
        });
        let user_verification = match demand {
            "required" => UserVerification::Required,
            "discouraged" => UserVerification::Discouraged,
            "preferred" => UserVerification::Preferred,
            other => {
                return Err(format!(
                    "{other:?} is not a user verification demand (required, preferred or discouraged)"
                ));
            }
        };
        let attestation = match arguments.attestation.as_deref() {
            None | Some("ignored") => AttestationPolicy::ignore(),
            Some("statement") => AttestationPolicy::statement(),
            Some("trusted") => AttestationPolicy::trusted(),
            Some(other) => {
                return Err(format!(
                    "{other:?} is not an attestation level (ignored, statement or trusted)"
                ));
            }
        };
        let attestation = match anchors {
            Some(pem) => trusting(attestation, pem)?,
            None => attestation,
        };
        let list = |pointer| options.pointer(pointer).and_then(Value::as_array);
        let identifier = |offered: &Value| i32::try_from(offered["alg"].as_i64()?).ok();
        let algorithms = match list("/pubKeyCredParams") {
            Some(offered) => offered.iter().filter_map(identifier).map(Algorithm::new).collect(),
            None => ALGORITHMS.to_vec(),
        };
        if kind == Kind::Registration && list("/pubKeyCredParams").is_none() {
            assumed.push("EdDSA, ES256 and RS256 were offered (--options)".into());
        }
        let allowed = list("/allowCredentials").into_iter().flatten();
        let allowed = allowed.map(|allowed| {
            let id = base64url(allowed["id"].as_str().unwrap_or_default())?;
            CredentialId::try_from(id.as_slice()).map_err(|error| error.to_string())
        });
        let allowed = allowed
            .collect::<Result<Vec<_>, String>>()
            .map_err(|error| format!("allowCredentials: {error}"))?;
        let app_id = text("/extensions/appid").filter(|_| kind == Kind::Assertion);
        let app_id = app_id.map(AppId::new).transpose().map_err(|error| error.to_string())?;
        let extensions = app_id.map(|app_id| AuthenticationInputs::default().app_id(app_id));
        let extensions = extensions.unwrap_or_default().requested().clone();
        Ok(Ok(Self {
            rp_id,
            challenge,
            origins,
            user_verification,
            algorithms,
            allowed,
            attestation,
            extensions,
            assumed,
        }))
    }
}

fn trusting(policy: AttestationPolicy, pem: &[u8]) -> Result<AttestationPolicy, String> {
    let anchors = TrustAnchor::from_pem(&String::from_utf8_lossy(pem));
    Ok(policy.anchors(anchors.map_err(|error| format!("the anchors: {error}"))?))
}

/// Some servers send the options in an envelope.
fn unwrapped(options: &Value) -> &Value {
    ["publicKey", "public_key", "options"]
        .into_iter()
        .find_map(|name| options.get(name))
        .map_or(options, |inner| inner.get("publicKey").unwrap_or(inner))
}

fn origins(
    rp_id: &RpId,
    arguments: &Arguments,
    assumed: &mut Vec<String>,
) -> Result<OriginPolicy, String> {
    let mut origins = arguments.origins.clone();
    if origins.is_empty() {
        let origin = format!("https://{rp_id}");
        assumed.push(format!("the accepted origin is {origin} (--origin)"));
        origins.push(origin);
    }
    OriginPolicy::builder(rp_id).origins(origins).build().map_err(|errors| errors.to_string())
}
