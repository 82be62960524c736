//! Runs the server as a separate process.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts the built program on a port, 0 for a free one, and waits until it listens.
    pub fn start(database: impl AsRef<OsStr>, port: u16, flags: &[&str]) -> Self {
        Self::start_with(database, port, flags, |_| ())
    }

    /// The same, after a change to the command.
    pub fn start_with(
        database: impl AsRef<OsStr>,
        port: u16,
        flags: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = program();
        // Tests begin more than people do, all from one address.
        command.env("PASSKEYS_BEGINS_PER_MINUTE", "1000000");
        // A line for every refusal, of which tests make thousands.
        command.stderr(Stdio::null());
        change(&mut command);
        let mut process = command
            .arg("--address")
            .arg(format!("127.0.0.1:{port}"))
            .arg("--database")
            .arg(database)
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is piped")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on http://127.0.0.1:")?.parse().ok())
            .expect("the server listens");
        // Goes on reading, so that the server can go on writing.
        thread::spawn(move || lines.for_each(drop));
        Self { process, port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The number of the process.
    #[allow(dead_code, reason = "who measures its memory needs it")]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The page's address; passkeys work at `localhost`, not at an IP address.
    pub fn url(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// What `kill` does: the server ends what it is doing, and then itself.
    pub fn terminate(mut self) {
        self.stop();
    }

    /// The same, for a server that will be replaced.
    pub fn stop(&mut self) {
        let told =
            Command::new("kill").arg(self.process.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        let ended = self.process.wait().expect("the server can be waited for");
        assert!(ended.success(), "the server ends well when told to: {ended}");
    }

    /// What `kill -9` does: the server has no say in it.
    pub fn kill(mut self) {
        self.kill_now();
    }

    /// The same, for a server that will be replaced.
    pub fn kill_now(&mut self) {
        self.process.kill().expect("the server can be killed");
        let ended = self.process.wait().expect("the server can be waited for");
        assert!(!ended.success());
    }
}

/// The argument with which an example is the server.
pub const SERVE: &str = "serve";

/// The built program. Examples are not told where it is, and are the server themselves.
fn program() -> Command {
    if let Some(program) = option_env!("CARGO_BIN_EXE_server") {
        return Command::new(program);
    }
    let mut command = Command::new(env::current_exe().expect("this is a program"));
    command.arg(SERVE);
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
