//! Embedding: credentials made or used in an iframe whose ancestors have other origins (§5.8.1 `crossOrigin`,
//! `topOrigin`; §13.5.9).

use alloc::{string::String, vec::Vec};

use super::shown;

/// Which pages may be the outermost page around ours. Frames in between remain unknown to the relying party.
///
/// An embedded page is exposed to UI redressing by the pages around it, so list your partners (§13.5.9).
///
/// ```
/// use relying_party::policy::{OriginPolicy, RpId, TopOrigins};
/// let (ours, partner) = ("https://example.com", "https://partner.example");
/// let policy = OriginPolicy::builder(&RpId::new("example.com")?)
///     .origin(ours)
///     .allow_cross_origin(true)
///     .top_origins(TopOrigins::listed([partner]))
///     .build()?;
/// assert!(policy.check_embedding(ours, Some(true), Some(partner)).is_ok());
/// assert!(policy.check_embedding(ours, Some(true), Some("https://example.net")).is_err());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TopOrigins {
    /// No pages.
    #[default]
    None,
    /// Only pages of the origin that makes the call: our frame, in a frame of another origin, in our page.
    SameOrigin,
    /// Pages of these web origins, compared exactly.
    Listed(Vec<String>),
    /// All pages.
    Any,
}

impl TopOrigins {
    /// These web origins, in the form in which browsers serialize them. They are checked when the policy is built.
    #[must_use]
    pub fn listed<S: Into<String>>(origins: impl IntoIterator<Item = S>) -> Self {
        Self::Listed(origins.into_iter().map(Into::into).collect())
    }

    fn accept(&self, top_origin: &str, origin: &str) -> bool {
        match self {
            Self::None => false,
            Self::SameOrigin => top_origin == origin,
            // Listed origins are valid, and a valid origin has one spelling, so equal text means equal scheme, host and
            // port.
            Self::Listed(origins) => origins.iter().any(|listed| listed == top_origin),
            Self::Any => true,
        }
    }
}

/// The policy does not allow this embedding. [`TopOrigins`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddingError {
    /// The call came from a frame inside a page of another origin, which is not expected (§7.1 steps 10 and 11.1, §7.2
    /// steps 13 and 14).
    #[error(
        "{origin:?} was embedded by another origin ({top_origin:?}), and the policy allows no embedding"
    )]
    CrossOrigin {
        /// The origin that made the call.
        origin: String,
        /// The top origin, if the client reported it.
        top_origin: Option<String>,
    },
    /// The top origin is not expected (§7.1 step 11.2, §7.2 step 14).
    #[error(
        "{origin:?} was embedded in a page of {top_origin:?}, which is not among the accepted top origins"
    )]
    TopOrigin {
        /// The origin that made the call.
        origin: String,
        /// The top origin.
        top_origin: String,
    },
}

impl EmbeddingError {
    /// `cross_origin` or `top_origin`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CrossOrigin { .. } => "cross_origin",
            Self::TopOrigin { .. } => "top_origin",
        }
    }
}

/// Checks `crossOrigin` and `topOrigin`. `topOrigin` is checked regardless of `crossOrigin` (§7.1 step 11). Level 2
/// clients only send `crossOrigin`.
pub(super) fn check(
    expected: bool,
    accepted: &TopOrigins,
    origin: &str,
    cross_origin: Option<bool>,
    top_origin: Option<&str>,
) -> Result<(), EmbeddingError> {
    let embedded = cross_origin == Some(true) || top_origin.is_some();
    if embedded && !expected {
        let top_origin = top_origin.map(shown);
        return Err(EmbeddingError::CrossOrigin { origin: shown(origin), top_origin });
    }
    match top_origin {
        Some(top) if !accepted.accept(top, origin) => {
            Err(EmbeddingError::TopOrigin { origin: shown(origin), top_origin: shown(top) })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://example.com";
    const PARTNER: &str = "https://partner.example";
    const OTHER: &str = "https://evil.example";

    fn verdict(
        expected: bool,
        accepted: &TopOrigins,
        cross_origin: Option<bool>,
        top_origin: Option<&str>,
    ) -> &'static str {
        match check(expected, accepted, OURS, cross_origin, top_origin) {
            Ok(()) => "ok",
            Err(error) => error.code(),
        }
    }

    /// Abuse case 15, the whole table: 3 × 4 × (4 + 4). Each line has the verdicts for `topOrigin` absent, ours, the
    /// partner's and another. They are the same for `crossOrigin` absent and false.
    #[test]
    fn policy_decides_on_cross_origin_and_top_origin() {
        const NO: &str = "cross_origin";
        const TOP: &str = "top_origin";
        let listed = TopOrigins::listed([PARTNER]);
        for (expected, accepted, cross_origin, verdicts) in [
            (false, &TopOrigins::None, false, ["ok", NO, NO, NO]),
            (false, &TopOrigins::None, true, [NO, NO, NO, NO]),
            (false, &TopOrigins::SameOrigin, false, ["ok", NO, NO, NO]),
            (false, &TopOrigins::SameOrigin, true, [NO, NO, NO, NO]),
            (false, &listed, false, ["ok", NO, NO, NO]),
            (false, &listed, true, [NO, NO, NO, NO]),
            (false, &TopOrigins::Any, false, ["ok", NO, NO, NO]),
            (false, &TopOrigins::Any, true, [NO, NO, NO, NO]),
            (true, &TopOrigins::None, false, ["ok", TOP, TOP, TOP]),
            (true, &TopOrigins::None, true, ["ok", TOP, TOP, TOP]),
            (true, &TopOrigins::SameOrigin, false, ["ok", "ok", TOP, TOP]),
            (true, &TopOrigins::SameOrigin, true, ["ok", "ok", TOP, TOP]),
            (true, &listed, false, ["ok", TOP, "ok", TOP]),
            (true, &listed, true, ["ok", TOP, "ok", TOP]),
            (true, &TopOrigins::Any, false, ["ok", "ok", "ok", "ok"]),
            (true, &TopOrigins::Any, true, ["ok", "ok", "ok", "ok"]),
        ] {
            let spellings = if cross_origin { &[Some(true)][..] } else { &[None, Some(false)][..] };
            for spelling in spellings {
                let tops = [None, Some(OURS), Some(PARTNER), Some(OTHER)];
                let found = tops.map(|top| verdict(expected, accepted, *spelling, top));
                assert_eq!(found, verdicts, "{expected} {accepted:?} {spelling:?}");
            }
        }
    }

    #[test]
    fn listed_top_origin_is_compared_exactly() {
        let listed = TopOrigins::listed([PARTNER]);
        for other in [
            "",
            "null",
            "https://partner.example/",
            "https://partner.example:443",
            "http://partner.example",
            "https://partner.example:8443",
            "https://a.partner.example",
            "https://PARTNER.example",
            "https://partner.example.",
            "https://partner.example.evil.net",
        ] {
            assert_eq!(verdict(true, &listed, Some(true), Some(other)), "top_origin", "{other}");
        }
    }
}
