//! Where a passkey works: RP IDs, origins, and a relying party's policy (§5.1.3, §5.11, §13.5.8, §13.5.9).
//!
//! Every policy value is valid: [`OriginPolicyBuilder::build`] reports all problems it finds, and rejects origins that
//! no browser could ever use. [`scope`] tells you in advance whether passkeys of an RP ID would work on an origin, and
//! if not, why.
//!
//! Origins are parsed and compared as scheme, host and port, hosts label by label; never by prefix, suffix or
//! substring. Only one spelling is accepted: the ASCII serialization that browsers send.
//!
//! ```
//! use relying_party::policy::{OriginPolicy, RpId, SubdomainPolicy};
//! let rp_id = RpId::new("example.com")?;
//! let policy = OriginPolicy::builder(&rp_id)
//!     .origin("https://example.com")
//!     .subdomains(SubdomainPolicy::any().max_depth(1).except_under(["usercontent.example.com"]))
//!     .build()?;
//! assert!(policy.check_origin("https://accounts.example.com", None).is_ok());
//! assert!(policy.check_origin("https://evil-example.com", None).is_err());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Moving to another domain
//!
//! A passkey keeps the RP ID that it was created for. While you move, have two relying parties, one for each RP ID,
//! that share the store: passkeys belong to an account *at an RP ID*. Passkeys of the old RP ID work on the new domain
//! as long as the old domain serves a [related origins](RelatedOrigins) document that lists it.
//!
//! ```
//! use relying_party::RelyingParty;
//! // For sign-ins with existing passkeys, on both domains.
//! let old = RelyingParty::builder("old.example", "Example")
//!     .origins(|policy| policy.origin("https://old.example").related_origin("https://new.example"))
//!     .build()?;
//! // For new passkeys, and sign-ins with them.
//! let new = RelyingParty::builder("new.example", "Example").origin("https://new.example").build()?;
//! // Served at https://old.example/.well-known/webauthn:
//! let document = old.origins().related_origins();
//! assert_eq!(document.origins(), ["https://new.example"]);
//! # Ok::<(), relying_party::ConfigErrors>(())
//! ```
//!
//! The options of a sign-in name one RP ID. Either let users name their account first and use an RP ID for which the
//! account has passkeys, or offer a button for the new domain first and one for the old domain second. Finish each
//! ceremony with the relying party that began it. After a sign-in with an old passkey, create one for the new RP ID.
//! The proof of that sign-in is not valid there, so a creation that needs one relies on
//! [`StepUp::ByHost`](crate::StepUp::ByHost). The guide has the phases of a move.

mod builder;
mod domain;
#[cfg(test)]
mod domain_table;
mod errors;
mod native;
mod origin;
mod origins;
mod related;
mod rp_id;
mod scope;
mod subdomains;
mod top_origins;

pub use builder::OriginPolicyBuilder;
pub use domain::InvalidDomain;
pub use errors::{PolicyError, PolicyErrors};
pub use native::{InvalidNativeOrigin, android_origin};
pub use origin::{InvalidOrigin, Origin, Scheme};
pub use origins::{OriginError, OriginPolicy};
pub use related::{RelatedOrigins, RelatedOriginsFinding};
pub use rp_id::{InvalidRpId, RpId};
pub use scope::{OutsideScope, Scope, UnusableOrigin, scope};
pub use subdomains::SubdomainPolicy;
pub use top_origins::{EmbeddingError, TopOrigins};

use alloc::{borrow::ToOwned as _, format, string::String};

use crate::limits::SHOWN_MAX;

/// Truncates what was found to a length suitable for logs. Errors print it with `{:?}`, which escapes control
/// characters.
fn shown(text: &str) -> String {
    if text.len() <= SHOWN_MAX {
        return text.to_owned();
    }
    let kept = text.char_indices().take_while(|(at, char)| at + char.len_utf8() <= SHOWN_MAX);
    format!("{}…", kept.map(|(_, char)| char).collect::<String>())
}

/// `; write "…"`, if the right spelling is known.
fn advice(write: Option<&str>) -> String {
    write.map(|write| format!("; write {write:?}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_text_is_cut_between_characters() {
        assert_eq!(shown(&"a".repeat(300)), "a".repeat(300));
        assert_eq!(shown(&"a".repeat(301)), format!("{}…", "a".repeat(300)));
        assert_eq!(shown(&format!("a{}", "ä".repeat(150))), format!("a{}…", "ä".repeat(149)));
    }
}
