//! The metadata of the tool, from files: BLOBs, which are verified, and statements, which the tool hands out unsigned.

use std::{error::Error, fs, path::PathBuf};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use clap::Args;
use relying_party::{
    Aaguid, AnchorSource, AttestationSubject, Timestamp,
    crypto::RustCrypto,
    mds::{BlobVerification, KeyIdentifier, MdsError, Metadata},
    x509::{Certificate, Crl, CrlRevocation, TrustAnchor, VerifiedCrl},
};
use serde::Deserialize;

/// What the conformance tool needs, as flags tell it.
#[derive(Clone, Debug, Default, Args)]
pub struct Flags {
    /// Serve the FIDO Alliance's conformance tool, and nothing else; anyone can register for any name, so the server
    /// has to listen at a loopback address. Nothing is kept
    #[arg(long)]
    pub conformance: bool,

    /// A metadata statement of the tool, as JSON; may be given several times
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "conformance")]
    pub conformance_statement: Vec<PathBuf>,

    /// A metadata BLOB of the tool; one that cannot be verified is not used; may be given several times
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "conformance_root")]
    pub conformance_blob: Vec<PathBuf>,

    /// The root of the certificates that sign the BLOBs, in DER
    #[arg(long, value_name = "FILE", requires = "conformance")]
    pub conformance_root: Option<PathBuf>,

    /// A revocation list for the certificates that sign the BLOBs, in DER; may be given several times
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "conformance_root")]
    pub conformance_crl: Vec<PathBuf>,
}

impl Flags {
    /// Reads the files. What is wrong with a BLOB goes to standard error.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or is not what its flag says.
    pub fn sources(&self, now: Timestamp) -> Result<Sources, Box<dyn Error>> {
        let mut sources = Sources::default();
        for file in &self.conformance_statement {
            sources.add_statement(&fs::read(file)?)?;
        }
        if let Some(root) = &self.conformance_root {
            let root = TrustAnchor::from_der(&fs::read(root)?)?;
            let lists = self.conformance_crl.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
            for file in &self.conformance_blob {
                if let Err(error) = sources.add_blob(&fs::read(file)?, &root, &lists, now) {
                    eprintln!("not used: {}: {error}", file.display());
                }
            }
        }
        Ok(sources)
    }
}

/// Everything that the tool's files say about models. Without files, no one vouches for an authenticator.
#[derive(Debug, Default)]
pub struct Sources {
    blobs: Vec<Metadata>,
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    aaguid: Option<Aaguid>,
    keys: Vec<KeyIdentifier>,
    anchors: Vec<TrustAnchor>,
    attests_for_itself: bool,
}

/// What counts of a metadata statement (FIDO Metadata Statement §4).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    #[serde(default)]
    aaguid: Option<String>,
    #[serde(default)]
    attestation_certificate_key_identifiers: Vec<String>,
    #[serde(default)]
    attestation_types: Vec<String>,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

impl Sources {
    /// Adds a metadata statement, which no one signed: its file is trusted.
    ///
    /// # Errors
    ///
    /// It is not the JSON of a statement, or one of its certificates cannot be read.
    pub fn add_statement(&mut self, json: &[u8]) -> Result<(), Box<dyn Error>> {
        let members = serde_json::from_slice::<Members>(json)?;
        let mut anchors = Vec::new();
        for certificate in &members.attestation_root_certificates {
            // Some statements have line breaks in them.
            let text = certificate.split_ascii_whitespace().collect::<String>();
            anchors.push(TrustAnchor::from_der(&BASE64_STANDARD.decode(text)?)?);
        }
        let keys = members.attestation_certificate_key_identifiers.iter();
        self.statements.push(Statement {
            aaguid: members.aaguid.map(|aaguid| aaguid.parse()).transpose()?,
            keys: keys.map(|key| key_identifier(key)).collect::<Option<_>>().ok_or("no SHA-1")?,
            anchors,
            attests_for_itself: members.attestation_types.iter().any(|it| it == "basic_surrogate"),
        });
        Ok(())
    }

    /// Adds a BLOB that is signed below this root and, by these lists, is signed with nothing revoked.
    ///
    /// # Errors
    ///
    /// It cannot be verified.
    pub fn add_blob(
        &mut self,
        blob: &[u8],
        root: &TrustAnchor,
        lists: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<(), MdsError> {
        let anchors = [root.clone()];
        let revocation = CrlRevocation::new(verified(lists, root, blob));
        // The root is the tool's, which signs nothing else.
        let metadata = BlobVerification::new(&anchors, now, &RustCrypto)
            .danger_any_signer()
            .revocation(&revocation)
            .verify(blob)?;
        self.blobs.push(metadata);
        Ok(())
    }

    fn statements_for(&self, subject: &AttestationSubject<'_>) -> impl Iterator<Item = &Statement> {
        let key = KeyIdentifier::of(subject.certificate);
        let aaguid = Some(subject.aaguid).filter(|aaguid| *aaguid != Aaguid::default());
        self.statements.iter().filter(move |statement| match aaguid {
            Some(aaguid) => statement.aaguid == Some(aaguid),
            None => statement.keys.contains(&key),
        })
    }
}

impl AnchorSource for Sources {
    fn anchors(&self, subject: &AttestationSubject<'_>) -> Vec<TrustAnchor> {
        let signed = self.blobs.iter().flat_map(|blob| blob.anchors(subject));
        let stated = self.statements_for(subject).flat_map(|it| it.anchors.iter().cloned());
        signed.chain(stated).collect()
    }

    fn attests_for_itself(&self, aaguid: Aaguid, now: Timestamp) -> bool {
        let stated = self.statements.iter().filter(|it| it.aaguid == Some(aaguid));
        self.blobs.iter().any(|blob| blob.attests_for_itself(aaguid, now))
            || stated.into_iter().any(|statement| statement.attests_for_itself)
    }
}

/// The lists that the root or one of a BLOB's own certificates signed. Each counts for certificates that the same key
/// signed, so a stranger's certificate adds nothing.
fn verified(lists: &[Vec<u8>], root: &TrustAnchor, blob: &[u8]) -> Vec<VerifiedCrl> {
    let issuers = [root.certificate().as_bytes().to_vec()].into_iter().chain(x5c(blob));
    let mut verified = Vec::new();
    for issuer in issuers {
        let Ok(issuer) = Certificate::parse(&issuer) else { continue };
        let lists = lists.iter().filter_map(|list| Crl::parse(list).ok());
        verified.extend(lists.filter_map(|list| list.verify(&issuer, &RustCrypto).ok()));
    }
    verified
}

/// The certificates in the header of a JWS (RFC 7515 §4.1.6).
fn x5c(blob: &[u8]) -> Vec<Vec<u8>> {
    #[derive(Deserialize)]
    struct Header {
        x5c: Vec<String>,
    }
    let header = blob.trim_ascii().split(|byte| *byte == b'.').next().unwrap_or_default();
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let Ok(header) = serde_json::from_slice::<Header>(&header) else { return Vec::new() };
    header.x5c.iter().filter_map(|certificate| BASE64_STANDARD.decode(certificate).ok()).collect()
}

/// The SHA-1 of a key in hexadecimal digits.
fn key_identifier(text: &str) -> Option<KeyIdentifier> {
    let mut bytes = [0; 20];
    if text.len() != 40 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        let digits = text.get(at.checked_mul(2)?..)?.get(..2)?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(KeyIdentifier::new(bytes))
}
