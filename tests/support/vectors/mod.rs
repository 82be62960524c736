//! What `tests/vectors.rs` reads, and how it judges.

pub(crate) mod case;
pub(crate) mod verdict;
