#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ceremonies;
mod erasure;
mod error;

pub use self::{ceremonies::RedisCeremonies, error::RedisError};
