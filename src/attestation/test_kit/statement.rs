//! What test statements attest, and how they are assembled.

use alloc::vec::Vec;

use ciborium::Value;

use crate::attestation::{AttestationPolicy, Context, Signed};
use crate::{
    auth_data::AuthenticatorData,
    crypto::{RustCrypto, SignatureVerifier},
    time::Timestamp,
};

pub(crate) const AAGUID: [u8; 16] = [0xaa; 16];

/// A registration of a credential, from the point of view of its statement.
pub(crate) struct TestRegistration {
    pub(crate) auth_data: Vec<u8>,
    pub(crate) client_data_hash: [u8; 32],
}

impl TestRegistration {
    pub(crate) fn of(cose_key: &[u8]) -> Self {
        let head = [&[0x11; 32][..], &[0x45, 0, 0, 0, 0], &AAGUID, &[0, 4], b"cred"].concat();
        Self { auth_data: [&head, cose_key].concat(), client_data_hash: [0x22; 32] }
    }

    /// What most statements sign.
    pub(crate) fn message(&self) -> Vec<u8> {
        [&self.auth_data[..], &self.client_data_hash].concat()
    }

    pub(crate) fn judge<R>(&self, judge: impl FnOnce(&Signed<'_>, &Context<'_>) -> R) -> R {
        self.judge_with(&RustCrypto, judge)
    }

    pub(crate) fn judge_with<R>(
        &self,
        verifier: &dyn SignatureVerifier,
        judge: impl FnOnce(&Signed<'_>, &Context<'_>) -> R,
    ) -> R {
        let data = AuthenticatorData::parse(&self.auth_data).unwrap();
        let attested = data.attested_credential_data().unwrap();
        let signed =
            Signed { data: &data, attested, client_data_hash: &self.client_data_hash.into() };
        let policy = AttestationPolicy::default();
        let now = Timestamp::from_unix_millis(1_700_000_000_000);
        judge(&signed, &Context { verifier, policy: &policy, now })
    }
}

/// Returns a CBOR map of the members that are present.
pub(crate) fn map(members: &[(&str, Option<Value>)]) -> Vec<u8> {
    let present = members.iter().filter_map(|(key, value)| Some(((*key).into(), value.clone()?)));
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(present.collect()), &mut bytes).unwrap();
    bytes
}

pub(crate) fn x5c(certificates: &[Vec<u8>]) -> Value {
    Value::Array(certificates.iter().cloned().map(Value::Bytes).collect())
}
