//! The names under which the server answers.
//!
//! A page of another domain whose name is made to lead to this server (DNS rebinding) is of one origin with it for the
//! browser: `Origin` and `Host` agree, and nothing but the name tells that it is not ours.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use relying_party::RelyingParty;

use super::Limits;
use crate::{app::App, error::ApiError};

/// The names under which the server answers.
pub(super) struct Hosts {
    app: Arc<App>,
    /// Names beside those of the origins that are accepted.
    named: Vec<String>,
}

impl Hosts {
    pub(super) fn new(app: Arc<App>, limits: &Limits) -> Self {
        Self { app, named: limits.hosts.clone() }
    }
}

/// Refuses a request that was sent to a host that is not ours.
pub(super) async fn check(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    let Hosts { app, named } = &*hosts;
    let mut values = request.headers().get_all(header::HOST).iter();
    // A request has exactly one (RFC 9112 §3.2).
    let host = values.next().filter(|_| values.next().is_none());
    let host = host.and_then(|host| host.to_str().ok());
    let endpoints = app.endpoints();
    let rp = endpoints.passkeys().relying_party();
    if host.is_some_and(|host| is_ours(host, rp) || is_named(host, named)) {
        return next.run(request).await;
    }
    ApiError::new(
        StatusCode::MISDIRECTED_REQUEST,
        "host_invalid",
        "This server does not answer under this name.",
    )
    .into_response()
}

/// The host of an accepted origin, or of the RP ID, whose domain serves related origins; or an address, which no name
/// server can make lead elsewhere.
fn is_ours(host: &str, rp: &RelyingParty) -> bool {
    rp.origins().bind_to_host(host).is_ok()
        || host.eq_ignore_ascii_case(rp.rp_id().as_str())
        || is_address(host)
}

/// One of the names that were given, on any port.
fn is_named(host: &str, named: &[String]) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    named.iter().any(|it| it.eq_ignore_ascii_case(name))
}

fn is_address(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    host.parse::<SocketAddr>().is_ok()
        || host.parse::<Ipv4Addr>().is_ok()
        || bracketed.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use relying_party::policy::{OriginPolicyBuilder, SubdomainPolicy};

    use super::*;

    #[test]
    fn hosts_of_accepted_origins_and_addresses_are_ours() {
        let rp = RelyingParty::builder("example.com", "Example").origins(|policy| {
            policy
                .origin("https://www.example.com:8443")
                .subdomains(SubdomainPolicy::any().except_under(["user.example.com"]))
                .related_origin("https://example.net")
        });
        let rp = rp.build().unwrap();
        for host in [
            "example.com",
            "www.example.com:8443",
            "WWW.example.com",
            "accounts.example.com",
            "example.net",
            "127.0.0.1:8080",
            "10.0.0.7",
            "[::1]:8080",
            "[::1]",
        ] {
            assert!(is_ours(host, &rp), "{host}");
        }
        for host in [
            "",
            "evil.net",
            "evil.net:8080",
            "example.com.evil.net",
            "example.com:8080",
            "evil-example.com",
            "a.user.example.com",
            "localhost:8080",
            "127.0.0.1.evil.net",
            "[::1].evil.net",
            "127.0.0.1:8080:evil.net",
        ] {
            assert!(!is_ours(host, &rp), "{host}");
        }
    }

    #[test]
    fn named_hosts_are_ours_on_any_port() {
        let named = ["backend".to_owned(), "passkeys.internal".to_owned()];
        for host in ["backend", "Backend:8080", "passkeys.internal"] {
            assert!(is_named(host, &named), "{host}");
        }
        for host in ["", "end", "a.backend", "backend.evil.net", "evil.net:backend"] {
            assert!(!is_named(host, &named), "{host}");
        }
    }

    #[test]
    fn localhost_is_ours_on_any_port_where_the_rp_id_is_localhost() {
        let builder = RelyingParty::builder("localhost", "Example");
        let rp = builder.origins(OriginPolicyBuilder::localhost).build().unwrap();
        assert!(is_ours("localhost:4321", &rp));
        assert!(is_ours("localhost", &rp));
        assert!(!is_ours("app.localhost:4321", &rp));
        assert!(!is_ours("localhost.evil.net:4321", &rp));
    }
}
