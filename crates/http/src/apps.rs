//! Native apps that share passkeys with the website.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use relying_party::policy::{InvalidNativeOrigin, android_origin};
use serde_json::{Value, json};

/// Why something is not a native app.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidApp {
    /// An Android app has the SHA-256 fingerprint of its signing certificate.
    #[error(transparent)]
    Fingerprint(#[from] InvalidNativeOrigin),
    /// The name of a package has two or more parts of letters, digits and `_`: `com.example.app`.
    #[error(
        "{0:?} is not the name of an Android package; write it as in the app's manifest: com.example.app"
    )]
    Package(String),
    /// An Apple app ID is a team ID of ten characters, a dot and a bundle ID.
    #[error(
        "{0:?} is not an Apple app ID; write the team ID and the bundle ID: ABCDE12345.com.example.app"
    )]
    AppleId(String),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Apps {
    android: Vec<AndroidApp>,
    apple: Vec<String>,
}

#[derive(Clone, Debug)]
struct AndroidApp {
    package: String,
    /// In the form of `assetlinks.json`.
    fingerprint: String,
    origin: String,
}

impl Apps {
    pub(crate) fn add_android(
        &mut self,
        package: &str,
        fingerprint: &str,
    ) -> Result<(), InvalidApp> {
        let is_part = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !package.contains('.') || !package.split('.').all(is_part) {
            return Err(InvalidApp::Package(package.chars().take(200).collect()));
        }
        let origin = android_origin(fingerprint)?;
        let fingerprint = fingerprint_of(&origin);
        self.android.push(AndroidApp { package: package.to_owned(), fingerprint, origin });
        Ok(())
    }

    pub(crate) fn add_apple(&mut self, id: &str) -> Result<(), InvalidApp> {
        let is_bundle = |bundle: &str| {
            !bundle.is_empty()
                && bundle
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        };
        let is_team = |team: &str| {
            team.len() == 10
                && team.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        match id.split_once('.') {
            Some((team, bundle)) if is_team(team) && is_bundle(bundle) => {
                self.apple.push(id.to_owned());
                Ok(())
            }
            _ => Err(InvalidApp::AppleId(id.chars().take(200).collect())),
        }
    }

    pub(crate) fn android_origins(&self) -> impl Iterator<Item = &str> {
        self.android.iter().map(|app| app.origin.as_str())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.android.is_empty() && self.apple.is_empty()
    }

    /// `/.well-known/assetlinks.json`. Android asks for both relations before it lets an app use passkeys of the site.
    pub(crate) fn asset_links(&self) -> Option<Value> {
        let statement = |app: &AndroidApp| {
            json!({
                "relation": [
                    "delegate_permission/common.handle_all_urls",
                    "delegate_permission/common.get_login_creds",
                ],
                "target": {
                    "namespace": "android_app",
                    "package_name": app.package,
                    "sha256_cert_fingerprints": [app.fingerprint],
                },
            })
        };
        let statements = self.android.iter().map(statement).collect::<Vec<_>>();
        (!statements.is_empty()).then(|| json!(statements))
    }

    /// `/.well-known/apple-app-site-association`.
    pub(crate) fn apple_app_site_association(&self) -> Option<Value> {
        (!self.apple.is_empty()).then(|| json!({ "webcredentials": { "apps": self.apple } }))
    }
}

/// Returns `AB:CD:…`, from an origin in the form that apps send.
fn fingerprint_of(origin: &str) -> String {
    let hash = origin.rsplit(':').next().unwrap_or_default();
    let hash = BASE64_URL_SAFE_NO_PAD.decode(hash).unwrap_or_default();
    let mut text = String::new();
    for byte in hash {
        let separator = if text.is_empty() { "" } else { ":" };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "A4:D8:8F:E6:22:B2:43:C2:70:80:63:9A:28:0D:73:18:F5:0F:24:84:BE:D0:7D:71:28:24:1C:7E:0A:06:2D:C7";

    #[test]
    fn lists_apps_as_their_platforms_require() {
        let mut apps = Apps::default();
        assert_eq!((apps.asset_links(), apps.apple_app_site_association()), (None, None));
        let spelled = FINGERPRINT.replace(':', "").to_lowercase();
        apps.add_android("com.example.app", &spelled).unwrap();
        apps.add_apple("ABCDE12345.com.example.app").unwrap();
        let links = apps.asset_links().unwrap();
        assert_eq!(links[0]["target"]["sha256_cert_fingerprints"], json!([FINGERPRINT]));
        assert_eq!(links[0]["target"]["package_name"], "com.example.app");
        let apple = json!({ "webcredentials": { "apps": ["ABCDE12345.com.example.app"] } });
        assert_eq!(apps.apple_app_site_association(), Some(apple));
    }

    #[test]
    fn rejects_invalid_apps() {
        let mut apps = Apps::default();
        for package in ["", "app", "com..app", "com.1app", "com.example.app/x", ".com"] {
            assert!(apps.add_android(package, FINGERPRINT).is_err(), "{package}");
        }
        assert!(apps.add_android("com.example.app", "A4:D8").is_err());
        for id in ["", "com.example.app", "ABCDE12345.", "abcde12345.com.example", "ABCDE12345.a b"]
        {
            assert!(apps.add_apple(id).is_err(), "{id}");
        }
        assert!(apps.is_empty());
    }
}
