//! The host's part for `relying-party-http`: sessions and accounts.

use axum::http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use relying_party::{
    Duration, PasskeyId, RelyingParty, SignedInUser, Timestamp, UserHandle, VerificationProof,
    settings::SensitiveAction,
};
use relying_party_http::{Answer, Host, Named, SignedInBy, Update};
use relying_party_sqlx::SqlxError;

use crate::{
    client::Client,
    config::Config,
    session::{SIGNED_IN, Session, SessionCookie, Token},
    store::{AccountName, Awaits, NewSession, Pending, Store},
};

/// How long a sign-in waits for another factor.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// How long a user has to add a passkey after a recovery code.
pub(crate) const RECOVERY: Duration = Duration::from_secs(10 * 60);

/// Sessions and accounts, as the endpoints for passkeys see them.
#[derive(Clone, Debug)]
pub struct Sessions {
    pub(crate) store: Store,
    pub(crate) cookie: SessionCookie,
    rp_id: String,
    creation_is_sensitive: bool,
    max_passkeys: usize,
    codes: bool,
    behind_proxy: bool,
}

/// A user who is fully authenticated.
pub(crate) struct Entering<'a> {
    pub(crate) user: UserHandle,
    pub(crate) passkey: Option<PasskeyId>,
    pub(crate) proof: Option<&'a VerificationProof>,
}

/// What goes wrong with sessions and accounts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The database fails.
    #[error("the sessions cannot be read or written")]
    Store(#[from] SqlxError),
    /// The operating system has no randomness.
    #[error("there is no randomness")]
    NoRandomness(#[from] getrandom::Error),
}

impl Sessions {
    pub(crate) fn new(
        rp: &RelyingParty,
        store: Store,
        cookie: SessionCookie,
        config: &Config,
    ) -> Self {
        let settings = rp.settings();
        let creation = SensitiveAction::Create;
        Self {
            store,
            cookie,
            rp_id: rp.rp_id().to_string(),
            creation_is_sensitive: settings.reverification().is_needed_before(creation),
            max_passkeys: usize::try_from(settings.max_passkeys_per_user()).unwrap_or(usize::MAX),
            codes: config.demo_codes,
            behind_proxy: config.limits.behind_proxy,
        }
    }

    /// Begins a session for a user who is fully authenticated, in place of the browser's present one. Returns the
    /// cookie.
    pub(crate) async fn begin(
        &self,
        headers: &HeaderMap,
        client: Client,
        entering: Entering<'_>,
    ) -> Result<HeaderValue, HostError> {
        let token = Token::generate()?;
        let now = Timestamp::now();
        let new = NewSession {
            token_hash: token.hash(),
            user: entering.user,
            proof: entering.proof.cloned(),
            passkey: entering.passkey,
            client,
            created_at: now,
            expires_at: now + SIGNED_IN,
        };
        self.store.begin_session(&new, self.cookie.hash_of_token(headers)).await?;
        Ok(self.cookie.set(&token, SIGNED_IN))
    }

    /// The same on another store, inside a transaction.
    pub(crate) fn within(&self, store: Store) -> Self {
        Self { store, ..self.clone() }
    }

    async fn find(&self, request: &Parts) -> Result<Session, HostError> {
        Ok(Session::find(&self.store, &self.rp_id, self.cookie, &request.headers).await?)
    }

    /// Who has used a recovery code, and when. It lets them create a passkey, and nothing else: with the new passkey
    /// they sign in as always. A user who has the maximum number of passkeys may also list them and delete one, since
    /// the new one would be refused.
    async fn recovering(
        &self,
        request: &Parts,
        session: &Session,
    ) -> Result<Option<(SignedInUser, Timestamp)>, HostError> {
        let creates = creates_passkey(request.uri.path());
        if session.account.is_some() || !(creates || makes_room(request)) {
            return Ok(None);
        }
        let Some((account, since)) = session.recovering(&self.store, &self.rp_id).await? else {
            return Ok(None);
        };
        let may = creates || self.count_passkeys(account.handle).await? >= self.max_passkeys;
        Ok(may.then(|| (SignedInUser::from(&account), since)))
    }

    async fn count_passkeys(&self, user: UserHandle) -> Result<usize, HostError> {
        Ok(self.store.count_passkeys(&self.rp_id, user).await?)
    }

    /// When the host itself verified a user: at the sign-up, or at a sign-in with a code. That counts for a first
    /// passkey only. A user who has a passkey must use it.
    async fn verified_by_host(
        &self,
        request: &Parts,
        session: &Session,
    ) -> Result<Option<Timestamp>, HostError> {
        let Session { row: Some(row), account: Some(account), .. } = session else {
            return Ok(None);
        };
        if !self.creation_is_sensitive || !request.uri.path().ends_with("/create/begin") {
            return Ok(None);
        }
        let has_none = self.count_passkeys(account.handle).await? == 0;
        Ok(has_none.then_some(row.created_at))
    }
}

fn is_sign_in(path: &str) -> bool {
    path.ends_with("/sign-in/begin") || path.ends_with("/sign-in/finish")
}

/// Whether a path creates a passkey for a user who is signed in.
fn creates_passkey(path: &str) -> bool {
    path.ends_with("/create/begin") || path.ends_with("/create/finish")
}

/// Whether a request lists passkeys or deletes one of them.
fn makes_room(request: &Parts) -> bool {
    match request.uri.path().strip_prefix("/passkeys") {
        Some("") => request.method == Method::GET,
        Some(id) => request.method == Method::DELETE && id.len() > 1,
        None => false,
    }
}

impl Host for Sessions {
    type Error = HostError;

    fn is_temporary(error: &HostError) -> bool {
        matches!(error, HostError::Store(_))
    }

    async fn session(&self, request: &Parts) -> Result<relying_party_http::Session, HostError> {
        // A sign-in belongs to the browser, not to the user who is signed in there, so its session is not read.
        let mut session = if is_sign_in(request.uri.path()) {
            Session::unread(self.cookie, &request.headers)
        } else {
            self.find(request).await?
        };
        let mut cookie = None;
        // Only what begins needs a session to belong to.
        if request.uri.path().ends_with("/begin") {
            (cookie, session) = session.or_anonymous(self.cookie)?;
        }
        let mut answer =
            relying_party_http::Session::bound(session.binding()).signed_in(session.user());
        if let Some(cookie) = cookie {
            answer = answer.header(header::SET_COOKIE, cookie);
        }
        if let Some(at) = self.verified_by_host(request, &session).await? {
            answer = answer.verified_by_host(at);
        }
        let pending = session.pending(Timestamp::now());
        let first_factor =
            pending.filter(|pending| pending.awaits == Awaits::Passkey).map(|pending| pending.user);
        if let Some((account, since)) = self.recovering(request, &session).await? {
            answer = answer.signed_in(account).verified_by_host(since);
        }
        let proof = session.row.and_then(|row| row.proof);
        Ok(answer.verified(proof).after_first_factor(first_factor))
    }

    async fn begin_session(
        &self,
        request: &Parts,
        by: SignedInBy<'_>,
    ) -> Result<Answer, HostError> {
        let client = Client::of(&request.extensions, &request.headers, self.behind_proxy);
        let passkey = match by {
            SignedInBy::Passkey(signed_in) | SignedInBy::SecondFactor(signed_in) => {
                Some(signed_in.passkey.id)
            }
            SignedInBy::SignUp(signed_up) => Some(signed_up.passkey.id),
            _ => None,
        };
        let entering = Entering { user: by.user(), passkey, proof: by.proof() };
        let cookie = self.begin(&request.headers, client, entering).await?;
        Ok(Answer::new().header(header::SET_COOKIE, cookie))
    }

    async fn update_session(
        &self,
        request: &Parts,
        update: Update<'_>,
    ) -> Result<Answer, HostError> {
        let Some(token_hash) = self.cookie.hash_of_token(&request.headers) else {
            return Ok(Answer::new());
        };
        match update {
            Update::Reverified(signed_in) => {
                if let Some(proof) = &signed_in.proof {
                    self.store.set_proof(token_hash, signed_in.user, proof).await?;
                }
            }
            Update::FirstFactor(signed_in) if self.codes => {
                let now = Timestamp::now();
                let (user, until) = (signed_in.user, now + PATIENCE);
                let pending = Pending { user, until, awaits: Awaits::AnyCode };
                self.store.set_pending(token_hash, &pending, now).await?;
            }
            // Without codes there is no other factor to ask for.
            _ => {}
        }
        Ok(Answer::new())
    }

    async fn end_session(&self, _: &Parts, user: UserHandle) -> Result<Answer, HostError> {
        self.store.forget_account(&self.rp_id, user).await?;
        Ok(Answer::new().header(header::SET_COOKIE, self.cookie.clear()))
    }

    async fn find_account(&self, identifier: &str) -> Result<Named, HostError> {
        // What cannot be a name is not an account's either.
        let Ok(name) = identifier.parse::<AccountName>() else {
            return Ok(Named::new(identifier, None));
        };
        let account = self.store.account_by_name(&self.rp_id, &name).await?;
        Ok(Named::new(name.spelling(), account.map(|account| account.handle)))
    }
}
