//! Random histories, and the plain model that they are held against.

pub(crate) mod operation;
pub(crate) mod world;
