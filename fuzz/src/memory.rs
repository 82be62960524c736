//! How much memory a parser may take: what it allocates is counted, and bounded by a multiple of its input.

/// What any parser may take beside: a table for the extensions of a certificate, an error with its text. Who has a
/// multiple of 0 takes no more than this, however long its input is.
const SMALL: usize = 8 * 1024;

/// Runs a parser on `input` bytes.
///
/// # Panics
///
/// It held more than `multiple` bytes for each of them, and [`SMALL`], at once.
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
