//! The page, built into the program.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};

use crate::app::App;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// The scripts and their paths, which are those of the files.
macro_rules! scripts {
    ($($name:literal),* $(,)?) => {
        [$((concat!("/", $name), SCRIPT, include_str!(concat!("../../assets/", $name)))),*]
    };
}

pub(crate) fn router() -> Router<Arc<App>> {
    let scripts = scripts![
        "account.js",
        "activity.js",
        "api.js",
        "app.js",
        "client.js",
        "code.js",
        "entrance.js",
        "i18n.js",
        "kinds.js",
        "messages/ar.js",
        "messages/de.js",
        "messages/en.js",
        "notices.js",
        "passkey.js",
        "passkeys.js",
        "recovery.js",
        "sessions.js",
        "settings.js",
        "state.js",
        "time.js",
        "ui.js",
        "views.js",
    ];
    let others = [
        ("/", HTML, include_str!("../../assets/index.html")),
        ("/style.css", CSS, include_str!("../../assets/style.css")),
        ("/icon.svg", SVG, include_str!("../../assets/icon.svg")),
    ];
    let assets = scripts.into_iter().chain(others);
    assets.fold(Router::new(), |router, (path, content_type, content)| {
        let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")];
        router.route(path, get(move || async move { (headers, content) }))
    })
}

#[cfg(test)]
mod tests {
    /// The badge names the model in both cases, but only says of an attested one that it is proved.
    #[test]
    fn page_tells_attested_models_from_claimed_ones() {
        let script = include_str!("../../assets/passkey.js");
        assert!(script.contains(
            r#"authenticatorAttested ? tag("attested", "attested_hint", "good", values) : tag("claimed", "claimed_hint""#
        ));
        for messages in [
            include_str!("../../assets/messages/en.js"),
            include_str!("../../assets/messages/de.js"),
            include_str!("../../assets/messages/ar.js"),
        ] {
            let sentence = |key| messages.lines().find_map(|line| line.trim().strip_prefix(key));
            let names = ["attested: ", "claimed: "].map(|key| sentence(key).unwrap());
            assert!(names.iter().all(|name| name.contains("{model}")), "{names:?}");
            assert_ne!(names[0], names[1]);
            let hints = ["attested_hint: ", "claimed_hint: "].map(|key| sentence(key).unwrap());
            assert_ne!(hints[0], hints[1]);
        }
    }
}
