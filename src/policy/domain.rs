//! Domain names in the one spelling in which browsers serialize them, and their public suffixes.
//!
//! ```text
//! domain = label *( "." label )                ; 1 to 253 bytes
//! label  = let-dig [ *61( let-dig / "-" ) let-dig ]
//! ```
//!
//! This is the *valid domain string* that an RP ID must be (§4), in lower case. URL parsers accept underscores, but
//! host names cannot contain them (RFC 1123 §2.1), and no public certificate authority signs such names.

use alloc::string::String;
use core::net::Ipv6Addr;

use crate::limits::{DOMAIN_ADVICE_MAX, DOMAIN_LABEL_MAX, DOMAIN_MAX};

/// The host on which, and below which, browsers offer `WebAuthn` without TLS.
pub(super) const LOCALHOST: &str = "localhost";

/// Returns whether the host is `localhost` or below it: names of the machine itself (RFC 6761 §6.3).
pub(super) fn is_loopback(host: &str) -> bool {
    is_at_or_below(host, LOCALHOST)
}

/// Why a text is not a domain name as browsers serialize it. [`RpId`](crate::policy::RpId) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDomain {
    /// The text is empty.
    #[error("a domain name is missing")]
    Empty,
    /// The text is longer than 253 bytes.
    #[error("a domain name of {found} bytes is too long; the maximum is {DOMAIN_MAX}")]
    TooLong {
        /// Bytes found.
        found: usize,
    },
    /// The text contains a non-ASCII character.
    #[error("browsers write domain names with {found:?} in punycode (\"xn--…\")")]
    NotAscii {
        /// The first such character.
        found: char,
    },
    /// The text contains an upper-case letter.
    #[error("browsers write domain names in lower case")]
    UpperCase,
    /// The text ends with a dot. For browsers that is another domain.
    #[error("browsers treat a domain name with a trailing dot as another domain")]
    TrailingDot,
    /// There are two dots in a row, or a leading dot.
    #[error("a label of the domain name is empty")]
    EmptyLabel,
    /// A label is longer than 63 bytes.
    #[error("a label of {found} bytes is too long; the maximum is {DOMAIN_LABEL_MAX}")]
    LabelTooLong {
        /// Bytes found.
        found: usize,
    },
    /// A label begins or ends with a hyphen.
    #[error("a label begins or ends with a hyphen")]
    Hyphen,
    /// The text contains a character that is not allowed in host names.
    #[error("{found:?} is not allowed in a host name")]
    Character {
        /// The first such character.
        found: char,
    },
    /// The text is an IPv4 or IPv6 address, or something that URL parsers treat as one: the last label is a decimal,
    /// octal or hexadecimal number.
    #[error(
        "passkeys cannot be bound to an IP address; use a domain name, or localhost for development"
    )]
    IpAddress,
    /// A label begins with `xn--` but is not valid punycode, or is not normalized.
    #[error("a label that begins with \"xn--\" is not valid punycode")]
    Punycode,
}

/// Checks the grammar above. Does not allocate.
pub(super) fn check(domain: &str) -> Result<(), InvalidDomain> {
    if domain.is_empty() {
        return Err(InvalidDomain::Empty);
    }
    if domain.len() > DOMAIN_MAX {
        return Err(InvalidDomain::TooLong { found: domain.len() });
    }
    if is_ipv6(domain) || ends_in_a_number(domain) {
        return Err(InvalidDomain::IpAddress);
    }
    if domain.strip_suffix('.').is_some_and(|rest| !rest.is_empty() && !rest.ends_with('.')) {
        return Err(InvalidDomain::TrailingDot);
    }
    domain.split('.').try_for_each(check_label)
}

fn check_label(label: &str) -> Result<(), InvalidDomain> {
    let foreign = |char: &char| !matches!(char, 'a'..='z' | '0'..='9' | '-');
    match label.chars().find(foreign) {
        Some('A'..='Z') => return Err(InvalidDomain::UpperCase),
        Some(found) if !found.is_ascii() => return Err(InvalidDomain::NotAscii { found }),
        Some(found) => return Err(InvalidDomain::Character { found }),
        None => {}
    }
    match label.len() {
        0 => Err(InvalidDomain::EmptyLabel),
        found if found > DOMAIN_LABEL_MAX => Err(InvalidDomain::LabelTooLong { found }),
        _ if label.starts_with('-') || label.ends_with('-') => Err(InvalidDomain::Hyphen),
        _ => Ok(()),
    }
}

fn is_ipv6(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse::<Ipv6Addr>().is_ok()
}

/// The URL standard's *ends in a number checker*: such a host is an IPv4 address or no host at all.
fn ends_in_a_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or(host);
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// Checks what configured domains must also satisfy beyond [`check`]: punycode that browsers could have written.
///
/// What browsers send does not need this check, because it is compared with the configuration. Without the feature
/// `idna` nothing is checked here.
pub(super) fn check_punycode(domain: &str) -> Result<(), InvalidDomain> {
    let has_punycode = domain.split('.').any(|label| label.starts_with("xn--"));
    if cfg!(feature = "idna") && has_punycode && to_ascii(domain).as_deref() != Some(domain) {
        return Err(InvalidDomain::Punycode);
    }
    Ok(())
}

/// Returns the domain as browsers serialize it: mapped by UTS 46, lower case, punycode. A text that is too long to
/// become a domain is not converted.
pub(super) fn to_ascii(domain: &str) -> Option<String> {
    if domain.len() > DOMAIN_ADVICE_MAX { None } else { convert(domain) }
}

#[cfg(feature = "idna")]
fn convert(domain: &str) -> Option<String> {
    idna::domain_to_ascii(domain).ok()
}

/// Without the feature `idna`: converts ASCII text to lower case.
#[cfg(not(feature = "idna"))]
fn convert(domain: &str) -> Option<String> {
    domain.is_ascii().then(|| domain.to_ascii_lowercase())
}

/// Returns the part before `.parent` if `domain` is below `parent`, compared label by label.
pub(super) fn labels_below<'a>(domain: &'a str, parent: &str) -> Option<&'a str> {
    let labels = domain.strip_suffix(parent)?.strip_suffix('.')?;
    (!labels.is_empty()).then_some(labels)
}

/// Returns whether `domain` is `parent` or below it.
pub(super) fn is_at_or_below(domain: &str, parent: &str) -> bool {
    domain == parent || labels_below(domain, parent).is_some()
}

/// HTML's *is a registrable domain suffix of or is equal to*: returns whether an RP ID may be used on a host.
///
/// The RP ID is known not to be a public suffix. Nothing is below `localhost`, which is a public suffix by the list's
/// default rule `*`.
pub(super) fn is_in_scope(host: &str, rp_id: &str) -> bool {
    let public_suffix_is_below =
        || public_suffix(host).is_some_and(|suffix| labels_below(suffix, rp_id).is_some());
    host == rp_id
        || (rp_id != LOCALHOST && labels_below(host, rp_id).is_some() && !public_suffix_is_below())
}

/// Returns the public suffix of a domain. `None` without the feature `public-suffix`.
#[cfg(feature = "public-suffix")]
pub(super) fn public_suffix(domain: &str) -> Option<&str> {
    psl::suffix_str(domain)
}

/// Returns whether the list itself names this domain as a public suffix, not just its default rule.
#[cfg(feature = "public-suffix")]
pub(super) fn is_listed_suffix(domain: &str) -> bool {
    psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == domain)
}

/// Returns whether no domain can be registered under this name: a public suffix (including the list's default rule), or
/// a name with one label.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    !domain.contains('.') || public_suffix(domain) == Some(domain)
}

/// Returns the public suffix with the label before it. `None` without the feature `public-suffix`.
#[cfg(feature = "public-suffix")]
pub(super) fn registrable_domain(domain: &str) -> Option<&str> {
    psl::domain_str(domain)
}

#[cfg(not(feature = "public-suffix"))]
pub(super) const fn public_suffix(_: &str) -> Option<&str> {
    None
}

#[cfg(not(feature = "public-suffix"))]
pub(super) const fn is_listed_suffix(_: &str) -> bool {
    false
}

#[cfg(not(feature = "public-suffix"))]
pub(super) const fn registrable_domain(_: &str) -> Option<&str> {
    None
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString as _};

    use super::*;

    #[test]
    fn domain_is_at_most_253_bytes_in_labels_of_at_most_63() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!((longest.len(), check(&longest)), (253, Ok(())));
        assert_eq!(check(&format!("{longest}a")), Err(InvalidDomain::TooLong { found: 254 }));
        let long = Err(InvalidDomain::LabelTooLong { found: 64 });
        assert_eq!(check(&format!("{label}a.example")), long);
    }

    #[test]
    fn domain_has_letters_digits_and_inner_hyphens_only() {
        for domain in ["a", "example.com", "xn--bcher-kva.example", "r3---sn.a-b.c3", "3com.com"] {
            assert_eq!(check(domain), Ok(()), "{domain}");
        }
        for (domain, why) in [
            ("", InvalidDomain::Empty),
            (".", InvalidDomain::EmptyLabel),
            ("..", InvalidDomain::EmptyLabel),
            (".example.com", InvalidDomain::EmptyLabel),
            ("example..com", InvalidDomain::EmptyLabel),
            ("example.com..", InvalidDomain::EmptyLabel),
            ("example.com.", InvalidDomain::TrailingDot),
            ("Example.com", InvalidDomain::UpperCase),
            ("-a.example.com", InvalidDomain::Hyphen),
            ("a-.example.com", InvalidDomain::Hyphen),
            ("my_app.example.com", InvalidDomain::Character { found: '_' }),
            ("*.example.com", InvalidDomain::Character { found: '*' }),
            ("exa mple.com", InvalidDomain::Character { found: ' ' }),
            ("example.com\0", InvalidDomain::Character { found: '\0' }),
            ("%65xample.com", InvalidDomain::Character { found: '%' }),
            ("exämple.com", InvalidDomain::NotAscii { found: 'ä' }),
        ] {
            assert_eq!(check(domain), Err(why), "{domain}");
        }
    }

    #[test]
    fn rejects_ip_addresses_in_every_spelling() {
        for address in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "0x7f.1",
            "0x7F.0x1",
            "0X7f.0X1",
            "2130706433",
            "017700000001",
            "0x7f000001",
            "0x",
            "1.2.3.4.5",
            "256.256.256.256",
            "example.1",
            "example.08",
            "a.0x",
            "example.0xffffffffff",
            "::1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "2001:db8::1",
            "[2001:DB8::1]",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(check(address), Err(InvalidDomain::IpAddress), "{address}");
        }
        for domain in ["0x7g", "1a", "127.0.0.1.example", "0x7f.example", "1.com"] {
            assert_eq!(check(domain), Ok(()), "{domain}");
        }
    }

    #[test]
    fn domains_are_compared_by_label() {
        assert!(is_at_or_below("a.example.com", "example.com"));
        assert!(is_at_or_below("example.com", "example.com"));
        for other in ["evil-example.com", "notexample.com", "com", ".example.com", "example.com.a"]
        {
            assert!(!is_at_or_below(other, "example.com"), "{other}");
        }
    }

    #[test]
    fn overlong_text_is_not_converted() {
        let dots = |count: usize| ".".repeat(count);
        assert!(to_ascii(&dots(DOMAIN_ADVICE_MAX + 1)).is_none());
        assert!(to_ascii(&format!("A{}", "a".repeat(DOMAIN_MAX - 1).as_str())).is_some());
    }

    #[test]
    fn nothing_is_below_localhost() {
        assert!(is_in_scope("localhost", "localhost"));
        assert!(!is_in_scope("app.localhost", "localhost"));
    }

    #[cfg(feature = "public-suffix")]
    #[test]
    fn parent_of_the_hosts_public_suffix_has_no_scope_there() {
        // `s3.amazonaws.com` is a public suffix, but `amazonaws.com` is not.
        assert!(is_in_scope("aws.amazonaws.com", "amazonaws.com"));
        assert!(!is_in_scope("bucket.s3.amazonaws.com", "amazonaws.com"));
        assert!(!is_in_scope("s3.amazonaws.com", "amazonaws.com"));
        assert!(is_in_scope("a.bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"));
    }

    #[cfg(feature = "idna")]
    #[test]
    fn punycode_is_checked() {
        assert_eq!(check_punycode("xn--bcher-kva.example"), Ok(()));
        for domain in ["xn--.example", "xn--a.example", "xn--example-.example", "a.xn--99999999"] {
            assert_eq!(check_punycode(domain), Err(InvalidDomain::Punycode), "{domain}");
        }
    }

    #[test]
    fn reasons_read_as_clauses() {
        assert!(!InvalidDomain::IpAddress.to_string().ends_with('.'));
    }
}
