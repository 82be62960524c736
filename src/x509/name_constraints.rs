//! Name constraints (RFC 5280 §4.2.1.10): the names that a CA may issue certificates for.

use der::{
    AnyRef, Reader as _, SliceReader, Tag,
    asn1::{ContextSpecific, ObjectIdentifier, SequenceRef},
};

use super::{certificate::Certificate, error::CertificateError, name::Name};

/// Name constraints, borrowed from their certificate.
///
/// ```text
/// NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL,
///                                excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
/// GeneralSubtree  ::= SEQUENCE { base GeneralName, minimum [0] INTEGER DEFAULT 0, maximum [1] INTEGER OPTIONAL }
/// ```
///
/// Directory names are judged, since they are what attestation certificates have. A certificate with a name of another
/// form that is constrained is refused, whether it would be within the constraints or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameConstraints<'a> {
    permitted: Option<&'a [u8]>,
    excluded: Option<&'a [u8]>,
}

/// Either form of a name: the tag in `GeneralName ::= CHOICE`, and for a directory name the name.
#[derive(Clone, Copy, Debug)]
struct GeneralName<'a> {
    tag: u32,
    directory: Option<Name<'a>>,
}

/// `directoryName [4] Name`
const DIRECTORY_NAME: u32 = 4;
/// `rfc822Name [1] IA5String`
const RFC822_NAME: u32 = 1;
/// `emailAddress`, where names had their mail address before there was a subject alternative name.
const EMAIL_ADDRESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");

impl<'a> NameConstraints<'a> {
    /// Reads what stands in the extension of a CA.
    pub(super) fn parse(extension: &'a [u8]) -> Result<Self, CertificateError> {
        let read = SliceReader::new(extension).and_then(|mut reader| {
            let constraints = reader.sequence(|constraints| {
                let permitted = subtrees(constraints, 0)?;
                let excluded = subtrees(constraints, 1)?;
                Ok::<_, der::Error>(Self { permitted, excluded })
            })?;
            reader.finish()?;
            Ok(constraints)
        });
        read.map_err(CertificateError::der("name constraints"))
    }

    /// Whether every name of the certificate is allowed.
    pub(super) fn allow(&self, certificate: &Certificate<'_>) -> Result<bool, CertificateError> {
        let error = CertificateError::der("name constraints");
        let subject = certificate.subject();
        let mut allowed = true;
        if !subject.is_empty() {
            let name = GeneralName { tag: DIRECTORY_NAME, directory: Some(subject) };
            allowed &= self.allow_name(name).map_err(&error)?;
        }
        if subject.has(EMAIL_ADDRESS) {
            allowed &= self
                .allow_name(GeneralName { tag: RFC822_NAME, directory: None })
                .map_err(&error)?;
        }
        if let Some(names) = certificate.subject_alt_name() {
            SliceReader::new(names)
                .and_then(|mut reader| {
                    reader.sequence(|names| {
                        while !names.is_finished() {
                            allowed &= self.allow_name(GeneralName::read(names)?)?;
                        }
                        Ok::<_, der::Error>(())
                    })?;
                    reader.finish()
                })
                .map_err(error)?;
        }
        Ok(allowed)
    }

    fn allow_name(&self, name: GeneralName<'_>) -> Result<bool, der::Error> {
        let (mut constrained, mut permitted) = (false, false);
        each(self.permitted, |base| {
            if base.tag == name.tag {
                constrained = true;
                permitted |= base.contains(name).unwrap_or(false);
            }
        })?;
        let mut excluded = false;
        each(self.excluded, |base| {
            // What cannot be judged is excluded.
            excluded |= base.tag == name.tag && base.contains(name).unwrap_or(true);
        })?;
        Ok((permitted || !constrained) && !excluded)
    }
}

fn subtrees<'a>(reader: &mut SliceReader<'a>, tag: u32) -> Result<Option<&'a [u8]>, der::Error> {
    let field = ContextSpecific::<&'a SequenceRef>::decode_implicit(reader, der::TagNumber(tag))?;
    Ok(field.map(|field| field.value.as_bytes()))
}

fn each<'a>(
    subtrees: Option<&'a [u8]>,
    mut seen: impl FnMut(GeneralName<'a>),
) -> Result<(), der::Error> {
    let mut reader = SliceReader::new(subtrees.unwrap_or_default())?;
    while !reader.is_finished() {
        // Minimum and maximum are not used in RFC 5280, so that anything behind the base is refused.
        seen(reader.sequence(GeneralName::read)?);
    }
    Ok(())
}

impl<'a> GeneralName<'a> {
    fn read(reader: &mut SliceReader<'a>) -> Result<Self, der::Error> {
        let tag = Tag::peek(reader)?;
        if !tag.is_context_specific() {
            return Err(tag.unexpected_error(None).into());
        }
        let number = tag.number().value();
        let value = reader.decode::<AnyRef<'a>>()?;
        let directory = if number == DIRECTORY_NAME {
            let mut inner = SliceReader::new(value.value())?;
            let name = Name::read(&mut inner)?;
            inner.finish()?;
            Some(name)
        } else {
            None
        };
        Ok(Self { tag: number, directory })
    }

    /// Whether a name lies in the subtree with this base; `None` if that cannot be judged.
    fn contains(&self, name: GeneralName<'_>) -> Option<bool> {
        Some(name.directory?.is_below(self.directory?))
    }
}
