//! Documents below `/.well-known/`, which browsers, password managers and app stores read.

use bytes::Bytes;
use http::{Response, StatusCode};
use relying_party::RelyingParty;
use serde_json::{Value, json};

use crate::{apps::Apps, refusal::Refused, respond, route::WellKnown};

/// Where users create and manage passkeys, for `/.well-known/passkey-endpoints`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages {
    pub(crate) enroll: Option<String>,
    pub(crate) manage: Option<String>,
}

pub(crate) fn document(
    document: WellKnown,
    rp: &RelyingParty,
    apps: &Apps,
    pages: &Pages,
) -> Result<Response<Bytes>, Refused> {
    let json = match document {
        WellKnown::WebAuthn => {
            let related = rp.origins().related_origins();
            (!related.origins().is_empty()).then(|| json!(related))
        }
        // An empty object says that the site supports passkeys.
        WellKnown::PasskeyEndpoints => Some(pages.json()),
        WellKnown::AssetLinks => apps.asset_links(),
        WellKnown::AppleAppSiteAssociation => apps.apple_app_site_association(),
    };
    let body = json.ok_or(Refused::NotFound)?.to_string();
    let cache = "public, max-age=3600";
    Ok(respond::document(StatusCode::OK, body.into(), "application/json", cache))
}

impl Pages {
    fn json(&self) -> Value {
        let members = [("enroll", &self.enroll), ("manage", &self.manage)];
        let present = members.into_iter().filter_map(|(name, url)| Some((name, url.as_ref()?)));
        present
            .map(|(name, url)| (name.to_owned(), json!(url)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}
