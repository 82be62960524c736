//! Random histories, and the simple model that they are compared with.

pub(crate) mod operation;
pub(crate) mod world;
