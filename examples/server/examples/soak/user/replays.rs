//! Finished ceremonies, and expired ones: neither may be accepted.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::Value;

use super::{EXPIRED, User};
use crate::{
    site::{JUMP, LIFETIME},
    visitor::Visitor,
};

/// How many are remembered.
const REMEMBERED: usize = 60;

/// The request that finishes a ceremony, which was accepted before or has expired.
#[derive(Debug)]
pub(super) struct Replay {
    path: &'static str,
    session: String,
    body: Value,
    /// When it must be refused from.
    from: Instant,
}

#[derive(Debug, Default)]
pub(super) struct Replays {
    sent: Vec<Replay>,
    abandoned: Vec<Replay>,
}

impl Replays {
    /// Keeps a finish that was accepted.
    pub(super) fn keep(
        &mut self,
        rng: &mut Rng,
        path: &'static str,
        session: String,
        body: &Value,
    ) {
        if self.sent.len() >= REMEMBERED {
            let at = rng.usize(0..self.sent.len());
            self.sent.swap_remove(at);
        }
        self.sent.push(Replay { path, session, body: body.clone(), from: Instant::now() });
    }

    /// Keeps a finish that was not sent. It expires by either server's clock.
    pub(super) fn keep_until_expired(&mut self, path: &'static str, session: String, body: &Value) {
        if self.abandoned.len() < REMEMBERED {
            let from = Instant::now() + LIFETIME + JUMP + Duration::from_secs(5);
            self.abandoned.push(Replay { path, session, body: body.clone(), from });
        }
    }

    /// Takes a finish that is over: any one of those that were sent, or the oldest of the others.
    fn take(&mut self, rng: &mut Rng) -> Option<Replay> {
        let now = Instant::now();
        if rng.bool() && self.abandoned.first().is_some_and(|oldest| oldest.from <= now) {
            return Some(self.abandoned.remove(0));
        }
        let at = rng.choice(0..self.sent.len())?;
        Some(self.sent.swap_remove(at))
    }
}

impl User<'_> {
    /// Sends something again.
    pub(super) fn replay(&mut self) {
        let Some(Replay { path, session, body, .. }) = self.replays.take(&mut self.rng) else {
            return self.abandon();
        };
        let mut visitor = Visitor::new();
        visitor.cookie = session;
        let server = self.rng.usize(0..2);
        let Some(answer) = self.send(&mut visitor, server, "POST", path, &body) else { return };
        self.soak.tally.count("replays");
        // The session may be over, too.
        if answer.code() != EXPIRED && (answer.status, answer.code()) != (401, "unauthenticated") {
            self.wrong(&format!("{path} is sent again and not refused"), &answer);
        }
    }

    pub(super) fn replay_all(&mut self) {
        while !self.replays.sent.is_empty() {
            self.replay();
        }
    }
}
