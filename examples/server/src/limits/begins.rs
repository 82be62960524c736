//! How often one address may begin something: each beginning is stored, and a decoy or a challenge is made for it.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::{Limits, address};
use crate::error::ApiError;

/// How many requests there are between two sweeps of addresses that have not been heard of for a minute.
const SWEEP: u32 = 4096;

pub(super) struct Begins {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    checked: AtomicU32,
    behind_proxy: bool,
}

impl Begins {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(limits.begins_per_minute)),
            checked: AtomicU32::new(0),
            behind_proxy: limits.behind_proxy,
        }
    }

    fn admits(&self, address: IpAddr) -> bool {
        if self.checked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(&address).is_ok()
    }
}

/// Lets a request that begins something pass unless its address has begun too much lately.
pub(super) async fn limit(
    State(begins): State<Arc<Begins>>,
    request: Request,
    next: Next,
) -> Response {
    let is_limited = *request.method() == Method::POST && begins_something(request.uri().path());
    if !is_limited || begins.admits(address::of(&request, begins.behind_proxy)) {
        return next.run(request).await;
    }
    let refusal = ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too many requests. Please wait a minute and try again.",
    );
    let mut response = refusal.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

/// By its last part, so that no path that begins something can be forgotten.
fn begins_something(path: &str) -> bool {
    path.ends_with("/begin")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::Config;

    fn begins() -> Begins {
        Begins::new(&Config::parse_from(["server", "--begins-per-minute", "3"]).limits)
    }

    #[test]
    fn each_address_has_its_own_allowance() {
        let begins = begins();
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|it| it.parse().unwrap());
        assert_eq!([(); 5].map(|()| begins.admits(one)), [true, true, true, false, false]);
        assert!(begins.admits(other));
    }

    #[test]
    fn every_path_that_begins_is_limited() {
        for path in [
            "/passkeys/sign-up/begin",
            "/passkeys/sign-in/begin",
            "/passkeys/second-factor/begin",
            "/passkeys/create/begin",
            "/passkeys/reverify/begin",
            "/api/code/begin",
        ] {
            assert!(begins_something(path), "{path}");
        }
        for path in ["/", "/api/session", "/passkeys/sign-in/finish", "/passkeys"] {
            assert!(!begins_something(path), "{path}");
        }
    }
}
