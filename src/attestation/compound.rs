//! The `compound` format (§8.9): several statements in one.

use alloc::vec::Vec;

use super::{AttestationError, Context, Outcome, Signed, StatementError, verify_format};
use crate::{
    cbor::{Item, Reader},
    limits::COMPOUND_STATEMENTS_MAX,
    malformed::CborError,
};

/// ```text
/// [ 2* { fmt: text, attStmt: any } ]          ; no element of them `compound`
/// ```
#[derive(Clone, Copy)]
struct Element<'a> {
    format: &'a str,
    statement: &'a [u8],
}

const WHAT: &str = "compound attestation statement";

fn parse(bytes: &[u8]) -> Result<Vec<Element<'_>>, StatementError> {
    let mut reader = Reader::new(bytes, WHAT);
    let start = reader;
    let count = match reader.item()? {
        Item::Array(count) if count <= COMPOUND_STATEMENTS_MAX => count,
        Item::Array(_) => return Err(StatementError::Invalid("compound has too many statements")),
        _ => return Err(start.error(CborError::Type).into()),
    };
    if count < 2 {
        return Err(StatementError::Invalid("compound has fewer than two statements"));
    }
    (0..count).map(|_| Element::read(&mut reader)).collect()
}

impl<'a> Element<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, StatementError> {
        let (mut format, mut statement) = (None, None);
        reader.text_map(|key, reader| {
            match key {
                "fmt" => format = Some(reader.text()?),
                "attStmt" => statement = Some(reader.raw()?),
                _ => drop(reader.raw()?),
            }
            Ok(())
        })?;
        match (format, statement) {
            (Some("compound"), _) => Err(StatementError::Invalid("compound within compound")),
            (Some(format), Some(statement)) => Ok(Self { format, statement }),
            _ => Err(StatementError::Invalid("an element of compound has no fmt or attStmt")),
        }
    }
}

/// The verification procedure of §8.9, which leaves open how many elements must be valid. Here all must be: an invalid
/// element is a sign of forgery, and an honest authenticator has no reason to send one.
pub(super) fn verify<'a>(
    statement: &'a [u8],
    signed: &Signed<'_>,
    ctx: &Context<'_>,
) -> Result<Vec<(&'a str, Outcome<'a>)>, AttestationError> {
    let elements = parse(statement)?;
    let judge =
        |it: &Element<'a>| Ok((it.format, verify_format(it.format, it.statement, signed, ctx)?));
    elements.iter().map(judge).collect()
}
