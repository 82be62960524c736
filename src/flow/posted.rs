//! The input of a finish step.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    bytes::CeremonyId, error::Error, limits::POSTED_JSON_MAX, malformed::Malformed, object,
    session::SessionBinding, text::Text,
};

/// What the browser posted, and the session in which it arrived. Every finish step takes one.
///
/// ```
/// use relying_party::{CeremonyId, Challenge, Posted, SessionBinding};
/// # let challenge = Challenge::from([7; 32]);
/// # let from_the_browser = CeremonyId::of(&challenge).to_string();
/// # let credential = r#"{"type":"public-key"}"#;
/// let posted = Posted {
///     session: SessionBinding::of("value of the session cookie"),
///     ceremony: from_the_browser.parse()?,
///     response: credential.as_bytes(),
/// };
/// # Ok::<(), relying_party::InvalidBytes>(())
/// ```
#[derive(Clone, Copy)]
pub struct Posted<'a> {
    /// The session in which the request arrived.
    pub session: SessionBinding,
    /// The ceremony ID, as the browser received it with the options.
    pub ceremony: CeremonyId,
    /// The JSON of `PublicKeyCredential.toJSON()`.
    pub response: &'a [u8],
}

/// The body that a browser posts, with the response still as text.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    ceremony: Text<'a>,
    #[serde(borrow)]
    credential: &'a RawValue,
}

impl<'a> Posted<'a> {
    /// Parses what the browser posted to finish a ceremony in this session:
    ///
    /// ```text
    /// {"ceremony":"…","credential":{…}}
    /// ```
    ///
    /// `ceremony` is the ceremony ID that the browser received with the options, `credential` is the JSON of
    /// `PublicKeyCredential.toJSON()`. Other members are ignored. The credential is not parsed yet: a finish step does
    /// that after taking the ceremony, so a malformed credential uses the ceremony up.
    ///
    /// ```
    /// use relying_party::{Posted, SessionBinding};
    /// let session = SessionBinding::of("value of the session cookie");
    /// let body = br#"{"ceremony":"AAAAAAAAAAAAAAAAAAAAAA","credential":{"type":"public-key"}}"#;
    /// let posted = Posted::from_json(session, body)?;
    /// assert_eq!(posted.response, br#"{"type":"public-key"}"#);
    /// # Ok::<(), relying_party::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::MalformedRequest`] if the body is longer than [`POSTED_JSON_MAX`], is not a JSON object, or lacks or
    /// repeats one of the two members. [`Error::CeremonyNotFound`] if `ceremony` is not a valid ceremony ID. No
    /// ceremony is used up in either case.
    pub fn from_json(session: SessionBinding, body: &'a [u8]) -> Result<Self, Error> {
        const WHAT: &str = "posted body";
        if body.len() > POSTED_JSON_MAX {
            let max = POSTED_JSON_MAX;
            return Err(Error::MalformedRequest(Malformed::TooLong { what: WHAT, max }));
        }
        let body = object::from_slice::<Body<'a>>(body)
            .map_err(|error| Error::MalformedRequest(Malformed::json(WHAT, &error)))?;
        let ceremony = body.ceremony.parse::<CeremonyId>()?;
        Ok(Self { session, ceremony, response: body.credential.get().as_bytes() })
    }
}

/// Does not show the response, because extension outputs in it may be secrets.
impl core::fmt::Debug for Posted<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Posted").field("ceremony", &self.ceremony).finish_non_exhaustive()
    }
}
