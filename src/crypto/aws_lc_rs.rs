//! Verification with `aws-lc-rs`.

super::ring_api::ring_api! {
    /// Verifies with `aws-lc-rs`: AWS's library in C and assembly, which is also available with a FIPS certificate.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use relying_party::{RelyingParty, crypto::AwsLcRs};
    /// let rp = RelyingParty::builder("example.com", "Example")
    ///     .origin("https://example.com")
    ///     .verifier(Arc::new(AwsLcRs))
    ///     .build()?;
    /// # Ok::<(), relying_party::ConfigErrors>(())
    /// ```
    AwsLcRs, aws_lc_rs
}
