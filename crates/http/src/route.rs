//! Paths, and the methods that they accept.

use http::Method;
use relying_party::audit::AuditAction;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    /// The base path: the passkeys of the signed-in user.
    Passkeys,
    /// One of them, by its ID.
    Passkey(&'a str),
    Begin(Ceremony),
    Finish(Ceremony),
    /// What the page reports when a ceremony failed in the browser.
    Failure,
    Settings,
    OpenApi,
    /// A file of the browser module.
    Browser(&'a str),
    WellKnown(WellKnown),
}

/// What passkeys are created or used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Create,
    SignUp,
    SignIn,
    SecondFactor,
    Reverify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WellKnown {
    WebAuthn,
    PasskeyEndpoints,
    AssetLinks,
    AppleAppSiteAssociation,
}

const WELL_KNOWN: [(&str, WellKnown); 4] = [
    ("/.well-known/webauthn", WellKnown::WebAuthn),
    ("/.well-known/passkey-endpoints", WellKnown::PasskeyEndpoints),
    ("/.well-known/assetlinks.json", WellKnown::AssetLinks),
    ("/.well-known/apple-app-site-association", WellKnown::AppleAppSiteAssociation),
];

const CEREMONIES: [(&str, Ceremony); 5] = [
    ("create", Ceremony::Create),
    ("sign-up", Ceremony::SignUp),
    ("sign-in", Ceremony::SignIn),
    ("second-factor", Ceremony::SecondFactor),
    ("reverify", Ceremony::Reverify),
];

impl<'a> Resource<'a> {
    /// Returns what a path names, if anything. Paths are compared as they are: nothing is decoded or normalized.
    pub(crate) fn at(path: &'a str, base: &str) -> Option<Self> {
        if let Some((_, known)) = WELL_KNOWN.iter().find(|(known, _)| *known == path) {
            return Some(Self::WellKnown(*known));
        }
        let below = path.strip_prefix(base)?;
        if below.is_empty() || (base.is_empty() && below == "/") {
            return Some(Self::Passkeys);
        }
        let below = below.strip_prefix('/')?;
        match below.split_once('/') {
            None if below == "failure" => Some(Self::Failure),
            None if below == "settings" => Some(Self::Settings),
            None if below == "openapi.json" => Some(Self::OpenApi),
            None if is_id(below) => Some(Self::Passkey(below)),
            None => None,
            Some(("browser", file)) => Some(Self::Browser(file)),
            Some((ceremony, step)) => {
                let (_, ceremony) = CEREMONIES.iter().find(|(name, _)| *name == ceremony)?;
                match step {
                    "begin" => Some(Self::Begin(*ceremony)),
                    "finish" => Some(Self::Finish(*ceremony)),
                    _ => None,
                }
            }
        }
    }

    pub(crate) fn methods(self) -> &'static [Method] {
        match self {
            Self::Passkeys => &[Method::GET, Method::DELETE],
            Self::Passkey(_) => &[Method::PATCH, Method::DELETE],
            Self::Begin(_) | Self::Finish(_) | Self::Failure => &[Method::POST],
            Self::Settings | Self::OpenApi | Self::Browser(_) | Self::WellKnown(_) => {
                &[Method::GET]
            }
        }
    }

    /// Returns the value of `Allow`. `HEAD` is allowed wherever `GET` is.
    pub(crate) fn allow(self) -> String {
        let head = self.methods().contains(&Method::GET).then_some("HEAD");
        let methods = self.methods().iter().map(Method::as_str);
        methods.chain(head).chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
    }

    /// Returns the audit's name for a request.
    pub(crate) fn action(self, method: &Method) -> Option<AuditAction> {
        match self {
            Self::Passkeys if *method == Method::DELETE => Some(AuditAction::Erase),
            Self::Passkeys => Some(AuditAction::List),
            Self::Passkey(_) if *method == Method::PATCH => Some(AuditAction::Rename),
            Self::Passkey(_) => Some(AuditAction::Delete),
            Self::Begin(Ceremony::Create) => Some(AuditAction::BeginCreate),
            Self::Finish(Ceremony::Create) => Some(AuditAction::FinishCreate),
            Self::Begin(Ceremony::SignUp) => Some(AuditAction::BeginSignUp),
            Self::Finish(Ceremony::SignUp) => Some(AuditAction::FinishSignUp),
            Self::Begin(_) => Some(AuditAction::BeginSignIn),
            Self::Finish(_) => Some(AuditAction::FinishSignIn),
            Self::Failure => Some(AuditAction::ReportFailure),
            _ => None,
        }
    }
}

/// Returns whether a text may be a passkey ID. Anything else is an unknown path.
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_request_is_audited_as_what_it_asked_for() {
        for (method, path, action) in [
            (Method::GET, "/passkeys", Some(AuditAction::List)),
            (Method::DELETE, "/passkeys", Some(AuditAction::Erase)),
            (Method::PATCH, "/passkeys/AAAA", Some(AuditAction::Rename)),
            (Method::DELETE, "/passkeys/AAAA", Some(AuditAction::Delete)),
            (Method::POST, "/passkeys/create/begin", Some(AuditAction::BeginCreate)),
            (Method::POST, "/passkeys/create/finish", Some(AuditAction::FinishCreate)),
            (Method::POST, "/passkeys/sign-up/begin", Some(AuditAction::BeginSignUp)),
            (Method::POST, "/passkeys/sign-up/finish", Some(AuditAction::FinishSignUp)),
            (Method::POST, "/passkeys/sign-in/begin", Some(AuditAction::BeginSignIn)),
            (Method::POST, "/passkeys/sign-in/finish", Some(AuditAction::FinishSignIn)),
            (Method::POST, "/passkeys/second-factor/begin", Some(AuditAction::BeginSignIn)),
            (Method::POST, "/passkeys/reverify/finish", Some(AuditAction::FinishSignIn)),
            (Method::POST, "/passkeys/failure", Some(AuditAction::ReportFailure)),
            (Method::GET, "/passkeys/settings", None),
            (Method::GET, "/.well-known/webauthn", None),
        ] {
            let resource = Resource::at(path, "/passkeys").unwrap();
            assert_eq!(resource.action(&method), action, "{method} {path}");
        }
    }
}
