//! The names of a certificate in all their forms (RFC 5280 §4.2.1.6).

use der::{AnyRef, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};

use super::{certificate::Certificate, error::CertificateError, name::Name, oid, span::content};

/// A name in one of nine forms.
///
/// ```text
/// GeneralName ::= CHOICE { …, rfc822Name [1] IA5String, dNSName [2] IA5String, …, directoryName [4] EXPLICIT Name, … }
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct GeneralName<'a> {
    /// The number of the form.
    pub(super) form: TagNumber,
    pub(super) value: &'a [u8],
    /// The name, if it is a directory name.
    pub(super) directory: Option<Name<'a>>,
}

pub(super) const RFC822_NAME: TagNumber = TagNumber(1);
pub(super) const DNS_NAME: TagNumber = TagNumber(2);
pub(super) const DIRECTORY_NAME: TagNumber = TagNumber(4);

impl<'a> GeneralName<'a> {
    /// Reads the next item as a name.
    pub(super) fn read(
        reader: &mut SliceReader<'a>,
        what: &'static str,
    ) -> Result<Self, CertificateError> {
        let error = CertificateError::der(what);
        let value = reader.decode::<AnyRef<'a>>().map_err(&error)?;
        let Tag::ContextSpecific { number: form, .. } = value.tag() else {
            return Err(error(value.tag().unexpected_error(None).into()));
        };
        let value = value.value();
        let directory = if form == DIRECTORY_NAME { Some(directory(value, what)?) } else { None };
        Ok(Self { form, value, directory })
    }

    /// Returns the subject, which is a directory name.
    fn subject(name: Name<'a>) -> Self {
        Self { form: DIRECTORY_NAME, value: name.as_bytes(), directory: Some(name) }
    }
}

fn directory<'a>(value: &'a [u8], what: &'static str) -> Result<Name<'a>, CertificateError> {
    let name = SliceReader::new(value).and_then(|mut reader| {
        let name = Name::read(&mut reader)?;
        reader.finish()?;
        Ok(name)
    });
    name.map_err(CertificateError::der(what))?.bounded()
}

impl<'a> Certificate<'a> {
    /// Calls `seen` with each alternative name, in order. There are at most
    /// [`CERTIFICATE_ALT_NAMES_MAX`](crate::limits::CERTIFICATE_ALT_NAMES_MAX).
    ///
    /// ```text
    /// SubjectAltName ::= SEQUENCE SIZE (1..MAX) OF GeneralName
    /// ```
    pub(super) fn each_alt_name<E: From<CertificateError>>(
        &self,
        mut seen: impl FnMut(GeneralName<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        const WHAT: &str = "subject alternative name";
        let names = self.read_extension(oid::SUBJECT_ALT_NAME, WHAT, |reader| {
            SliceReader::new(content(reader, Tag::Sequence)?)
        })?;
        let Some(mut names) = names else { return Ok(()) };
        while !names.is_finished() {
            seen(GeneralName::read(&mut names, WHAT)?)?;
        }
        Ok(())
    }

    /// Calls `seen` with each name that an issuer may constrain: the subject, an email address in it, and the
    /// alternative names (RFC 5280 §4.2.1.10).
    pub(super) fn each_name<E: From<CertificateError>>(
        &self,
        mut seen: impl FnMut(GeneralName<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let subject = self.subject();
        if !subject.is_empty() {
            seen(GeneralName::subject(subject))?;
        }
        if subject.has(oid::EMAIL_ADDRESS) {
            seen(GeneralName { form: RFC822_NAME, value: &[], directory: None })?;
        }
        self.each_alt_name(seen)
    }
}
