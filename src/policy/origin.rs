//! Origins as browsers serialize them in client data (§5.8.1 `origin`, §13.5.9).
//!
//! ```text
//! origin = ( "https" / "http" ) "://" domain [ ":" port ]
//! ```
//!
//! All in lower case, without the default port, without leading zeros in the port, and with nothing after it.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString as _},
};
use core::fmt;

use super::domain::{self, InvalidDomain};

/// The scheme of a web origin. [`Origin`](crate::policy::Origin) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`, port 80 by default.
    Http,
    /// `https`, port 443 by default.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// 80 or 443.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A web origin, borrowed from the text it was parsed from. Parsing allocates nothing.
///
/// ```
/// use relying_party::policy::{Origin, Scheme};
/// let origin = Origin::parse("https://login.example.com:8443")?;
/// assert_eq!((origin.scheme(), origin.host(), origin.port()), (Scheme::Https, "login.example.com", 8443));
/// assert!(Origin::parse("https://example.com/").is_err());
/// # Ok::<(), relying_party::policy::InvalidOrigin>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin<'a> {
    scheme: Scheme,
    host: &'a str,
    port: u16,
}

/// Why a text is not a web origin as browsers serialize it. [`Origin`](crate::policy::Origin) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOrigin {
    /// The text does not begin with `https://` or `http://`.
    #[error("a web origin begins with https:// (or http://)")]
    Scheme,
    /// The text has a path, a query or a fragment, even just a trailing slash.
    #[error("an origin ends after its host and port")]
    Path,
    /// The text has a user name.
    #[error("an origin has no user name; the host is what follows the @")]
    UserInfo,
    /// The text after the colon is not a port number.
    #[error("the text after the colon is not a port number")]
    Port,
    /// The text contains the scheme's default port, which browsers omit.
    #[error("browsers omit the default port")]
    DefaultPort,
    /// The host is not a domain name.
    #[error(transparent)]
    Host(#[from] InvalidDomain),
}

impl<'a> Origin<'a> {
    /// Parses a web origin in exactly the form in which browsers serialize it.
    ///
    /// # Errors
    ///
    /// If the text has another form, or is not a web origin at all.
    pub fn parse(text: &'a str) -> Result<Self, InvalidOrigin> {
        let (scheme, authority) = if let Some(authority) = text.strip_prefix("https://") {
            (Scheme::Https, authority)
        } else if let Some(authority) = text.strip_prefix("http://") {
            (Scheme::Http, authority)
        } else {
            return Err(InvalidOrigin::Scheme);
        };
        if authority.contains(['/', '?', '#', '\\']) {
            return Err(InvalidOrigin::Path);
        }
        if authority.contains('@') {
            return Err(InvalidOrigin::UserInfo);
        }
        if authority.starts_with('[') {
            return Err(InvalidDomain::IpAddress.into());
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, parse_port(port, scheme)?),
            None => (authority, scheme.default_port()),
        };
        domain::check(host)?;
        Ok(Self { scheme, host, port })
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host: a domain name, never an IP address.
    #[must_use]
    pub const fn host(&self) -> &'a str {
        self.host
    }

    /// The port, even if it is the scheme's default port and therefore not written.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `http://localhost` or `http://app.localhost`, on any port: the web origins without TLS on which browsers offer
    /// `WebAuthn`. §5.1.3 only names `localhost`, but Chrome and Firefox include its subdomains.
    pub(super) fn is_http_loopback(&self) -> bool {
        self.scheme == Scheme::Http && domain::is_loopback(self.host)
    }
}

/// Writes the text that was parsed.
impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if self.port == self.scheme.default_port() {
            return Ok(());
        }
        write!(f, ":{}", self.port)
    }
}

/// A configured origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnedOrigin {
    text: String,
    scheme: Scheme,
    host: Box<str>,
}

impl OwnedOrigin {
    /// Returns the origin as text. Every origin has only one spelling.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns everything except the port.
    pub(super) fn scheme_and_host(&self) -> (&'static str, &str) {
        (self.scheme.as_str(), &self.host)
    }

    /// Returns whether the scheme and the host are equal.
    pub(super) fn is_but_for_port(&self, origin: &Origin<'_>) -> bool {
        self.scheme == origin.scheme && *self.host == *origin.host
    }
}

impl From<Origin<'_>> for OwnedOrigin {
    fn from(origin: Origin<'_>) -> Self {
        Self { text: origin.to_string(), scheme: origin.scheme, host: origin.host.into() }
    }
}

fn parse_port(text: &str, scheme: Scheme) -> Result<u16, InvalidOrigin> {
    let canonical =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let port = text.parse().ok().filter(|_| canonical).ok_or(InvalidOrigin::Port)?;
    if port == scheme.default_port() {
        return Err(InvalidOrigin::DefaultPort);
    }
    Ok(port)
}

/// Returns the origin that a configured text was probably meant to be, as browsers serialize it. For a domain without a
/// scheme, that is the `https` origin. The host and port are always those that a browser would read in the text.
pub(super) fn spelling(text: &str) -> Option<String> {
    let (scheme, rest) = text.trim().split_once("://").unwrap_or(("", text.trim()));
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        "" if rest.contains('.') => Scheme::Https,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let (host, port) = match authority.split_once(':') {
        Some((host, "")) => (host, scheme.default_port()),
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, scheme.default_port()),
    };
    let ascii = domain::to_ascii(host)?;
    let host = ascii.strip_suffix('.').unwrap_or(&ascii);
    let spelled = format!("{}", Origin { scheme, host, port });
    let valid = Origin::parse(&spelled).is_ok() && domain::check_punycode(host).is_ok();
    (valid && spelled != text).then_some(spelled)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn origin_is_scheme_host_and_port() {
        for (text, scheme, host, port) in [
            ("https://example.com", Scheme::Https, "example.com", 443),
            ("https://example.com:80", Scheme::Https, "example.com", 80),
            ("http://example.com:443", Scheme::Http, "example.com", 443),
            ("http://localhost:65535", Scheme::Http, "localhost", 65535),
            ("https://a.b.example.co.uk:1", Scheme::Https, "a.b.example.co.uk", 1),
        ] {
            let origin = Origin::parse(text).unwrap();
            assert_eq!((origin.scheme(), origin.host(), origin.port()), (scheme, host, port));
            assert_eq!(origin.to_string(), text);
        }
    }

    #[test]
    fn origin_has_one_spelling_only() {
        for (text, why) in [
            ("", InvalidOrigin::Scheme),
            ("null", InvalidOrigin::Scheme),
            ("example.com", InvalidOrigin::Scheme),
            ("//example.com", InvalidOrigin::Scheme),
            ("https:example.com", InvalidOrigin::Scheme),
            ("https:/example.com", InvalidOrigin::Scheme),
            ("HTTPS://example.com", InvalidOrigin::Scheme),
            (" https://example.com", InvalidOrigin::Scheme),
            ("file:///etc/passwd", InvalidOrigin::Scheme),
            ("ftp://example.com", InvalidOrigin::Scheme),
            ("wss://example.com", InvalidOrigin::Scheme),
            ("data:text/html,x", InvalidOrigin::Scheme),
            ("blob:https://example.com/x", InvalidOrigin::Scheme),
            ("chrome-extension://abcdefghijklmnop", InvalidOrigin::Scheme),
            ("https:///example.com", InvalidOrigin::Path),
            ("https://example.com/", InvalidOrigin::Path),
            ("https://example.com?x", InvalidOrigin::Path),
            ("https://example.com#x", InvalidOrigin::Path),
            ("https://example.com\\x", InvalidOrigin::Path),
            ("https://example.com@evil.net", InvalidOrigin::UserInfo),
            ("https://example.com:443@evil.net", InvalidOrigin::UserInfo),
            ("https://@example.com", InvalidOrigin::UserInfo),
            ("https://example.com:", InvalidOrigin::Port),
            ("https://example.com:0443", InvalidOrigin::Port),
            ("https://example.com:+443", InvalidOrigin::Port),
            ("https://example.com:65536", InvalidOrigin::Port),
            ("https://example.com:443:443", InvalidOrigin::Port),
            ("https://example.com:x", InvalidOrigin::Port),
            ("https://example.com:8443 ", InvalidOrigin::Port),
            ("https://example.com:443", InvalidOrigin::DefaultPort),
            ("http://localhost:80", InvalidOrigin::DefaultPort),
            ("https://", InvalidDomain::Empty.into()),
            ("https://:8443", InvalidDomain::Empty.into()),
            ("https://example.com.", InvalidDomain::TrailingDot.into()),
            ("https://EXAMPLE.com", InvalidDomain::UpperCase.into()),
            ("https://exa_mple.com", InvalidDomain::Character { found: '_' }.into()),
            ("https://example.com ", InvalidDomain::Character { found: ' ' }.into()),
            ("https://bücher.example", InvalidDomain::NotAscii { found: 'ü' }.into()),
            ("https://127.0.0.1", InvalidDomain::IpAddress.into()),
            ("https://127.1:8443", InvalidDomain::IpAddress.into()),
            ("https://2130706433", InvalidDomain::IpAddress.into()),
            ("https://[::1]", InvalidDomain::IpAddress.into()),
            ("https://[::1]:8443", InvalidDomain::IpAddress.into()),
        ] {
            assert_eq!(Origin::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn right_spelling_is_found() {
        for (text, spelled) in [
            ("https://example.com/", Some("https://example.com")),
            ("HTTPS://Example.com:443/login", Some("https://example.com")),
            ("http://localhost:80", Some("http://localhost")),
            ("example.com", Some("https://example.com")),
            ("example.com:8443", Some("https://example.com:8443")),
            (" https://example.com. ", Some("https://example.com")),
            ("https://example.com@evil.net", None),
            ("https://127.0.0.1/", None),
            ("https://[::1]/", None),
            ("ftp://example.com", None),
            ("https://", None),
            ("null", None),
            ("null:x", None),
            ("://example.com", Some("https://example.com")),
        ] {
            assert_eq!(spelling(text).as_deref(), spelled, "{text:?}");
        }
    }

    #[cfg(feature = "idna")]
    #[test]
    fn right_spelling_is_punycode() {
        let spelled = spelling("https://Bücher.example/");
        assert_eq!(spelled.as_deref(), Some("https://xn--bcher-kva.example"));
    }
}
