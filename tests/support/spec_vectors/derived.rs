//! Cases derived from the vectors by changing one thing, and signed again if the change is signed: only the rule under
//! test can fail.

mod algorithms;
mod authentication;
mod client_data;
mod registration;
mod self_attestation;
mod signature;

use relying_party::test_authenticator::{
    AssertionParts, ClientData, RegistrationParts, SignedAssertion, SignedRegistration,
};
use serde_json::{Value, json};

use super::{case, vector::Ceremonies};

/// Every case: the vectors themselves, and what is derived from them.
pub(crate) fn cases(vectors: &[Ceremonies]) -> Vec<Value> {
    let mut cases = Vec::new();
    for vector in vectors {
        Registrations::of(vector, &mut cases).add(|_| (), |_| (), |_| ());
        Authentications::of(vector, &mut cases).add(|_| (), |_| (), |_| ());
    }
    let named = |name: &str| vectors.iter().find(|vector| vector.vector.name == name).unwrap();
    let (none, packed) = (named("none.ES256"), named("packed-self.ES256"));
    registration::derive(&mut Registrations::of(packed, &mut cases));
    registration::derive_formats(&mut Registrations::of(none, &mut cases));
    self_attestation::derive(&mut Registrations::of(packed, &mut cases));
    authentication::derive(&mut Authentications::of(none, &mut cases));
    authentication::derive_not_eligible(&mut Authentications::of(
        named("none.ES256.crossOrigin"),
        &mut cases,
    ));
    authentication::derive_type(&mut Authentications::of(packed, &mut cases), packed);
    signature::derive(&mut Authentications::of(none, &mut cases));
    for name in ["packed-self.EdDSA", "packed-self.Ed25519"] {
        algorithms::derive_ed25519(named(name), &mut cases);
    }
    algorithms::derive_rs256(named("packed-self.RS256"), &mut cases);
    cases
}

/// Registrations derived from one vector.
pub(crate) struct Registrations<'a> {
    base: &'a Ceremonies,
    cases: &'a mut Vec<Value>,
    /// The difference in the relying party, in all of them.
    setting: fn(&mut Value),
}

/// Authentications derived from one vector.
pub(crate) struct Authentications<'a> {
    base: &'a Ceremonies,
    cases: &'a mut Vec<Value>,
    /// The difference in the relying party, in all of them.
    setting: fn(&mut Value),
}

/// The methods that derive, which only differ in their types. A verdict is `ok` or a reason.
macro_rules! derive {
    ($type:ident, $parts:ty, $signed:ty, $ceremony:ident) => {
        impl<'a> $type<'a> {
            pub(crate) fn of(base: &'a Ceremonies, cases: &'a mut Vec<Value>) -> Self {
                Self { base, cases, setting: |_| () }
            }

            /// The same for a relying party that is configured differently.
            pub(crate) fn under(&mut self, setting: fn(&mut Value)) -> $type<'_> {
                $type { base: self.base, cases: self.cases, setting }
            }

            /// A case with a change before signing, one after it, and one to the case itself.
            fn add(
                &mut self,
                tamper: impl FnOnce(&mut $parts),
                corrupt: impl FnOnce(&mut $signed),
                change: impl FnOnce(&mut Value),
            ) {
                let mut parts = self.base.$ceremony.clone();
                tamper(&mut parts);
                let mut signed = parts.sign().unwrap();
                corrupt(&mut signed);
                let mut case = case::$ceremony(self.base, &signed.to_json().unwrap());
                (self.setting)(&mut case);
                change(&mut case);
                self.cases.push(case);
            }

            /// A change that is signed.
            pub(crate) fn tampered(
                &mut self,
                name: &str,
                verdict: &str,
                note: &str,
                tamper: impl FnOnce(&mut $parts),
            ) {
                self.add(tamper, |_| (), |case| conclude(case, name, verdict, note));
            }

            /// A change after signing.
            pub(crate) fn corrupted(
                &mut self,
                name: &str,
                verdict: &str,
                note: &str,
                corrupt: impl FnOnce(&mut $signed),
            ) {
                self.add(|_| (), corrupt, |case| conclude(case, name, verdict, note));
            }

            /// A change to what the relying party wants or knows, or to the JSON of the response.
            pub(crate) fn changed(
                &mut self,
                name: &str,
                verdict: &str,
                note: &str,
                change: impl FnOnce(&mut Value),
            ) {
                self.add(
                    |_| (),
                    |_| (),
                    |case| {
                        change(case);
                        conclude(case, name, verdict, note);
                    },
                );
            }
        }

        impl TampersClientData for $type<'_> {
            fn client_data(
                &mut self,
                name: &str,
                verdict: &str,
                note: &str,
                tamper: impl FnOnce(&mut ClientData),
            ) {
                self.tampered(name, verdict, note, |parts| tamper(&mut parts.client_data));
            }

            fn under_setting(&mut self, setting: fn(&mut Value)) -> impl TampersClientData {
                self.under(setting)
            }
        }
    };
}

derive!(Registrations, RegistrationParts, SignedRegistration, registration);
derive!(Authentications, AssertionParts, SignedAssertion, authentication);

/// Both ceremonies have client data, and the same rules for most of it.
pub(crate) trait TampersClientData {
    fn client_data(
        &mut self,
        name: &str,
        verdict: &str,
        note: &str,
        tamper: impl FnOnce(&mut ClientData),
    );

    fn under_setting(&mut self, setting: fn(&mut Value)) -> impl TampersClientData;
}

/// Gives a case its name and its verdict.
fn conclude(case: &mut Value, name: &str, verdict: &str, note: &str) {
    let kind = if verdict == "ok" { "pos" } else { "neg" };
    let base = case["id"].as_str().unwrap();
    case["id"] = format!("{base}/{kind}/{name}").into();
    case["note"] = note.into();
    if verdict != "ok" {
        case["expect"] = json!({"ok": false, "reason": verdict});
    }
}
