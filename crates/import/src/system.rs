//! The systems whose rows can be read: one file each, with the source of the form that it reads.

mod asp_net_identity;
mod auth_js;
mod better_auth;
mod fido2_net_lib;
mod go_webauthn;
mod hanko;
mod java_webauthn_server;
mod keycloak;
mod py_webauthn;
mod relying_party;
mod simple_webauthn;
mod spring_security;
mod supabase;
mod webauthn_rs;
mod webauthn_ruby;

use ::relying_party::policy::RpId;

use crate::{record::Record, refusal::Refusal, row::Row};

/// One line per system: its variant, its name on the command line, its module.
macro_rules! systems {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $module:ident;)*) => {
        /// A system whose rows can be read, and what a row must have. Members that are not listed are ignored.
        ///
        /// **You add** means that the system stores the value elsewhere or not at all. Add it to each row as a member,
        /// in base64url.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum System {
            $($(#[$doc])* $variant,)*
        }

        impl System {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name for command lines, in lower case with hyphens.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the system with that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(crate) fn read(self, row: &Row, rp_id: &RpId) -> Result<Record, Refusal> {
                match self {
                    $(Self::$variant => $module::read(row, rp_id),)*
                }
            }
        }
    };
}

systems! {
    /// The export of this crate: see [`to_line`](crate::to_line).
    RelyingParty = "relying-party", relying_party;
    /// ASP.NET Core Identity: a row of `AspNetUserPasskeys` with `UserId`, `CredentialId` and `Data`, which is the JSON
    /// of `IdentityPasskeyData` as an object or as text. The user handle is the text of `UserId`.
    AspNetIdentity = "asp-net-identity", asp_net_identity;
    /// Auth.js: a row of `Authenticator` with `credentialID`, `credentialPublicKey`, `counter`, `credentialDeviceType`,
    /// `credentialBackedUp` and `transports`. You add `user_handle`: Auth.js sends a random one to the browser and does
    /// not store it.
    AuthJs = "auth-js", auth_js;
    /// better-auth: a row of `passkey` with `credentialID`, `publicKey`, `counter`, `deviceType`, `backedUp`,
    /// `transports`, `name`, `createdAt` and `aaguid`. You add `user_handle`: better-auth sends a random one to the
    /// browser and does not store it.
    BetterAuth = "better-auth", better_auth;
    /// fido2-net-lib: the JSON of `StoredCredential` with `Id`, `PublicKey`, `SignCount`, `Transports`,
    /// `IsBackupEligible`, `IsBackedUp`, `UserHandle` or `UserId`, `RegDate` and `AaGuid`.
    Fido2NetLib = "fido2-net-lib", fido2_net_lib;
    /// go-webauthn: the JSON of `webauthn.Credential` with `id`, `publicKey`, `transport`, `flags` and `authenticator`.
    /// You add `user_handle`, what your `User.WebAuthnID()` returns. Flags of which not even `userPresent` is true were
    /// never recorded, and count as unknown.
    GoWebauthn = "go-webauthn", go_webauthn;
    /// Hanko: a row of `webauthn_credentials` with `id`, `user_id`, `public_key`, `aaguid`, `sign_count`, `name`,
    /// `backup_eligible`, `backup_state`, `created_at` and `last_used_at`, and `transports` of the table
    /// `webauthn_credential_transports`. The user handle is the UUID `user_id` as 16 bytes, unless you add
    /// `user_handle`, which you must for rows that have a `user_handle_id`.
    Hanko = "hanko", hanko;
    /// java-webauthn-server: the JSON of `RegisteredCredential` with `credentialId`, `userHandle`, `publicKeyCose`,
    /// `signatureCount`, `backupEligible` and `backupState`.
    JavaWebauthnServer = "java-webauthn-server", java_webauthn_server;
    /// Keycloak: a row of `CREDENTIAL` with `type`, `user_id`, `user_label`, `created_date`, and `credential_data` as
    /// an object or as text. `secret_data` holds nothing for a passkey. The user handle is the text of `user_id`. An
    /// entry of `credentials` in the export of a realm has the same members; you add `user_id`.
    Keycloak = "keycloak", keycloak;
    /// `py_webauthn`: what a verified registration has, `credential_id`, `credential_public_key`, `sign_count`,
    /// `credential_device_type`, `credential_backed_up`, `user_verified` and `aaguid`. You add `user_handle`, the
    /// `user_id` of the options.
    PyWebauthn = "py-webauthn", py_webauthn;
    /// `SimpleWebAuthn`: `id`, `publicKey`, `counter` and `transports` of `WebAuthnCredential`, beside `deviceType`,
    /// `backedUp` and `webauthnUserID`, which is base64url as in the options.
    SimpleWebAuthn = "simple-webauthn", simple_webauthn;
    /// Spring Security: a row of `user_credentials` with `credential_id`, `user_entity_user_id`, `public_key`,
    /// `signature_count`, `uv_initialized`, `backup_eligible`, `backup_state`, `authenticator_transports`, `created`,
    /// `last_used` and `label`.
    SpringSecurity = "spring-security", spring_security;
    /// Supabase: a row of `auth.webauthn_credentials` with `user_id`, `credential_id`, `public_key`, `aaguid`,
    /// `sign_count`, `transports`, `backup_eligible`, `backed_up`, `friendly_name`, `created_at` and `last_used_at`.
    /// The user handle is the text of `user_id`.
    Supabase = "supabase", supabase;
    /// webauthn-rs: the JSON of `Passkey` or `SecurityKey`, whose one member is `cred`. You add `user_handle`, the 16
    /// bytes of the UUID that you passed to the registration.
    WebauthnRs = "webauthn-rs", webauthn_rs;
    /// webauthn-ruby: `webauthn_id` or `external_id`, `public_key` and `sign_count`. You add `user_handle`, the
    /// `webauthn_id` of the user. Keys that versions before 2 stored as a point are read too.
    WebauthnRuby = "webauthn-ruby", webauthn_ruby;
}

/// The user handle that the host adds to a row of a system whose records do not have it.
fn added_user_handle(row: &Row, where_it_is: &'static str) -> Result<Vec<u8>, Refusal> {
    row.bytes("user_handle")?.ok_or(Refusal::NoUserHandle(where_it_is))
}

/// For systems that send a random user handle to the browser and forget it.
const FORGOTTEN: &str = "the system does not store it; record what the browser reports as `userHandle` at each sign-in \
                         for a while before you migrate";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_is_found_by_its_name() {
        for system in System::ALL {
            assert_eq!(System::from_name(system.name()), Some(*system));
        }
        assert_eq!(System::from_name("Keycloak"), None);
    }
}
