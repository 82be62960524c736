//! Tools for the tests of decoys.

pub(crate) mod classifier;
pub(crate) mod counting;
pub(crate) mod population;
pub(crate) mod traced;
