//! Browser sessions: a random token in a cookie, its hash in the database.
//!
//! A browser gets a token before anyone signs in, so that a ceremony belongs to the browser in which it began. Nothing
//! is written for it. Signing in gives the browser a new token: one that an attacker planted before is worthless then.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::{Duration, SessionBinding, SignedInUser, Timestamp};
use relying_party_sqlx::{Account, SqlxError};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    error::ApiError,
    store::{Awaits, Pending, SessionRow, Store, TokenHash},
};

/// How long a user stays signed in.
pub(crate) const SIGNED_IN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a browser keeps a token without which no one is signed in. It gets another when it needs one.
pub(crate) const ANONYMOUS: Duration = Duration::from_secs(60 * 60);

/// Characters of a token: 32 bytes in base64url.
const TOKEN_LENGTH: usize = 43;

/// The session of the browser that sent a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    /// What its token hashes to, if it has one.
    pub(crate) token_hash: Option<TokenHash>,
    /// What is kept of it.
    pub(crate) row: Option<SessionRow>,
    /// Who is signed in.
    pub(crate) account: Option<Account>,
}

/// A user who is signed in. Without one, a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    pub(crate) row: SessionRow,
    pub(crate) token_hash: TokenHash,
}

impl Session {
    /// The session of a request, without what is kept of it.
    pub(crate) fn unread(cookie: SessionCookie, headers: &HeaderMap) -> Self {
        Self { token_hash: cookie.hash_of_token(headers), ..Self::default() }
    }

    /// Looks up the session of a request.
    pub(crate) async fn find(
        store: &Store,
        rp_id: &str,
        cookie: SessionCookie,
        headers: &HeaderMap,
    ) -> Result<Self, SqlxError> {
        let Some(token_hash) = cookie.hash_of_token(headers) else { return Ok(Self::default()) };
        let row = store.session(token_hash, Timestamp::now()).await?;
        let user = row.as_ref().and_then(|row| row.user);
        // An account that was erased has no sessions, whatever was written at the same time.
        let account = match user {
            Some(user) => store.account(rp_id, user).await?,
            None => None,
        };
        Ok(Self { token_hash: Some(token_hash), row, account })
    }

    /// What ceremonies are bound to; without a token, what matches none.
    pub(crate) fn binding(&self) -> SessionBinding {
        SessionBinding::of(self.token_hash.as_ref().map_or(&[][..], |hash| &hash.0))
    }

    /// What the session waits for, unless that took too long.
    pub(crate) fn pending(&self, now: Timestamp) -> Option<&Pending> {
        let pending = self.row.as_ref()?.pending.as_ref()?;
        (now < pending.until).then_some(pending)
    }

    /// Whose recovery code was used in this session, in which no one is signed in, and when.
    pub(crate) async fn recovering(
        &self,
        store: &Store,
        rp_id: &str,
    ) -> Result<Option<(Account, Timestamp)>, SqlxError> {
        let Some(Pending { user, awaits: Awaits::NewPasskey { since }, .. }) =
            self.pending(Timestamp::now())
        else {
            return Ok(None);
        };
        if self.account.is_some() {
            return Ok(None);
        }
        let account = store.account(rp_id, *user).await?;
        Ok(account.map(|account| (account, *since)))
    }

    pub(crate) fn user(&self) -> Option<SignedInUser> {
        self.account.as_ref().map(SignedInUser::from)
    }

    /// The session of a browser that may begin something, with the header that gives it a token if it had none.
    pub(crate) fn or_anonymous(
        mut self,
        cookie: SessionCookie,
    ) -> Result<(Option<HeaderValue>, Self), getrandom::Error> {
        if self.token_hash.is_some() {
            return Ok((None, self));
        }
        let token = Token::generate()?;
        self.token_hash = Some(token.hash());
        Ok((Some(cookie.set(&token, ANONYMOUS)), self))
    }
}

/// A session's token.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    pub(crate) fn hash(&self) -> TokenHash {
        hash(&self.0)
    }
}

fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// How the token travels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// Some browsers refuse `Secure` cookies at `http://localhost`.
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// With the prefix `__Host-`, no other host of the domain can plant the cookie.
    const fn name(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    /// The header that gives the browser a token.
    pub(crate) fn set(self, Token(token): &Token, lifetime: Duration) -> HeaderValue {
        self.header(token, lifetime)
    }

    /// The header that makes the browser forget its token.
    pub(crate) fn clear(self) -> HeaderValue {
        self.header("", Duration::from_millis(0))
    }

    fn header(self, token: &str, lifetime: Duration) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        let seconds = lifetime.as_millis() / 1000;
        let cookie =
            format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
        // A token is base64url, so this is always a header's value.
        HeaderValue::try_from(cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
    }

    pub(crate) fn hash_of_token(self, headers: &HeaderMap) -> Option<TokenHash> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, token)| *name == self.name() && token.len() == TOKEN_LENGTH)
            .map(|(_, token)| hash(token))
    }
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Ok(Self::find(&app.store, &app.site.rp_id, app.cookie, &parts.headers).await?)
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        match Session::from_request_parts(parts, app).await? {
            Session { token_hash: Some(token_hash), row: Some(row), account: Some(account) } => {
                Ok(Self { account, row, token_hash })
            }
            _ => Err(ApiError::new(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Please sign in first.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn cookies(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let set = |secure| {
            let token = Token("token".to_owned());
            let header = SessionCookie::new(secure).set(&token, Duration::from_secs(60));
            header.to_str().unwrap().to_owned()
        };
        assert_eq!(set(false), "session=token; Path=/; HttpOnly; SameSite=Strict; Max-Age=60");
        assert_eq!(
            set(true),
            "__Host-session=token; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure"
        );
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let plain = SessionCookie::new(false);
        let among = format!("a=b; session={TOKEN};c=d");
        assert_eq!(plain.hash_of_token(&cookies(&among)), Some(hash(TOKEN)));
        for other in [
            &format!("xsession={TOKEN}"),
            &format!("__Host-session={TOKEN}"),
            "session=",
            "session=token",
        ] {
            assert_eq!(plain.hash_of_token(&cookies(other)), None, "{other}");
        }
        let named = cookies(&format!("session={TOKEN}"));
        assert_eq!(SessionCookie::new(true).hash_of_token(&named), None);
    }
}
