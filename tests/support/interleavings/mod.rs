//! Flows with a model store, in every order of their effects.

pub(crate) mod actor;
pub(crate) mod explore;
pub(crate) mod fixture;
pub(crate) mod model;
