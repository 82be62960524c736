//! The name of a browser, for the names of new passkeys.

use std::fmt;

use http::{HeaderMap, header};

/// Maximum length of a `User-Agent` that is read, in bytes. Those of browsers have 70 to 250.
const USER_AGENT_MAX: usize = 1024;

/// Marks of browsers, in order of precedence: nearly all claim to be Safari, and many claim to be Chrome.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
];

/// Marks of systems, in order of precedence: Android also claims to be Linux.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows NT", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A browser and its system, as far as `User-Agent` reveals them. They are only displayed, and no decision depends on
/// them: any client can send any text.
///
/// ```
/// use relying_party_http::UserAgent;
/// let agent = UserAgent::parse("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0");
/// assert_eq!(agent.browser, Some("Firefox"));
/// assert_eq!(agent.to_string(), "Firefox on Linux");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserAgent {
    /// The browser.
    pub browser: Option<&'static str>,
    /// The operating system, or the device if that says more.
    pub system: Option<&'static str>,
}

impl UserAgent {
    /// Reads the value of `User-Agent`.
    #[must_use]
    pub fn parse(agent: &str) -> Self {
        if agent.len() > USER_AGENT_MAX {
            return Self::default();
        }
        let find = |marks: &[(&str, &'static str)]| {
            marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
        };
        let is_safari = agent.contains("Version/") && agent.contains("Safari/");
        let browser = find(&BROWSERS).or_else(|| is_safari.then_some("Safari"));
        Self { browser, system: find(&SYSTEMS) }
    }
}

/// `Chrome on macOS`, or what is known of it; empty if nothing is.
impl fmt::Display for UserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => write!(f, "{browser} on {system}"),
            (Some(name), None) | (None, Some(name)) => f.write_str(name),
            (None, None) => Ok(()),
        }
    }
}

/// The name of a new passkey, if nothing is known of its authenticator.
pub(crate) fn name(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let name = UserAgent::parse(agent).to_string();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn named(agent: &str) -> Option<String> {
        name(&HeaderMap::from_iter([(header::USER_AGENT, HeaderValue::from_str(agent).unwrap())]))
    }

    #[test]
    fn distinguishes_browsers_and_systems() {
        const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, expected) in [
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Chrome/156.0.0.0 Safari/537.36"
                ),
                "Chrome on macOS",
            ),
            (
                format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0"
                ),
                "Edge on Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/156.0.0.0 Mobile Safari/537.36"
                ),
                "Chrome on Android",
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/26.0 Safari/605.1.15"
                ),
                "Safari on macOS",
            ),
            (
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) {WEBKIT} CriOS/156.0 Mobile/15E148 Safari/604.1"
                ),
                "Chrome on iPhone",
            ),
            (
                format!(
                    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/156.0.0.0 Safari/537.36"
                ),
                "Chrome on ChromeOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0".to_owned(),
                "Firefox on Linux",
            ),
            ("ExampleApp/1.0 (Android 16)".to_owned(), "Android"),
        ] {
            assert_eq!(named(&agent).as_deref(), Some(expected), "{agent}");
        }
    }

    #[test]
    fn user_agent_of_the_maximum_length_is_read() {
        let padded = |length: usize| format!("{:>length$}", "Chrome/1");
        assert_eq!(named(&padded(USER_AGENT_MAX)).as_deref(), Some("Chrome"));
        assert_eq!(named(&padded(USER_AGENT_MAX + 1)), None);
    }

    #[test]
    fn uninformative_user_agents_have_no_name() {
        for agent in [
            "",
            "curl/8.0",
            "Safari",
            "ExampleApp Version/1.0",
            "ExampleApp Safari/605.1.15",
            &format!("{}Chrome/1", "x".repeat(USER_AGENT_MAX)),
        ] {
            assert_eq!(named(agent), None, "{agent}");
        }
        assert_eq!(name(&HeaderMap::new()), None);
    }
}
