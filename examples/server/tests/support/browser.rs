//! Finds the browsers, looks at what they show with the eyes of axe-core, and keeps pictures of it.

use std::{
    cell::Cell,
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::{Value, json};

use super::{chromium::Chromium, firefox::Firefox, webdriver::WebDriver};

/// The browsers that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chromium,
    Firefox,
}

/// A headless browser with a new profile.
#[derive(Debug)]
pub struct Browser {
    pub driver: WebDriver,
    kind: Kind,
    prefix: String,
    taken: Cell<u32>,
    _profile: tempfile::TempDir,
}

impl std::ops::Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

/// The usual window.
const USUAL: (u32, u32) = (1100, 820);

impl Browser {
    /// Starts a browser with Chromium's flags, or with lines of Firefox's preferences. `None`, with a printed reason,
    /// if it is missing; unless `REQUIRE_BROWSER` is `1`, as it is in CI.
    pub fn start(kind: Kind, prefix: &str, settings: &[String]) -> Option<Self> {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let started = match kind {
            Kind::Chromium => chromium(profile.path(), settings).map(WebDriver::new),
            Kind::Firefox => program("FIREFOX", &["firefox-esr", "firefox"])
                .and_then(|firefox| Firefox::start(&firefox, profile.path(), settings))
                .map(WebDriver::new),
        };
        match started {
            Ok(driver) => {
                driver.resize(USUAL.0, USUAL.1);
                driver.prefer_colours("light");
                let prefix = format!("{kind:?}-{prefix}").to_lowercase();
                Some(Self { driver, kind, prefix, taken: Cell::new(0), _profile: profile })
            }
            Err(reason) if env::var("REQUIRE_BROWSER").is_ok_and(|value| value == "1") => {
                panic!("REQUIRE_BROWSER=1, but there is no {kind:?}: {reason}")
            }
            Err(reason) => {
                println!("skipped: no {kind:?}: {reason}");
                None
            }
        }
    }

    /// Says that the browser lacks what a test needs.
    pub fn skip(&self, what: &str) {
        println!("skipped in {:?}: {what}", self.kind);
    }

    /// Looks at what is shown, in light and in dark, in wide and narrow windows: nothing is cut off, and axe-core finds
    /// nothing. Keeps pictures in the folder `ARTIFACTS_DIR`, if there is one.
    pub fn look(&self, state: &str) {
        self.show(state, true);
    }

    /// The same without axe-core.
    pub fn picture(&self, state: &str) {
        self.show(state, false);
    }

    fn show(&self, state: &str, with_axe: bool) {
        self.taken.set(self.taken.get() + 1);
        let pictures = env::var_os("ARTIFACTS_DIR").map(PathBuf::from);
        let sizes = [(1280, 860), (390, 844), (320, 700)];
        let mut found = Vec::new();
        for scheme in ["light", "dark"] {
            self.prefer_colours(scheme);
            for (width, height) in sizes {
                // The widths in between differ from the others in nothing that axe-core looks at. Two of four are
                // enough for what Firefox may do otherwise, and take half the time.
                let is_narrow_and_dark = width == 320 && scheme == "dark";
                let is_wide_and_light = width == 1280 && scheme == "light";
                let is_looked_at = with_axe
                    && match self.kind {
                        Kind::Chromium => width != 390,
                        Kind::Firefox => is_narrow_and_dark || is_wide_and_light,
                    };
                if !is_looked_at && pictures.is_none() {
                    continue;
                }
                self.resize(width, height);
                // Entrances and changes of colour are over before anyone looks; what turns for ever goes on.
                self.script(
                    "for (const animation of document.getAnimations()) try { animation.finish() } catch {}",
                );
                assert_eq!(self.cut_off(), json!([]), "{state} in a window of {width}");
                if is_looked_at {
                    for violation in self.violations() {
                        found.push(format!("{state}, {width}, {scheme}: {violation}"));
                    }
                }
                if let Some(pictures) = &pictures {
                    fs::create_dir_all(pictures).expect("a folder for the pictures");
                    let number = self.taken.get();
                    let name = format!("{}{number:02}-{state}-{width}-{scheme}.png", self.prefix);
                    fs::write(pictures.join(name), self.screenshot()).expect("a picture");
                }
            }
        }
        self.prefer_colours("light");
        self.resize(USUAL.0, USUAL.1);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    /// What is wider than the box that it is in.
    fn cut_off(&self) -> Value {
        self.script(
            "const boxes = [document.documentElement, ...document.querySelectorAll('dialog[open], .card')];
             return boxes.filter((box) => box.scrollWidth > box.clientWidth).map(({ className, id }) => id || className || 'page')",
        )
    }

    /// What axe-core finds on the page as it is.
    fn violations(&self) -> Vec<String> {
        let Some(axe) = axe() else { return Vec::new() };
        if self.script("return typeof window.axe") == "undefined" {
            self.script(axe);
        }
        let found = self.script_async(
            "const done = arguments[arguments.length - 1];
             const rules = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
             axe.run({ runOnly: rules, resultTypes: ['violations'] }).then(
                 ({ violations }) => done(violations.flatMap(({ id, nodes }) =>
                     nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`))),
                 (error) => done([`axe-core fails: ${error}`]))",
        );
        found.as_array().expect("a list").iter().map(super::webdriver::text).collect()
    }
}

/// The script of axe-core, which `npm ci` in this folder fetches. `None`, with a printed reason, if it is missing;
/// unless `REQUIRE_BROWSER` is `1`.
fn axe() -> Option<&'static str> {
    static AXE: OnceLock<Option<String>> = OnceLock::new();
    let load = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/accessibility");
        match fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")) {
            // The engine defines a global variable, but scripts of a driver run in a function.
            Ok(script) => Some(format!("{script}; window.axe ??= axe;")),
            Err(error) if env::var("REQUIRE_BROWSER").is_ok_and(|value| value == "1") => {
                let folder = folder.display();
                panic!(
                    "REQUIRE_BROWSER=1, but axe-core is missing; run npm ci in {folder}: {error}"
                )
            }
            Err(_) => {
                println!("skipped: axe-core is not installed; run npm ci in {}", folder.display());
                None
            }
        }
    };
    AXE.get_or_init(load).as_deref()
}

fn chromium(profile: &Path, flags: &[String]) -> Result<Chromium, String> {
    let chromedriver = program("CHROMEDRIVER", &["chromedriver"])?;
    let chromium = program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
    Chromium::start(&chromedriver, &chromium, profile, flags)
}

/// The program named by an environment variable, or the first of some names in the search path.
fn program(variable: &str, names: &[&str]) -> Result<PathBuf, String> {
    if let Some(program) = env::var_os(variable) {
        return Ok(program.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
        .ok_or_else(|| format!("none of {names:?} is installed, and {variable} is not set"))
}
