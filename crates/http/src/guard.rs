//! Protection against requests that other sites make in a user's browser.
//!
//! | Request | `Sec-Fetch-Site` | `Origin` |
//! |---|---|---|
//! | changes something | `same-origin`, or absent (Safari before 16.4, native apps) | accepted by the relying party |
//! | … and there is no `Sec-Fetch-Site` | | also that of `Host`, or listed one by one |
//! | … and a native app is configured | absent | may be absent: apps send neither |
//! | reads a user's data | `same-origin`, `none`, or absent | any |
//! | settings, files, well-known documents | any | any |
//!
//! Every browser that supports passkeys sends `Origin` with `POST`, `PATCH` and `DELETE`, from every page, so a forged
//! request always has one. That is why only apps may omit it.

use http::{HeaderMap, HeaderName, Uri, header};
use relying_party::RelyingParty;

use crate::refusal::Refused;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Checks a request that makes a change. Returns the origin of the page that sent it, or `None` for an app.
pub(crate) fn check_change<'a>(
    headers: &'a HeaderMap,
    uri: &Uri,
    rp: &RelyingParty,
    apps: bool,
) -> Result<Option<&'a str>, Refused> {
    let site = only(headers, &SEC_FETCH_SITE, Refused::AnotherSite)?;
    if site.is_some_and(|site| site != "same-origin") {
        return Err(Refused::AnotherSite);
    }
    let Some(origin) = only(headers, &header::ORIGIN, Refused::Origin)? else {
        return if apps && site.is_none() { Ok(None) } else { Err(Refused::NoOrigin) };
    };
    rp.origins().check_origin(origin, None).map_err(|_| Refused::Origin)?;
    let is_known = || rp.origins().origins().any(|listed| listed == origin);
    if site.is_none() && !is_host(origin, headers, uri) && !is_known() {
        return Err(Refused::AnotherSite);
    }
    Ok(Some(origin))
}

/// Checks a request that reads private data of its user.
pub(crate) fn check_read(headers: &HeaderMap) -> Result<(), Refused> {
    match only(headers, &SEC_FETCH_SITE, Refused::AnotherSite)? {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(Refused::AnotherSite),
    }
}

/// Checks that the body is JSON.
pub(crate) fn check_json(headers: &HeaderMap) -> Result<(), Refused> {
    if is_json(headers) { Ok(()) } else { Err(Refused::MediaType) }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Ok(Some(value)) = only(headers, &header::CONTENT_TYPE, Refused::MediaType) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Returns whether the page comes from the host that the request was sent to: `Host`, or `:authority` in HTTP/2.
fn is_host(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let sent_to = match only(headers, &header::HOST, Refused::AnotherSite) {
        Ok(Some(host)) => Some(host),
        Ok(None) => uri.authority().map(http::uri::Authority::as_str),
        Err(_) => None,
    };
    sent_to.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

/// Returns the value of a header that may occur at most once.
fn only<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    otherwise: Refused,
) -> Result<Option<&'a str>, Refused> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| otherwise),
        (Some(_), Some(_)) => Err(otherwise),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use relying_party::policy::SubdomainPolicy;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in pairs.iter().map(header) {
            headers.append(name, value);
        }
        headers
    }

    fn rp() -> RelyingParty {
        RelyingParty::builder("example.com", "Example")
            .origin("https://example.com")
            .origins(|policy| policy.subdomains(SubdomainPolicy::only_under(["app.example.com"])))
            .build()
            .unwrap()
    }

    fn change(pairs: &[(&'static str, &'static str)], apps: bool) -> Result<bool, Refused> {
        let uri = Uri::from_static("/passkeys/create/begin");
        check_change(&headers(pairs), &uri, &rp(), apps).map(|origin| origin.is_some())
    }

    const ORIGIN: (&str, &str) = ("origin", "https://example.com");
    const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

    #[test]
    fn accepts_pages_of_the_same_origin() {
        for request in [
            &[ORIGIN, SAME_ORIGIN][..],
            &[ORIGIN, ("host", "example.com")],
            // Behind a proxy that changes `Host`.
            &[ORIGIN, ("host", "10.0.0.7:8080")],
            &[ORIGIN],
            &[("origin", "https://a.app.example.com"), SAME_ORIGIN],
            &[("origin", "https://a.app.example.com"), ("host", "a.app.example.com")],
        ] {
            assert_eq!(change(request, false), Ok(true), "{request:?}");
        }
    }

    #[test]
    fn refuses_pages_of_other_sites_and_subdomains() {
        for site in
            ["cross-site", "same-site", "none", "", "same-origin, same-origin", "Same-Origin"]
        {
            let request = [ORIGIN, ("host", "example.com"), ("sec-fetch-site", site)];
            assert_eq!(change(&request, true), Err(Refused::AnotherSite), "{site}");
        }
        let twice = [ORIGIN, SAME_ORIGIN, ("sec-fetch-site", "cross-site")];
        assert_eq!(change(&twice, true), Err(Refused::AnotherSite));
        // Accepted for ceremonies, but without `Sec-Fetch-Site` nothing proves that it is this host's page.
        let subdomain = [("origin", "https://a.app.example.com"), ("host", "example.com")];
        assert_eq!(change(&subdomain, true), Err(Refused::AnotherSite));
    }

    #[test]
    fn refuses_origins_that_the_relying_party_does_not_accept() {
        for origin in ["null", "https://evil.example", "https://example.com.evil.example", ""] {
            for site in [None, Some(SAME_ORIGIN)] {
                let mut request = vec![("origin", origin), ("host", "evil.example")];
                request.extend(site);
                assert_eq!(change(&request, true), Err(Refused::Origin), "{origin} {site:?}");
            }
        }
        let twice = [ORIGIN, ("origin", "https://evil.example"), SAME_ORIGIN];
        assert_eq!(change(&twice, true), Err(Refused::Origin));
    }

    #[test]
    fn tolerates_an_absent_origin_for_native_apps_only() {
        assert_eq!(change(&[("host", "example.com")], true), Ok(false));
        assert_eq!(change(&[("host", "example.com")], false), Err(Refused::NoOrigin));
        // A browser always sends both.
        assert_eq!(change(&[SAME_ORIGIN], true), Err(Refused::NoOrigin));
    }

    #[test]
    fn other_sites_cannot_read_private_data() {
        let read = |site| check_read(&headers(&[("sec-fetch-site", site)]));
        assert_eq!(check_read(&HeaderMap::new()), Ok(()));
        assert_eq!((read("same-origin"), read("none")), (Ok(()), Ok(())));
        for site in ["same-site", "cross-site", "?"] {
            assert_eq!(read(site), Err(Refused::AnotherSite));
        }
    }

    #[test]
    fn only_json_counts_as_json() {
        let json = |value| check_json(&headers(&[("content-type", value)])).is_ok();
        assert!(json("application/json") && json("Application/JSON; charset=utf-8"));
        assert!(!json("text/plain") && !json("text/plain; application/json"));
        assert!(!json("application/x-www-form-urlencoded") && !json("application/jsonp"));
        assert_eq!(check_json(&HeaderMap::new()), Err(Refused::MediaType));
    }
}
