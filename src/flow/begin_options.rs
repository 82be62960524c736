//! How a ceremony begins if it begins otherwise than usual.

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
}

impl<E> Default for BeginOptions<'_, E> {
    fn default() -> Self {
        Self { origin: None, extensions: None }
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
}
