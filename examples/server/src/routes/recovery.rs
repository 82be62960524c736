//! Recovery codes: the way back for users who have lost all their passkeys.
//!
//! Each code has 100 random bits, is shown once, to be printed, and counts once. Only its hash is kept. A code does not
//! sign anyone in: it lets its user create a passkey, with which they sign in. If the account has the maximum number of
//! passkeys, it also lets them delete one first.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use relying_party::{AccountId, Timestamp, VerificationProof};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Body, account};
use crate::{
    app::App,
    audit::Event,
    client::Client,
    error::ApiError,
    host::{PATIENCE, RECOVERY},
    session::{ANONYMOUS, Session, SignedIn, Token},
    store::{Awaits, CodeHash, Pending},
};

/// How many codes a user gets.
const CODES: usize = 8;

/// Characters of a code. Each has five bits.
const LENGTH: usize = 20;

/// Crockford's base 32, without letters that look like digits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// New codes, in place of the old ones. The user must have shown a passkey recently: otherwise anyone at an unlocked
/// computer could take codes for later.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    client: Client,
) -> Result<Json<Value>, ApiError> {
    if !was_verified_lately(&signed_in, Timestamp::now()) {
        let message = "Confirm that it is you, then try again.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "reverification_required", message));
    }
    let codes = (0..CODES).map(|_| generate()).collect::<Result<Vec<_>, _>>();
    let codes = codes.map_err(ApiError::no_randomness)?;
    let hashes = codes.iter().map(|code| hash(code)).collect::<Vec<_>>();
    let user = signed_in.account.handle;
    app.store.replace_recovery_codes(user, &hashes).await?;
    let account = AccountId::of(&app.site.rp_id, &user);
    app.audit.record_beside(account, Event::RecoveryCodesCreated, client);
    Ok(Json(json!({ "codes": codes })))
}

/// Whether the session began with a passkey a moment ago, or its user has shown one since.
fn was_verified_lately(signed_in: &SignedIn, now: Timestamp) -> bool {
    let row = &signed_in.row;
    let began = row.passkey.is_some().then_some(row.created_at);
    let proof = row.proof.as_ref().filter(|proof| proof.user_verified());
    let verified = proof.map(VerificationProof::verified_at);
    began.max(verified).is_some_and(|at| now < at + PATIENCE)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    code: String,
}

/// An answer with a cookie.
type WithCookie = ([(HeaderName, HeaderValue); 1], Json<Value>);

/// Takes a code. The browser gets a new session, which lets its user create a passkey: in the old one, an attacker who
/// planted its token could create theirs. As every path that begins something, it is limited by address.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    session: Session,
    client: Client,
    Body(Code { code }): Body<Code>,
) -> Result<WithCookie, ApiError> {
    if session.account.is_some() {
        let message = "You are signed in already.";
        return Err(ApiError::new(StatusCode::CONFLICT, "already_signed_in", message));
    }
    let code = normalized(&code).ok_or_else(wrong)?;
    let token = Token::generate().map_err(ApiError::no_randomness)?;
    let user = app.store.take_recovery_code(hash(&code)).await?.ok_or_else(wrong)?;
    let account = app.store.account(&app.site.rp_id, user).await?.ok_or_else(wrong)?;
    let id = AccountId::of(&app.site.rp_id, &user);
    app.audit.record_beside(id, Event::RecoveryCodeUsed, client);
    let since = Timestamp::now();
    let awaits = Awaits::NewPasskey { since };
    let pending = Pending { user, until: since + RECOVERY, awaits };
    app.store.set_pending(token.hash(), &pending, since).await?;
    let cookie = app.cookie.set(&token, ANONYMOUS);
    let answer = json!({ "user": account::user(&account) });
    Ok(([(header::SET_COOKIE, cookie)], Json(answer)))
}

/// Gives up: the browser goes on without a session.
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Value>, ApiError> {
    if let (Some(token_hash), None) = (session.token_hash, &session.account) {
        app.store.end_session(token_hash).await?;
    }
    Ok(Json(json!({ "user": null })))
}

fn wrong() -> ApiError {
    let message = "This code is not valid, or it was used before.";
    ApiError::new(StatusCode::BAD_REQUEST, "recovery_code_incorrect", message)
}

/// A code as it is printed, in groups that are easy to type.
fn generate() -> Result<String, getrandom::Error> {
    let mut random = [0; LENGTH];
    getrandom::fill(&mut random)?;
    let mut code = String::with_capacity(LENGTH + 3);
    for (index, byte) in random.iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            code.push('-');
        }
        // The alphabet has 32 characters, so each of them is equally likely.
        code.extend(ALPHABET.get(usize::from(byte % 32)).map(|letter| char::from(*letter)));
    }
    Ok(code)
}

/// A code as it was typed: in lower case, with other groups, or with letters that look like digits.
fn normalized(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(LENGTH);
    for letter in typed.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        };
        if code.len() == LENGTH || !u8::try_from(letter).is_ok_and(|it| ALPHABET.contains(&it)) {
            return None;
        }
        code.push(letter);
    }
    (code.len() == LENGTH).then_some(code)
}

fn hash(code: &str) -> CodeHash {
    let letters = code.bytes().filter(|letter| *letter != b'-').collect::<Vec<_>>();
    CodeHash(Sha256::digest(letters).into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn code_is_read_however_it_is_typed() {
        let code = "01ABC-DEFGH-JKMNP-QRSTV";
        let plain = normalized(code).unwrap();
        assert_eq!(plain, "01ABCDEFGHJKMNPQRSTV");
        for typed in [" 01abc defgh jkmnp qrstv ", "oiABCDEFGHJKMNPQRSTV", "0lABC-DEFG-HJKMNPQRSTV"]
        {
            assert_eq!(normalized(typed).as_ref(), Some(&plain), "{typed}");
        }
        assert_eq!(hash(code), hash(&plain));
        for typed in
            ["", "01ABC-DEFGH-JKMNP-QRST", "01ABC-DEFGH-JKMNP-QRSTVW", "01ABC-DEFGH-JKMNP-QRSTU"]
        {
            assert_eq!(normalized(typed), None, "{typed}");
        }
    }

    #[test]
    fn codes_use_the_whole_alphabet_and_differ() {
        let codes = (0..200).map(|_| generate().unwrap()).collect::<BTreeSet<_>>();
        assert_eq!(codes.len(), 200);
        let letters = codes.iter().flat_map(|code| code.bytes()).collect::<BTreeSet<_>>();
        assert_eq!(letters.len(), ALPHABET.len() + 1, "and the hyphen");
        assert!(codes.iter().all(|code| normalized(code).is_some()));
    }
}
