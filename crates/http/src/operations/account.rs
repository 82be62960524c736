//! The account page: listing, renaming and deleting passkeys, and erasing the account.

use relying_party::{Passkey, PasskeyId};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Host,
    endpoints::{Call, Store},
    refusal::{Failure, Refused},
    respond::Reply,
    signal,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    name: String,
}

impl<S: Store, H: Host> Call<'_, S, H> {
    pub(crate) async fn list(&self) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?;
        let passkeys = &self.shared.passkeys;
        let listed = self.shared.run(passkeys.list(user.handle())).await?;
        let data = listed.passkeys.iter().map(Passkey::summary).collect::<Vec<_>>();
        let signals = [
            signal::all_accepted_credentials(&listed.signal),
            signal::current_user_details(&user.signal(passkeys.relying_party())),
        ];
        Ok(self.reply(&json!({ "data": data, "total_count": data.len(), "signals": signals })))
    }

    pub(crate) async fn rename(&self, id: &str) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?.handle();
        let Rename { name } = self.read()?;
        let id = id.parse::<PasskeyId>().map_err(relying_party::Error::from)?;
        let passkeys = &self.shared.passkeys;
        let renamed = match self.session.step_up() {
            Some(step_up) => {
                self.shared.run(passkeys.rename_verified(user, id, &name, step_up)).await?
            }
            None => self.shared.run(passkeys.rename(user, id, &name)).await?,
        };
        Ok(self.reply(&json!({ "passkey": renamed.summary() })))
    }

    pub(crate) async fn delete(&self, id: &str) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?.handle();
        let id = id.parse::<PasskeyId>().map_err(relying_party::Error::from)?;
        let passkeys = &self.shared.passkeys;
        let deleted = match self.session.step_up() {
            Some(step_up) => self.shared.run(passkeys.delete_verified(user, id, step_up)).await?,
            None => self.shared.run(passkeys.delete(user, id)).await?,
        };
        let signals = [signal::all_accepted_credentials(&deleted.signal)];
        Ok(self.reply(
            &json!({ "object": "passkey", "id": deleted.id, "deleted": true, "signals": signals }),
        ))
    }

    pub(crate) async fn erase(&self) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?.handle();
        if !self.shared.config.erase {
            return Err(Refused::EraseDisabled.into());
        }
        let passkeys = &self.shared.passkeys;
        let erased = match self.session.step_up() {
            Some(step_up) => self.shared.run(passkeys.erase_verified(user, step_up)).await?,
            None => self.shared.run(passkeys.erase(user)).await?,
        };
        let answer = self.shared.host.end_session(self.parts, user).await;
        let answer = answer.map_err(|error| self.shared.host_failed(error))?;
        let signals = [signal::all_accepted_credentials(&erased.signal)];
        let body = json!({ "object": "account", "deleted": true, "signals": signals });
        Ok(Reply { body: body.to_string(), headers: answer.headers })
    }
}
