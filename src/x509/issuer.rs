//! What a certificate says as an issuer: all that is asked of it about those that it signed.

use super::{
    certificate::Certificate,
    error::CertificateError,
    extensions::{BasicConstraints, KeyUsage},
    oid,
    public_key::SubjectPublicKeyInfo,
};

/// An issuer, intermediate or anchor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issuer<'a> {
    pub(super) key: SubjectPublicKeyInfo<'a>,
    pub(super) rules: IssuerRules,
    /// What stands in the extension, if it is there.
    pub(super) name_constraints: Option<&'a [u8]>,
}

/// Whether it may issue certificates, and for how long a path. Extensions that cannot be read are an error once they
/// are asked for: a certificate that signs nothing may have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IssuerRules {
    pub(super) is_v3: bool,
    pub(super) basic_constraints: Result<Option<BasicConstraints>, CertificateError>,
    pub(super) key_usage: Result<Option<KeyUsage>, CertificateError>,
}

impl<'a> Issuer<'a> {
    pub(super) fn of(certificate: &Certificate<'a>) -> Self {
        Self {
            key: *certificate.subject_public_key_info(),
            rules: IssuerRules {
                is_v3: certificate.is_v3(),
                basic_constraints: certificate.basic_constraints(),
                key_usage: certificate.key_usage(),
            },
            name_constraints: certificate.extension(oid::NAME_CONSTRAINTS).map(|it| it.value),
        }
    }
}
