//! Hosts that reply with the wrong kind, stores that lie, and thousands of simultaneous requests: no panic, and no
//! undeserved success. (`interleavings.rs` tests failing stores.)

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, unseen by clippy")]

#[path = "support/host.rs"]
mod host;

use std::{sync::Barrier, thread};

use host::{
    Host, NOW, ORIGIN, authenticator, finish_for, handle, new_user, posted, purposes, session, user,
};
use relying_party::{
    CreatePasskey, DeletePasskey, Effect, EraseAccount, Error, ErrorKind, Flow, ListPasskeys,
    NewUser, Passkey, RelyingParty, RenamePasskey, Reply, SignIn, SignInRequest, SignUp, Step,
    ceremony::Ceremony,
    decoys::DecoySecret,
    flow::{InsertOutcome, RecordOutcome, RemoveOutcome, SignUpOutcome},
    store::{self, CeremonyStore as _},
    test_authenticator::{Outer, RegistrationParts},
};

/// One reply of each kind.
fn replies(ceremony: &Ceremony, passkey: &Passkey) -> Vec<Reply> {
    vec![
        Reply::Stored,
        Reply::Ceremony(Some(Box::new(ceremony.clone()))),
        Reply::Passkeys(vec![passkey.clone()]),
        Reply::Passkey(Some(Box::new(passkey.clone()))),
        Reply::Inserted(InsertOutcome::Inserted),
        Reply::Recorded(RecordOutcome::Updated),
        Reply::Removed(RemoveOutcome::Removed),
        Reply::SignedUp(SignUpOutcome::Created),
        Reply::Erased(vec![passkey.credential_id.clone()]),
    ]
}

/// Returns the name of the operation, and which of the replies answers it.
fn right(effect: &Effect) -> (&'static str, usize) {
    match effect {
        Effect::PutCeremony(_) => ("PutCeremony", 0),
        Effect::TakeCeremony(_) => ("TakeCeremony", 1),
        Effect::PasskeysOf(_) => ("PasskeysOf", 2),
        Effect::Passkey { .. } => ("Passkey", 3),
        Effect::RenamePasskey { .. } => ("RenamePasskey", 3),
        Effect::InsertPasskey { .. } => ("InsertPasskey", 4),
        Effect::RecordUse { .. } => ("RecordUse", 5),
        Effect::DeletePasskey { .. } => ("DeletePasskey", 6),
        Effect::EraseCeremonies(_) => ("EraseCeremonies", 0),
        Effect::InsertAccount { .. } => ("InsertAccount", 7),
        Effect::ErasePasskeys(_) => ("ErasePasskeys", 8),
        _ => panic!("an unknown effect"),
    }
}

/// Gives every reply of a wrong kind, at every state of a flow. Returns how many there were.
fn answer_wrongly<F: Flow>(
    start: impl Fn() -> Result<Step<F>, Error>,
    ceremony: &Ceremony,
    passkey: &Passkey,
) -> usize {
    let mut count = 0;
    for state in 0.. {
        for wrong in 0..replies(ceremony, passkey).len() {
            let mut step = start().unwrap();
            for _ in 0..state {
                let Step::Effect(flow, effect) = step else { return count };
                let (_, right) = right(&effect);
                step = flow.resume(replies(ceremony, passkey).swap_remove(right)).unwrap();
            }
            let Step::Effect(flow, effect) = step else { return count };
            let (verb, right) = right(&effect);
            if wrong == right {
                continue;
            }
            let reply = replies(ceremony, passkey).swap_remove(wrong);
            let Err(error) = flow.resume(reply) else { panic!("{verb} answered by reply {wrong}") };
            assert_eq!(error, Error::UnexpectedReply(verb));
            assert_eq!(error.kind(), ErrorKind::Host);
            count += 1;
        }
    }
    count
}

/// Ada's first passkey, and the ceremonies and responses of a second creation and a sign-in.
struct Setting {
    host: Host,
    passkey: Passkey,
    creation: (Ceremony, String),
    /// For every purpose, starting with the holder of a passkey.
    sign_ins: Vec<(SignInRequest, Ceremony, String)>,
}

fn setting() -> Setting {
    let host = Host::new();
    let ada = user("ada");
    let mut device = authenticator("ada");
    let passkey = host.create(&ada, &mut device).unwrap();
    let start = host.begin_create(&ada).unwrap();
    let response = authenticator("second").create(&start.public_key, ORIGIN).unwrap();
    let ceremony = host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();
    let creation = (ceremony, response);
    let sign_ins = purposes("ada").map(|request| {
        let start = host.begin_sign_in(request);
        let response = device.get(&start.public_key, ORIGIN).unwrap();
        (request, host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap(), response)
    });
    Setting { host, passkey, creation, sign_ins: sign_ins.into() }
}

/// A store that makes room for a decoy, although there should be none, has not kept the limit.
#[test]
fn decoy_inserted_by_a_store_is_not_a_passkey() {
    let rp = RelyingParty::builder("example.com", "Example").origin(ORIGIN);
    let host = Host::with(rp.decoys(DecoySecret::from([9; 32])).build().unwrap());
    let start = host.begin_sign_in(SignInRequest::for_identifier("nobody", None));
    let decoy = start.public_key.allow_credentials[0].id.as_bytes().to_vec();
    let ada = user("ada");
    let start = host.begin_create(&ada).unwrap();
    let create = |tamper: &dyn Fn(&mut RegistrationParts)| {
        let response =
            authenticator("ada").create_tampered(&start.public_key, ORIGIN, tamper).unwrap();
        let ceremony = Box::new(host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap());
        host.store.put_ceremony(&ceremony).unwrap();
        let (handle, id) = (ada.handle(), start.ceremony_id);
        let mut step =
            CreatePasskey::finish(&host.rp, handle, posted(id, response.as_bytes()), NOW).unwrap();
        for reply in [Reply::Ceremony(Some(ceremony)), Reply::Passkeys(vec![])] {
            let Step::Effect(flow, _) = step else { panic!("done") };
            step = flow.resume(reply).unwrap();
        }
        let Step::Effect(flow, Effect::InsertPasskey { max_per_user, .. }) = step else {
            panic!("no insert");
        };
        (max_per_user, flow.resume(Reply::Inserted(InsertOutcome::Inserted)).map(drop))
    };
    assert_eq!(create(&|_| ()), (10, Ok(())));
    let (max_per_user, outcome) = create(&|parts| {
        let attested = parts.authenticator_data.attested.as_mut().unwrap();
        attested.credential_id.clone_from(&decoy);
        parts.outer = Outer::new(&decoy);
    });
    assert_eq!(max_per_user, 0);
    assert!(matches!(outcome, Err(Error::Inconsistent(_))), "{outcome:?}");
}

#[test]
fn reply_of_the_wrong_kind_is_an_error_at_every_state() {
    let Setting { host, passkey, creation, sign_ins } = setting();
    let (rp, ada) = (&host.rp, &user("ada"));
    let challenge = || *creation.0.challenge();
    let begin = || CreatePasskey::begin(rp, ada, session(), challenge(), NOW);
    let mut count = answer_wrongly(begin, &creation.0, &passkey);
    let finish = || {
        let response = creation.1.as_bytes();
        CreatePasskey::finish(rp, ada.handle(), posted(creation.0.id(), response), NOW)
    };
    count += answer_wrongly(finish, &creation.0, &passkey);
    for (request, ceremony, response) in &sign_ins {
        let begin = || SignIn::begin(rp, *request, session(), challenge(), NOW);
        count += answer_wrongly(begin, &creation.0, &passkey);
        let finish = || finish_for(rp, *request, ceremony.id(), response.as_bytes());
        count += answer_wrongly(finish, ceremony, &passkey);
    }
    let rename = || RenamePasskey::begin(rp, ada.handle(), passkey.id, "new", NOW);
    count += answer_wrongly(rename, &creation.0, &passkey);
    let delete = || DeletePasskey::begin(rp, ada.handle(), passkey.id);
    count += answer_wrongly(delete, &creation.0, &passkey);
    let list = || ListPasskeys::begin(rp, ada.handle());
    count += answer_wrongly(list, &creation.0, &passkey);
    let erase = || EraseAccount::begin(rp, ada.handle());
    count += answer_wrongly(erase, &creation.0, &passkey);
    let new = NewUser::new(handle("new"), "new@example.com", "");
    let begin = || SignUp::begin(rp, &new, session(), challenge(), NOW);
    count += answer_wrongly(begin, &creation.0, &passkey);
    // 2 + 3 states of creations, 2 * 1 + 3 * 2 of begins and 5 * 3 of ends of sign-ins, 1 + 2 + 1 + 2 of the others, 1
    // of a begin of a sign-up, whose end is tested next to it; 8 wrong replies for each.
    assert_eq!(count, 8 * (5 + 8 + 15 + 6 + 1));
}

/// Finishes a sign-in with a store that gives these two replies, and answers everything else correctly.
fn sign_in_over(
    rp: &RelyingParty,
    request: SignInRequest,
    id: relying_party::CeremonyId,
    response: &str,
    ceremony: Option<&Ceremony>,
    passkey: Option<&Passkey>,
) -> Result<relying_party::flow::SignedIn, Error> {
    let mut step = finish_for(rp, request, id, response.as_bytes())?;
    loop {
        let reply = match &step {
            Step::Done(_) => Reply::Stored,
            Step::Effect(_, Effect::TakeCeremony(_)) => {
                Reply::Ceremony(ceremony.cloned().map(Box::new))
            }
            Step::Effect(_, Effect::Passkey { .. }) => {
                Reply::Passkey(passkey.cloned().map(Box::new))
            }
            Step::Effect(..) => Reply::Recorded(RecordOutcome::Updated),
        };
        match step {
            Step::Done(signed_in) => return Ok(signed_in),
            Step::Effect(flow, _) => step = flow.resume(reply)?,
        }
    }
}

#[test]
fn lying_store_signs_no_one_in() {
    let Setting { host, passkey, creation, sign_ins } = setting();
    let rp = &host.rp;
    let bobs = host.create(&user("bob"), &mut authenticator("bob")).unwrap();
    let other = RelyingParty::builder("example.net", "Other").origin("https://example.net");
    let elsewhere = Host::with(other.build().unwrap());
    let start = elsewhere.begin_sign_in(SignInRequest::Discoverable);
    let of_another_rp = elsewhere.store.take_ceremony(&start.ceremony_id).unwrap().unwrap();

    let mut passkeys = vec![("another user's passkey", bobs.clone())];
    let mut lie = |what, change: &dyn Fn(&mut Passkey)| {
        let mut passkey = passkey.clone();
        change(&mut passkey);
        passkeys.push((what, passkey));
    };
    lie("another user", &|passkey| passkey.user = handle("bob"));
    lie("another relying party", &|passkey| passkey.rp_id = "example.net".into());
    lie("another key", &|passkey| passkey.public_key = bobs.public_key.clone());
    lie("another ID", &|passkey| passkey.id = bobs.id);
    lie("another credential", &|passkey| passkey.credential_id = bobs.credential_id.clone());
    lie("another backup eligibility", &|passkey| passkey.state.backup_eligible = Some(false));
    lie("a higher counter", &|passkey| passkey.state.sign_count = 1);

    for (what, ceremony, response) in &sign_ins {
        let id = ceremony.id();
        let sign_in = |ceremony, passkey| sign_in_over(rp, *what, id, response, ceremony, passkey);
        sign_in(Some(ceremony), Some(&passkey)).unwrap();
        for (lie, passkey) in &passkeys {
            let signed_in = sign_in(Some(ceremony), Some(passkey));
            assert!(signed_in.is_err(), "{what:?}, {lie}");
        }
        assert!(sign_in(None, Some(&passkey)).is_err());
        assert!(sign_in(Some(ceremony), None).is_err());
        let others = [&creation.0, &sign_in_of(&host), &of_another_rp];
        for (index, other) in others.into_iter().enumerate() {
            let signed_in = sign_in(Some(other), Some(&passkey));
            assert!(signed_in.is_err(), "{what:?}, ceremony {index}");
            // Even if the client cooperates and asks for the ceremony that it will get.
            let by_its_id =
                sign_in_over(rp, *what, other.id(), response, Some(other), Some(&passkey));
            assert!(by_its_id.is_err(), "{what:?}, ceremony {index} by its own id");
        }
    }
}

/// Another sign-in that has begun.
fn sign_in_of(host: &Host) -> Ceremony {
    let start = host.begin_sign_in(SignInRequest::Discoverable);
    host.store.take_ceremony(&start.ceremony_id).unwrap().unwrap()
}

const FINISHES: usize = 2000;

/// Runs an action in this many threads at once, and counts the successes.
fn successes(act: impl Fn() -> bool + Sync) -> usize {
    let barrier = Barrier::new(FINISHES);
    thread::scope(|scope| {
        let spawn = |_| {
            let finish = || {
                barrier.wait();
                act()
            };
            thread::Builder::new().stack_size(1 << 20).spawn_scoped(scope, finish).unwrap()
        };
        let threads = (0..FINISHES).map(spawn).collect::<Vec<_>>();
        threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    })
}

#[test]
fn one_of_2000_simultaneous_finishes_of_one_ceremony_succeeds() {
    let Setting { host, creation, sign_ins, .. } = setting();
    let (_, ceremony, response) = &sign_ins[0];
    let (rp, store) = (&host.rp, &host.store);
    store.put_ceremony(ceremony).unwrap();
    let signed_in = successes(|| {
        store::run(store, SignIn::finish(rp, posted(ceremony.id(), response.as_bytes()), NOW))
            .is_ok()
    });
    assert_eq!(signed_in, 1);

    let ada = handle("ada");
    store.put_ceremony(&creation.0).unwrap();
    let created = successes(|| {
        let response = creation.1.as_bytes();
        store::run(store, CreatePasskey::finish(rp, ada, posted(creation.0.id(), response), NOW))
            .is_ok()
    });
    assert_eq!((created, host.passkeys(&user("ada")).len()), (1, 2));
}

/// Ada's passkeys at two relying parties, as a store returns them that does not look at the RP ID, and Bob's beside
/// hers.
#[test]
fn store_that_mixes_tenants_or_users_reveals_nothing() {
    let here = Host::new();
    let there = Host::with(
        RelyingParty::builder("example.org", "There")
            .origin("https://example.org")
            .build()
            .unwrap(),
    );
    let ada = user("ada");
    let mine = here.create(&ada, &mut authenticator("mine")).unwrap();
    let mut device = authenticator("foreign");
    let start = there.begin_create(&ada).unwrap();
    let response = device.create(&start.public_key, "https://example.org").unwrap();
    let foreign = there.finish_create(&ada, &start, &response).unwrap();
    let of_bob = here.create(&user("bob"), &mut authenticator("of Bob")).unwrap();
    let refused = |error: Error| assert_eq!(error.code(), "store_inconsistent", "{error}");
    for other in [&foreign, &of_bob] {
        let mixed = || Reply::Passkeys(vec![mine.clone(), other.clone()]);
        let begin = CreatePasskey::begin(&here.rp, &ada, session(), here.challenge(), NOW);
        let Ok(Step::Effect(begin, Effect::PasskeysOf(_))) = begin else {
            panic!("asks for passkeys")
        };
        refused(begin.resume(mixed()).unwrap_err());

        let start = here.begin_create(&ada).unwrap();
        let response = authenticator("second").create(&start.public_key, ORIGIN).unwrap();
        let taken = here.store.take_ceremony(&start.ceremony_id).unwrap().map(Box::new);
        let posted_response = posted(start.ceremony_id, &response);
        let finish = CreatePasskey::finish(&here.rp, ada.handle(), posted_response, NOW);
        let Ok(Step::Effect(finish, Effect::TakeCeremony(_))) = finish else { panic!("takes") };
        let Ok(Step::Effect(finish, Effect::PasskeysOf(_))) = finish.resume(Reply::Ceremony(taken))
        else {
            panic!("asks for passkeys")
        };
        refused(finish.resume(mixed()).unwrap_err());

        for request in purposes("ada").into_iter().filter(|request| request.user().is_some()) {
            let begin = SignIn::begin(&here.rp, request, session(), here.challenge(), NOW);
            let Ok(Step::Effect(begin, Effect::PasskeysOf(_))) = begin else {
                panic!("asks for passkeys")
            };
            refused(begin.resume(mixed()).unwrap_err());
        }
    }

    let eve = new_user("eve", "eve@example.com");
    let start = here.begin_sign_up(&eve).unwrap();
    let response = authenticator("eve").create(&start.public_key, ORIGIN).unwrap();
    let taken = here.store.take_ceremony(&start.ceremony_id).unwrap().map(Box::new);
    let finish = SignUp::finish(&here.rp, posted(start.ceremony_id, &response), NOW);
    let Ok(Step::Effect(finish, Effect::TakeCeremony(_))) = finish else { panic!("takes") };
    let Ok(Step::Effect(finish, Effect::Passkey { .. })) = finish.resume(Reply::Ceremony(taken))
    else {
        panic!("asks for the passkey")
    };
    refused(finish.resume(Reply::Passkey(Some(Box::new(foreign.clone())))).unwrap_err());
}
