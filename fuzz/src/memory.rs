//! How much memory a parser may use: allocations are counted, and limited to a multiple of the input's size.

/// What any parser may use in addition, such as a table for the extensions of a certificate, or an error with its text.
/// A parser with a multiple of 0 uses no more than this, however long its input is.
const SMALL: usize = 8 * 1024;

/// Runs a parser on `input` bytes.
///
/// # Panics
///
/// If it held more than [`SMALL`] plus `multiple` bytes for each byte of input at once.
pub(super) fn bounded<T>(
    parser: &str,
    multiple: usize,
    input: usize,
    parse: impl FnOnce() -> T,
) -> T {
    let mut parsed = None;
    let counted = allocation_counter::measure(|| parsed = Some(parse()));
    let held = usize::try_from(counted.bytes_max).unwrap();
    assert!(
        held <= multiple * input + SMALL,
        "{parser} holds {held} bytes for an input of {input}, which is more than {multiple} for each"
    );
    parsed.unwrap()
}
