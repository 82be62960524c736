//! Using a passkey: to sign in, as a second factor, and to be verified again.

use relying_party::{
    Run, SignInRequest,
    flow::{BeginSignIn, SignedIn},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Host, SignedInBy, Update,
    endpoints::{Call, Store},
    host::Answer,
    refusal::{Failure, Refused},
    respond::Reply,
};

/// How the browser asks for a passkey.
#[derive(Debug, Deserialize)]
#[serde(tag = "flow", rename_all = "snake_case", deny_unknown_fields)]
enum Begin {
    Discoverable {},
    Autofill {},
    Named { identifier: String },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<S: Store, H: Host> Call<'_, S, H> {
    pub(crate) async fn begin_sign_in(&self) -> Result<Reply, Failure> {
        let request = match self.read()? {
            Begin::Discoverable {} => SignInRequest::Discoverable,
            Begin::Autofill {} => SignInRequest::Autofill,
            Begin::Named { identifier } => {
                let named = self.shared.host.find_account(&identifier).await;
                let named = named.map_err(|error| self.shared.host_failed(error))?;
                SignInRequest::for_identifier(&named.spelling, named.user)
            }
        };
        let options = self.begin_options();
        self.begin(self.shared.passkeys.begin_sign_in(request, options)).await
    }

    pub(crate) async fn begin_second_factor(&self) -> Result<Reply, Failure> {
        let user = self.session.first_factor.ok_or(Refused::NoFirstFactor)?;
        let Nothing {} = self.read()?;
        let options = self.begin_options();
        self.begin(self.shared.passkeys.begin_second_factor(user, options)).await
    }

    pub(crate) async fn begin_reverify(&self) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?.handle();
        let Nothing {} = self.read()?;
        let options = self.begin_options();
        self.begin(self.shared.passkeys.begin_reverify(user, options)).await
    }

    async fn begin<'f>(&self, begin: Run<'f, S, BeginSignIn<'f>>) -> Result<Reply, Failure> {
        let start = self.shared.run(begin).await?;
        Ok(self.reply(&start.to_json()))
    }

    pub(crate) async fn finish_sign_in(&self) -> Result<Reply, Failure> {
        let finish = self.shared.passkeys.finish_sign_in(self.session.binding, self.body);
        let signed_in = self.shared.run(finish).await?;
        if signed_in.is_complete() {
            return self.enter(SignedInBy::Passkey(&signed_in), &signed_in).await;
        }
        self.update(Update::FirstFactor(&signed_in), &signed_in).await
    }

    pub(crate) async fn finish_second_factor(&self) -> Result<Reply, Failure> {
        let user = self.session.first_factor.ok_or(Refused::NoFirstFactor)?;
        let passkeys = &self.shared.passkeys;
        let finish = passkeys.finish_second_factor(user, self.session.binding, self.body);
        let signed_in = self.shared.run(finish).await?;
        self.enter(SignedInBy::SecondFactor(&signed_in), &signed_in).await
    }

    pub(crate) async fn finish_reverify(&self) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?.handle();
        let passkeys = &self.shared.passkeys;
        let finish = passkeys.finish_reverify(user, self.session.binding, self.body);
        let signed_in = self.shared.run(finish).await?;
        self.update(Update::Reverified(&signed_in), &signed_in).await
    }

    /// The host starts a session. The headers of the old one are not sent.
    async fn enter(&self, by: SignedInBy<'_>, signed_in: &SignedIn) -> Result<Reply, Failure> {
        let answer = self.shared.host.begin_session(self.parts, by).await;
        let answer = answer.map_err(|error| self.shared.host_failed(error))?;
        Ok(Reply { body: body(signed_in, &answer).to_string(), headers: answer.headers })
    }

    async fn update(&self, update: Update<'_>, signed_in: &SignedIn) -> Result<Reply, Failure> {
        let answer = self.shared.host.update_session(self.parts, update).await;
        let answer = answer.map_err(|error| self.shared.host_failed(error))?;
        Ok(self.reply_with(&body(signed_in, &answer), &answer))
    }
}

fn body(signed_in: &SignedIn, answer: &Answer) -> Value {
    json!({
        "status": signed_in.status,
        "passkey": signed_in.passkey.summary(),
        "task": answer.task,
    })
}
