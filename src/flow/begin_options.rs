//! How a ceremony begins if it begins otherwise than usual.

use super::StepUp;
use crate::{
    extensions::RegistrationInputs,
    json::{AuthenticatorAttachment, Hint},
    name::PasskeyName,
};

/// What may differ from one ceremony to another.
///
/// ```
/// use relying_party::extensions::{AuthenticationInputs, PrfValues};
/// use relying_party::flow::BeginOptions;
/// let options = BeginOptions::new()
///     .origin("https://accounts.example.com")
///     .extensions(AuthenticationInputs::default().prf(PrfValues::new(b"vault key")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct BeginOptions<'a, E> {
    pub(super) origin: Option<&'a str>,
    pub(super) extensions: Option<E>,
    pub(super) hints: Option<&'a [Hint]>,
    pub(super) attachment: Option<AuthenticatorAttachment>,
    pub(super) conditional: bool,
    pub(super) name: Option<PasskeyName>,
    pub(super) step_up: Option<StepUp<'a>>,
}

impl<E> Default for BeginOptions<'_, E> {
    fn default() -> Self {
        Self {
            origin: None,
            extensions: None,
            hints: None,
            attachment: None,
            conditional: false,
            name: None,
            step_up: None,
        }
    }
}

impl<'a, E> BeginOptions<'a, E> {
    /// Nothing differs.
    pub fn new() -> Self {
        Self::default()
    }

    /// The ceremony begins in a page of this origin (the request's `Origin` header): only a response from that very
    /// origin finishes it, even if the policy accepts others.
    pub fn origin(mut self, origin: &'a str) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Requests these extensions instead of the relying party's.
    pub fn extensions(mut self, extensions: E) -> Self {
        self.extensions = Some(extensions);
        self
    }

    /// Tells the browser what this user is expected to have, the likeliest first, instead of the settings' hints.
    pub fn hints(mut self, hints: &'a [Hint]) -> Self {
        self.hints = Some(hints);
        self
    }
}

impl<'a> BeginOptions<'a, RegistrationInputs> {
    /// Creates the passkey silently, right after the user has signed in by other means: conditional mediation, which
    /// [`CreationStart::mediation`](super::CreationStart::mediation) says to the browser.
    ///
    /// The user need not be present (§7.1 step 15); user verification is as the
    /// [settings](crate::settings::SettingsBuilder::conditional_create_verifies_user) say. All else is as ever.
    pub fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// Asks for an authenticator in this place, instead of the settings': for a button "Add a security key".
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.attachment = Some(attachment);
        self
    }

    /// Names the passkey so, instead of after its authenticator; made unique among the user's.
    pub fn name(mut self, name: PasskeyName) -> Self {
        self.name = Some(name);
        self
    }

    /// The user was verified lately, which the settings may [ask for](crate::settings::Reverification).
    ///
    /// Judged when the creation begins, and not again when it finishes: the ceremony is bound to the user, lives for
    /// minutes, and can be had only by who passed here.
    pub fn verified(mut self, step_up: impl Into<StepUp<'a>>) -> Self {
        self.step_up = Some(step_up.into());
        self
    }
}
