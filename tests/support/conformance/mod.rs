//! Stores for the tests of the conformance kit.

pub(crate) mod futures;
pub(crate) mod wrong;
