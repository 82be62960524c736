//! The service as another process, and a browser.

#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the example server")]
#[path = "../../../server/tests/support/browser.rs"]
pub(crate) mod browser;
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the example server")]
#[path = "../../../server/tests/support/chromium.rs"]
pub(crate) mod chromium;
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the example server")]
#[path = "../../../server/tests/support/firefox.rs"]
pub(crate) mod firefox;
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the example server")]
#[path = "../../../server/tests/support/webdriver.rs"]
pub(crate) mod webdriver;

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// The running service, with an empty database; killed when dropped.
pub(crate) struct Service {
    process: Child,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

impl Service {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_minimal"))
            .arg(folder.path().join("passkeys.sqlite"))
            .arg("127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Listening on ").unwrap().to_owned();
        Self { process, url, _folder: folder }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
