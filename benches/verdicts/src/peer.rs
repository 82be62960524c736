//! Other relying parties.

use crate::ceremony::Ceremony;

/// Accepted, or why not. `None` is no verdict, for what a peer cannot do at all, such as an algorithm.
pub type Verdict = Option<Result<(), String>>;

pub trait Peer: Send {
    /// The name without the version.
    fn name(&self) -> &str;

    /// The verdicts, in the order of the ceremonies.
    fn judge(&mut self, ceremonies: &[Ceremony]) -> Vec<Verdict>;
}
