//! A Redis of a test's own.

use std::{
    env,
    net::TcpListener,
    process::{Child, Command, Stdio},
};

/// The server; killed when dropped.
pub struct Server {
    child: Option<Child>,
    pub port: u16,
    options: Vec<String>,
    folder: tempfile::TempDir,
}

impl Server {
    pub fn start(options: &[&str]) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = options.iter().map(ToString::to_string).collect();
        let mut server = Self { child: None, port, options, folder: tempfile::tempdir().unwrap() };
        match server.spawn() {
            Ok(()) => Some(server),
            Err(error) => skip("no redis-server to start", error),
        }
    }

    pub fn spawn(&mut self) -> std::io::Result<()> {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
        command.arg("--dir").arg(self.folder.path()).args(&self.options);
        self.child = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?);
        Ok(())
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether a test may be skipped for lack of something. Says so, unless `REQUIRE_REDIS` is set: then it fails.
pub fn skip<T>(what: &str, error: impl std::fmt::Display) -> Option<T> {
    assert!(env::var_os("REQUIRE_REDIS").is_none(), "{what}: {error}");
    println!("skipped: {what}: {error}");
    None
}
