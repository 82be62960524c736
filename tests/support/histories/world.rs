//! Two relying parties in one store, three users, four authenticators of which two are clones; and the model.

use std::collections::BTreeSet;

use relying_party::{
    Challenge, CreatePasskey, DeletePasskey, Duration, EraseAccount, Flow, ListPasskeys, NewUser,
    Passkey, PasskeyId, Posted, RelyingParty, RenamePasskey, SessionBinding, SignIn, SignInRequest,
    SignUp, SignedInUser, Step, Timestamp, UserHandle,
    flow::Owner,
    store::{self, CeremonyStore, PasskeyStore, RunError},
    test_authenticator::{SignCounter, TestAlgorithm, TestAuthenticator},
};
use serde_json::Value;

use super::operation::Operation;

pub(crate) struct World<S> {
    rps: [RelyingParty; 2],
    users: [SignedInUser; 3],
    devices: [TestAuthenticator; 4],
    store: S,
    creates_accounts: bool,
    now: Timestamp,
    begun: Vec<Begun>,
    model: Vec<Stored>,
    /// The accounts that signed up, and their names.
    names: Vec<(Owner, String)>,
    /// Every passkey that ever existed.
    known: Vec<PasskeyId>,
}

/// A ceremony that has begun.
struct Begun {
    id: relying_party::CeremonyId,
    browser: usize,
    rp: usize,
    kind: Kind,
    options: Value,
    expires_at: Timestamp,
    is_used: bool,
}

#[derive(Clone)]
enum Kind {
    Create { user: UserHandle },
    SignUp { user: UserHandle, name: &'static str },
    SignIn { user: Option<UserHandle>, allowed: Vec<Vec<u8>> },
}

/// A passkey as the model knows it.
#[derive(Clone, Debug, PartialEq)]
struct Stored {
    id: PasskeyId,
    owner: Owner,
    credential_id: Vec<u8>,
    name: String,
    sign_count: u32,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl From<&Passkey> for Stored {
    fn from(passkey: &Passkey) -> Self {
        Self {
            id: passkey.id,
            owner: Owner { rp_id: passkey.rp_id.clone(), user: passkey.user },
            credential_id: passkey.credential_id.as_bytes().to_vec(),
            name: passkey.name.to_string(),
            sign_count: passkey.state.sign_count,
            created_at: passkey.created_at,
            updated_at: passkey.updated_at,
            last_used_at: passkey.last_used_at,
        }
    }
}

const MAX: usize = 3;

fn rp(rp_id: &str, keep_last: bool) -> RelyingParty {
    RelyingParty::builder(rp_id, "Example")
        .origin(format!("https://{rp_id}"))
        .max_passkeys_per_user(3)
        .keep_last_passkey(keep_last)
        .build()
        .unwrap()
}

fn device(seed: &str, counter: SignCounter) -> TestAuthenticator {
    TestAuthenticator::new(seed).with(|it| {
        it.algorithms = vec![TestAlgorithm::Es256];
        it.counter = counter;
    })
}

/// The names under which users sign up.
const NAMES: [&str; 2] = ["one", "another"];

/// The users' handles, which are their names.
pub(crate) const USERS: [&str; 3] = ["ada", "bob", "cyd"];

impl<S, E> World<S>
where
    S: CeremonyStore<Error = E> + PasskeyStore<Error = E>,
    E: std::fmt::Debug,
{
    /// A world in which nothing has happened yet. The store contains nothing of its users.
    pub(crate) fn new(store: S) -> Self {
        let user = |name: &str| {
            SignedInUser::new(UserHandle::try_from(name.as_bytes()).unwrap(), name, name)
        };
        Self {
            rps: [rp("example.com", true), rp("example.net", false)],
            users: USERS.map(user),
            devices: [
                device("synced", SignCounter::Zero),
                device("key", SignCounter::Counting),
                device("cloned", SignCounter::Counting),
                device("cloned", SignCounter::Counting),
            ],
            store,
            creates_accounts: true,
            now: Timestamp::from_unix_millis(1_700_000_000_000),
            begun: Vec::new(),
            model: Vec::new(),
            names: Vec::new(),
            known: Vec::new(),
        }
    }

    /// The same, but the store does not create accounts.
    #[allow(dead_code, reason = "most stores create them")]
    pub(crate) fn without_accounts(mut self) -> Self {
        self.creates_accounts = false;
        self
    }

    /// Runs a flow. Returns its outcome, or the code of its error.
    fn run<F: Flow>(
        store: &S,
        start: Result<Step<F>, relying_party::Error>,
    ) -> Result<F::Output, &'static str> {
        store::run(store, start).map_err(|error| match error {
            RunError::Flow(error) => error.code(),
            RunError::CeremonyStore(error) | RunError::PasskeyStore(error) => {
                panic!("the store failed: {error:?}")
            }
        })
    }

    fn owner(&self, rp: usize, user: usize) -> Owner {
        Owner { rp_id: self.rps[rp].rp_id().as_str().into(), user: self.users[user].handle() }
    }

    fn of<'w>(&'w self, owner: &Owner) -> Vec<&'w Stored> {
        self.model.iter().filter(|stored| stored.owner == *owner).collect()
    }

    /// A challenge that was never used.
    fn challenge(&self) -> Challenge {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.begun.len().to_be_bytes());
        Challenge::from(bytes)
    }

    /// Performs it, and checks that it ends as the model says. Returns what happened and how it ended, or `None` if it
    /// was not possible.
    pub(crate) fn apply(&mut self, operation: &Operation) -> Option<String> {
        match operation {
            Operation::BeginCreate { browser, rp, user } => {
                Some(self.begin_create(*browser, *rp, *user))
            }
            Operation::BeginSignIn { browser, rp, named } => {
                Some(self.begin_sign_in(*browser, *rp, *named))
            }
            Operation::FinishCreate { ceremony, other, device, browser, user, rp } => {
                self.finish_create(*ceremony, *other, *device, *browser, *user, *rp)
            }
            Operation::FinishSignIn { ceremony, other, device, browser, rp } => {
                self.finish_sign_in(*ceremony, *other, *device, *browser, *rp)
            }
            Operation::Rename { passkey, other_user, name } => {
                self.rename(*passkey, *other_user, name)
            }
            Operation::Delete { passkey, other_user } => self.delete(*passkey, *other_user),
            Operation::BeginSignUp { browser, rp, user, name } => {
                Some(self.begin_sign_up(*browser, *rp, *user, NAMES[*name]))
            }
            Operation::FinishSignUp { ceremony, other, device, browser, rp } => {
                self.finish_sign_up(*ceremony, *other, *device, *browser, *rp)
            }
            Operation::Erase { rp, user } => Some(self.erase(*rp, *user)),
            Operation::Wait { millis } => {
                self.now = self.now + Duration::from_millis(*millis);
                None
            }
        }
    }

    fn begin_create(&mut self, browser: usize, rp: usize, user: usize) -> String {
        let is_full = self.of(&self.owner(rp, user)).len() >= MAX;
        let (challenge, now) = (self.challenge(), self.now);
        let begin = CreatePasskey::begin(
            &self.rps[rp],
            &self.users[user],
            session(browser),
            challenge,
            now,
        );
        let outcome = Self::run(&self.store, begin);
        let expected = if is_full { Err("passkey_limit_reached") } else { Ok(()) };
        assert_eq!(outcome.as_ref().map(drop).map_err(|code| *code), expected);
        if let Ok(start) = &outcome {
            self.begun.push(Begun {
                id: start.ceremony_id,
                browser,
                rp,
                kind: Kind::Create { user: self.users[user].handle() },
                options: serde_json::to_value(&start.public_key).unwrap(),
                expires_at: start.expires_at,
                is_used: false,
            });
        }
        end("begin create", outcome.map(drop))
    }

    fn begin_sign_in(&mut self, browser: usize, rp: usize, named: Option<usize>) -> String {
        let user = named.map(|user| self.users[user].handle());
        let request = user.map_or(SignInRequest::Discoverable, SignInRequest::for_account);
        let begin =
            SignIn::begin(&self.rps[rp], request, session(browser), self.challenge(), self.now);
        let start = Self::run(&self.store, begin).unwrap();
        let allowed = named.map_or_else(Vec::new, |user| self.of(&self.owner(rp, user)));
        let allowed = allowed.into_iter().map(|stored| stored.credential_id.clone()).collect();
        self.begun.push(Begun {
            id: start.ceremony_id,
            browser,
            rp,
            kind: Kind::SignIn { user, allowed },
            options: serde_json::to_value(&start.public_key).unwrap(),
            expires_at: start.expires_at,
            is_used: false,
        });
        end("begin sign-in", Ok(()))
    }

    /// Returns one of the ceremonies of that kind.
    fn pick(&self, number: usize, is_kind: fn(&Kind) -> bool) -> Option<usize> {
        let is_it = |begun: &Begun| is_kind(&begun.kind);
        let of_kind = (0..self.begun.len()).filter(|index| is_it(&self.begun[*index]));
        let of_kind = of_kind.collect::<Vec<_>>();
        // Usually one of the latest unused ones, because others have been used or have expired.
        let fresh = of_kind.iter().copied().filter(|index| !self.begun[*index].is_used);
        let fresh = fresh.collect::<Vec<_>>();
        let those = if fresh.is_empty() || number.is_multiple_of(8) { of_kind } else { fresh };
        let recent = &those[those.len().saturating_sub(4)..];
        (!recent.is_empty()).then(|| recent[number / 8 % recent.len()])
    }

    /// What the authenticator sees of a ceremony.
    fn page(&self, index: usize) -> (Value, String) {
        let Begun { rp, options, .. } = &self.begun[index];
        (options.clone(), format!("https://{}", self.rps[*rp].rp_id().as_str()))
    }

    /// Returns the ceremony that a response should finish: the one it answers, or another recent one.
    fn finished(&self, answered: usize, other: Option<usize>) -> usize {
        let back = |number| number % self.begun.len().min(6);
        other.map_or(answered, |number| self.begun.len() - 1 - back(number))
    }

    /// Returns what is wrong with a ceremony before anything else is checked. It is now used up.
    fn take(
        &mut self,
        index: usize,
        browser: usize,
        rp: usize,
    ) -> Result<Kind, &'static [&'static str]> {
        let begun = &mut self.begun[index];
        if std::mem::replace(&mut begun.is_used, true) {
            return Err(&["ceremony_not_found"]);
        }
        let has_expired = self.now >= begun.expires_at;
        match (begun.browser == browser, begun.rp == rp, has_expired) {
            (true, true, false) => Ok(begun.kind.clone()),
            // A store may have dropped an expired one.
            (false, _, true) => Err(&["ceremony_session_mismatch", "ceremony_not_found"]),
            (true, true, true) => Err(&["ceremony_expired", "ceremony_not_found"]),
            (true, false, true) => Err(&["ceremony_mismatch", "ceremony_not_found"]),
            (false, _, false) => Err(&["ceremony_session_mismatch"]),
            (true, false, false) => Err(&["ceremony_mismatch"]),
        }
    }

    fn finish_create(
        &mut self,
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        browser: Option<usize>,
        user: Option<usize>,
        rp: Option<usize>,
    ) -> Option<String> {
        let answered = self.pick(ceremony, |kind| matches!(kind, Kind::Create { .. }))?;
        let (options, origin) = self.page(answered);
        let response = self.devices[device].create(&options, &origin).ok()?;
        let finished = self.finished(answered, other);
        let Begun { id, browser: begun_in, rp: begun_rp, kind, .. } = &self.begun[finished];
        // Usually in the session in which it began, and for the same user.
        let signed_in = match kind {
            Kind::Create { user } => self.users.iter().position(|other| other.handle() == *user)?,
            Kind::SignIn { .. } | Kind::SignUp { .. } => 0,
        };
        let (id, browser) = (*id, browser.unwrap_or(*begun_in));
        let (rp, user) = (rp.unwrap_or(*begun_rp), user.unwrap_or(signed_in));
        let now = self.now;

        let owner = self.owner(rp, user);
        let credential_id = credential_id(&response);
        let is_stored = |stored: &Stored| {
            stored.owner.rp_id == owner.rp_id && stored.credential_id == credential_id
        };
        let expected: Result<(), &[&str]> = match self.take(finished, browser, rp) {
            Err(codes) => Err(codes),
            Ok(Kind::SignIn { .. } | Kind::SignUp { .. }) => Err(&["ceremony_mismatch"]),
            Ok(Kind::Create { user }) if user != owner.user => Err(&["ceremony_mismatch"]),
            Ok(_) if finished != answered => Err(&["challenge"]),
            Ok(_) if self.model.iter().any(is_stored) => Err(&["passkey_already_exists"]),
            Ok(_) if self.of(&owner).len() >= MAX => Err(&["passkey_limit_reached"]),
            Ok(_) => Ok(()),
        };
        let handle = owner.user;
        let finish = CreatePasskey::finish(
            &self.rps[rp],
            handle,
            posted(browser, id, response.as_bytes()),
            now,
        );
        let outcome = Self::run(&self.store, finish);
        check(expected, outcome.as_ref().map(drop));
        if let Ok(created) = &outcome {
            let stored = Stored::from(&created.passkey);
            assert_eq!((&stored.owner, &stored.credential_id), (&owner, &credential_id));
            assert_eq!((stored.created_at, stored.last_used_at), (now, None));
            let is_taken = self.of(&owner).iter().any(|other| other.name == stored.name);
            assert!(!is_taken, "two passkeys of one name");
            self.known.push(stored.id);
            self.model.push(stored);
        }
        Some(end("create", outcome.map(drop)))
    }

    fn finish_sign_in(
        &mut self,
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        browser: Option<usize>,
        rp: Option<usize>,
    ) -> Option<String> {
        let answered = self.pick(ceremony, |kind| matches!(kind, Kind::SignIn { .. }))?;
        let (options, origin) = self.page(answered);
        let response = self.devices[device].get(&options, &origin).ok()?;
        let finished = self.finished(answered, other);
        let Begun { id, browser: begun_in, rp: begun_rp, .. } = &self.begun[finished];
        let (id, browser) = (*id, browser.unwrap_or(*begun_in));
        let (rp, now) = (rp.unwrap_or(*begun_rp), self.now);

        let kind = self.take(finished, browser, rp);
        let credential_id = credential_id(&response);
        let held = self.devices[device].credentials();
        let held = held.iter().find(|held| held.id == credential_id).unwrap().clone();
        let rp_id = self.rps[rp].rp_id().as_str();
        let found = self.model.iter().position(|stored| {
            stored.owner.rp_id == rp_id && stored.credential_id == credential_id
        });
        let expected: Result<usize, &[&str]> = match (kind, found) {
            (Err(codes), _) => Err(codes),
            (Ok(Kind::Create { .. } | Kind::SignUp { .. }), _) => Err(&["ceremony_mismatch"]),
            (Ok(_), None) => Err(&["credential_unknown"]),
            (Ok(Kind::SignIn { user, allowed }), Some(index)) => {
                let stored = &self.model[index];
                let before = stored.sign_count;
                let is_allowed = allowed.is_empty() || allowed.contains(&credential_id);
                if !is_allowed || user.is_some_and(|user| user != stored.owner.user) {
                    Err(&["credential_not_allowed"])
                } else if held.user_handle != stored.owner.user.as_bytes() {
                    Err(&["user_handle"])
                } else if finished != answered {
                    Err(&["challenge"])
                } else if held.sign_count != 0 && held.sign_count <= before {
                    Err(&["sign_count"])
                } else {
                    Ok(index)
                }
            }
        };
        let finish = SignIn::finish(&self.rps[rp], posted(browser, id, response.as_bytes()), now);
        let outcome = Self::run(&self.store, finish);
        check(expected.map(drop), outcome.as_ref().map(drop));
        if let (Ok(index), Ok(signed_in)) = (expected, &outcome) {
            let stored = &mut self.model[index];
            stored.sign_count = held.sign_count;
            stored.last_used_at = Some(now);
            assert_eq!(signed_in.user, stored.owner.user);
            assert_eq!(Stored::from(&signed_in.passkey), *stored);
        }
        Some(end("sign-in", outcome.map(drop)))
    }

    fn begin_sign_up(
        &mut self,
        browser: usize,
        rp: usize,
        user: usize,
        name: &'static str,
    ) -> String {
        let user = self.users[user].handle();
        let new = NewUser::new(user, name, "");
        let (challenge, now) = (self.challenge(), self.now);
        let begin = SignUp::begin(&self.rps[rp], &new, session(browser), challenge, now);
        let start = Self::run(&self.store, begin).unwrap();
        self.begun.push(Begun {
            id: start.ceremony_id,
            browser,
            rp,
            kind: Kind::SignUp { user, name },
            options: serde_json::to_value(&start.public_key).unwrap(),
            expires_at: start.expires_at,
            is_used: false,
        });
        end("begin sign-up", Ok(()))
    }

    fn finish_sign_up(
        &mut self,
        ceremony: usize,
        other: Option<usize>,
        device: usize,
        browser: Option<usize>,
        rp: Option<usize>,
    ) -> Option<String> {
        let answered = self.pick(ceremony, |kind| matches!(kind, Kind::SignUp { .. }))?;
        let (options, origin) = self.page(answered);
        let response = self.devices[device].create(&options, &origin).ok()?;
        let finished = self.finished(answered, other);
        let Begun { id, browser: begun_in, rp: begun_rp, .. } = &self.begun[finished];
        let (id, browser) = (*id, browser.unwrap_or(*begun_in));
        let (rp, now) = (rp.unwrap_or(*begun_rp), self.now);

        let rp_id = self.rps[rp].rp_id().as_str().to_owned();
        let credential_id = credential_id(&response);
        let is_stored =
            |stored: &Stored| stored.owner.rp_id == rp_id && stored.credential_id == credential_id;
        let kind = self.take(finished, browser, rp);
        let expected: Result<(Owner, &str), &[&str]> = match kind {
            Err(codes) => Err(codes),
            Ok(Kind::SignUp { .. }) if finished != answered => Err(&["challenge"]),
            Ok(Kind::SignUp { user, name }) => {
                let owner = Owner { rp_id: rp_id.clone(), user };
                let is_taken =
                    |(of, taken): &(Owner, String)| of.rp_id == owner.rp_id && taken == name;
                let exists =
                    self.names.iter().any(|(of, _)| *of == owner) || !self.of(&owner).is_empty();
                match (self.names.iter().any(is_taken), exists) {
                    _ if self.model.iter().any(is_stored) => Err(&["passkey_already_exists"]),
                    _ if !self.creates_accounts => Err(&["sign_up_unsupported"]),
                    (true, true) => Err(&["user_name_taken", "passkey_already_exists"]),
                    (true, false) => Err(&["user_name_taken"]),
                    (false, true) => Err(&["passkey_already_exists"]),
                    (false, false) => Ok((owner, name)),
                }
            }
            Ok(Kind::Create { .. } | Kind::SignIn { .. }) => Err(&["ceremony_mismatch"]),
        };
        let finish = SignUp::finish(&self.rps[rp], posted(browser, id, response.as_bytes()), now);
        let outcome = Self::run(&self.store, finish);
        check(expected.as_ref().map(drop).map_err(|codes| *codes), outcome.as_ref().map(drop));
        if let (Ok((owner, name)), Ok(signed_up)) = (expected, &outcome) {
            let stored = Stored::from(&signed_up.passkey);
            assert_eq!((&stored.owner, &stored.credential_id), (&owner, &credential_id));
            assert_eq!((signed_up.user.handle(), signed_up.user.name()), (owner.user, name));
            self.known.push(stored.id);
            self.model.push(stored);
            self.names.push((owner, name.to_owned()));
        }
        Some(end("sign-up", outcome.map(drop)))
    }

    fn erase(&mut self, rp: usize, user: usize) -> String {
        let owner = self.owner(rp, user);
        let erased = Self::run(&self.store, EraseAccount::begin(&self.rps[rp], owner.user));
        let erased = erased.unwrap();
        let ids = erased.credential_ids.iter().map(|id| id.as_bytes().to_vec());
        let expected = self.of(&owner).into_iter().map(|stored| stored.credential_id.clone());
        assert_eq!(ids.collect::<BTreeSet<_>>(), expected.collect());
        self.model.retain(|stored| stored.owner != owner);
        self.names.retain(|(of, _)| *of != owner);
        for begun in self.begun.iter_mut().filter(|begun| begun.rp == rp) {
            // What began for this account can no longer be taken.
            begun.is_used |= match &begun.kind {
                Kind::Create { user } | Kind::SignUp { user, .. } => *user == owner.user,
                Kind::SignIn { user, .. } => *user == Some(owner.user),
            };
        }
        end("erase", Ok(()))
    }

    /// A passkey that exists or existed, the user who wants to change it, and its place in the model if that user may.
    fn find(
        &self,
        number: usize,
        other_user: Option<(usize, usize)>,
    ) -> Option<(PasskeyId, usize, Owner, Option<usize>)> {
        let id = if number.is_multiple_of(8) || self.model.is_empty() {
            *self.known.get(number % self.known.len().max(1))?
        } else {
            self.model[number % self.model.len()].id
        };
        let stored = self.model.iter().find(|stored| stored.id == id);
        let owner = match (other_user, stored) {
            (None, Some(stored)) => stored.owner.clone(),
            (other_user, _) => {
                let (rp, user) = other_user.unwrap_or_default();
                self.owner(rp, user)
            }
        };
        let rp = self.rps.iter().position(|rp| rp.rp_id().as_str() == owner.rp_id)?;
        let is_it = |stored: &Stored| stored.id == id && stored.owner == owner;
        let found = self.model.iter().position(is_it);
        Some((id, rp, owner, found))
    }

    fn rename(
        &mut self,
        passkey: usize,
        other_user: Option<(usize, usize)>,
        name: &str,
    ) -> Option<String> {
        let (id, rp, owner, found) = self.find(passkey, other_user)?;
        let rename = RenamePasskey::begin(&self.rps[rp], owner.user, id, name, self.now);
        let outcome = Self::run(&self.store, rename);
        match found {
            None => assert_eq!(outcome, Err("passkey_not_found")),
            Some(index) => {
                let stored = &mut self.model[index];
                stored.name = name.into();
                stored.updated_at = self.now;
                assert_eq!(Stored::from(outcome.as_ref().unwrap()), *stored);
            }
        }
        Some(end("rename", outcome.map(drop)))
    }

    fn delete(&mut self, passkey: usize, other_user: Option<(usize, usize)>) -> Option<String> {
        let (id, rp, owner, found) = self.find(passkey, other_user)?;
        let is_last = self.rps[rp].keep_last_passkey() && self.of(&owner).len() == 1;
        let delete = DeletePasskey::begin(&self.rps[rp], owner.user, id);
        let outcome = Self::run(&self.store, delete);
        match (found, &outcome) {
            (None, outcome) => assert_eq!(*outcome, Err("passkey_not_found")),
            (Some(_), outcome) if is_last => assert_eq!(*outcome, Err("last_passkey")),
            (Some(index), outcome) => {
                self.model.remove(index);
                let signal = &outcome.as_ref().unwrap().signal;
                let mut left = signal.all_accepted_credential_ids().to_vec();
                left.sort();
                let mut expected = self.of(&owner);
                expected.sort_by(|one, other| one.credential_id.cmp(&other.credential_id));
                assert!(
                    left.iter()
                        .map(relying_party::CredentialId::as_bytes)
                        .eq(expected.iter().map(|it| &it.credential_id[..]))
                );
            }
        }
        Some(end("delete", outcome.map(drop)))
    }

    /// Compares every account's list with the model.
    pub(crate) fn compare(&self) {
        for rp in 0..self.rps.len() {
            for user in 0..self.users.len() {
                let owner = self.owner(rp, user);
                let list = ListPasskeys::begin(&self.rps[rp], owner.user);
                let listed = Self::run(&self.store, list).unwrap().passkeys;
                assert!(listed.is_sorted_by_key(|passkey| passkey.created_at), "not oldest first");
                let mut listed = listed.iter().map(Stored::from).collect::<Vec<_>>();
                listed.sort_by_key(|stored| stored.id);
                let mut expected = self.of(&owner);
                expected.sort_by_key(|stored| stored.id);
                assert_eq!(listed.iter().collect::<Vec<_>>(), expected);
            }
        }
    }
}

/// The session of a browser.
fn session(browser: usize) -> SessionBinding {
    SessionBinding::of(["the session of one browser", "that of another"][browser])
}

fn posted(browser: usize, ceremony: relying_party::CeremonyId, response: &[u8]) -> Posted<'_> {
    Posted { session: session(browser), ceremony, response }
}

fn end(what: &str, outcome: Result<(), &'static str>) -> String {
    format!("{what}: {}", outcome.err().unwrap_or("ok"))
}

/// The outcome is one of those that are expected.
fn check(expected: Result<(), &[&str]>, outcome: Result<(), &&'static str>) {
    match (expected, outcome) {
        (Ok(()), Ok(())) => {}
        (Err(codes), Err(code)) if codes.contains(code) => {}
        (expected, outcome) => panic!("{outcome:?} instead of {expected:?}"),
    }
}

fn credential_id(response: &str) -> Vec<u8> {
    let response = serde_json::from_str::<Value>(response).unwrap();
    let id = response["rawId"].as_str().unwrap().parse::<relying_party::CredentialId>().unwrap();
    id.as_bytes().to_vec()
}
