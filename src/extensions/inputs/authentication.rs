//! The extension inputs of a sign-in.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString as _},
    vec::Vec,
};

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    bytes::CredentialId,
    extensions::{
        AppId, Blob, Extension, HmacSalts, InvalidExtensions, PrfValues, RequestedExtensions,
        raw::RawInputs,
    },
};

/// The extension inputs of a sign-in: `AuthenticationExtensionsClientInputsJSON` for `get()`. Empty by default.
///
/// ```
/// use relying_party::extensions::{AuthenticationInputs, PrfValues};
/// let inputs = AuthenticationInputs::default().prf(PrfValues::new(b"vault key"));
/// assert_eq!(serde_json::to_string(&inputs).unwrap(), r#"{"prf":{"eval":{"first":"dmF1bHQga2V5"}}}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct AuthenticationInputs {
    requested: RequestedExtensions,
    prf: Option<PrfValues>,
    prf_by_credential: Vec<(CredentialId, PrfValues)>,
    large_blob: Option<Blob>,
    hmac_salts: Option<HmacSalts>,
    raw: RawInputs,
}

impl AuthenticationInputs {
    /// Derives secrets from these values, no matter which passkey answers (§10.1.4).
    pub fn prf(mut self, eval: PrfValues) -> Self {
        self.requested.prf_second |= eval.has_second();
        self.prf = Some(eval);
        self.request(Extension::Prf)
    }

    /// Derives secrets from these values if this passkey answers, instead of the general values. The ceremony must
    /// allow this passkey: it names a user who has it.
    pub fn prf_for(mut self, credential_id: CredentialId, eval: PrfValues) -> Self {
        self.requested.prf_second |= eval.has_second();
        self.prf_by_credential.retain(|(found, _)| *found != credential_id);
        self.prf_by_credential.push((credential_id, eval));
        self.request(Extension::Prf)
    }

    /// Reads the large blob (§10.1.5) instead of writing one.
    pub fn read_large_blob(mut self) -> Self {
        self.requested.large_blob_write = false;
        self.large_blob = None;
        self.request(Extension::LargeBlob)
    }

    /// Writes the large blob (§10.1.5) instead of reading it. The ceremony must allow exactly one passkey.
    pub fn write_large_blob(mut self, blob: &[u8]) -> Self {
        self.requested.large_blob_write = true;
        self.large_blob = Some(Blob::from(blob));
        self.request(Extension::LargeBlob)
    }

    /// `getCredBlob`: reads the bytes that were stored with the passkey (CTAP 2.1 §12.2).
    pub fn cred_blob(self) -> Self {
        self.request(Extension::CredBlob)
    }

    /// `hmacGetSecret`: like [`prf`](Self::prf), for platforms that offer CTAP's form (CTAP 2.1 §12.5).
    pub fn hmac_get_secret(mut self, salts: HmacSalts) -> Self {
        self.hmac_salts = Some(salts);
        self.request(Extension::HmacSecret)
    }

    /// Also accepts keys that were registered with U2F under this AppID (§10.1.1). Their key handles are credential
    /// IDs, and the ceremony must allow them.
    pub fn app_id(mut self, app_id: AppId) -> Self {
        self.requested.app_id = Some(app_id);
        self.request(Extension::AppId)
    }

    /// Asks how the user was verified (Level 2 §10.3).
    pub fn uvm(self) -> Self {
        self.request(Extension::Uvm)
    }

    /// Accepts a response in which the client reports that it acted for a remote one (`remoteClientDataJSON`, Level 4
    /// §10.1.6), as web clients of remote desktops do. By default such a response is rejected.
    ///
    /// The client at hand then leaves all checks of origin and RP ID to the remote machine, and the client data are
    /// those of the browser there. Everything in them is verified as always. The output is not signed: rejecting it
    /// keeps out honest clients, not an attacker who controls one. Experimental: the extension is a draft.
    pub fn allow_remote_client(mut self) -> Self {
        self.requested.remote_client = true;
        self
    }

    /// Passes through the input of an extension that this crate does not know. Its output is passed through too.
    ///
    /// ```
    /// use relying_party::extensions::AuthenticationInputs;
    /// // A draft: where the phone can go on if it finds no passkey after its user has scanned the QR code.
    /// let inputs = AuthenticationInputs::default()
    ///     .raw("crossDeviceFallbackUrl", &"https://example.com/sign-in/other-ways")?;
    /// # assert!(serde_json::to_string(&inputs).unwrap().contains("crossDeviceFallbackUrl"));
    /// # Ok::<(), relying_party::extensions::InvalidExtensions>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as [`RegistrationInputs::raw`](super::RegistrationInputs::raw).
    pub fn raw(
        mut self,
        identifier: &str,
        input: &impl Serialize,
    ) -> Result<Self, InvalidExtensions> {
        self.raw.insert(identifier, input)?;
        Ok(self)
    }

    /// Makes the sign-in fail unless the extension took effect: secrets were derived, the large blob was read or
    /// written, the blob is present, or there is an output at all.
    pub fn require(mut self, extension: Extension) -> Self {
        self.requested.require(extension);
        self
    }

    /// Returns what a ceremony with these inputs remembers.
    #[must_use]
    pub const fn requested(&self) -> &RequestedExtensions {
        &self.requested
    }

    fn request(mut self, extension: Extension) -> Self {
        self.requested.request(extension);
        self
    }

    /// Returns whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks that a client would accept the inputs with this allow list, and that the outputs can satisfy what is
    /// required.
    pub(crate) fn check(&self, allowed: &[CredentialId]) -> Result<(), InvalidExtensions> {
        self.requested.check()?;
        if self.prf_by_credential.iter().any(|(id, _)| !allowed.contains(id)) {
            return Err(InvalidExtensions::PrfCredential);
        }
        if self.requested.large_blob_write && allowed.len() != 1 {
            return Err(InvalidExtensions::LargeBlobWrite(allowed.len()));
        }
        Ok(())
    }
}

impl Serialize for AuthenticationInputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Prf<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            eval: Option<&'a PrfValues>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            eval_by_credential: BTreeMap<String, &'a PrfValues>,
        }

        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        enum LargeBlob<'a> {
            Read(bool),
            Write(&'a Blob),
        }

        let asks = |extension| self.requested.contains(extension);
        let mut map = serializer.serialize_map(None)?;
        if asks(Extension::Prf) {
            let by_credential = self.prf_by_credential.iter();
            let prf = Prf {
                eval: self.prf.as_ref(),
                eval_by_credential: by_credential
                    .map(|(id, eval)| (id.to_string(), eval))
                    .collect(),
            };
            map.serialize_entry("prf", &prf)?;
        }
        if asks(Extension::LargeBlob) {
            let input = self.large_blob.as_ref().map_or(LargeBlob::Read(true), LargeBlob::Write);
            map.serialize_entry("largeBlob", &input)?;
        }
        if let Some(app_id) = &self.requested.app_id {
            map.serialize_entry("appid", app_id)?;
        }
        if let Some(salts) = &self.hmac_salts {
            map.serialize_entry("hmacGetSecret", salts)?;
        }
        for (extension, name) in [(Extension::CredBlob, "getCredBlob"), (Extension::Uvm, "uvm")] {
            if asks(extension) {
                map.serialize_entry(name, &true)?;
            }
        }
        for (identifier, input) in self.raw.iter() {
            map.serialize_entry(identifier, input)?;
        }
        map.end()
    }
}
