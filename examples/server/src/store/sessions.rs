//! Browser sessions as they are kept.

use super::Account;

/// SHA-256 of a session's token. The token itself is only in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

/// A browser session as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What the session is found by.
    pub token_hash: TokenHash,
    /// Who is signed in, if anybody.
    pub account: Option<Account>,
}
