//! Reads data marshalled by a TPM: big-endian numbers, and buffers with a two-byte length (TPM 2.0 Library, Part 2).

use crate::attestation::StatementError;

/// Reads one field after another. The fields borrow from the structure.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Creates a reader for the structure that errors call `what`.
    pub(super) const fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    pub(super) const fn error(&self, reason: &'static str) -> StatementError {
        StatementError::Structure { what: self.what, reason }
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], StatementError> {
        let (array, rest) =
            self.rest.split_first_chunk().ok_or(self.error("ends within a field"))?;
        self.rest = rest;
        Ok(*array)
    }

    /// `UINT16`, `TPM_ALG_ID` and the like.
    pub(super) fn u16(&mut self) -> Result<u16, StatementError> {
        self.array().map(u16::from_be_bytes)
    }

    /// `UINT32`.
    pub(super) fn u32(&mut self) -> Result<u32, StatementError> {
        self.array().map(u32::from_be_bytes)
    }

    /// `TPM2B_…`: a length, then that many bytes.
    pub(super) fn sized(&mut self) -> Result<&'a [u8], StatementError> {
        let size = usize::from(self.u16()?);
        let (bytes, rest) =
            self.rest.split_at_checked(size).ok_or(self.error("ends within a field"))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// Checks that there are no trailing bytes.
    pub(super) fn finish(self) -> Result<(), StatementError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.error("has trailing bytes")) }
    }
}
