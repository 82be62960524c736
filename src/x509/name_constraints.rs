//! Name constraints (RFC 5280 §4.2.1.10): the names that a CA may issue certificates for.

use alloc::vec::Vec;

use der::{
    Reader as _, SliceReader, Tag,
    asn1::{ContextSpecific, SequenceRef},
};

use super::{
    error::CertificateError,
    general_name::GeneralName,
    name_match::{Comparisons, Match},
    path::error::PathError,
    span::content,
};

/// Name constraints, borrowed from their certificate.
///
/// ```text
/// NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL,
///                                excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
/// GeneralSubtree  ::= SEQUENCE { base GeneralName, minimum [0] INTEGER DEFAULT 0, maximum [1] INTEGER OPTIONAL }
/// ```
///
/// Directory names are checked, because attestation certificates have them. If another form of name is constrained, a
/// certificate with a name of that form is rejected, whether it is within the constraints or not.
#[derive(Debug)]
pub(super) struct NameConstraints<'a> {
    permitted: Vec<GeneralName<'a>>,
    excluded: Vec<GeneralName<'a>>,
}

const WHAT: &str = "name constraints";

impl<'a> NameConstraints<'a> {
    /// Parses the value of the extension. Its certificate has already been parsed, so it has at most
    /// [`CERTIFICATE_SUBTREES_MAX`](crate::limits::CERTIFICATE_SUBTREES_MAX) subtrees.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
        let lists = SliceReader::new(der).and_then(|mut reader| {
            let lists = reader.sequence(|constraints| {
                Ok::<_, der::Error>((subtrees(constraints, 0)?, subtrees(constraints, 1)?))
            })?;
            reader.finish()?;
            Ok(lists)
        });
        let (permitted, excluded) = lists.map_err(CertificateError::der(WHAT))?;
        Ok(Self { permitted: bases(permitted)?, excluded: bases(excluded)? })
    }

    /// Returns whether the name is allowed.
    pub(super) fn allow(
        &self,
        name: &GeneralName<'_>,
        comparisons: &mut Comparisons,
    ) -> Result<bool, PathError> {
        let (mut constrained, mut permitted) = (false, false);
        for base in &self.permitted {
            comparisons.spend()?;
            if base.form == name.form {
                constrained = true;
                permitted = permitted || base.contains(name, comparisons)? == Match::Yes;
            }
        }
        if constrained && !permitted {
            return Ok(false);
        }
        for base in &self.excluded {
            comparisons.spend()?;
            // A name that cannot be compared is excluded.
            if base.form == name.form && base.contains(name, comparisons)? != Match::No {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn subtrees<'a>(reader: &mut SliceReader<'a>, tag: u32) -> der::Result<&'a [u8]> {
    let field = ContextSpecific::<&'a SequenceRef>::decode_implicit(reader, der::TagNumber(tag))?;
    Ok(field.map(|field| field.value.as_bytes()).unwrap_or_default())
}

fn bases(subtrees: &[u8]) -> Result<Vec<GeneralName<'_>>, CertificateError> {
    let error = CertificateError::der(WHAT);
    let mut reader = SliceReader::new(subtrees).map_err(&error)?;
    let mut bases = Vec::new();
    while !reader.is_finished() {
        let subtree = content(&mut reader, Tag::Sequence).and_then(SliceReader::new);
        let mut subtree = subtree.map_err(&error)?;
        bases.push(GeneralName::read(&mut subtree, WHAT)?);
        // RFC 5280 does not use minimum and maximum, so anything after the base is rejected.
        subtree.finish().map_err(&error)?;
    }
    Ok(bases)
}

impl GeneralName<'_> {
    /// Returns whether a name of the same form is in the subtree with this base.
    fn contains(
        &self,
        name: &GeneralName<'_>,
        comparisons: &mut Comparisons,
    ) -> Result<Match, PathError> {
        match (name.directory, self.directory) {
            (Some(name), Some(base)) => name.is_below(base, comparisons),
            _ => Ok(Match::Undecided),
        }
    }
}
