//! The attestation statement and its certificates.

use ciborium::Value;
use der::Decode as _;
use relying_party::{Algorithm, AttestationObject, Timestamp, x509::Certificate};
use x509_cert::name::Name;

use super::{
    super::report::{Report, shown},
    authenticator_data::diagnostic,
};

pub(crate) fn write(object: &AttestationObject<'_>, report: &mut Report) {
    report.item("format", shown(object.format()));
    report.item("size", format_args!("{} bytes", object.statement().len()));
    let Ok(Value::Map(entries)) = ciborium::from_reader::<Value, _>(object.statement()) else {
        return report.item("statement", diagnostic(object.statement()));
    };
    for (name, value) in &entries {
        match (name.as_text().unwrap_or("?"), value) {
            ("x5c", Value::Array(certificates)) => {
                for (at, certificate) in certificates.iter().enumerate() {
                    let der = certificate.as_bytes().map(Vec::as_slice).unwrap_or_default();
                    report.section(&format!("certificate {at}"), |report| {
                        certificate_of(der, report);
                    });
                }
            }
            ("alg", Value::Integer(alg)) => {
                let name =
                    i32::try_from(i128::from(*alg)).map(|alg| Algorithm::new(alg).to_string());
                report.item("alg", name.unwrap_or_else(|_| i128::from(*alg).to_string()));
            }
            (name, Value::Bytes(bytes)) => {
                report.item(&shown(name), format_args!("{} bytes", bytes.len()));
            }
            (name, Value::Text(text)) => report.item(&shown(name), shown(text)),
            (name, _) => report.item(&shown(name), "a value that is not shown"),
        }
    }
}

fn certificate_of(der: &[u8], report: &mut Report) {
    let certificate = match Certificate::parse(der) {
        Ok(certificate) => certificate,
        Err(error) => return report.malformed(error),
    };
    let name = |der| Name::from_der(der).map_or("?".into(), |name| shown(&name.to_string()));
    // `der` has a calendar that begins in 1970.
    let date = |time: Timestamp| {
        let since_epoch = std::time::Duration::from_millis(time.as_unix_millis());
        let date = der::DateTime::from_unix_duration(since_epoch);
        date.map_or("?".into(), |date| date.to_string())
    };
    report.item("subject", name(certificate.subject_bytes()));
    report.item("issuer", name(certificate.issuer_bytes()));
    let (from, until) = (date(certificate.not_before()), date(certificate.not_after()));
    report.item("valid", format_args!("{from} to {until}"));
    report.item("key hash", certificate.key_hash());
}
