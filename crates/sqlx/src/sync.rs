//! The primitives of `line.rs`. The test `line` gives it those of a model checker.

pub(crate) use std::sync::{Mutex, MutexGuard};
