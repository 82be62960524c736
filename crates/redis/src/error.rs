//! Errors of the store.

use relying_party::Duration;

/// Why Redis did not store or return a ceremony.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisError {
    /// Redis or the connection to it failed.
    #[error("Redis failed")]
    Redis(#[from] redis::RedisError),
    /// A ceremony with this ID already exists, so its challenge was used before. Check your source of random numbers.
    #[error("a ceremony with this challenge already exists")]
    AlreadyExists,
    /// The lifetime of a ceremony that belongs to an account is longer than a day. See
    /// [`ceremony_lifetime`](relying_party::settings::SettingsBuilder::ceremony_lifetime).
    #[error("a ceremony of an account may live for at most {} hours", max.as_millis() / 3_600_000)]
    LifetimeTooLong {
        /// The maximum lifetime.
        max: Duration,
    },
    /// The operating system returned no random bytes.
    #[error("the operating system returned no random bytes: {0}")]
    Random(getrandom::Error),
}
