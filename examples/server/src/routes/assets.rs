//! The page, built into the program.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};

use crate::app::App;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

pub(crate) fn router() -> Router<Arc<App>> {
    let assets = [
        ("/", HTML, include_str!("../../assets/index.html")),
        ("/style.css", CSS, include_str!("../../assets/style.css")),
        ("/app.js", SCRIPT, include_str!("../../assets/app.js")),
        ("/activity.js", SCRIPT, include_str!("../../assets/activity.js")),
        ("/api.js", SCRIPT, include_str!("../../assets/api.js")),
        ("/code.js", SCRIPT, include_str!("../../assets/code.js")),
        ("/reverify.js", SCRIPT, include_str!("../../assets/reverify.js")),
        ("/settings.js", SCRIPT, include_str!("../../assets/settings.js")),
        ("/time.js", SCRIPT, include_str!("../../assets/time.js")),
        ("/ui.js", SCRIPT, include_str!("../../assets/ui.js")),
        ("/webauthn.js", SCRIPT, include_str!("../../assets/webauthn.js")),
        ("/icon.svg", SVG, include_str!("../../assets/icon.svg")),
    ];
    assets.into_iter().fold(Router::new(), |router, (path, content_type, content)| {
        let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")];
        router.route(path, get(move || async move { (headers, content) }))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn script_gives_every_code_of_a_failure_in_the_browser() {
        let document = include_str!("../../../../ERRORS.md");
        let (_, table) = document.split_once("## Failures in the browser").unwrap();
        let codes = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let codes = codes.collect::<Vec<_>>();
        assert_eq!(codes.len(), 9);
        let script = include_str!("../../assets/webauthn.js");
        for code in codes {
            assert!(script.contains(&format!("\"{code}\"")), "{code}");
        }
    }
}
