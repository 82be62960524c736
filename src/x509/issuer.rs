//! The properties of a certificate as an issuer: everything that the certificates it signed depend on.

use super::{
    certificate::Certificate,
    error::CertificateError,
    extensions::{BasicConstraints, KeyUsage},
    public_key::SubjectPublicKeyInfo,
};

/// An issuer, either an intermediate or an anchor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issuer<'a> {
    pub(super) key: SubjectPublicKeyInfo<'a>,
    pub(super) rules: IssuerRules,
    /// The value of the extension, if present.
    pub(super) name_constraints: Option<&'a [u8]>,
}

/// Whether it may issue certificates, and how long a path may be. Unreadable extensions are only an error once they are
/// needed, because a certificate that signs nothing may have them.
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
            name_constraints: certificate.name_constraints(),
        }
    }
}
