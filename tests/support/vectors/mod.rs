//! What `tests/vectors.rs` reads, and how it verifies.

pub(crate) mod case;
pub(crate) mod verdict;
