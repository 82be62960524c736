//! What each path does.

pub(crate) mod account;
pub(crate) mod assets;
pub(crate) mod audit;
mod body;
pub(crate) mod code;
pub(crate) mod passkeys;
pub(crate) mod recovery;
pub(crate) mod settings;

use self::body::Body;
