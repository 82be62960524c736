//! Whose request it is, as far as limits go.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap},
};

/// The address that a request counts for. Of an IPv6 address only the network counts, since a single client has all of
/// it (RFC 6177: a /64 at least).
pub(super) fn of(request: &Request, behind_proxy: bool) -> IpAddr {
    let client = client(request.extensions(), request.headers(), behind_proxy);
    // Requests that did not come from the network have no address and share one.
    network(client.unwrap_or(Ipv4Addr::UNSPECIFIED.into()))
}

/// The address from which a request comes, if it comes from the network.
pub(crate) fn client(
    extensions: &Extensions,
    headers: &HeaderMap,
    behind_proxy: bool,
) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = behind_proxy.then(|| forwarded_for(headers)).flatten();
    forwarded.or(peer).map(|address| address.to_canonical())
}

/// The last address is the proxy's own observation; what stands before it, the client may have sent.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn address(peer: &str, forwarded: &[&str], behind_proxy: bool) -> String {
        let mut request = Request::new(Body::empty());
        let peer = SocketAddr::new(peer.parse().unwrap(), 1);
        request.extensions_mut().insert(ConnectInfo(peer));
        for value in forwarded {
            request.headers_mut().append("x-forwarded-for", value.parse().unwrap());
        }
        of(&request, behind_proxy).to_string()
    }

    #[test]
    fn forwarded_address_counts_only_behind_a_proxy() {
        assert_eq!(address("192.0.2.1", &["198.51.100.7"], false), "192.0.2.1");
        assert_eq!(address("192.0.2.1", &["198.51.100.7"], true), "198.51.100.7");
        assert_eq!(address("192.0.2.1", &[], true), "192.0.2.1");
    }

    #[test]
    fn forwarded_address_is_the_one_that_the_proxy_appended() {
        assert_eq!(address("192.0.2.1", &["203.0.113.1, 198.51.100.7"], true), "198.51.100.7");
        assert_eq!(address("192.0.2.1", &["203.0.113.1", "198.51.100.7"], true), "198.51.100.7");
        assert_eq!(address("192.0.2.1", &["203.0.113.1, nonsense"], true), "192.0.2.1");
    }

    #[test]
    fn ipv6_addresses_of_one_network_count_as_one() {
        assert_eq!(address("2001:db8::1:2:3:4", &[], false), "2001:db8::");
        assert_eq!(address("2001:db8:0:0:ffff::", &[], false), "2001:db8::");
        assert_eq!(address("2001:db8:0:1::1", &[], false), "2001:db8:0:1::");
        assert_eq!(address("::ffff:192.0.2.1", &[], false), "192.0.2.1");
    }

    #[test]
    fn request_without_an_address_counts_as_one() {
        let request = Request::new(Body::empty());
        assert_eq!(of(&request, true), IpAddr::from(Ipv4Addr::UNSPECIFIED));
    }
}
