//! The flows, with a host whose replies come from the input: right, wrong, of the wrong kind, or with other users'
//! data.
//!
//! A flow may refuse for any reason. It may only succeed if every reply was of the right kind and had the content that
//! success needs.

use relying_party::{
    CreatePasskey, DeletePasskey, Effect, Flow, ListPasskeys, Passkey, PasskeyId, Posted,
    RenamePasskey, Reply, SessionBinding, SignIn, SignInRequest, Step, Timestamp,
    ceremony::{Ceremony, CeremonyKind},
    flow::{BeginOptions, InsertOutcome, RecordOutcome, RemoveOutcome, SignUpOutcome},
    limits::CLOCK_SKEW_MAX,
};

use super::{
    authentication,
    fixture::{Fixture, LATER, NOW, RP_ID, fixture, session},
    registration,
    source::Source,
};

/// The effects and the replies, in order.
pub(super) type Trail = Vec<(Effect, Reply)>;

pub(super) fn drive<F: Flow>(
    source: &mut Source<'_>,
    start: Result<Step<F>, relying_party::Error>,
    honest: impl Fn(&Effect) -> Reply,
) -> Option<(F::Output, Trail)> {
    let mut trail = Trail::new();
    let mut step = start.ok()?;
    loop {
        // A flow asks for a handful of effects and then ends, regardless of the replies.
        assert!(trail.len() <= 16, "a flow that does not end");
        match step {
            Step::Done(output) => {
                assert!(trail.iter().all(|(effect, reply)| is_of_its_kind(effect, reply)));
                return Some((output, trail));
            }
            Step::Effect(flow, effect) => {
                let reply = if source.below(4) == 3 { any_reply(source) } else { honest(&effect) };
                trail.push((effect, reply.clone()));
                step = match flow.resume(reply) {
                    Ok(step) => step,
                    Err(error) => {
                        // Every error has a message, a code and a public message.
                        assert!(!error.to_string().is_empty() && !error.code().is_empty());
                        assert!(serde_json::to_string(&error.public()).is_ok());
                        return None;
                    }
                };
            }
        }
    }
}

fn is_of_its_kind(effect: &Effect, reply: &Reply) -> bool {
    matches!(
        (effect, reply),
        (Effect::PutCeremony(_) | Effect::EraseCeremonies(_), Reply::Stored)
            | (Effect::TakeCeremony(_), Reply::Ceremony(_))
            | (Effect::PasskeysOf(_), Reply::Passkeys(_))
            | (Effect::Passkey { .. } | Effect::RenamePasskey { .. }, Reply::Passkey(_))
            | (Effect::InsertPasskey { .. }, Reply::Inserted(_))
            | (Effect::RecordUse { .. }, Reply::Recorded(_))
            | (Effect::DeletePasskey { .. }, Reply::Removed(_))
            | (Effect::InsertAccount { .. }, Reply::SignedUp(_))
            | (Effect::ErasePasskeys(_), Reply::Erased(_))
    )
}

fn any_reply(source: &mut Source<'_>) -> Reply {
    match source.below(9) {
        0 => Reply::Ceremony(any_ceremony(source).map(Box::new)),
        1 => Reply::Passkey(source.flag().then(|| Box::new(any_passkey(source)))),
        2 => Reply::Passkeys((0..source.below(12)).map(|_| any_passkey(source)).collect()),
        3 => Reply::Inserted(*source.choose(&[
            InsertOutcome::Inserted,
            InsertOutcome::AlreadyExists,
            InsertOutcome::LimitReached,
        ])),
        4 => Reply::Recorded(*source.choose(&[
            RecordOutcome::Conflict,
            RecordOutcome::Updated,
            RecordOutcome::NotFound,
        ])),
        5 => Reply::Removed(*source.choose(&[
            RemoveOutcome::Removed,
            RemoveOutcome::NotFound,
            RemoveOutcome::LastPasskey,
        ])),
        6 => Reply::SignedUp(*source.choose(&[
            SignUpOutcome::Created,
            SignUpOutcome::NameTaken,
            SignUpOutcome::AlreadyExists,
            SignUpOutcome::Unsupported,
        ])),
        7 => {
            Reply::Erased((0..source.below(3)).map(|_| any_passkey(source).credential_id).collect())
        }
        _ => Reply::Stored,
    }
}

fn any_ceremony(source: &mut Source<'_>) -> Option<Ceremony> {
    let Fixture { creation, named, open, bobs_creation, bobs_named, sign_up, .. } = fixture();
    let Fixture { passkey, bobs, .. } = fixture();
    let ceremony = *source.choose(&[creation, named, open, bobs_creation, bobs_named, sign_up]);
    let mut json = serde_json::from_str::<serde_json::Value>(&ceremony.to_stored().record).unwrap();
    match source.below(9) {
        0 => return None,
        1 => json["rp_id"] = "example.net".into(),
        2 => json["challenge"] = source.text().into(),
        3 => json["created_at"] = source.u32().into(),
        4 => json["expires_at"] = (NOW.as_unix_millis() + u64::from(source.byte())).into(),
        5 => {
            let user = *source.choose(&["Ym9i", "YWRh"]);
            let of_sign_in = json["kind"].pointer_mut("/request/user");
            match of_sign_in {
                Some(of_sign_in) => *of_sign_in = user.into(),
                None => json["kind"]["user"] = user.into(),
            }
        }
        6 => {
            json["origin"] =
                (*source.choose(&["https://example.com", "https://example.net"])).into();
        }
        7 if json["kind"]["type"] == "create" => {
            let passkey = *source.choose(&[passkey.id, bobs.id]);
            json["kind"]["verified_with"] = passkey.to_string().into();
        }
        _ => {}
    }
    Ceremony::from_stored(&json.to_string())
}

fn any_passkey(source: &mut Source<'_>) -> Passkey {
    let Fixture { passkey, bobs, elsewhere, bob, .. } = fixture();
    let mut any = (*source.choose(&[passkey, bobs, elsewhere])).clone();
    match source.below(8) {
        0 => any.user = bob.handle(),
        1 => any.rp_id.clone_from(&elsewhere.rp_id),
        2 => any.credential_id = bobs.credential_id.clone(),
        3 => any.public_key = bobs.public_key.clone(),
        4 => any.state.sign_count = source.u32(),
        5 => any.state.backup_eligible = *source.choose(&[None, Some(false), Some(true)]),
        6 => any.id = bobs.id,
        _ => {}
    }
    any
}

/// The response to a ceremony, tampered with, or else raw text from the input.
pub(super) fn or_raw(
    source: &mut Source<'_>,
    tampered: impl FnOnce(&mut Source<'_>) -> Option<String>,
) -> Vec<u8> {
    if source.below(8) == 7 {
        return source.bytes().to_vec();
    }
    tampered(source).unwrap_or_default().into_bytes()
}

pub(super) fn moment(source: &mut Source<'_>) -> Timestamp {
    *source.choose(&[NOW, NOW, LATER, Timestamp::from_unix_millis(0)])
}

/// The session in which a response arrives: mostly the one in which the ceremony began.
pub(super) fn somewhere(source: &mut Source<'_>) -> SessionBinding {
    if source.below(8) == 7 { SessionBinding::none() } else { session() }
}

/// Checks that the first effect took the ceremony, and that the ceremony was valid.
pub(super) fn taken<'a>(trail: &'a Trail, posted: Posted<'_>, now: Timestamp) -> &'a Ceremony {
    let Some((Effect::TakeCeremony(id), Reply::Ceremony(Some(ceremony)))) = trail.first() else {
        panic!("a success without a ceremony");
    };
    assert_eq!((ceremony.id(), posted.ceremony), (*id, *id));
    assert_eq!(*ceremony.session(), posted.session);
    assert_eq!(ceremony.rp_id(), RP_ID);
    assert!(now < ceremony.expires_at() && ceremony.created_at() <= now + CLOCK_SKEW_MAX);
    ceremony
}

/// Whether these passkeys include this one, and it is Ada's.
fn has_adas(passkeys: &[Passkey], id: PasskeyId) -> bool {
    let ada = fixture().ada.handle();
    passkeys.iter().any(|it| it.id == id && it.user == ada && it.rp_id == RP_ID)
}

/// Checks that a flow with a proof first asked for the passkey that made the proof. Returns the remaining effects.
pub(super) fn verified(trail: &Trail, with_proof: bool) -> &[(Effect, Reply)] {
    if !with_proof {
        return trail;
    }
    let Some(((Effect::PasskeysOf(_), Reply::Passkeys(passkeys)), rest)) = trail.split_first()
    else {
        panic!("a proof that nothing was asked about");
    };
    assert!(has_adas(passkeys, fixture().passkey.id));
    rest
}

pub(super) fn create(data: &[u8]) {
    let fixture = fixture();
    let mut source = Source::new(data);
    if source.flag() {
        let challenge = *fixture.creation.challenge();
        let (with_proof, mut options) = (source.flag(), BeginOptions::new(session()));
        let mut rp = &fixture.rp;
        if with_proof {
            (rp, options) = (&fixture.strict, options.verified(&fixture.proof));
        }
        let begin = CreatePasskey::begin(rp, &fixture.ada, options, challenge, NOW);
        let done = drive(&mut source, begin, |effect| match effect {
            Effect::PasskeysOf(_) => Reply::Passkeys(vec![fixture.passkey.clone()]),
            _ => Reply::Stored,
        });
        if let Some((start, trail)) = done {
            let (_, Reply::Passkeys(passkeys)) = &trail[0] else { unreachable!() };
            let (Effect::PutCeremony(put), _) = &trail[1] else { unreachable!() };
            assert!(passkeys.len() < 10, "more passkeys than allowed");
            assert_eq!(put.id(), start.ceremony_id);
            let CeremonyKind::Create { verified_with, .. } = put.kind() else { unreachable!() };
            assert_eq!(*verified_with, with_proof.then_some(fixture.passkey.id));
            assert!(verified_with.is_none_or(|id| has_adas(passkeys, id)));
        }
        return;
    }
    let now = moment(&mut source);
    let honest = source.is_empty() && now == NOW;
    let response =
        or_raw(&mut source, |source| registration::tampered(source, fixture.registration.clone()));
    let user = fixture.ada.handle();
    let (session, ceremony) = (somewhere(&mut source), fixture.creation.id());
    let posted = Posted { session, ceremony, response: &response };
    let finish = CreatePasskey::finish(&fixture.rp, user, posted, now);
    let done = drive(&mut source, finish, |effect| match effect {
        Effect::TakeCeremony(_) => Reply::Ceremony(Some(Box::new(fixture.creation.clone()))),
        Effect::PasskeysOf(_) => Reply::Passkeys(vec![fixture.passkey.clone()]),
        _ => Reply::Inserted(InsertOutcome::Inserted),
    });
    let Some((created, trail)) = done else { return assert!(!honest, "an honest creation fails") };
    let ceremony = taken(&trail, posted, now);
    let CeremonyKind::Create { user: begun_for, verified_with, .. } = ceremony.kind() else {
        panic!("a creation by another kind of ceremony");
    };
    assert_eq!(*begun_for, user);
    let (_, Reply::Passkeys(passkeys)) = &trail[1] else { unreachable!() };
    assert!(verified_with.is_none_or(|id| has_adas(passkeys, id)));
    assert!(ceremony.origin().is_none_or(|bound| bound == super::fixture::ORIGIN));
    let (
        Effect::InsertPasskey { passkey, max_per_user: 10 },
        Reply::Inserted(InsertOutcome::Inserted),
    ) = &trail[2]
    else {
        panic!("a creation that was not stored");
    };
    assert_eq!(created.passkey, **passkey);
    assert_eq!((passkey.user, &*passkey.rp_id), (user, RP_ID));
    registration::judge(passkey, &response, ceremony.challenge().as_bytes());
}

pub(super) fn sign_in(data: &[u8]) {
    let fixture = fixture();
    let mut source = Source::new(data);
    match source.below(4) {
        0 => begin_sign_in(&mut source, fixture),
        which => finish_sign_in(&mut source, fixture, which & 1 == 1),
    }
}

fn begin_sign_in(source: &mut Source<'_>, fixture: &Fixture) {
    let user = fixture.ada.handle();
    let request = *source.choose(&[
        SignInRequest::Discoverable,
        SignInRequest::Autofill,
        SignInRequest::for_account(user),
        SignInRequest::SecondFactor(user),
        SignInRequest::Reverify(user),
    ]);
    let begin = SignIn::begin(&fixture.rp, request, session(), *fixture.open.challenge(), NOW);
    let done = drive(source, begin, |effect| match effect {
        Effect::PasskeysOf(_) => Reply::Passkeys(vec![fixture.passkey.clone()]),
        _ => Reply::Stored,
    });
    if let Some((start, trail)) = done {
        let Some((Effect::PutCeremony(put), Reply::Stored)) = trail.last() else { unreachable!() };
        assert_eq!(put.id(), start.ceremony_id);
        let CeremonyKind::SignIn { request: put_for, .. } = put.kind() else { unreachable!() };
        assert_eq!(*put_for, request);
    }
}

fn finish_sign_in(source: &mut Source<'_>, fixture: &Fixture, named: bool) {
    let now = moment(source);
    let honest = source.is_empty() && now == NOW;
    let (ceremony, parts) = if named {
        (&fixture.named, &fixture.assertion)
    } else {
        (&fixture.open, &fixture.open_assertion)
    };
    let response = or_raw(source, |source| authentication::tampered(source, parts.clone()));
    let session = somewhere(source);
    let posted = Posted { session, ceremony: ceremony.id(), response: &response };
    let finish = SignIn::finish(&fixture.rp, posted, now);
    let done = drive(source, finish, |effect| match effect {
        Effect::TakeCeremony(_) => Reply::Ceremony(Some(Box::new(ceremony.clone()))),
        Effect::Passkey { .. } => Reply::Passkey(Some(Box::new(fixture.passkey.clone()))),
        _ => Reply::Recorded(RecordOutcome::Updated),
    });
    let Some((signed_in, trail)) = done else { return assert!(!honest, "an honest sign-in fails") };
    let ceremony = taken(&trail, posted, now);
    let CeremonyKind::SignIn { request, allow_credentials } = ceremony.kind() else {
        panic!("a sign-in by another kind of ceremony");
    };
    let user = request.user();
    let [.., found, recorded] = &trail[..] else { panic!("a sign-in that was not recorded") };
    let (Effect::Passkey { rp_id, credential_id }, Reply::Passkey(Some(passkey))) = found else {
        panic!("a sign-in without a passkey");
    };
    assert_eq!((&**rp_id, &*passkey.rp_id), (RP_ID, RP_ID));
    assert_eq!(passkey.credential_id, *credential_id);
    assert!(allow_credentials.is_empty() || allow_credentials.contains(credential_id));
    assert!(user.is_none_or(|user| user == passkey.user));
    assert_eq!((signed_in.user, signed_in.passkey.user), (passkey.user, passkey.user));
    let (Effect::RecordUse { id, expected, state, at }, Reply::Recorded(RecordOutcome::Updated)) =
        recorded
    else {
        panic!("a sign-in that was not recorded");
    };
    assert_eq!((*id, *expected, *at), (passkey.id, passkey.state, now));
    assert_eq!(*state, signed_in.passkey.state);
    assert!(state.sign_count >= expected.sign_count, "the counter went back");
    authentication::judge(passkey, &response, ceremony.challenge().as_bytes(), user.is_some());
}

pub(super) fn manage(data: &[u8]) {
    let fixture = fixture();
    let mut source = Source::new(data);
    let (user, id) = (fixture.ada.handle(), fixture.passkey.id);
    match source.below(4) {
        0 => {
            let name = source.text();
            let with_proof = source.flag();
            let begin = if with_proof {
                let (rp, proof) = (&fixture.strict, &fixture.proof);
                RenamePasskey::begin_verified(rp, user, id, &name, proof, NOW)
            } else {
                RenamePasskey::begin(&fixture.rp, user, id, &name, NOW)
            };
            let done = drive(&mut source, begin, |effect| match effect {
                Effect::PasskeysOf(_) => Reply::Passkeys(vec![fixture.passkey.clone()]),
                _ => Reply::Passkey(Some(Box::new(fixture.passkey.clone()))),
            });
            if let Some((renamed, trail)) = done {
                assert_eq!(verified(&trail, with_proof).len(), 1);
                assert_eq!((renamed.id, renamed.user, &*renamed.rp_id), (id, user, RP_ID));
            }
        }
        1 => {
            let with_proof = source.flag();
            let begin = if with_proof {
                let (rp, proof) = (&fixture.strict, &fixture.proof);
                DeletePasskey::begin_verified(rp, user, id, proof, NOW)
            } else {
                DeletePasskey::begin(&fixture.rp, user, id)
            };
            let done = drive(&mut source, begin, |effect| match effect {
                Effect::DeletePasskey { .. } => Reply::Removed(RemoveOutcome::Removed),
                _ => Reply::Passkeys(vec![fixture.passkey.clone()]),
            });
            if let Some((deleted, trail)) = done {
                let [removed, _] = verified(&trail, with_proof) else { unreachable!() };
                assert_eq!(removed.1, Reply::Removed(RemoveOutcome::Removed));
                assert_eq!((deleted.id, deleted.signal.user_id()), (id, user));
            }
        }
        2 => {
            let begin = ListPasskeys::begin(&fixture.rp, user);
            let done =
                drive(&mut source, begin, |_| Reply::Passkeys(vec![fixture.passkey.clone()]));
            if let Some((listed, trail)) = done {
                assert_eq!(trail[0].1, Reply::Passkeys(listed.passkeys));
            }
        }
        _ => super::accounts::erase(&mut source),
    }
}
