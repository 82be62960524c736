//! What the host receives: warnings, audit entries and failures.

use std::error::Error;

use relying_party::audit::AuditEntry;

/// Something that belongs in your log. See [`Endpoints::observe`](crate::Endpoints::observe).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observed<'a> {
    /// The configuration works, but is probably not what you want.
    Warning(Warning),
    /// A fact for the audit log: the outcome of a flow, or a request that was refused before any flow began.
    Audit(&'a AuditEntry),
    /// The store failed. The response was `503 Service Unavailable`.
    StoreFailed(&'a (dyn Error + 'static)),
    /// The [`Host`](crate::Host) failed. The response was `500 Internal Server Error`, or `503 Service Unavailable` if
    /// the error [is temporary](crate::Host::is_temporary).
    HostFailed(&'a (dyn Error + 'static)),
}

/// A configuration that works, but is probably not what you want. `Display` says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The relying party has no decoys.
    #[error(
        "the relying party has no decoy secret: anyone who types a name into the sign-in form learns whether that \
         account exists and has passkeys; give RelyingPartyBuilder::decoys a random secret of 32 bytes"
    )]
    NoDecoys,
    /// An Android app is configured here, but the relying party does not accept it.
    #[error(
        "an Android app is listed for assetlinks.json, but its origin is not accepted: its sign-ins will fail; give \
         the same fingerprint to OriginPolicyBuilder::android_app"
    )]
    AndroidAppNotAccepted,
}

/// Logs with `tracing`, if the feature is on. The core logs audit entries.
pub(crate) fn trace(observed: Observed<'_>) {
    #[cfg(feature = "tracing")]
    match observed {
        Observed::Warning(warning) => {
            tracing::warn!(target: "relying_party::http", warning = %warning);
        }
        Observed::StoreFailed(error) => {
            tracing::error!(target: "relying_party::http", error = %chain(error), "the store failed");
        }
        Observed::HostFailed(error) => {
            tracing::error!(target: "relying_party::http", error = %chain(error), "the host failed");
        }
        Observed::Audit(_) => {}
    }
    #[cfg(not(feature = "tracing"))]
    let _ = observed;
}

/// An error and its causes, in one line.
#[cfg(feature = "tracing")]
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Because(&'static str, #[source] Option<Box<Because>>);

    #[test]
    fn an_error_is_logged_with_all_its_causes() {
        let refused = Because("connection refused", None);
        let pool = Because("no connection", Some(Box::new(refused)));
        let store = Because("the query failed", Some(Box::new(pool)));
        assert_eq!(chain(&store), "the query failed: no connection: connection refused");
    }
}
