//! Two tenants on one store, what their users do, and what one tenant tries to do to the other.

use proptest::prelude::*;
use relying_party::{
    Challenge, CreatePasskey, DeletePasskey, EraseAccount, Error, ListPasskeys, PasskeyId,
    RelyingParty, RenamePasskey, Settings, SignIn, SignInRequest, SignUp, StepUp,
    VerificationProof,
    decoys::DecoySecret,
    flow::CreationStart,
    settings::{Reverification, SensitiveAction},
    store::{self, MemoryStore},
    test_authenticator::TestAuthenticator,
};
use serde_json::Value;

use crate::host::{NOW, finish_for, flow, handle, new_user, posted, purposes, session, user};

/// The same users, names and devices at both tenants.
const USERS: [&str; 2] = ["ada", "bob"];
const NAMES: [&str; 2] = ["ada@example.com", "bob@example.com"];
const RP_IDS: [&str; 2] = ["a.example", "b.example"];

/// What a user of a tenant does. Users and passkeys are numbers.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Create(usize),
    SignUp(usize, usize),
    /// For one of the five purposes.
    SignIn(usize, usize),
    /// Someone asks for a sign-in by name.
    Identify(usize),
    List(usize),
    /// The last field says whether a proof is shown, or the host vouches.
    Rename(usize, usize, bool),
    Delete(usize, usize, bool),
    Erase(usize, bool),
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let one = 0..2_usize;
    prop_oneof![
        4 => one.clone().prop_map(Op::Create),
        2 => (one.clone(), one.clone()).prop_map(|(user, name)| Op::SignUp(user, name)),
        6 => (one.clone(), 0..5_usize).prop_map(|(user, purpose)| Op::SignIn(user, purpose)),
        1 => one.clone().prop_map(Op::Identify),
        2 => one.clone().prop_map(Op::List),
        2 => (one.clone(), 0..3_usize, any::<bool>()).prop_map(|(u, n, proof)| Op::Rename(u, n, proof)),
        2 => (one.clone(), 0..3_usize, any::<bool>()).prop_map(|(u, n, proof)| Op::Delete(u, n, proof)),
        1 => (one, any::<bool>()).prop_map(|(user, proof)| Op::Erase(user, proof)),
    ]
}

/// Every operation, in an order in which it succeeds.
pub(crate) fn all_succeeding() -> Vec<Op> {
    let sign_ins = (0..5).map(|purpose| Op::SignIn(0, purpose));
    let mut ops = vec![Op::SignUp(0, 0), Op::Create(1), Op::Identify(0)];
    ops.extend(sign_ins);
    ops.extend([
        Op::List(0),
        Op::Rename(0, 0, true),
        Op::Rename(1, 0, false),
        Op::SignIn(1, 4),
        Op::Delete(1, 0, true),
        Op::Create(1),
        Op::Delete(1, 1, false),
        Op::Erase(1, false),
        Op::Erase(0, true),
        Op::SignUp(0, 0),
    ]);
    ops
}

struct Tenant {
    rp: RelyingParty,
    origin: String,
    /// Of each user.
    devices: Vec<TestAuthenticator>,
    proofs: Vec<Option<VerificationProof>>,
    /// Every passkey that the user ever had.
    passkeys: Vec<Vec<PasskeyId>>,
    challenges: u16,
}

pub(crate) struct World {
    store: MemoryStore,
    tenants: Vec<Tenant>,
    attacks: u16,
}

/// What a device or a flow said.
pub(crate) type Outcome = Result<String, String>;

fn told<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Outcome {
    outcome.map(|outcome| format!("{outcome:?}")).map_err(|error| format!("{error:?}"))
}

fn challenge(kind: u8, number: u16) -> Challenge {
    let [high, low] = number.to_be_bytes();
    let mut bytes = [kind; 32];
    bytes[1..3].copy_from_slice(&[high, low]);
    Challenge::from(bytes)
}

impl World {
    pub(crate) fn new() -> Self {
        let tenants = RP_IDS.map(|rp_id| {
            let origin = format!("https://{rp_id}");
            let actions =
                [SensitiveAction::Rename, SensitiveAction::Delete, SensitiveAction::Erase];
            let rule = Reverification::default().before(actions);
            let settings = Settings::builder().reverification(rule).build().unwrap();
            let rp = RelyingParty::builder(rp_id, rp_id).origin(origin.clone());
            let rp = rp.settings(settings).decoys(DecoySecret::from([9; 32])).build().unwrap();
            Tenant {
                rp,
                origin,
                devices: USERS.map(TestAuthenticator::new).into(),
                proofs: vec![None; USERS.len()],
                passkeys: vec![Vec::new(); USERS.len()],
                challenges: 0,
            }
        });
        Self { store: MemoryStore::new(), tenants: tenants.into(), attacks: 0 }
    }

    fn challenge(&mut self, tenant: usize) -> Challenge {
        let number = &mut self.tenants[tenant].challenges;
        *number += 1;
        challenge(u8::try_from(tenant).unwrap(), *number)
    }

    /// Does what a user of a tenant does, and returns all that the host and the user learn.
    pub(crate) fn act(&mut self, tenant: usize, op: &Op) -> Outcome {
        match *op {
            Op::Create(who) => self.create(tenant, who),
            Op::SignUp(who, name) => self.sign_up(tenant, who, name),
            Op::SignIn(who, purpose) => self.sign_in(tenant, who, purposes(USERS[who])[purpose]),
            Op::Identify(who) => {
                let challenge = self.challenge(tenant);
                let Self { store, tenants, .. } = self;
                let request = SignInRequest::for_identifier(NAMES[who], None);
                let rp = &tenants[tenant].rp;
                told(flow(store::run(store, SignIn::begin(rp, request, session(), challenge, NOW))))
            }
            Op::List(who) => {
                let begin = ListPasskeys::begin(&self.tenants[tenant].rp, handle(USERS[who]));
                told(flow(store::run(&self.store, begin)))
            }
            Op::Rename(who, which, proof) => {
                let tenant = &self.tenants[tenant];
                let (id, step_up) = tenant.chosen(who, which, proof)?;
                let user = handle(USERS[who]);
                let begin =
                    RenamePasskey::begin_verified(&tenant.rp, user, id, "Renamed", step_up, NOW);
                told(flow(store::run(&self.store, begin)))
            }
            Op::Delete(who, which, proof) => {
                let tenant = &self.tenants[tenant];
                let (id, step_up) = tenant.chosen(who, which, proof)?;
                let user = handle(USERS[who]);
                let begin = DeletePasskey::begin_verified(&tenant.rp, user, id, step_up, NOW);
                told(flow(store::run(&self.store, begin)))
            }
            Op::Erase(who, proof) => {
                let tenant = &self.tenants[tenant];
                let step_up = tenant.step_up(who, proof)?;
                let user = handle(USERS[who]);
                let begin = EraseAccount::begin_verified(&tenant.rp, user, step_up, NOW);
                told(flow(store::run(&self.store, begin)))
            }
        }
    }

    fn create(&mut self, tenant: usize, who: usize) -> Outcome {
        let challenge = self.challenge(tenant);
        let Self { store, tenants, .. } = self;
        let Tenant { rp, origin, devices, passkeys, .. } = &mut tenants[tenant];
        let ada = user(USERS[who]);
        let begin = CreatePasskey::begin(rp, &ada, session(), challenge, NOW);
        let start = flow(store::run(&*store, begin)).map_err(|error| format!("{error:?}"))?;
        // A new device, because the old ones are excluded.
        let mut device = devices[who].clone();
        if device.credentials().iter().any(|credential| credential.rp_id == rp.rp_id().as_str()) {
            device = TestAuthenticator::new(format!("{} {}", USERS[who], passkeys[who].len()));
        }
        let response =
            device.create(&start.public_key, origin).map_err(|error| format!("{error:?}"))?;
        let posted = posted(start.ceremony_id, response.as_bytes());
        let finish = CreatePasskey::finish(rp, ada.handle(), posted, NOW);
        let created = flow(store::run(&*store, finish));
        if let Ok(created) = &created {
            devices[who] = device;
            passkeys[who].push(created.passkey.id);
        }
        told(created).map(|created| format!("{start:?} {created}"))
    }

    fn sign_up(&mut self, tenant: usize, who: usize, name: usize) -> Outcome {
        let challenge = self.challenge(tenant);
        let Self { store, tenants, .. } = self;
        let Tenant { rp, origin, devices, passkeys, .. } = &mut tenants[tenant];
        let ada = new_user(USERS[who], NAMES[name]);
        let begin = SignUp::begin(rp, &ada, session(), challenge, NOW);
        let start = flow(store::run(&*store, begin)).map_err(|error| format!("{error:?}"))?;
        let mut device =
            TestAuthenticator::new(format!("new {} {}", USERS[who], passkeys[who].len()));
        let response =
            device.create(&start.public_key, origin).map_err(|error| format!("{error:?}"))?;
        let finish = SignUp::finish(rp, posted(start.ceremony_id, response.as_bytes()), NOW);
        let signed_up = flow(store::run(&*store, finish));
        if let Ok(signed_up) = &signed_up {
            devices[who] = device;
            passkeys[who].push(signed_up.passkey.id);
        }
        told(signed_up).map(|signed_up| format!("{start:?} {signed_up}"))
    }

    fn sign_in(&mut self, tenant: usize, who: usize, request: SignInRequest) -> Outcome {
        let challenge = self.challenge(tenant);
        let Self { store, tenants, .. } = self;
        let Tenant { rp, origin, devices, proofs, .. } = &mut tenants[tenant];
        let begin = SignIn::begin(rp, request, session(), challenge, NOW);
        let start = flow(store::run(&*store, begin)).map_err(|error| format!("{error:?}"))?;
        let response =
            devices[who].get(&start.public_key, origin).map_err(|error| format!("{error:?}"))?;
        let finish = finish_for(rp, request, start.ceremony_id, response.as_bytes());
        let signed_in = flow(store::run(&*store, finish));
        if let Ok(signed_in) = &signed_in {
            proofs[who].clone_from(&signed_in.proof);
        }
        told(signed_in).map(|signed_in| format!("{start:?} {signed_in}"))
    }

    /// What a tenant's users have, through the flows and in the store.
    pub(crate) fn state(&self, tenant: usize) -> Vec<Outcome> {
        let rp = &self.tenants[tenant].rp;
        let list = |name: &&str| {
            told(flow(store::run(&self.store, ListPasskeys::begin(rp, handle(name)))))
        };
        USERS.iter().map(list).collect()
    }

    /// Everything that the other tenant could try with what it knows of the user of the next operation: passkeys,
    /// proofs, ceremonies and responses. All of it fails.
    pub(crate) fn attack(&mut self, victim: usize, op: &Op) {
        let (Op::Create(who)
        | Op::SignUp(who, _)
        | Op::SignIn(who, _)
        | Op::Identify(who)
        | Op::List(who)
        | Op::Rename(who, ..)
        | Op::Delete(who, ..)
        | Op::Erase(who, _)) = *op;
        self.foreign_ids_and_proofs(victim, who);
        self.foreign_ceremonies(victim, who);
        self.foreign_response(victim, who);
    }

    fn foreign_ids_and_proofs(&self, victim: usize, who: usize) {
        let (attacker, victim) = (&self.tenants[1 - victim], &self.tenants[victim]);
        let (rp, ada) = (&attacker.rp, handle(USERS[who]));
        let by_host = StepUp::ByHost { at: NOW };
        for id in &victim.passkeys[who] {
            let rename = RenamePasskey::begin_verified(rp, ada, *id, "Mine", by_host, NOW);
            let renamed = flow(store::run(&self.store, rename));
            assert_eq!(renamed, Err(Error::PasskeyNotFound));
            let delete = DeletePasskey::begin_verified(rp, ada, *id, by_host, NOW);
            let deleted = flow(store::run(&self.store, delete));
            assert_eq!(deleted, Err(Error::PasskeyNotFound));
        }
        let Some(proof) = &victim.proofs[who] else { return };
        let is_refused = |error: Error| assert_eq!(error.code(), "reverification_required");
        let id = attacker.passkeys[who].first().copied().unwrap_or(proof.passkey());
        is_refused(RenamePasskey::begin_verified(rp, ada, id, "Mine", proof, NOW).unwrap_err());
        is_refused(DeletePasskey::begin_verified(rp, ada, id, proof, NOW).unwrap_err());
        is_refused(EraseAccount::begin_verified(rp, ada, proof, NOW).unwrap_err());
    }

    /// Begins ceremonies at the victim, and finishes them at the attacker.
    fn foreign_ceremonies(&mut self, victim: usize, who: usize) {
        self.attacks += 3;
        let challenge = |number: u16| challenge(9, self.attacks + number);
        let (attacker, victim) = (&self.tenants[1 - victim].rp, &self.tenants[victim]);
        let (rp, store) = (&victim.rp, &self.store);
        let is_refused = |error: Error| assert_eq!(error.code(), "ceremony_mismatch", "{error}");
        let answer = |start: &CreationStart| {
            let mut device = TestAuthenticator::new("attacker");
            device.create(&start.public_key, &victim.origin).unwrap()
        };

        let ada = user(USERS[who]);
        let begin = CreatePasskey::begin(rp, &ada, session(), challenge(0), NOW);
        if let Ok(start) = flow(store::run(store, begin)) {
            let response = answer(&start);
            let posted = posted(start.ceremony_id, response.as_bytes());
            let finish = CreatePasskey::finish(attacker, ada.handle(), posted, NOW);
            is_refused(flow(store::run(store, finish)).unwrap_err());
        }

        let new = new_user(USERS[who], "attacker@example.com");
        let begin = SignUp::begin(rp, &new, session(), challenge(1), NOW);
        let start = flow(store::run(store, begin)).unwrap();
        let response = answer(&start);
        let finish = SignUp::finish(attacker, posted(start.ceremony_id, response.as_bytes()), NOW);
        is_refused(flow(store::run(store, finish)).unwrap_err());

        let request = SignInRequest::Discoverable;
        let begin = SignIn::begin(rp, request, session(), challenge(2), NOW);
        let start = flow(store::run(store, begin)).unwrap();
        let mut device = victim.devices[who].clone();
        if let Ok(response) = device.get(&start.public_key, &victim.origin) {
            let finish = finish_for(attacker, request, start.ceremony_id, response.as_bytes());
            is_refused(flow(store::run(store, finish)).unwrap_err());
        }
    }

    /// A page of the victim relays the attacker's challenge to the user's device, and the attacker posts the response.
    fn foreign_response(&mut self, victim: usize, who: usize) {
        self.attacks += 1;
        let challenge = challenge(10, self.attacks);
        let (attacker, victim) = (&self.tenants[1 - victim].rp, &self.tenants[victim]);
        let request = SignInRequest::Discoverable;
        let begin = SignIn::begin(attacker, request, session(), challenge, NOW);
        let start = flow(store::run(&self.store, begin)).unwrap();
        let mut options = serde_json::to_value(&start.public_key).unwrap();
        options["rpId"] = Value::from(victim.rp.rp_id().as_str());
        let mut device = victim.devices[who].clone();
        if let Ok(response) = device.get(&options, &victim.origin) {
            let finish = finish_for(attacker, request, start.ceremony_id, response.as_bytes());
            assert!(flow(store::run(&self.store, finish)).is_err());
        }
    }
}

impl Tenant {
    /// The proof of the last sign-in, or the word of the host.
    fn step_up(&self, who: usize, proof: bool) -> Result<StepUp<'_>, String> {
        match &self.proofs[who] {
            Some(last) if proof => Ok(last.into()),
            None if proof => Err("no proof".to_owned()),
            _ => Ok(StepUp::ByHost { at: NOW }),
        }
    }

    fn chosen(
        &self,
        who: usize,
        which: usize,
        proof: bool,
    ) -> Result<(PasskeyId, StepUp<'_>), String> {
        let id = self.passkeys[who].get(which).ok_or("no such passkey")?;
        Ok((*id, self.step_up(who, proof)?))
    }
}
