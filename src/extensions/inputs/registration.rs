//! The extension inputs of a registration.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::extensions::{
    AppId, Blob, CredentialProtection, Extension, InvalidExtensions, PrfValues,
    RequestedExtensions, raw::RawInputs,
};

/// The extension inputs of a registration: `AuthenticationExtensionsClientInputsJSON` for `create()`.
///
/// Every extension is optional for clients and authenticators: the outputs may lack what was requested, unless it is
/// [required](Self::require). The default requests `credProps` alone.
///
/// ```
/// use relying_party::extensions::{CredentialProtection, Extension, PrfValues, RegistrationInputs};
/// let inputs = RegistrationInputs::default()
///     .prf(Some(PrfValues::new(b"vault key")))
///     .cred_protect(CredentialProtection::UserVerificationRequired)
///     .require(Extension::CredProtect);
/// let json = serde_json::to_value(&inputs).unwrap();
/// assert_eq!(json["prf"]["eval"]["first"], "dmF1bHQga2V5");
/// assert_eq!(json["enforceCredentialProtectionPolicy"], true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct RegistrationInputs {
    requested: RequestedExtensions,
    prf: Option<PrfValues>,
    cred_blob: Option<Blob>,
    app_id_exclude: Option<AppId>,
    raw: RawInputs,
}

impl Default for RegistrationInputs {
    fn default() -> Self {
        Self::none().cred_props()
    }
}

impl RegistrationInputs {
    /// Requests no extension at all.
    pub fn none() -> Self {
        Self {
            requested: RequestedExtensions::default(),
            prf: None,
            cred_blob: None,
            app_id_exclude: None,
            raw: RawInputs::default(),
        }
    }

    /// Asks whether the passkey became discoverable (§10.1.3).
    pub fn cred_props(self) -> Self {
        self.request(Extension::CredProps)
    }

    /// Asks for a passkey that can derive secrets and, if possible at creation, for the first ones (§10.1.4). Values by
    /// credential are only for sign-ins.
    pub fn prf(mut self, eval: Option<PrfValues>) -> Self {
        self.requested.prf_second = eval.as_ref().is_some_and(PrfValues::has_second);
        self.prf = eval;
        self.request(Extension::Prf)
    }

    /// Asks for a passkey with a large blob (§10.1.5).
    pub fn large_blob(self) -> Self {
        self.request(Extension::LargeBlob)
    }

    /// Asks for a passkey with this protection against use without user verification (CTAP 2.1 §12.1).
    pub fn cred_protect(mut self, policy: CredentialProtection) -> Self {
        self.requested.cred_protect = Some(policy);
        self.request(Extension::CredProtect)
    }

    /// Stores a few bytes with the passkey (CTAP 2.1 §12.2). Authenticators accept at least 32. Anyone who gets an
    /// assertion can read them.
    pub fn cred_blob(mut self, blob: &[u8]) -> Self {
        self.cred_blob = Some(Blob::from(blob));
        self.request(Extension::CredBlob)
    }

    /// Asks for the minimum length of a PIN (CTAP 2.1 §12.4). Only keys that were set up for the RP ID report it.
    pub fn min_pin_length(self) -> Self {
        self.request(Extension::MinPinLength)
    }

    /// Requires that PINs have at least this number of code points.
    pub fn require_min_pin_length(mut self, at_least: u32) -> Self {
        self.requested.min_pin_length = Some(at_least);
        self.min_pin_length().require(Extension::MinPinLength)
    }

    /// Asks whether trivial PINs are prevented (CTAP 2.2).
    pub fn pin_complexity_policy(self) -> Self {
        self.request(Extension::PinComplexityPolicy)
    }

    /// `hmacCreateSecret`: like [`prf`](Self::prf), for platforms that offer CTAP's form (CTAP 2.1 §12.5).
    pub fn hmac_create_secret(self) -> Self {
        self.request(Extension::HmacSecret)
    }

    /// Also excludes keys that were registered with U2F under this AppID (§10.1.2).
    pub fn app_id_exclude(mut self, app_id: AppId) -> Self {
        self.app_id_exclude = Some(app_id);
        self.request(Extension::AppIdExclude)
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
    /// # Errors
    ///
    /// If the identifier is invalid, if the extension has a method here, or if the input is `null` or not JSON.
    pub fn raw(
        mut self,
        identifier: &str,
        input: &impl Serialize,
    ) -> Result<Self, InvalidExtensions> {
        self.raw.insert(identifier, input)?;
        Ok(self)
    }

    /// Makes the registration fail unless the extension took effect: `prf` is enabled, a large blob is supported, the
    /// passkey has at least that protection, the PIN policy holds, the blob is stored, the secret was created, the
    /// passkey is discoverable, or there is an output at all.
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
        *self == Self::none()
    }

    /// Checks that a client would accept the inputs, and that the outputs can satisfy what is required.
    pub(crate) fn check(&self) -> Result<(), InvalidExtensions> {
        self.requested.check()
    }
}

impl Serialize for RegistrationInputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Prf<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            eval: Option<&'a PrfValues>,
        }

        #[derive(Serialize)]
        struct LargeBlob {
            support: &'static str,
        }

        let asks = |extension| self.requested.contains(extension);
        let requires = |extension| self.requested.requires(extension);
        let mut map = serializer.serialize_map(None)?;
        if asks(Extension::Prf) {
            map.serialize_entry("prf", &Prf { eval: self.prf.as_ref() })?;
        }
        if asks(Extension::LargeBlob) {
            let support = if requires(Extension::LargeBlob) { "required" } else { "preferred" };
            map.serialize_entry("largeBlob", &LargeBlob { support })?;
        }
        if let Some(policy) = self.requested.cred_protect {
            map.serialize_entry("credentialProtectionPolicy", &policy)?;
            let enforce = requires(Extension::CredProtect);
            map.serialize_entry("enforceCredentialProtectionPolicy", &enforce)?;
        }
        if let Some(blob) = &self.cred_blob {
            map.serialize_entry("credBlob", blob)?;
        }
        if let Some(app_id) = &self.app_id_exclude {
            map.serialize_entry("appidExclude", app_id)?;
        }
        for (extension, name) in [
            (Extension::CredProps, "credProps"),
            (Extension::MinPinLength, "minPinLength"),
            (Extension::PinComplexityPolicy, "pinComplexityPolicy"),
            (Extension::HmacSecret, "hmacCreateSecret"),
            (Extension::Uvm, "uvm"),
        ] {
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
