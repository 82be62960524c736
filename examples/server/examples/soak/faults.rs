//! What was broken, and when.

use std::{
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

/// What can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A server is killed, and started again.
    Server,
    /// The database is killed, and started again.
    Database,
    /// A server's connections are cut, or nothing passes on them.
    Network,
    /// Redis is killed, and started again without what it had.
    Redis,
    /// The clock of a server is wrong for a while.
    Clock,
}

/// What failed.
#[derive(Clone, Copy, Debug)]
pub enum Request<'r> {
    /// A request to a server.
    To { server: usize, method: &'r str, path: &'r str },
    /// A look at the database and at Redis.
    Look,
}

impl Kind {
    /// Whether a request may fail. A server that waits for a lock of the other one fails with it, so both count when
    /// the network is broken.
    fn explains(self, request: Request<'_>) -> bool {
        match (self, request) {
            (Self::Database, _)
            | (Self::Redis, Request::Look)
            | (Self::Network, Request::To { .. }) => true,
            (Self::Server, Request::To { server, .. }) => server == KILLED,
            (Self::Redis, Request::To { method, path, .. }) => uses_ceremonies(method, path),
            (Self::Clock, _) | (Self::Server | Self::Network, Request::Look) => false,
        }
    }
}

/// An erasure removes open ceremonies, too.
fn uses_ceremonies(method: &str, path: &str) -> bool {
    path.ends_with("/begin")
        || path.ends_with("/finish")
        || (method, path) == ("DELETE", "/passkeys")
}

/// The server that is killed. The other one never is, so that its memory can be watched.
pub const KILLED: usize = 1;

/// In turn, one a minute.
pub const KINDS: [Kind; 5] =
    [Kind::Server, Kind::Database, Kind::Network, Kind::Redis, Kind::Clock];

/// How long after a fault requests may still fail.
pub const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Fault {
    kind: Kind,
    what: String,
    from: Instant,
    /// When everything was whole again.
    until: Option<Instant>,
    failed: u32,
    /// When a request failed last.
    last_failure: Option<Instant>,
}

impl Fault {
    /// Whether something was broken at any time between two.
    fn touches(&self, from: Instant, to: Instant) -> bool {
        self.from <= to && self.until.is_none_or(|until| from <= until + GRACE)
    }
}

/// All faults, in order.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub fn begin(&self, kind: Kind, what: String) {
        let from = Instant::now();
        let fault = Fault { kind, what, from, until: None, failed: 0, last_failure: None };
        self.0.lock().unwrap().push(fault);
    }

    pub fn end(&self) {
        if let Some(fault) = self.0.lock().unwrap().last_mut() {
            fault.until = Some(Instant::now());
        }
    }

    /// A request failed that began then. Returns whether a fault explains it.
    pub fn explain(&self, began: Instant, request: Request<'_>) -> bool {
        let now = Instant::now();
        let mut faults = self.0.lock().unwrap();
        let explains =
            |fault: &&mut Fault| fault.kind.explains(request) && fault.touches(began, now);
        let Some(fault) = faults.iter_mut().rev().find(explains) else { return false };
        fault.failed += 1;
        fault.last_failure = Some(now);
        true
    }

    /// Whether nothing has been broken since then.
    pub fn calm_since(&self, then: Instant) -> bool {
        let now = Instant::now();
        !self.0.lock().unwrap().iter().any(|fault| fault.touches(then, now))
    }

    /// Whether Redis may have lost what was put into it at that time.
    pub fn redis_lost(&self, put: Instant) -> bool {
        let now = Instant::now();
        let faults = self.0.lock().unwrap();
        faults.iter().any(|fault| fault.kind == Kind::Redis && fault.touches(put, now))
    }

    pub fn print(&self) {
        for fault in self.0.lock().unwrap().iter() {
            println!("{fault}");
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, failed, .. } = self;
        let Some(until) = self.until else { return write!(f, "{what}: not over") };
        let lasted = until.duration_since(self.from);
        write!(f, "{what}: {lasted:.1?}, {failed} requests failed")?;
        match self.last_failure {
            Some(last) if last > until => {
                write!(f, ", the last {:.1?} after it was over", last.duration_since(until))
            }
            _ => Ok(()),
        }
    }
}
