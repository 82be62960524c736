//! What the browser test needs: the server as a process, and a browser to look at it.

#![allow(unreachable_pub, reason = "nothing of a test is reachable")]
#![allow(clippy::doc_markdown, reason = "WebDriver is a name")]

pub mod browser;
pub mod server;
pub mod tls;
pub mod webdriver;
