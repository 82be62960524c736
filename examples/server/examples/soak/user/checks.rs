//! Whether the service has what the user's record says.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Doubt, SignIn, User};

/// What a sign-in with a deleted passkey is refused with.
const REFUSED: &str = "passkey_retrieval_failed";

impl User<'_> {
    /// The ID and name of each passkey, as the service has them.
    fn list(&mut self) -> Option<BTreeSet<(String, String)>> {
        let answer = self.ask("GET", "/passkeys", &Value::Null)?;
        let Some(data) = answer.body["data"].as_array().filter(|_| answer.status == 200) else {
            self.wrong("passkeys are not listed", &answer);
            return None;
        };
        let text = |passkey: &Value, member: &str| passkey[member].as_str().unwrap().to_owned();
        Some(data.iter().map(|passkey| (text(passkey, "id"), text(passkey, "name"))).collect())
    }

    /// Compares the list with the record.
    pub(super) fn check(&mut self) {
        if self.held.is_empty() || !self.is_signed_in || self.doubt.is_some() {
            return;
        }
        let Some(there) = self.list() else { return };
        self.soak.tally.count("lists compared");
        let recorded = self.held.iter().map(|held| (held.id.clone(), held.name.clone()));
        let recorded = recorded.collect::<BTreeSet<_>>();
        let (name, tally) = (&self.name, &self.soak.tally);
        for (id, passkey) in recorded.difference(&there) {
            tally.wrong(format!("lost: the passkey {id}, called {passkey:?}, of {name:?}"));
        }
        for (id, passkey) in there.difference(&recorded) {
            tally.wrong(format!("not acknowledged: {id}, called {passkey:?}, of {name:?}"));
        }
    }

    /// Tries a passkey of an account that was erased, or that was deleted itself.
    pub(super) fn try_gone(&mut self) {
        if self.gone.is_empty() {
            return self.abandon();
        }
        let at = self.rng.usize(0..self.gone.len());
        self.try_gone_at(at);
    }

    fn try_gone_at(&mut self, at: usize) {
        let device = self.gone[at].clone();
        let request = json!({ "flow": "discoverable" });
        self.soak.tally.count("deleted passkeys tried");
        if let SignIn::Done { id, .. } = self.sign_in_with(device, &request, REFUSED) {
            let name = &self.name;
            self.soak.tally.wrong(format!("{id} was deleted and still signs in, after {name:?}"));
        }
    }

    /// Finds out what became of a change, once nothing is broken.
    pub(super) fn settle(&mut self) {
        let Some(doubt) = self.doubt.take() else { return };
        self.soak.tally.count("doubts settled");
        let button = json!({ "flow": "discoverable" });
        match doubt {
            Doubt::SignUp(device) => {
                match self.sign_in_with(device.clone(), &button, REFUSED) {
                    SignIn::Done { id, visitor } => {
                        self.visitor = visitor;
                        self.is_signed_in = true;
                        self.adopt(&id, device);
                    }
                    // Without the passkey there is no account either: its name is free.
                    SignIn::NoSuchPasskey => {
                        let wanted = json!({ "name": self.name });
                        let mut visitor = crate::visitor::Visitor::new();
                        drop(self.begin(&mut visitor, "/passkeys/sign-up/begin", &wanted));
                        self.let_go(device);
                    }
                    SignIn::Unknown => self.doubt = Some(Doubt::SignUp(device)),
                }
            }
            Doubt::Create(device) => match self.sign_in_with(device.clone(), &button, REFUSED) {
                SignIn::Done { id, .. } => self.adopt(&id, device),
                SignIn::NoSuchPasskey => self.let_go(device),
                SignIn::Unknown => self.doubt = Some(Doubt::Create(device)),
            },
            Doubt::Rename { id, to } => {
                let Some(there) = self.list() else {
                    self.doubt = Some(Doubt::Rename { id, to });
                    return;
                };
                if there.contains(&(id.clone(), to.clone()))
                    && let Some(held) = self.held.iter_mut().find(|held| held.id == id)
                {
                    held.name = to;
                }
            }
            Doubt::Delete { id } => {
                let Some(there) = self.list() else {
                    self.doubt = Some(Doubt::Delete { id });
                    return;
                };
                if there.iter().all(|(other, _)| *other != id)
                    && let Some(at) = self.held.iter().position(|held| held.id == id)
                {
                    let held = self.held.swap_remove(at);
                    self.let_go(held.device);
                }
            }
            Doubt::Erase => {
                let device = self.held[0].device.clone();
                match self.sign_in_with(device, &button, REFUSED) {
                    // All of it is there, as the check below shows.
                    SignIn::Done { visitor, .. } => self.visitor = visitor,
                    // None of it is.
                    SignIn::NoSuchPasskey => {
                        self.forget_account();
                        let last = self.gone.len();
                        (0..last).rev().take(6).for_each(|at| self.try_gone_at(at));
                    }
                    SignIn::Unknown => self.doubt = Some(Doubt::Erase),
                }
            }
        }
        self.check();
    }

    /// Adds a passkey to the record that turned out to be there, under the name that it has.
    fn adopt(&mut self, id: &str, device: relying_party::test_authenticator::TestAuthenticator) {
        let passkey = self.list().and_then(|there| there.into_iter().find(|it| it.0 == id));
        if let Some((id, name)) = passkey {
            self.hold(&json!({ "id": id, "name": name }), device);
        } else {
            let name = &self.name;
            self.soak.tally.wrong(format!("{id} of {name:?} signs in and is not listed"));
        }
    }

    /// At the end: every passkey signs in, no deleted one does, and nothing counts again.
    pub(super) fn look_at_everything(&mut self) {
        let started = Instant::now();
        while self.doubt.is_some() || !self.soak.faults.calm_since(Instant::now()) {
            if started.elapsed() > Duration::from_mins(1) {
                self.soak.tally.wrong(format!("{:?} remains in doubt", self.name));
                break;
            }
            thread::sleep(Duration::from_millis(500));
            if self.soak.faults.calm_since(Instant::now()) {
                self.settle();
            }
        }
        if !self.is_signed_in && !self.held.is_empty() {
            self.enter();
        }
        self.check();
        for at in 0..self.held.len() {
            if !matches!(self.sign_in(at), SignIn::Done { .. }) {
                let (id, name) = (&self.held[at].id, &self.name);
                self.soak.tally.wrong(format!("lost: {id} of {name:?} does not sign in"));
            }
        }
        for at in 0..self.gone.len() {
            self.try_gone_at(at);
        }
        self.replay_all();
    }
}
