//! Compact JSON Web Signatures (RFC 7515) with the signer's certificates in their header, as used by `SafetyNet` and
//! FIDO metadata.

use alloc::vec::Vec;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use der::{
    Encode as _, Tag,
    asn1::{AnyRef, UintRef},
};
use serde::{Deserialize, Deserializer, de::IgnoredAny};

use crate::{
    cose::Algorithm,
    limits::{CERTIFICATES_MAX, JWS_HEADER_MAX, SIGNATURE_MAX},
    text::Text,
};

/// A JWS whose signature has not been verified.
///
/// ```text
/// JWS    = BASE64URL(UTF8(header)) "." BASE64URL(payload) "." BASE64URL(signature)   ; RFC 7515 §7.1
/// header = { "alg": string, "x5c": [+ base64 of DER], * other members }             ; RFC 7515 §4.1
/// ```
///
/// The parts are base64url without padding, and only one spelling of each is valid. Other members of the header are
/// ignored, as RFC 7515 §4 requires, except for `crit`, which names members that must not be ignored.
pub(crate) struct Jws<'a> {
    /// The signed text: header and payload as sent.
    pub(crate) signing_input: &'a [u8],
    /// The algorithm named in the header.
    pub(crate) algorithm: Algorithm,
    /// The signer's certificate, then those that certify it, in DER.
    pub(crate) certificates: Vec<Vec<u8>>,
    /// The signed content.
    pub(crate) payload: Vec<u8>,
    /// The signature, in the encoding that [`SignatureVerifier`](crate::crypto::SignatureVerifier) expects.
    pub(crate) signature: Vec<u8>,
}

/// Why bytes are not a valid JWS of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidJws(pub(crate) &'static str);

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Text<'a>,
    #[serde(borrow)]
    x5c: Vec<Text<'a>>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// Whether a member is present, regardless of its value: `Option` would treat `null` as absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl<'a> Jws<'a> {
    pub(crate) fn parse(jws: &'a [u8]) -> Result<Self, InvalidJws> {
        let mut dots = jws.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
            return Err(InvalidJws("not three parts"));
        };
        let (signing_input, signature) = jws.split_at(second);
        let (header, payload) = signing_input.split_at(first);
        let (payload, signature) = (after_dot(payload), after_dot(signature));

        if header.len() > JWS_HEADER_MAX {
            return Err(InvalidJws("the header is too long"));
        }
        let header = base64url(header)?;
        let header: Header<'_> = serde_json::from_slice(&header)
            .map_err(|_| InvalidJws("the header is not JSON with alg and x5c"))?;
        if header.crit {
            return Err(InvalidJws("the header has critical members"));
        }
        let algorithm =
            algorithm(&header.alg).ok_or(InvalidJws("alg is not a known signature algorithm"))?;
        if header.x5c.is_empty() || header.x5c.len() > CERTIFICATES_MAX {
            return Err(InvalidJws("x5c has no certificate or too many"));
        }
        let certificates = header
            .x5c
            .iter()
            .map(|text| STANDARD.decode(text.as_bytes()))
            .collect::<Result<_, _>>();
        let certificates = certificates.map_err(|_| InvalidJws("x5c is not base64"))?;
        // Text is a third longer than the bytes.
        if signature.len() > SIGNATURE_MAX.saturating_mul(2) {
            return Err(InvalidJws("the signature is too long"));
        }
        let signature = in_der(algorithm, base64url(signature)?)?;
        Ok(Self { signing_input, algorithm, certificates, payload: base64url(payload)?, signature })
    }
}

fn after_dot(part: &[u8]) -> &[u8] {
    part.get(1..).unwrap_or_default()
}

fn base64url(text: &[u8]) -> Result<Vec<u8>, InvalidJws> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidJws("not base64url without padding"))
}

/// The algorithms of RFC 7518 §3.1 and RFC 8037 §3.1 by their COSE numbers. `none` and MACs are not included.
fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "ES256" => Algorithm::ES256,
        "ES384" => Algorithm::ES384,
        "ES512" => Algorithm::ES512,
        "RS256" => Algorithm::RS256,
        "RS384" => Algorithm::RS384,
        "RS512" => Algorithm::RS512,
        "PS256" => Algorithm::PS256,
        "PS384" => Algorithm::PS384,
        "PS512" => Algorithm::PS512,
        "EdDSA" => Algorithm::EdDSA,
        _ => return None,
    })
}

/// In a JWS, an ECDSA signature is r followed by s (RFC 7518 §3.4). `WebAuthn` and this crate's verifiers use DER.
fn in_der(algorithm: Algorithm, signature: Vec<u8>) -> Result<Vec<u8>, InvalidJws> {
    let size = match algorithm {
        Algorithm::ES256 => 32,
        Algorithm::ES384 => 48,
        Algorithm::ES512 => 66,
        _ => return Ok(signature),
    };
    let invalid = InvalidJws("the signature does not have the length of its curve");
    match signature.split_at_checked(size) {
        Some((r, s)) if s.len() == size => ecdsa_sig_value(r, s).map_err(|_| invalid),
        _ => Err(invalid),
    }
}

/// ```text
/// Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }   ; RFC 3279 §2.2.3
/// ```
fn ecdsa_sig_value(r: &[u8], s: &[u8]) -> der::Result<Vec<u8>> {
    let numbers = [UintRef::new(r)?.to_der()?, UintRef::new(s)?.to_der()?].concat();
    AnyRef::new(Tag::Sequence, &numbers)?.to_der()
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec};

    use proptest::prelude::*;

    use super::*;

    const X5C: &str = r#""x5c":["AQI=","AwQF"]"#;

    fn jws(header: &str, signature: &[u8]) -> String {
        let [header, payload, signature] =
            [header.as_bytes(), b"{}", signature].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{payload}.{signature}")
    }

    fn reason(jws: &str) -> &'static str {
        Jws::parse(jws.as_bytes()).map(drop).unwrap_err().0
    }

    #[test]
    fn parts_are_separated() {
        let text = jws(&format!(r#"{{"typ":"JWT",{X5C},"alg":"RS256"}}"#), b"signature");
        let jws = Jws::parse(text.as_bytes()).unwrap();
        assert_eq!(jws.algorithm, Algorithm::RS256);
        assert_eq!(jws.certificates, [vec![1, 2], vec![3, 4, 5]]);
        assert_eq!(jws.payload, b"{}");
        assert_eq!(jws.signature, b"signature");
        assert_eq!(jws.signing_input, text.rsplit_once('.').unwrap().0.as_bytes());
    }

    #[test]
    fn rejects_text_that_is_not_a_compact_jws_with_certificates() {
        let header = |members: &str| jws(&format!("{{{members}}}"), b"signature");
        let good = header(&format!(r#""alg":"RS256",{X5C}"#));
        assert!(Jws::parse(good.as_bytes()).is_ok());
        let many = vec![r#""AQI=""#; CERTIFICATES_MAX + 1].join(",");
        let table = [
            (String::new(), "not three parts"),
            (good.replace('.', ""), "not three parts"),
            (format!("{good}.e30"), "not three parts"),
            (format!("{good}="), "not base64url without padding"),
            (format!("{good}\n"), "not base64url without padding"),
            (good.replace(".e30.", ".e31."), "not base64url without padding"),
            (good.replace(".e30.", ".+30."), "not base64url without padding"),
            (header(X5C), "the header is not JSON with alg and x5c"),
            (header(r#""alg":"RS256""#), "the header is not JSON with alg and x5c"),
            (
                header(&format!(r#""alg":"RS256","alg":"ES256",{X5C}"#)),
                "the header is not JSON with alg and x5c",
            ),
            (header(&format!(r#""alg":"none",{X5C}"#)), "alg is not a known signature algorithm"),
            (header(&format!(r#""alg":"HS256",{X5C}"#)), "alg is not a known signature algorithm"),
            (
                header(&format!(r#""alg":"RS256","crit":["exp"],{X5C}"#)),
                "the header has critical members",
            ),
            (
                header(&format!(r#""alg":"RS256","crit":null,{X5C}"#)),
                "the header has critical members",
            ),
            (header(r#""alg":"RS256","x5c":[]"#), "x5c has no certificate or too many"),
            (
                header(&format!(r#""alg":"RS256","x5c":[{many}]"#)),
                "x5c has no certificate or too many",
            ),
            (header(r#""alg":"RS256","x5c":["_-8="]"#), "x5c is not base64"),
            (
                header(&format!(r#""alg":"ES256",{X5C}"#)),
                "the signature does not have the length of its curve",
            ),
            (
                header(&format!(r#""alg":"RS256",{X5C},"_":"{}""#, "_".repeat(JWS_HEADER_MAX))),
                "the header is too long",
            ),
            (
                jws(&format!(r#"{{"alg":"RS256",{X5C}}}"#), &[0; 2 * SIGNATURE_MAX]),
                "the signature is too long",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(reason(&text), expected, "{text:.200}");
        }
    }

    #[test]
    fn accepts_everything_up_to_its_limit() {
        let parses = |jws: &str| Jws::parse(jws.as_bytes()).is_ok();
        let certificates = vec![r#""AQI=""#; CERTIFICATES_MAX].join(",");
        assert!(parses(&jws(&format!(r#"{{"alg":"RS256","x5c":[{certificates}]}}"#), b"")));
        let longest = JWS_HEADER_MAX / 4 * 3;
        let mut header = format!(r#"{{"alg":"RS256",{X5C}}}"#);
        header.extend(core::iter::repeat_n(' ', longest - header.len()));
        assert_eq!(URL_SAFE_NO_PAD.encode(&header).len(), JWS_HEADER_MAX);
        assert!(parses(&jws(&header, b"")));
        let signature = vec![7; 2 * SIGNATURE_MAX * 3 / 4];
        assert_eq!(URL_SAFE_NO_PAD.encode(&signature).len(), 2 * SIGNATURE_MAX);
        assert!(parses(&jws(&format!(r#"{{"alg":"RS256",{X5C}}}"#), &signature)));
    }

    /// RFC 7518 §3.1, RFC 8037 §3.1.
    #[test]
    fn algorithms_have_the_numbers_of_cose() {
        let table = [
            ("ES256", Some(-7)),
            ("ES384", Some(-35)),
            ("ES512", Some(-36)),
            ("RS256", Some(-257)),
            ("RS384", Some(-258)),
            ("RS512", Some(-259)),
            ("PS256", Some(-37)),
            ("PS384", Some(-38)),
            ("PS512", Some(-39)),
            ("EdDSA", Some(-8)),
            ("ES256K", None),
            ("HS256", None),
            ("none", None),
            ("es256", None),
        ];
        for (name, number) in table {
            assert_eq!(algorithm(name), number.map(Algorithm::new), "{name}");
        }
    }

    #[test]
    fn ecdsa_signatures_are_given_in_der() {
        use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        for message in 0_u8..64 {
            let signature: Signature = key.sign(&[message]);
            let der = in_der(Algorithm::ES256, signature.to_bytes().to_vec()).unwrap();
            assert_eq!(der, signature.to_der().as_bytes());
        }
        for (algorithm, size) in
            [(Algorithm::ES256, 64), (Algorithm::ES384, 96), (Algorithm::ES512, 132)]
        {
            assert!(in_der(algorithm, vec![1; size]).is_ok());
            assert!(in_der(algorithm, vec![1; size - 1]).is_err());
            assert!(in_der(algorithm, vec![1; size + 1]).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..100),
            at: prop::sample::Index,
            byte: u8,
        ) {
            let _ = Jws::parse(&bytes);
            let mut tampered = jws(&format!(r#"{{"alg":"RS256",{X5C}}}"#), b"signature").into_bytes();
            *at.get_mut(&mut tampered) = byte;
            let _ = Jws::parse(&tampered);
        }
    }
}
