//! The operations of the storage contract, on one connection each.

mod accounts;
mod ceremonies;
mod passkeys;

pub(crate) use self::{accounts::*, ceremonies::*, passkeys::*};
