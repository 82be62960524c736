//! The limits, as flags tell them.

use std::{num::NonZeroU32, time::Duration};

use clap::{Args, builder::FalseyValueParser};

/// How much of the server one client may take, and all of them together.
#[derive(Clone, Debug, Args)]
pub struct Limits {
    /// How many connections are open at most; more wait until one of them is closed
    #[arg(
        long,
        env = "PASSKEYS_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 1024,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub connections: u16,

    /// How long a connection may take to send the head of a request, and be idle before the next
    #[arg(
        long,
        env = "PASSKEYS_HEAD_SECONDS",
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub head_seconds: u64,

    /// How long a request may take from its head to the answer, its body included
    #[arg(
        long,
        env = "PASSKEYS_REQUEST_SECONDS",
        value_name = "SECONDS",
        default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..=3600)
    )]
    pub request_seconds: u64,

    /// How many accounts, passkeys and sign-ins may be begun from one address in a minute
    #[arg(long, env = "PASSKEYS_BEGINS_PER_MINUTE", value_name = "NUMBER", default_value = "120")]
    pub begins_per_minute: NonZeroU32,

    /// Another host name under which the server answers, on any port, such as the one by which a proxy reaches it; may
    /// be given several times. The hosts of accepted origins and IP addresses need no flag
    #[arg(long = "host", env = "PASSKEYS_HOSTS", value_name = "NAME", value_delimiter = ',')]
    pub hosts: Vec<String>,

    /// A proxy in front of the server appends the client's address to X-Forwarded-For; without one, clients could name
    /// any address there
    #[arg(long, env = "PASSKEYS_BEHIND_PROXY", value_parser = FalseyValueParser::new())]
    pub behind_proxy: bool,
}

impl Limits {
    pub(super) fn head(&self) -> Duration {
        Duration::from_secs(self.head_seconds)
    }

    pub(super) fn request(&self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }
}
