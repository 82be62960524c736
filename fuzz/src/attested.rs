//! Registrations with a statement of each format, verified with the crate's own cryptography or with a verifier that
//! accepts every signature, so that the fuzzer reaches the code after signature checks.

use std::sync::{Arc, Mutex, OnceLock};

use ciborium::Value;
use relying_party::{
    Attestation, AttestationPolicy, Timestamp,
    ceremony::{CeremonyError, RegistrationExpectation, verify_registration},
    crypto::{HashFunction, RustCrypto, SignatureError, SignatureVerifier},
    extensions::RequestedExtensions,
    json::{RegistrationResponse, UserVerification},
    policy::{OriginPolicy, RpId},
    test_authenticator::{
        Cbor, RegistrationParts, SignedRegistration, TestAttestation, TestAttester, TestAuthority,
        TestExtension, TestKey,
    },
    x509::TrustAnchor,
};
use sha2::{Digest as _, Sha256};

use super::{
    codec,
    fixture::{ORIGIN, RP_ID, fixture},
    judge::{Told, check_statement},
    memory::bounded,
};

/// A day in 2025, when the test certificates are valid.
pub(super) const NOW: Timestamp = Timestamp::from_unix_millis(1_750_000_000_000);

/// Accepts every signature.
pub(super) struct Credulous;

impl SignatureVerifier for Credulous {
    fn supports(&self, _: relying_party::Algorithm) -> bool {
        true
    }

    fn check_key(&self, _: &relying_party::CoseKey<'_>) -> Result<(), relying_party::InvalidKey> {
        Ok(())
    }

    fn verify(
        &self,
        _: &relying_party::CoseKey<'_>,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), SignatureError> {
        Ok(())
    }

    fn verify_ecdsa_with_hash(
        &self,
        _: &relying_party::KeyParameters<'_>,
        _: HashFunction,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), SignatureError> {
        Ok(())
    }

    fn verify_rs1(
        &self,
        _: &relying_party::KeyParameters<'_>,
        _: &[u8],
        _: &[u8],
    ) -> Result<(), SignatureError> {
        Ok(())
    }
}

/// The formats that have their own targets.
pub(super) const FORMATS: [&str; 7] =
    ["packed", "tpm", "android-key", "apple", "fido-u2f", "compound", "android-safetynet"];

/// The attesters, and the policies of relying parties.
pub(super) struct World {
    pub(super) attester: TestAttester,
    /// The certificate of `attest.android.com`, and its key.
    service: Vec<u8>,
    service_key: TestKey,
    pub(super) ignore: AttestationPolicy,
    pub(super) statement: AttestationPolicy,
    pub(super) trusted: AttestationPolicy,
    rp_id: RpId,
    origins: OriginPolicy,
    honest: Vec<SignedRegistration>,
}

pub(super) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::make)
}

impl World {
    fn make() -> Self {
        let attester = TestAttester::new("manufacturer").unwrap();
        let web = TestAuthority::root("web").unwrap();
        let service = web.below("service", |it| {
            // digitalSignature
            it.set_extension(TestExtension::KEY_USAGE, true, [3, 2, 7, 0x80]);
            it.set_extension(
                TestExtension::SUBJECT_ALT_NAME,
                false,
                *b"\x30\x14\x82\x12attest.android.com",
            );
        });
        let service = service.unwrap();
        let anchor = |der: &[u8]| TrustAnchor::from_der(der).unwrap();
        // U2F keys send no intermediate.
        let with_anchors = |policy: AttestationPolicy| {
            policy
                .android_safety_net(true)
                .anchors([anchor(&attester.root), anchor(&web.certificate)])
                .anchors_for_format("fido-u2f", [anchor(&attester.issuer.certificate)])
        };
        let rp_id = RpId::new(RP_ID).unwrap();
        let mut world = Self {
            ignore: with_anchors(AttestationPolicy::ignore()),
            statement: with_anchors(AttestationPolicy::statement()),
            trusted: with_anchors(AttestationPolicy::trusted()),
            origins: OriginPolicy::builder(&rp_id).origin(ORIGIN).build().unwrap(),
            rp_id,
            service: service.certificate,
            service_key: service.key,
            attester,
            honest: Vec::new(),
        };
        world.honest = FORMATS.iter().map(|format| world.honest(format)).collect();
        world
    }

    /// The test authenticator's attestation in this format.
    pub(super) fn attestation(&self, format: &str) -> TestAttestation {
        let attester = self.attester.clone();
        match format {
            "packed" => TestAttestation::Packed(attester),
            "tpm" => TestAttestation::Tpm(attester),
            "android-key" => TestAttestation::AndroidKey(attester),
            "apple" => TestAttestation::Apple(attester),
            "fido-u2f" => TestAttestation::FidoU2f(attester),
            "compound" => TestAttestation::Compound(vec![
                TestAttestation::Packed(attester.clone()),
                TestAttestation::Tpm(attester),
            ]),
            _ => TestAttestation::None,
        }
    }

    /// The parts of an honest registration in this format.
    pub(super) fn parts(&self, format: &str) -> RegistrationParts {
        let mut parts = fixture().registration.clone();
        parts.attestation = self.attestation(format);
        parts
    }

    fn honest(&self, format: &str) -> SignedRegistration {
        let mut signed = self.parts(format).sign().unwrap();
        if format == "android-safetynet" {
            let nonce = codec::encode_padded(&Sha256::digest(Told::of(&signed).message()));
            let payload =
                format!(r#"{{"nonce":"{nonce}","ctsProfileMatch":true,"timestampMs":1}}"#);
            signed.fmt = format.into();
            signed.statement = self.safety_net(payload.as_bytes());
        }
        signed
    }

    /// The honest registration in this format.
    pub(super) fn signed(&self, format: &str) -> &SignedRegistration {
        &self.honest[FORMATS.iter().position(|known| *known == format).unwrap()]
    }

    /// A statement of the service with this payload.
    pub(super) fn safety_net(&self, payload: &[u8]) -> Cbor {
        let header =
            format!(r#"{{"alg":"ES256","x5c":["{}"]}}"#, codec::encode_padded(&self.service));
        let input = [header.as_bytes(), payload].map(codec::encode).join(".");
        let signature = self.service_key.sign(input.as_bytes()).unwrap();
        let jws = format!("{input}.{}", codec::encode(&r_and_s(&signature)));
        Cbor::map([("ver", "1".into()), ("response", Value::Bytes(jws.into_bytes()))])
    }

    pub(super) fn judge(
        &self,
        json: &[u8],
        policy: &AttestationPolicy,
        verifier: &dyn SignatureVerifier,
    ) -> Result<Attestation, CeremonyError> {
        let response = RegistrationResponse::parse(json)?;
        let expected = RegistrationExpectation {
            rp_id: &self.rp_id,
            origins: &self.origins,
            bound_origin: None,
            check_token_binding: false,
            challenge: fixture().creation.challenge().as_bytes(),
            user_verification: UserVerification::Required,
            algorithms: fixture().rp.algorithms(),
            conditional: false,
            attestation: policy,
            now: NOW,
            extensions: &RequestedExtensions::default(),
            verifier,
        };
        verify_registration(&response, &expected).map(|verified| verified.attestation().clone())
    }
}

/// r and s, concatenated, of an ECDSA signature on P-256 in DER.
pub(super) fn r_and_s(der: &[u8]) -> Vec<u8> {
    p256::ecdsa::Signature::from_der(der).unwrap().to_bytes().to_vec()
}

/// The limit of memory per byte of a response whose statement is read and judged.
const MULTIPLE: usize = 16;

/// Checks that a response which passes a stricter policy passes a more lenient one, and that a plain judge finds every
/// statement that passes the crate's own cryptography signed and complete.
pub(super) fn check(signed: &SignedRegistration) -> bool {
    let Ok(json) = signed.to_json() else { return false };
    let json = json.to_string().into_bytes();
    let world = world();
    let judge = |policy, verifier| {
        bounded("verify_registration", MULTIPLE, json.len(), || {
            world.judge(&json, policy, verifier)
        })
    };
    let ignored = judge(&world.ignore, &Credulous);
    let valid = judge(&world.statement, &Credulous);
    let trusted = judge(&world.trusted, &Credulous);
    for result in [&ignored, &valid, &trusted] {
        if let Err(error) = result {
            assert!(!error.code().is_empty() && !error.to_string().is_empty());
        }
    }
    assert!(trusted.is_err() || valid.is_ok(), "trusted, but not valid");
    assert!(valid.is_err() || ignored.is_ok(), "valid, but not accepted if ignored");
    assert!(
        trusted.is_err() || trusted.is_ok_and(|it| it.trust.is_some()),
        "trusted without an anchor"
    );
    let Ok(valid) = valid else { return false };
    assert_eq!(valid.format, signed.fmt);
    if judge(&world.statement, &RustCrypto).is_ok() {
        check_statement(&Told::of(signed), &signed.fmt, &signed.statement.to_vec().unwrap());
    }
    judge(&world.trusted, &RustCrypto).is_ok()
}

fn statement(format: &str, data: &[u8]) {
    let mut signed = world().signed(format).clone();
    signed.statement = Cbor::Raw(data.to_vec());
    let honest = world().signed(format).statement.to_vec().unwrap() == data;
    assert!(check(&signed) || !honest, "an honest statement is refused");
}

pub(super) fn statement_packed(data: &[u8]) {
    statement("packed", data);
}

pub(super) fn statement_tpm(data: &[u8]) {
    statement("tpm", data);
}

pub(super) fn statement_android_key(data: &[u8]) {
    statement("android-key", data);
}

pub(super) fn statement_apple(data: &[u8]) {
    statement("apple", data);
}

pub(super) fn statement_fido_u2f(data: &[u8]) {
    statement("fido-u2f", data);
}

pub(super) fn statement_compound(data: &[u8]) {
    statement("compound", data);
}

pub(super) fn statement_safety_net(data: &[u8]) {
    statement("android-safetynet", data);
}

/// Any answer of the service, signed by the service: accepted ⇒ it has the nonce, and vouches for the device.
pub(super) fn safety_net_response(data: &[u8]) {
    let mut signed = world().signed("android-safetynet").clone();
    signed.statement = world().safety_net(data);
    if !check(&signed) {
        return;
    }
    let response = serde_json::from_slice::<serde_json::Value>(data).expect("JSON");
    let nonce = codec::encode_padded(&Sha256::digest(Told::of(&signed).message()));
    assert_eq!(response["nonce"], nonce);
    assert_eq!(response["ctsProfileMatch"], true);
}

/// Changes some members of an honest TPM statement.
fn with_members(members: &[(&str, Vec<u8>)]) -> SignedRegistration {
    let mut signed = world().signed("tpm").clone();
    for (member, value) in members {
        signed.statement.set(*member, Value::Bytes(value.clone()));
    }
    signed
}

/// Any `pubArea`, certified by the TPM: accepted ⇒ the credential's key is in it, and nothing follows.
pub(super) fn tpm_public_area(data: &[u8]) {
    let honest = world().signed("tpm");
    let told = Told::of(honest);
    let mut cert_info = b"\xff\x54\x43\x47\x80\x17\0\0\0\x20".to_vec();
    cert_info.extend(Sha256::digest(told.message()));
    cert_info.extend([0; 25]);
    cert_info.extend([0, 34, 0, 11]);
    cert_info.extend(Sha256::digest(data));
    cert_info.extend([0, 0]);
    let signed = with_members(&[("pubArea", data.to_vec()), ("certInfo", cert_info)]);
    let json = signed.to_json().unwrap().to_string();
    let accepted = bounded("pubArea", MULTIPLE, json.len(), || {
        world().judge(json.as_bytes(), &world().statement, &Credulous)
    });
    let is_honest = honest.statement.entry("pubArea").unwrap().as_bytes().unwrap() == data;
    assert!(accepted.is_ok() || !is_honest, "{accepted:?}");
    if accepted.is_ok() {
        let [x, y] = told.coordinates();
        let tail = |number: &[u8]| {
            let digits = number.iter().skip_while(|byte| **byte == 0).copied().collect::<Vec<_>>();
            assert!(data.windows(digits.len()).any(|window| window == digits));
            digits
        };
        tail(&x);
        assert!(data.ends_with(&tail(&y)));
        assert_eq!(data[..4], [0, 0x23, 0, 11]);
    }
}

/// Any `certInfo`, signed by the TPM: accepted ⇒ it has the TPM's magic value, the required `extraData`, and the name
/// of the key.
pub(super) fn tpm_cert_info(data: &[u8]) {
    let honest = world().signed("tpm");
    let signed = with_members(&[("certInfo", data.to_vec())]);
    let json = signed.to_json().unwrap().to_string();
    let accepted = bounded("certInfo", MULTIPLE, json.len(), || {
        world().judge(json.as_bytes(), &world().statement, &Credulous)
    });
    let is_honest = honest.statement.entry("certInfo").unwrap().as_bytes().unwrap() == data;
    assert!(accepted.is_ok() || !is_honest, "{accepted:?}");
    if accepted.is_ok() {
        assert_eq!(data[..6], *b"\xff\x54\x43\x47\x80\x17");
        let sized = |at: usize| {
            let length = usize::from(u16::from_be_bytes([data[at], data[at + 1]]));
            (&data[at + 2..at + 2 + length], at + 2 + length)
        };
        let (_, at) = sized(6);
        let (extra, at) = sized(at);
        assert_eq!(extra, &Sha256::digest(Told::of(honest).message())[..]);
        let (name, at) = sized(at + 25);
        let area = honest.statement.entry("pubArea").unwrap().as_bytes().unwrap();
        assert_eq!(name[2..], Sha256::digest(area)[..]);
        let (_, end) = sized(at);
        assert_eq!(end, data.len());
    }
}

/// Any description of a key, in a signed certificate: accepted ⇒ the challenge is in its place, and the description
/// says that the key was generated in the device, for signing.
pub(super) fn key_description(data: &[u8]) {
    let mut parts = world().parts("android-key");
    let raw = data.to_vec();
    parts.tamper_statement(move |statement| {
        statement.key_description().unwrap().raw = Some(raw.clone());
    });
    let Ok(signed) = parts.sign() else { return };
    let json = signed.to_json().unwrap().to_string();
    let accepted = bounded("KeyDescription", MULTIPLE, json.len(), || {
        world().judge(json.as_bytes(), &world().trusted, &Credulous)
    });
    if accepted.is_ok() {
        let hash = Told::of(&signed).client_data_hash;
        let challenge = [&[4, 32], &hash[..]].concat();
        assert!(data.windows(34).any(|window| window == challenge));
        // purpose [1] contains SIGN (2), and origin [702] is GENERATED (0). Leading zeros of a number have no meaning.
        let holds = |number: u8| {
            let mut values = (2..data.len()).filter(|at| data[at - 2] == 2);
            values.any(|at| {
                let value = data.get(at..at + usize::from(data[at - 1])).unwrap_or_default();
                matches!(value, [zeros @ .., last]
                    if *last == number && zeros.iter().all(|byte| *byte == 0))
            })
        };
        assert!(data.contains(&0xa1) || data.contains(&0x81));
        assert!(data.windows(2).any(|window| window == b"\x85\x3e"));
        assert!(holds(2) && holds(0));
    }
}

/// The value of the extension in the honest certificate.
pub(super) fn honest_description() -> Vec<u8> {
    let found = Arc::new(Mutex::new(Vec::new()));
    let out = Arc::clone(&found);
    let mut parts = world().parts("android-key");
    parts.tamper_statement(move |statement| {
        let description = statement.key_description().unwrap().clone();
        *out.lock().unwrap() = described(&description);
    });
    parts.sign().unwrap();
    std::mem::take(&mut *found.lock().unwrap())
}

/// A description in DER as the test authenticator writes it, for which all lengths are short.
fn described(description: &relying_party::test_authenticator::KeyDescription) -> Vec<u8> {
    let tlv = |tag: u8, value: &[u8]| [&[tag, u8::try_from(value.len()).unwrap()], value].concat();
    let tee = [&b"\xa1\x05\x31\x03\x02\x01\x02"[..], b"\xbf\x85\x3e\x03\x02\x01\x00"].concat();
    let fields = [
        tlv(2, &description.attestation_version),
        tlv(10, &[1]),
        tlv(2, &description.keymaster_version),
        tlv(10, &[1]),
        tlv(4, &description.challenge),
        tlv(4, &[]),
        tlv(0x30, &[]),
        tlv(0x30, &tee),
    ];
    tlv(0x30, &fields.concat())
}

/// The seeds of `statement_…`: the honest statement, those of the other formats, and nearly empty ones.
pub(super) fn statements(format: &str) -> Vec<Vec<u8>> {
    let mut made = vec![world().signed(format).statement.to_vec().unwrap()];
    made.push(b"\xa0".to_vec());
    made.push(b"\xa1\x63x5c\x80".to_vec());
    made.push(b"\xa3\x63alg\x26\x63sig\x41\x00\x63x5c\x80".to_vec());
    made
}

/// The seeds of `tpm_…`: the honest member, and prefixes of it.
pub(super) fn members(member: &str) -> Vec<Vec<u8>> {
    let honest = world().signed("tpm").statement.entry(member).unwrap().as_bytes().unwrap().clone();
    let beginning = honest[..honest.len() / 2].to_vec();
    vec![[&honest[..], &[0]].concat(), honest, beginning]
}

/// Answers of the service: the honest one, and some that are invalid.
pub(super) fn responses() -> Vec<Vec<u8>> {
    let nonce = codec::encode_padded(&Sha256::digest(
        Told::of(world().signed("android-safetynet")).message(),
    ));
    let honest = format!(r#"{{"nonce":"{nonce}","ctsProfileMatch":true,"timestampMs":1}}"#);
    let table = [honest.as_str(), r#"{"nonce":"","ctsProfileMatch":true}"#, "[]"];
    let mut made = table.map(|text| text.as_bytes().to_vec()).to_vec();
    made.push(honest.replace("true", "false").into_bytes());
    made
}
