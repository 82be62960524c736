//! Signing up: an account whose first credential is a passkey.

use relying_party::{Error, NewUser};
use serde::Deserialize;
use serde_json::json;

use super::present;
use crate::{
    Host, SignedInBy,
    endpoints::{Call, Store},
    refusal::{Failure, Refused},
    respond::Reply,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Begin {
    name: String,
    #[serde(default, deserialize_with = "present")]
    display_name: Option<String>,
}

impl<S: Store, H: Host> Call<'_, S, H> {
    /// A taken name is refused before the user creates a passkey in vain. The store decides whether it is still free
    /// when the sign-up finishes.
    pub(crate) async fn begin_sign_up(&self) -> Result<Reply, Failure> {
        self.check_sign_up()?;
        let Begin { name, display_name } = self.read()?;
        let named = self.shared.host.find_account(&name).await;
        let named = named.map_err(|error| self.shared.host_failed(error))?;
        if named.user.is_some() {
            return Err(Refused::NameTaken.into());
        }
        let user = NewUser::generate(named.spelling, display_name.unwrap_or(name));
        let user = user.map_err(|_| Error::NoRandomness)?;
        let begin = self.shared.passkeys.begin_sign_up(&user, self.creation_options());
        let start = self.shared.run(begin).await?;
        Ok(self.reply(&start.to_json()))
    }

    pub(crate) async fn finish_sign_up(&self) -> Result<Reply, Failure> {
        self.check_sign_up()?;
        let finish = self.shared.passkeys.finish_sign_up(self.session.binding, self.body);
        let signed_up = self.shared.run(finish).await?;
        let answer =
            self.shared.host.begin_session(self.parts, SignedInBy::SignUp(&signed_up)).await;
        let answer = answer.map_err(|error| self.shared.host_failed(error))?;
        let user = &signed_up.user;
        let body = json!({
            "passkey": signed_up.passkey.summary(),
            "user": { "name": user.name(), "displayName": user.display_name() },
            "task": answer.task,
        });
        Ok(Reply { body: body.to_string(), headers: answer.headers })
    }

    fn check_sign_up(&self) -> Result<(), Refused> {
        if self.shared.config.sign_up { Ok(()) } else { Err(Refused::SignUpDisabled) }
    }
}
