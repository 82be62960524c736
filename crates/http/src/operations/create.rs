//! Creating a passkey as a signed-in user.

use relying_party::{PasskeyName, json::AuthenticatorAttachment};
use serde::Deserialize;
use serde_json::json;

use super::present;
use crate::{
    Host,
    endpoints::{Call, Store},
    refusal::Failure,
    respond::Reply,
    signal,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    attachment: Option<AuthenticatorAttachment>,
    #[serde(default)]
    conditional: bool,
}

impl<S: Store, H: Host> Call<'_, S, H> {
    pub(crate) async fn begin_create(&self) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?;
        let Begin { name, attachment, conditional } = self.read()?;
        let mut options = self.creation_options();
        if let Some(name) = name {
            let name = name.parse::<PasskeyName>();
            options = options.name(name.map_err(relying_party::Error::from)?);
        }
        if let Some(attachment) = attachment {
            options = options.attachment(attachment);
        }
        if conditional {
            options = options.conditional();
        }
        if let Some(step_up) = self.session.step_up() {
            options = options.verified(step_up);
        }
        let start = self.shared.run(self.shared.passkeys.begin_create(user, options)).await?;
        Ok(self.reply(&start.to_json()))
    }

    pub(crate) async fn finish_create(&self) -> Result<Reply, Failure> {
        let user = self.signed_in_user()?;
        let passkeys = &self.shared.passkeys;
        let finish = passkeys.finish_create(user.handle(), self.session.binding, self.body);
        let created = self.shared.run(finish).await?;
        let signals = [signal::current_user_details(&user.signal(passkeys.relying_party()))];
        Ok(self.reply(&json!({ "passkey": created.passkey.summary(), "signals": signals })))
    }
}
