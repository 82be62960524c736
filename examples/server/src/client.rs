//! Where a request comes from, as it is shown to the account's owner: they recognize their own browsers, and notice
//! others.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, header, request::Parts},
};
use relying_party_http::UserAgent;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::{app::App, error::ApiError, limits};

/// How much of what a browser calls itself is kept.
const AGENT_MAX: usize = 256;

/// The browser that sent a request. Nothing is decided by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// What the browser calls itself.
    pub agent: String,
    /// Its IP address, if the request came from the network.
    pub address: Option<String>,
}

impl Client {
    pub(crate) fn of(extensions: &Extensions, headers: &HeaderMap, behind_proxy: bool) -> Self {
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let agent = agent.unwrap_or_default().chars().take(AGENT_MAX).collect();
        let address = limits::client_address(extensions, headers, behind_proxy);
        Self { agent, address: address.map(|address| address.to_string()) }
    }
}

/// A browser as the page names it.
#[derive(Debug, Serialize)]
pub(crate) struct BrowserName {
    browser: Option<&'static str>,
    system: Option<&'static str>,
}

impl BrowserName {
    pub(crate) fn of(agent: &str) -> Self {
        let UserAgent { browser, system, .. } = UserAgent::parse(agent);
        Self { browser, system }
    }
}

/// The name and the address. What the browser calls itself is longer than anyone reads.
impl Serialize for Client {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let BrowserName { browser, system } = BrowserName::of(&self.agent);
        let mut client = serializer.serialize_struct("Client", 3)?;
        client.serialize_field("browser", &browser)?;
        client.serialize_field("system", &system)?;
        client.serialize_field("address", &self.address)?;
        client.end()
    }
}

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Ok(app.client(parts))
    }
}
