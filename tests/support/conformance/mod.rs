//! Stores for the tests of the conformance kit.

pub(crate) mod foreign_key;
pub(crate) mod futures;
pub(crate) mod table;
pub(crate) mod wrong;
