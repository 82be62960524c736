//! What the browser test needs: the server as a process, and a browser to look at it.

pub mod browser;
pub mod server;
pub mod webdriver;
