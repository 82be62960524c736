#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod apps;
mod assets;
mod client;
mod endpoints;
mod guard;
mod host;
mod observe;
mod openapi;
mod operations;
mod received;
mod refusal;
mod respond;
mod route;
mod service;
mod signal;
mod uncommitted;
mod well_known;

pub use self::{
    apps::InvalidApp,
    client::UserAgent,
    endpoints::{Endpoints, Store},
    host::{Answer, Host, Named, Session, SignedInBy, Update},
    observe::{Observed, Warning},
    openapi::OPENAPI,
    received::Received,
    uncommitted::Uncommitted,
};
