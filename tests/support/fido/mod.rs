//! The server cases of the FIDO Alliance's conformance tool, described in our own words and made by the test
//! authenticator.
#![allow(dead_code, reason = "each test runs the cases against a service of its own")]

pub(crate) mod bench;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod flows;
pub(crate) mod metadata;
pub(crate) mod model;
