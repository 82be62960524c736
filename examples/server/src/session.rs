//! Browser sessions: a random token in a cookie, its hash in the database.
//!
//! A browser gets a session before anybody signs in, so that a ceremony belongs to the browser in which it began.
//! Signing in gives it a new token: one that somebody planted before is worth nothing afterwards.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::{CeremonyId, Duration, Timestamp, VerificationProof};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    error::ApiError,
    store::{Account, SessionRow, TokenHash},
};

/// How long somebody stays signed in.
const SIGNED_IN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a session lasts in which nobody is signed in. The page asks for a new one when it needs it.
const ANONYMOUS: Duration = Duration::from_secs(60 * 60);

/// The session of the browser that sent the request, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Session(Option<SessionRow>);

/// The session of a browser in which somebody is signed in. Without one, a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    /// Proof of the last time at which they were verified with a passkey, for what is sensitive.
    pub(crate) verified: Option<VerificationProof>,
    token_hash: TokenHash,
    expires_at: Timestamp,
}

impl SignedIn {
    /// When they signed up or in: where that was without a passkey, the host's own verification.
    pub(crate) fn since(&self) -> Timestamp {
        let end = self.expires_at.as_unix_millis();
        Timestamp::from_unix_millis(end.saturating_sub(SIGNED_IN.as_millis()))
    }
}

/// How the token travels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// With the prefix `__Host-`, no other host of the domain can plant the cookie.
    const fn name(self) -> &'static str {
        if self.secure { "__Host-session" } else { "session" }
    }

    fn set(self, token: &str, lifetime: Duration) -> Result<HeaderMap, ApiError> {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        let seconds = lifetime.as_millis() / 1000;
        let cookie =
            format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
        let value = HeaderValue::try_from(cookie).map_err(ApiError::internal)?;
        Ok(HeaderMap::from_iter([(header::SET_COOKIE, value)]))
    }

    fn hash_of_token(self, headers: &HeaderMap) -> Option<TokenHash> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .map(|(_, token)| hash(token))
    }
}

fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

impl Session {
    /// Who is signed in, if anybody.
    pub(crate) fn account(&self) -> Option<&Account> {
        self.0.as_ref()?.account.as_ref()
    }

    /// What the session is found by.
    pub(crate) fn token_hash(&self) -> Result<TokenHash, ApiError> {
        self.0.as_ref().map(|row| row.token_hash).ok_or_else(authentication_required)
    }

    /// Begins a session for `account`, in the place of this one; `verified` if that was by a passkey. Returns the
    /// headers that give it to the browser.
    pub(crate) async fn renew(
        &self,
        app: &App,
        account: &Account,
        verified: Option<&VerificationProof>,
    ) -> Result<HeaderMap, ApiError> {
        let (headers, row) = self.replace(app, Some(account), SIGNED_IN).await?;
        if let Some(proof) = verified {
            app.store.set_verified(&row.token_hash, proof).await?;
        }
        Ok(headers)
    }

    /// Remembers that whoever is signed in was verified with a passkey.
    pub(crate) async fn set_verified(
        &self,
        app: &App,
        proof: &VerificationProof,
    ) -> Result<(), ApiError> {
        Ok(app.store.set_verified(&self.token_hash()?, proof).await?)
    }

    /// This session, or a new one in which nobody is signed in, with the headers that give it to the browser.
    pub(crate) async fn or_anonymous(self, app: &App) -> Result<(HeaderMap, Self), ApiError> {
        if self.0.is_some() {
            return Ok((HeaderMap::new(), self));
        }
        let (headers, row) = self.replace(app, None, ANONYMOUS).await?;
        Ok((headers, Self(Some(row))))
    }

    /// Ends the session. Returns the headers that make the browser forget it.
    pub(crate) async fn end(&self, app: &App) -> Result<HeaderMap, ApiError> {
        if let Some(row) = &self.0 {
            app.store.end_session(&row.token_hash).await?;
        }
        app.cookie.set("", Duration::from_millis(0))
    }

    /// Remembers that a ceremony began in this session.
    pub(crate) async fn bind(
        &self,
        app: &App,
        ceremony: &CeremonyId,
        expires_at: Timestamp,
    ) -> Result<(), ApiError> {
        let (token_hash, now) = (self.token_hash()?, Timestamp::now());
        Ok(app.store.bind_ceremony(&token_hash, ceremony, now, expires_at).await?)
    }

    /// Refuses a ceremony that began in another session, and leaves it as it is for that one.
    pub(crate) async fn check_bound(
        &self,
        app: &App,
        ceremony: &CeremonyId,
    ) -> Result<(), ApiError> {
        let bound = match &self.0 {
            Some(row) => app.store.is_bound(&row.token_hash, ceremony).await?,
            None => false,
        };
        if bound { Ok(()) } else { Err(ApiError::unknown_ceremony()) }
    }

    async fn replace(
        &self,
        app: &App,
        account: Option<&Account>,
        lifetime: Duration,
    ) -> Result<(HeaderMap, SessionRow), ApiError> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(ApiError::no_randomness)?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(random);
        let token_hash = hash(&token);
        let replaced = self.0.as_ref().map(|row| row.token_hash);
        let now = Timestamp::now();
        let expires_at = now + lifetime;
        let user = account.map(|account| account.handle);
        app.store.begin_session(&token_hash, user, replaced, now, expires_at).await?;
        let row = SessionRow { token_hash, account: account.cloned(), verified: None, expires_at };
        Ok((app.cookie.set(&token, lifetime)?, row))
    }
}

impl From<&SignedIn> for Session {
    fn from(signed_in: &SignedIn) -> Self {
        let SignedIn { account, verified, token_hash, expires_at } = signed_in.clone();
        Self(Some(SessionRow { token_hash, account: Some(account), verified, expires_at }))
    }
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Some(token_hash) = app.cookie.hash_of_token(&parts.headers) else {
            return Ok(Self(None));
        };
        Ok(Self(app.store.session(&token_hash, Timestamp::now()).await?))
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        match Session::from_request_parts(parts, app).await?.0 {
            Some(SessionRow { token_hash, account: Some(account), verified, expires_at }) => {
                Ok(Self { account, verified, token_hash, expires_at })
            }
            _ => Err(authentication_required()),
        }
    }
}

fn authentication_required() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "authentication_required", "Please sign in first.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let set = |secure| {
            let headers = SessionCookie::new(secure).set("token", Duration::from_secs(60)).unwrap();
            headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned()
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
        assert_eq!(plain.hash_of_token(&cookies("a=b; session=token;c=d")), Some(hash("token")));
        assert_eq!(plain.hash_of_token(&cookies("xsession=token")), None);
        assert_eq!(plain.hash_of_token(&cookies("__Host-session=token")), None);
        assert_eq!(SessionCookie::new(true).hash_of_token(&cookies("session=token")), None);
    }
}
