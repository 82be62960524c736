//! What the browser test needs: the server as a process, and a browser to look at it.

#![allow(unreachable_pub, reason = "nothing of a test is reachable")]
#![allow(clippy::doc_markdown, reason = "WebDriver is a name")]

#[allow(dead_code, reason = "the tests of the minimal example use it too")]
pub mod browser;
pub mod chromium;
pub mod firefox;
#[allow(dead_code, reason = "other tests need other weather")]
pub mod proxy;
pub mod server;
pub mod tls;
pub mod webdriver;
