//! Signals as the browser module reads them: the dictionary of §5.1.10 with a `type`.

use relying_party::json::{AllAcceptedCredentials, CurrentUserDetails, UnknownCredential};
use serde::Serialize;
use serde_json::{Value, json};

pub(crate) fn unknown_credential(signal: &UnknownCredential) -> Value {
    tagged("unknown_credential", signal)
}

pub(crate) fn all_accepted_credentials(signal: &AllAcceptedCredentials) -> Value {
    tagged("all_accepted_credentials", signal)
}

pub(crate) fn current_user_details(signal: &CurrentUserDetails) -> Value {
    tagged("current_user_details", signal)
}

fn tagged(kind: &str, dictionary: &impl Serialize) -> Value {
    #[derive(Serialize)]
    struct Tagged<'a, D> {
        r#type: &'a str,
        #[serde(flatten)]
        dictionary: &'a D,
    }
    json!(Tagged { r#type: kind, dictionary })
}
