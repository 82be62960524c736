//! What each endpoint does with an admitted request.

mod account;
mod create;
mod failure;
mod sign_in;
mod sign_up;

use relying_party::{SignedInUser, extensions::RegistrationInputs, flow::BeginOptions};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{
    Answer, Host, client,
    endpoints::{Call, Store},
    refusal::Refused,
    respond::Reply,
};

impl<S: Store, H: Host> Call<'_, S, H> {
    fn signed_in_user(&self) -> Result<&SignedInUser, Refused> {
        self.session.user.as_ref().ok_or(Refused::Unauthenticated)
    }

    /// Parses the body, which must be an object: serde also accepts an array for a struct.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        if self.body.trim_ascii_start().first() != Some(&b'{') {
            return Err(Refused::Malformed);
        }
        serde_json::from_slice(self.body).map_err(|_| Refused::Malformed)
    }

    /// The options of a ceremony that begins in this session, in the page that sent the request.
    fn begin_options<E>(&self) -> BeginOptions<'_, E> {
        let options = BeginOptions::new(self.session.binding);
        match self.origin {
            Some(origin) => options.origin(origin),
            None => options,
        }
    }

    /// The same for a new passkey, which is named after the browser if its authenticator is unknown.
    fn creation_options(&self) -> BeginOptions<'_, RegistrationInputs> {
        let options = self.begin_options();
        match client::name(&self.parts.headers) {
            Some(name) => options.fallback_name(&name),
            None => options,
        }
    }

    /// JSON for the browser in its current session.
    fn reply(&self, body: &impl ToString) -> Reply {
        Reply { body: body.to_string(), headers: self.session.headers.clone() }
    }

    /// The same, with additions of the host.
    fn reply_with(&self, body: &impl ToString, answer: &Answer) -> Reply {
        let Reply { body, mut headers } = self.reply(body);
        for (name, value) in &answer.headers {
            headers.append(name, value.clone());
        }
        Reply { body, headers }
    }
}

/// Parses a member that may be absent but not `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}
