//! Signing up and erasing an account, with a host whose replies come from the input.

use relying_party::{
    Effect, EraseAccount, NewUser, Posted, Reply, SignUp, ceremony::CeremonyKind,
    flow::SignUpOutcome, limits::USER_NAME_MAX,
};

use super::{
    fixture::{NOW, RP_ID, fixture, session},
    flows::{drive, moment, or_raw, somewhere, taken, verified},
    registration,
    source::Source,
};

pub(super) fn sign_up(data: &[u8]) {
    let mut source = Source::new(data);
    if source.flag() {
        return begin_sign_up(&mut source);
    }
    let fixture = fixture();
    let now = moment(&mut source);
    let honest = source.is_empty() && now == NOW;
    let response = or_raw(&mut source, |source| {
        registration::tampered(source, fixture.sign_up_registration.clone())
    });
    let (session, ceremony) = (somewhere(&mut source), fixture.sign_up.id());
    let posted = Posted { session, ceremony, response: &response };
    let finish = SignUp::finish(&fixture.rp, posted, now);
    let done = drive(&mut source, finish, |effect| match effect {
        Effect::TakeCeremony(_) => Reply::Ceremony(Some(Box::new(fixture.sign_up.clone()))),
        Effect::Passkey { .. } => Reply::Passkey(None),
        _ => Reply::SignedUp(SignUpOutcome::Created),
    });
    let Some((signed_up, trail)) = done else { return assert!(!honest, "an honest sign-up fails") };
    let ceremony = taken(&trail, posted, now);
    let CeremonyKind::SignUp { user, .. } = ceremony.kind() else {
        panic!("a sign-up by another kind of ceremony");
    };
    let [_, (Effect::Passkey { credential_id, .. }, Reply::Passkey(None)), last] = &trail[..]
    else {
        panic!("a sign-up with a registered credential");
    };
    let (Effect::InsertAccount { user: created, passkey }, Reply::SignedUp(SignUpOutcome::Created)) =
        last
    else {
        panic!("a sign-up that was not stored");
    };
    assert_eq!((&**created, &signed_up.user, credential_id), (user, user, &passkey.credential_id));
    assert_eq!(signed_up.passkey, **passkey);
    assert_eq!((passkey.user, &*passkey.rp_id), (user.handle(), RP_ID));
    registration::judge(passkey, &response, ceremony.challenge().as_bytes());
}

fn begin_sign_up(source: &mut Source<'_>) {
    let fixture = fixture();
    let user = NewUser::new(fixture.eve.handle(), source.text(), source.text());
    let challenge = *fixture.sign_up.challenge();
    let begin = SignUp::begin(&fixture.rp, &user, session(), challenge, NOW);
    let Some((start, trail)) = drive(source, begin, |_| Reply::Stored) else { return };
    let [(Effect::PutCeremony(put), Reply::Stored)] = &trail[..] else { unreachable!() };
    assert_eq!(put.id(), start.ceremony_id);
    for name in [user.name(), user.display_name()] {
        assert!(name.len() <= USER_NAME_MAX && !name.contains(char::is_control));
    }
    assert!(!user.name().trim().is_empty());
    assert!(start.public_key.exclude_credentials.is_empty());
    assert_eq!(start.mediation, None);
}

pub(super) fn erase(source: &mut Source<'_>) {
    let fixture = fixture();
    let user = fixture.ada.handle();
    let with_proof = source.flag();
    let begin = if with_proof {
        EraseAccount::begin_verified(&fixture.strict, user, &fixture.proof, NOW)
    } else {
        EraseAccount::begin(&fixture.rp, user)
    };
    let done = drive(source, begin, |effect| match effect {
        Effect::PasskeysOf(_) => Reply::Passkeys(vec![fixture.passkey.clone()]),
        Effect::EraseCeremonies(_) => Reply::Stored,
        _ => Reply::Erased(vec![fixture.passkey.credential_id.clone()]),
    });
    let Some((erased, trail)) = done else { return };
    let [(Effect::EraseCeremonies(of_ceremonies), _), (Effect::ErasePasskeys(owner), reply)] =
        verified(&trail, with_proof)
    else {
        panic!("an account that was not erased");
    };
    assert_eq!((of_ceremonies, owner.user, &*owner.rp_id), (owner, user, RP_ID));
    assert_eq!(*reply, Reply::Erased(erased.credential_ids));
    assert!(erased.signal.all_accepted_credential_ids().is_empty());
}
