//! Every limit of this crate in one place, each with its source.
//!
//! A limit exists either because the specification defines it, or because unlimited input invites attacks. None of them
//! rejects what real authenticators send.

use crate::time::Duration;

/// Maximum length of a credential ID, in bytes (§4 *Credential ID*, §7.1 step 25).
pub const CREDENTIAL_ID_MAX: usize = 1023;

/// Maximum length of a user handle, in bytes (§5.4.3 `user.id`).
pub const USER_HANDLE_MAX: usize = 64;

/// Minimum length of a challenge, in bytes (§13.4.3).
pub const CHALLENGE_MIN: usize = 16;

/// Length of the challenges that this crate generates, in bytes.
pub const CHALLENGE_DEFAULT: usize = 32;

/// Maximum length of a challenge, in bytes. Twice the default leaves room for hosts that sign or structure theirs.
pub const CHALLENGE_MAX: usize = 64;

/// Maximum length of the response JSON, in bytes. The largest real ones are TPM statements with a long chain, below 20
/// KiB.
pub const RESPONSE_JSON_MAX: usize = 64 * 1024;

/// Maximum length of the JSON that a browser posts to finish a ceremony, in bytes: a response and the other members.
pub const POSTED_JSON_MAX: usize = RESPONSE_JSON_MAX + 1024;

/// Maximum length of the JSON in which a browser reports a failure, in bytes: a ceremony ID of 22 characters, the name
/// of an exception, and whatever a page adds.
pub const REPORT_JSON_MAX: usize = 1024;

/// Maximum length of `clientDataJSON`, in bytes. Browsers send 100 to 400. The origin may add up to 259 more.
pub const CLIENT_DATA_MAX: usize = 4096;

/// Maximum length of a payment's `clientDataJSON`, in bytes. It repeats what the user was shown, and images may be
/// `data:` URLs in it.
#[cfg(feature = "payment")]
pub const PAYMENT_CLIENT_DATA_MAX: usize = RESPONSE_JSON_MAX / 2;

/// Maximum length of an assertion's authenticator data, in bytes: 37 and extension outputs. The attested credential
/// data that early Chrome on macOS added also fit.
pub const ASSERTION_AUTHENTICATOR_DATA_MAX: usize = 4096;

/// Maximum length of an attestation object, in bytes, limited by the response, which contains it as base64url.
pub const ATTESTATION_OBJECT_MAX: usize = RESPONSE_JSON_MAX / 4 * 3;

/// Maximum length of a signature, in bytes: ML-DSA-87 has 4627 (FIPS 204), RSA-8192 has 1024.
pub const SIGNATURE_MAX: usize = 4627;

/// Maximum length of a JWS header, in characters. The largest real ones hold four certificates of 2 KiB each.
pub const JWS_HEADER_MAX: usize = 64 * 1024;

/// Maximum nesting depth of CBOR items. CTAP2 allows 4 in a message (CTAP 2.1 §8). An attestation object adds another
/// level around statement members.
pub const CBOR_DEPTH_MAX: usize = 8;

/// Maximum number of entries of a CBOR map. The largest defined map (a TPM statement) has 6.
pub const CBOR_MAP_ENTRIES_MAX: usize = 64;

/// Minimum size of an RSA modulus, in bits (NIST SP 800-131A disallows sizes below 2048).
pub const RSA_MODULUS_MIN_BITS: usize = 2048;

/// Maximum size of an RSA modulus, in bits. Verification time grows with its square.
pub const RSA_MODULUS_MAX_BITS: usize = 8192;

/// Maximum RSA exponent. Real keys use 65537 or less. Verification time grows with its length.
pub const RSA_EXPONENT_MAX: u32 = 1 << 17;

/// Maximum number of transports stored per passkey. The specification defines six. Unknown ones are stored too.
pub const TRANSPORTS_MAX: usize = 16;

/// Maximum length of a transport name, in bytes. The longest defined name, `smart-card`, has 10.
pub const TRANSPORT_MAX: usize = 32;

/// Maximum length of a format or extension identifier, in bytes (§8.1, §9.1).
pub const IDENTIFIER_MAX: usize = 32;

/// Maximum number of client extension outputs. The specifications define about twenty.
pub const CLIENT_EXTENSIONS_MAX: usize = 64;

/// Maximum length of the JSON of client capabilities, in bytes. Ten names take 400, and a client with fifty extensions
/// about 2000.
pub const CLIENT_CAPABILITIES_JSON_MAX: usize = 4096;

/// Minimum length of the secret for decoys, in bytes: the strength of HMAC-SHA-256 (NIST SP 800-107r1 §5.3.4).
pub const DECOY_SECRET_MIN: usize = 32;

/// Maximum number of retired secrets for decoys. A secret is replaced when it has leaked, which should not happen
/// often, and each takes two HMACs per sign-in.
pub const DECOY_SECRETS_RETIRED_MAX: usize = 8;

/// Minimum length of a decoy, in bytes. §4 *Credential ID* requires at least 16, and half of a decoy serves to
/// recognize it.
pub const DECOY_LENGTH_MIN: usize = 16;

/// Maximum number of decoys in one list. Real lists rarely have ten.
pub const DECOYS_MAX: usize = 64;

/// Maximum length of a passkey name, in characters (Unicode scalar values in NFC form).
pub const PASSKEY_NAME_MAX: usize = 100;

/// Maximum number of characters that Unicode's NFC form merges into one: no canonical decomposition is longer (UAX #15
/// §9).
pub const NFC_SHRINKS_MAX: usize = 4;

/// Default maximum number of passkeys per user.
pub const PASSKEYS_PER_USER_DEFAULT: u32 = 10;

/// Maximum length of the name and the display name of a user who signs up, in bytes. The longest email address has 254
/// (RFC 5321 §4.5.3.1.3).
pub const USER_NAME_MAX: usize = 256;

/// How many bytes of a user's names every authenticator keeps (§6.4.1 *String Truncation*).
pub const USER_NAME_KEPT: usize = 64;

/// Default lifetime of a ceremony (§15.1 recommends 300 000 to 600 000 ms).
pub const CEREMONY_LIFETIME_DEFAULT: Duration = Duration::from_millis(300_000);

/// Default lifetime of a ceremony for autofill. Browsers ignore its timeout, and sign-in pages stay open.
pub const AUTOFILL_LIFETIME_DEFAULT: Duration = Duration::from_millis(3_600_000);

/// How long a verification is valid for sensitive actions by default: long enough for its purpose, and not much longer.
pub const REVERIFICATION_AGE_DEFAULT: Duration = Duration::from_millis(600_000);

/// How far in the future the start of a ceremony or a verification may be, because hosts run on several machines whose
/// clocks differ.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_millis(60_000);

/// Maximum length of a domain name, in bytes (RFC 1035 §2.3.4, without the final dot).
pub const DOMAIN_MAX: usize = 253;

/// Maximum length of a `Host` header, in bytes: a domain name with a final dot and a port (RFC 9110 §7.2).
pub const HOST_MAX: usize = DOMAIN_MAX + 1 + ":65535".len();

/// Maximum length of a domain label, in bytes (RFC 1035 §2.3.4).
pub const DOMAIN_LABEL_MAX: usize = 63;

/// Maximum length of text that is converted to suggest a domain name, in bytes. Each character of the text stands for
/// at least one byte of the domain and has up to four bytes in UTF-8.
pub const DOMAIN_ADVICE_MAX: usize = DOMAIN_MAX * 4;

/// How many times a sign-in tries again after another sign-in has changed the passkey.
pub const RECORD_USE_ATTEMPTS: u8 = 4;

/// Maximum number of certificates in one `x5c`. Real chains have at most five.
pub const CERTIFICATES_MAX: usize = 16;

/// Maximum number of extensions of a certificate. The largest real ones have about a dozen.
pub const CERTIFICATE_EXTENSIONS_MAX: usize = 32;

/// Maximum number of alternative names of a certificate. Attestation certificates have one. Web server certificates,
/// including that of the metadata signer, rarely have more than 100.
pub const CERTIFICATE_ALT_NAMES_MAX: usize = 128;

/// Maximum number of name constraints of a certificate, permitted and excluded together. CAs that are constrained to an
/// organization have a few dozen.
pub const CERTIFICATE_SUBTREES_MAX: usize = 128;

/// Maximum number of extended key usages of a certificate. RFC 5280 §4.2.1.12 defines six. TPM certificates have up to
/// three.
pub const CERTIFICATE_EXTENDED_KEY_USAGES_MAX: usize = 32;

/// Maximum number of attributes of a directory name. §8.2.1 requires four, and real names have at most about ten.
pub const NAME_ATTRIBUTES_MAX: usize = 32;

/// Maximum size of an RSA modulus in a certificate, in bits. The roots of vendors and of the web have at most 4096
/// (CA/Browser Forum Baseline Requirements §6.1.5 require at least 2048).
pub const CERTIFICATE_RSA_MODULUS_MAX_BITS: usize = 4096;

/// Maximum number of certificates between a leaf and its anchor. Google's remotely provisioned keys have three.
pub const INTERMEDIATES_MAX: usize = 6;

/// Maximum number of signatures that are verified while searching for one path to an anchor. It limits the search when
/// all certificates of a chain have the same name. A real chain needs five.
pub const PATH_SIGNATURES_MAX: usize = 32;

/// Maximum number of issuer candidates that are examined while searching for one path: those with the right name,
/// including anchors and the host's intermediates. Every candidate in a message can be tried at each of
/// [`PATH_SIGNATURES_MAX`] steps.
pub const PATH_CANDIDATES_MAX: usize = PATH_SIGNATURES_MAX * CERTIFICATES_MAX;

/// Maximum number of comparisons between names and name constraints while searching for one path. A certificate with
/// three names below a CA with a hundred constraints takes 300. `rustls-webpki` allows 250 000.
pub const NAME_COMPARISONS_MAX: usize = 4096;

/// Maximum length of a certificate revocation list, in bytes. Those of attestation CAs have kilobytes, those of web CAs
/// up to a few megabytes.
pub const CRL_MAX: usize = 8 * 1024 * 1024;

/// Maximum number of statements in a statement of the format `compound`. None has been seen with more than two.
pub const COMPOUND_STATEMENTS_MAX: usize = 4;

/// Maximum length of a metadata BLOB, in bytes. The FIDO Alliance's has about 10 MB, most of it icons, and grows.
pub const MDS_BLOB_MAX: usize = 64 * 1024 * 1024;

/// Maximum number of omissions that are kept for a metadata BLOB. The FIDO Alliance's has about fifty: entries of UAF
/// authenticators. More than a few hundred are of no interest to the reader.
pub const MDS_OMISSIONS_MAX: usize = 256;

/// Maximum number of elements of a list in a metadata statement: words, and combinations of ways to verify a user. The
/// longest list of words, the algorithms in the FIDO Registry of Predefined Values §3.6.1, has 19.
pub const MDS_LIST_MAX: usize = 64;

/// Maximum length of an icon in a metadata statement, in bytes of its `data:` URL. The entries of the FIDO Alliance's
/// BLOB have 10 MB together.
pub const MDS_ICON_MAX: usize = 1024 * 1024;

/// Maximum length of a `rawId` that is decoded at all, in bytes: what the 16 bits of `credentialIdLength` can express
/// (§6.5.1).
pub const RAW_ID_MAX: usize = 65_535;

/// Maximum length of an opaque origin of a native app, in bytes. No known origin has more than 80.
pub const OPAQUE_ORIGIN_MAX: usize = 512;

/// Number of registrable labels of a related-origins document that every client supports. Clients may support more
/// (§5.11.1).
pub const RELATED_LABELS_MAX: usize = 5;

/// Maximum length of a text that an error repeats, in bytes. Every real origin fits: `https://`, a domain of 253 bytes
/// and a port.
pub const SHOWN_MAX: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    /// Hosts use these for the limits of their servers.
    #[test]
    fn calculated_limits_match_their_documentation() {
        assert_eq!(RESPONSE_JSON_MAX, 65_536);
        assert_eq!(ATTESTATION_OBJECT_MAX, 49_152);
        assert_eq!(JWS_HEADER_MAX, 65_536);
        assert_eq!(MDS_BLOB_MAX, 67_108_864);
        assert_eq!(CRL_MAX, 8_388_608);
        assert_eq!(PATH_CANDIDATES_MAX, 512);
    }
}
