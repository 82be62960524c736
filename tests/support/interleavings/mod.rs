//! Flows with a model store, in every order of their effects.

pub(crate) mod actor;
mod broken;
pub(crate) mod explore;
pub(crate) mod fixture;
pub(crate) mod model;
mod states;
pub(crate) mod theorems;
