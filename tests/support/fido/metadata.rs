//! Metadata that nobody published, signed by throw-away keys.

use std::sync::Arc;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use relying_party::{
    Timestamp,
    crypto::RustCrypto,
    mds::{BlobVerification, MdsError, Metadata},
    test_authenticator::{TestAlgorithm, TestAuthority, TestCertificate, TestExtension, TestKey},
    x509::{Certificate, Crl, CrlRevocation, PathError, TrustAnchor},
};
use serde_json::{Value, json};

use super::model::Model;

/// 2025-06-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_748_736_000_000);

/// What is wrong with a BLOB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The signature is that of another key.
    Signature,
    /// The signer's certificate is not signed by its issuer.
    Chain,
    /// The root revoked the intermediate.
    RevokedIntermediate,
    /// The intermediate revoked the signer.
    RevokedSigner,
}

impl Flaw {
    /// Whether this is the error that the flaw must lead to.
    pub(crate) fn explains(self, error: &MdsError) -> bool {
        match self {
            Self::Signature => *error == MdsError::Signature,
            Self::Chain => *error == MdsError::Path(PathError::Signature),
            Self::RevokedIntermediate | Self::RevokedSigner => {
                *error == MdsError::Path(PathError::Revoked)
            }
        }
    }
}

/// What a publisher of metadata has on its pages.
pub(crate) struct Published {
    pub(crate) blob: String,
    /// The root of the certificates that sign.
    pub(crate) root: Vec<u8>,
    /// The revocation lists of the root and of the intermediate.
    pub(crate) lists: [Vec<u8>; 2],
    issuers: [Vec<u8>; 2],
}

/// Publishes the model's entry.
pub(crate) fn publish(model: &Model) -> Published {
    let root = TestAuthority::root("the root of metadata").unwrap();
    let issuer = root.below("the intermediate of metadata", |_| ()).unwrap();
    let key = TestKey::from_seed(TestAlgorithm::Rs256, "the signer of metadata").unwrap();
    let other = TestKey::from_seed(TestAlgorithm::Es256, "a stranger").unwrap();

    let name = TestAuthority::named("mds.fidoalliance.org", "Test", "AA");
    let mut signer = TestCertificate::new(issuer.name.clone(), name, &key).unwrap();
    let host = der(0x82, b"mds.fidoalliance.org");
    signer.set_extension(TestExtension::SUBJECT_ALT_NAME, false, der(0x30, &host));
    let signed_by = if model.flaw == Some(Flaw::Chain) { &other } else { &issuer.key };
    let signer = signer.sign(signed_by).unwrap();

    let entries = model.entry.iter().collect::<Vec<_>>();
    let payload = json!({ "no": 1, "nextUpdate": "2025-07-01", "entries": entries });
    let blob = jws(&payload, &[&signer, &issuer.certificate], &key, model.flaw);

    let revoked = |certificate: &[u8], flaw| {
        let serial = Certificate::parse(certificate).unwrap().serial_number().to_vec();
        if model.flaw == Some(flaw) { vec![serial] } else { vec![] }
    };
    let lists = [
        crl(&root, &revoked(&issuer.certificate, Flaw::RevokedIntermediate)),
        crl(&issuer, &revoked(&signer, Flaw::RevokedSigner)),
    ];
    let issuers = [root.certificate.clone(), issuer.certificate];
    Published { blob, root: root.certificate, lists, issuers }
}

/// Publishes the model's entry and reads what was published.
pub(crate) fn metadata_of(model: &Model) -> Result<Arc<Metadata>, MdsError> {
    let Published { blob, root, lists, issuers } = publish(model);
    let anchors = [TrustAnchor::from_der(&root).unwrap()];
    let lists = lists.iter().zip(&issuers).map(|(list, issuer)| {
        let issuer = Certificate::parse(issuer).unwrap();
        Crl::parse(list).unwrap().verify(&issuer, &RustCrypto).unwrap()
    });
    let lists = CrlRevocation::new(lists).require_list();
    let verification = BlobVerification::new(&anchors, NOW, &RustCrypto).revocation(&lists);
    verification.verify(blob.as_bytes()).map(Arc::new)
}

fn jws(payload: &Value, x5c: &[&[u8]], key: &TestKey, flaw: Option<Flaw>) -> String {
    let x5c = x5c.iter().map(|certificate| STANDARD.encode(certificate)).collect::<Vec<_>>();
    let header = json!({ "alg": "RS256", "typ": "JWT", "x5c": x5c });
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&header), part(payload));
    let mut signature = key.sign(signed.as_bytes()).unwrap();
    if flaw == Some(Flaw::Signature) {
        signature[7] ^= 1;
    }
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The list of an authority (RFC 5280 §5.1).
fn crl(authority: &TestAuthority, serials: &[Vec<u8>]) -> Vec<u8> {
    let issuer = Certificate::parse(&authority.certificate).unwrap();
    // ecdsa-with-SHA256
    let algorithm = der(0x30, &der(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]));
    let time = |text: &str| der(0x18, text.as_bytes());
    let entries = serials
        .iter()
        .flat_map(|serial| der(0x30, &[der(0x02, serial), time("20250101000000Z")].concat()))
        .collect::<Vec<_>>();
    let entries = if entries.is_empty() { entries } else { der(0x30, &entries) };
    let number = der(0x30, &[der(0x06, &[0x55, 0x1d, 20]), der(0x04, &der(0x02, &[7]))].concat());
    let tbs = [
        der(0x02, &[1]),
        algorithm.clone(),
        issuer.subject_bytes().to_vec(),
        time("20250501000000Z"),
        time("20250701000000Z"),
        entries,
        der(0xa0, &der(0x30, &number)),
    ];
    let tbs = der(0x30, &tbs.concat());
    let signature = authority.key.sign(&tbs).unwrap();
    let signature = der(0x03, &[&[0], &signature[..]].concat());
    der(0x30, &[tbs, algorithm, signature].concat())
}

/// Tag, length and content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        length @ 0..0x80 => vec![u8::try_from(length).unwrap()],
        length @ 0x80..0x100 => vec![0x81, u8::try_from(length).unwrap()],
        length => [&[0x82], &u16::try_from(length).unwrap().to_be_bytes()[..]].concat(),
    };
    [&[tag], &length[..], content].concat()
}
