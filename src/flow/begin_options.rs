//! Options of a ceremony that begins.

use super::StepUp;
use crate::{
    extensions::{AuthenticationInputs, RegistrationInputs},
    json::{AuthenticatorAttachment, Hint, UiMode},
    name::PasskeyName,
    session::SessionBinding,
};

/// The session in which a ceremony begins, and options that may differ from one ceremony to the next.
///
/// Every begin step takes one. If you need no other options, pass the [`SessionBinding`] alone.
///
/// ```
/// use relying_party::SessionBinding;
/// use relying_party::extensions::{AuthenticationInputs, PrfValues};
/// use relying_party::flow::BeginOptions;
/// let session = SessionBinding::of("value of the session cookie");
/// let options = BeginOptions::new(session)
///     .origin("https://accounts.example.com")
///     .extensions(AuthenticationInputs::default().prf(PrfValues::new(b"vault key")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct BeginOptions<'a, E> {
    pub(super) session: SessionBinding,
    pub(super) origin: Option<&'a str>,
    pub(super) extensions: Option<E>,
    pub(super) hints: Option<&'a [Hint]>,
    pub(super) attachment: Option<AuthenticatorAttachment>,
    pub(super) conditional: bool,
    pub(super) name: Option<PasskeyName>,
    pub(super) fallback_name: Option<PasskeyName>,
    pub(super) step_up: Option<StepUp<'a>>,
    pub(super) ui_mode: Option<UiMode>,
}

impl<E> From<SessionBinding> for BeginOptions<'_, E> {
    fn from(session: SessionBinding) -> Self {
        Self::new(session)
    }
}

impl<'a, E> BeginOptions<'a, E> {
    /// Begins in this browser session, without other options.
    pub fn new(session: SessionBinding) -> Self {
        Self {
            session,
            origin: None,
            extensions: None,
            hints: None,
            attachment: None,
            conditional: false,
            name: None,
            fallback_name: None,
            step_up: None,
            ui_mode: None,
        }
    }

    /// The origin of the page in which the ceremony begins (the request's `Origin` header). Only a response from the
    /// same origin can finish the ceremony, even if the policy accepts others.
    pub fn origin(mut self, origin: &'a str) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Requests these extensions instead of the relying party's.
    pub fn extensions(mut self, extensions: E) -> Self {
        self.extensions = Some(extensions);
        self
    }

    /// Tells the browser which kinds of authenticators this user is expected to have, most likely first, instead of the
    /// settings' hints.
    pub fn hints(mut self, hints: &'a [Hint]) -> Self {
        self.hints = Some(hints);
        self
    }
}

impl BeginOptions<'_, AuthenticationInputs> {
    /// Chooses the dialog in which the browser offers passkeys. Experimental, like [`UiMode`].
    ///
    /// [`Immediate`](UiMode::Immediate) only applies to [`SignInRequest::Discoverable`], because browsers refuse it beside an
    /// allow list, and [`Passive`](UiMode::Passive) only to [`SignInRequest::Autofill`]. Other requests ignore it.
    /// Nothing else about the ceremony changes.
    ///
    /// ```
    /// use relying_party::{SessionBinding, flow::BeginOptions, json::UiMode};
    /// # use relying_party::{Challenge, RelyingParty, SignIn, SignInRequest, Step, Timestamp, flow::Flow, flow::Reply};
    /// # let rp = RelyingParty::builder("example.com", "Example").origin("https://example.com").build().unwrap();
    /// # let session = SessionBinding::of("value of the pre-session cookie");
    /// let options = BeginOptions::new(session).ui_mode(UiMode::Immediate);
    /// // The page calls navigator.credentials.get({ publicKey, uiMode: "immediate" }).
    /// # let (challenge, now) = (Challenge::from([1; 32]), Timestamp::from_unix_millis(1));
    /// # let begin = SignIn::begin(&rp, SignInRequest::Discoverable, options, challenge, now).unwrap();
    /// # let Step::Effect(flow, _) = begin else { panic!() };
    /// # let Ok(Step::Done(start)) = flow.resume(Reply::Stored) else { panic!() };
    /// # assert!(start.to_json().contains(r#""uiMode":"immediate""#));
    /// ```
    ///
    /// Ask `PublicKeyCredential.getClientCapabilities()` whether the browser knows it: `immediateGet`, `ambientGet`.
    ///
    /// [`SignInRequest::Discoverable`]: crate::SignInRequest::Discoverable
    /// [`SignInRequest::Autofill`]: crate::SignInRequest::Autofill
    pub fn ui_mode(mut self, mode: UiMode) -> Self {
        self.ui_mode = Some(mode);
        self
    }
}

impl<'a> BeginOptions<'a, RegistrationInputs> {
    /// Creates the passkey silently, right after the user has signed in by other means: conditional mediation, which
    /// [`CreationStart::mediation`](super::CreationStart::mediation) passes to the browser.
    ///
    /// The user does not have to be present (§7.1 step 15). Whether the user must be verified depends on the
    /// [settings](crate::settings::SettingsBuilder::conditional_create_verifies_user). Nothing else changes.
    pub fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    /// Only asks for authenticators that are attached in this way, instead of the settings' choice. Useful for a button
    /// "Add a security key".
    pub fn attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.attachment = Some(attachment);
        self
    }

    /// Gives the passkey this name instead of a [default name](crate::naming#default-names). A number is appended if
    /// the user already has a passkey of that name.
    pub fn name(mut self, name: PasskeyName) -> Self {
        self.name = Some(name);
        self
    }

    /// Sets the name for a passkey whose authenticator has no known name. Use what you know about the browser, such as
    /// `Chrome on macOS`. See [default names](crate::naming#default-names).
    ///
    /// Characters that a name cannot contain are removed, and a long text is cut. A text without visible characters is
    /// ignored.
    ///
    /// ```
    /// use relying_party::{SessionBinding, extensions::RegistrationInputs, flow::BeginOptions};
    /// # let session = SessionBinding::of("value of the session cookie");
    /// let options: BeginOptions<'_, RegistrationInputs> =
    ///     BeginOptions::new(session).fallback_name("Chrome on macOS");
    /// ```
    pub fn fallback_name(mut self, text: &str) -> Self {
        self.fallback_name = PasskeyName::fitting(text);
        self
    }

    /// Passes in that the user was verified recently, which the settings may
    /// [require](crate::settings::Reverification).
    ///
    /// The age is checked when the creation begins, not when it finishes: the ceremony is bound to the user and lives
    /// for minutes. Whether the passkey of a proof still exists is checked both times.
    pub fn verified(mut self, step_up: impl Into<StepUp<'a>>) -> Self {
        self.step_up = Some(step_up.into());
        self
    }
}
