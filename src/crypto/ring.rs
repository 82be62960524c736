//! Verification with `ring`.

super::ring_api::ring_api! {
    /// Verifies with `ring`: the assembly and C of `BoringSSL`, several times as fast as
    /// [`RustCrypto`](super::RustCrypto) on P-256.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use relying_party::{RelyingParty, crypto::Ring};
    /// let rp = RelyingParty::builder("example.com", "Example")
    ///     .origin("https://example.com")
    ///     .verifier(Arc::new(Ring))
    ///     .build()?;
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    Ring, ring
}
