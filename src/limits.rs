//! Every bound of this crate in one place, each with its source.
//!
//! A bound is there either because the specification names it, or because input without a bound is an
//! invitation. None of them turns away what real authenticators send.

use crate::time::Duration;

/// Longest credential id, in bytes (§4 *Credential ID*, §7.1 step 25).
pub const CREDENTIAL_ID_MAX: usize = 1023;

/// Longest user handle, in bytes (§5.4.3 `user.id`).
pub const USER_HANDLE_MAX: usize = 64;

/// Shortest challenge that may be issued, in bytes (§13.4.3).
pub const CHALLENGE_MIN: usize = 16;

/// Length of the challenges that this crate generates, in bytes.
pub const CHALLENGE_DEFAULT: usize = 32;

/// Longest challenge, in bytes: twice the default leaves room for hosts that sign or structure theirs.
pub const CHALLENGE_MAX: usize = 64;

/// Longest response JSON, in bytes. The largest real ones are TPM statements with a long chain, below 20 KiB.
pub const RESPONSE_JSON_MAX: usize = 64 * 1024;

/// Longest `clientDataJSON`, in bytes. Browsers send 100 to 400; the origin may have up to 259 more.
pub const CLIENT_DATA_MAX: usize = 4096;

/// Longest authenticator data of an assertion, in bytes: 37 and extension outputs. Attested credential
/// data, which early Chrome on macOS added, fits too.
pub const ASSERTION_AUTHENTICATOR_DATA_MAX: usize = 4096;

/// Longest attestation object, in bytes. Bounded by the response, which holds it as base64url.
pub const ATTESTATION_OBJECT_MAX: usize = RESPONSE_JSON_MAX / 4 * 3;

/// Longest signature, in bytes: ML-DSA-87 has 4627 (FIPS 204), RSA-8192 has 1024.
pub const SIGNATURE_MAX: usize = 4627;

/// Longest header of a JWS, in characters. The largest real ones hold four certificates of 2 KiB each.
pub const JWS_HEADER_MAX: usize = 64 * 1024;

/// Deepest nesting of CBOR items. CTAP2 allows 4 in a message (CTAP 2.1 §8); an attestation object wraps
/// one more around statement members.
pub const CBOR_DEPTH_MAX: usize = 8;

/// Most entries of one CBOR map. The largest map that is defined (a TPM statement) has 6.
pub const CBOR_MAP_ENTRIES_MAX: usize = 64;

/// Smallest RSA modulus, in bits (NIST SP 800-131A: below 2048 is disallowed).
pub const RSA_MODULUS_MIN_BITS: usize = 2048;

/// Largest RSA modulus, in bits: verification time grows with its square.
pub const RSA_MODULUS_MAX_BITS: usize = 8192;

/// Longest RSA exponent, in bytes. Real keys use 65537; what is larger than 32 bits is an attack on time.
pub const RSA_EXPONENT_MAX: usize = 4;

/// Most transports kept per passkey. The specification defines six; unknown ones are kept too.
pub const TRANSPORTS_MAX: usize = 16;

/// Longest transport name, in bytes. The longest that is defined, `smart-card`, has 10.
pub const TRANSPORT_MAX: usize = 32;

/// Longest format or extension identifier, in bytes (§8.1, §9.1).
pub const IDENTIFIER_MAX: usize = 32;

/// Most client extension outputs. The specifications define some twenty.
pub const CLIENT_EXTENSIONS_MAX: usize = 64;

/// Shortest secret for decoys, in bytes: the strength of HMAC-SHA-256 (NIST SP 800-107r1 §5.3.4).
pub const DECOY_SECRET_MIN: usize = 32;

/// Shortest decoy, in bytes: §4 *Credential ID* asks for 16 bytes at least, and half of a decoy recognises it.
pub const DECOY_LENGTH_MIN: usize = 16;

/// Most decoys in one list. Real lists rarely have ten.
pub const DECOYS_MAX: usize = 64;

/// Longest passkey name, in characters (Unicode scalar values in the form NFC).
pub const PASSKEY_NAME_MAX: usize = 100;

/// Most characters of which Unicode's form NFC makes one: no canonical decomposition has more (UAX #15 §9).
pub const NFC_SHRINKS_MAX: usize = 4;

/// Passkeys per user unless the policy says otherwise.
pub const PASSKEYS_PER_USER_DEFAULT: u32 = 10;

/// Lifetime of a ceremony unless the policy says otherwise (§15.1: 300 000 to 600 000 ms recommended).
pub const CEREMONY_LIFETIME_DEFAULT: Duration = Duration::from_millis(300_000);

/// How long a verification counts for sensitive actions unless the policy says otherwise: time enough
/// to do what it was made for, and little more.
pub const REVERIFICATION_AGE_DEFAULT: Duration = Duration::from_millis(600_000);

/// How far in the future a ceremony's beginning, or a verification, may lie: hosts run on several machines whose clocks
/// differ.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_millis(60_000);

/// Longest domain name, in bytes (RFC 1035 §2.3.4, without the final dot).
pub const DOMAIN_MAX: usize = 253;

/// Longest label of a domain name, in bytes (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_MAX: usize = 63;

/// How often a sign-in looks again after another sign-in has changed the passkey meanwhile.
pub const RECORD_USE_ATTEMPTS: u8 = 4;

/// Most certificates in one `x5c`. Real chains have at most five.
pub const CERTIFICATES_MAX: usize = 16;

/// Most extensions of one certificate. The largest real ones have about a dozen.
pub const CERTIFICATE_EXTENSIONS_MAX: usize = 32;

/// Most certificates between a leaf and its anchor. Google's remotely provisioned keys have three.
pub const INTERMEDIATES_MAX: usize = 6;

/// Most signatures that are verified in the search for one path to an anchor: what remains of the time if everybody
/// in a chain has the same name and nobody signed anybody.
pub const PATH_SIGNATURES_MAX: usize = 32;

/// Most statements in one of the format `compound`. None has been seen with more than two.
pub const COMPOUND_STATEMENTS_MAX: usize = 4;

/// Longest metadata BLOB, in bytes. That of the FIDO Alliance has about 10 MB, most of it icons, and grows.
pub const MDS_BLOB_MAX: usize = 64 * 1024 * 1024;

/// Longest `rawId` that is decoded at all, in bytes: what the 16 bits of `credentialIdLength` can tell (§6.5.1).
pub const RAW_ID_MAX: usize = 65_535;

/// Longest opaque origin of a native app, in bytes: none that is known has more than 80.
pub const OPAQUE_ORIGIN_MAX: usize = 512;

/// Registrable labels of a related-origins document that every client supports; more are the client's choice
/// (§5.11.1).
pub const RELATED_LABELS_MAX: usize = 5;

/// Longest text that an error repeats, in bytes. Every real origin fits: `https://`, a domain of 253 and a port.
pub const SHOWN_MAX: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts put them into the limits of their servers.
    #[test]
    fn bounds_that_are_calculated_come_to_what_is_documented() {
        assert_eq!(RESPONSE_JSON_MAX, 65_536);
        assert_eq!(ATTESTATION_OBJECT_MAX, 49_152);
        assert_eq!(JWS_HEADER_MAX, 65_536);
        assert_eq!(MDS_BLOB_MAX, 67_108_864);
    }
}
