//! Metrics for Prometheus: what `relying-party` counts, at a second address.
//!
//! Anyone who can read them learns how many users sign in, and why requests are refused. So they are not part of the
//! site. `dashboard.json` beside this crate's manifest is a dashboard for Grafana.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// The bounds of a verification's duration, in seconds: from a fast signature to an overloaded machine.
const VERIFICATION: [f64; 9] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.01, 0.1, 1.0];

/// The bounds of a ceremony's duration, in seconds: from a practised user to the end of a ceremony.
const CEREMONY: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0];

/// How often values are sorted into the histograms.
const UPKEEP: Duration = Duration::from_secs(5);

/// What has been counted in this process.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Counts from now on. A process can do this once.
    ///
    /// # Errors
    ///
    /// The process counts already.
    pub fn install() -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(
                Matcher::Full("relying_party_verification_seconds".to_owned()),
                &VERIFICATION,
            )?
            .set_buckets_for_metric(
                Matcher::Full("relying_party_ceremony_seconds".to_owned()),
                &CEREMONY,
            )?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder)?;
        Ok(Self(handle))
    }

    /// Serves `/metrics`, and nothing else.
    pub fn router(self) -> Router {
        Router::new().route("/metrics", get(show)).with_state(self)
    }

    /// Sorts values into the histograms. Until then each is kept, so this is done even if no one scrapes.
    pub async fn keep_up(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }
}

/// What Prometheus scrapes, in its text format.
async fn show(State(Metrics(handle)): State<Metrics>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4"), (CACHE_CONTROL, "no-store")];
    (headers, handle.render())
}
