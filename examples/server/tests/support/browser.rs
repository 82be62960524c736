//! Finds the browser, and keeps pictures of what it shows.

use std::{
    cell::Cell,
    env, fs,
    path::{Path, PathBuf},
};

use super::webdriver::WebDriver;

/// A headless Chromium with a profile of its own.
#[derive(Debug)]
pub struct Browser {
    pub driver: WebDriver,
    pictures: PathBuf,
    prefix: &'static str,
    taken: Cell<u32>,
    _profile: tempfile::TempDir,
}

impl std::ops::Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

impl Browser {
    /// Starts the browser. `None`, with a printed reason, where there is none; unless `REQUIRE_BROWSER` is `1`, as
    /// it is in CI.
    pub fn start(prefix: &'static str, flags: &[String]) -> Option<Self> {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let started = program("CHROMEDRIVER", &["chromedriver"]).and_then(|chromedriver| {
            let chromium = program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
            WebDriver::start(&chromedriver, &chromium, profile.path(), flags)
        });
        match started {
            Ok(driver) => {
                driver.resize(1100, 820);
                driver.prefer_colours("light");
                let pictures = pictures_folder();
                fs::create_dir_all(&pictures).expect("a folder for the pictures");
                Some(Self { driver, pictures, prefix, taken: Cell::new(0), _profile: profile })
            }
            Err(reason) if env::var("REQUIRE_BROWSER").is_ok_and(|value| value == "1") => {
                panic!("REQUIRE_BROWSER=1, but there is no browser: {reason}")
            }
            Err(reason) => {
                println!("skipped: no browser: {reason}");
                None
            }
        }
    }

    /// Keeps a picture of what is shown: in light, in dark, and in a narrow window.
    pub fn picture(&self, state: &str) {
        self.taken.set(self.taken.get() + 1);
        for (look, width, height, scheme) in [
            ("light", 1100, 820, "light"),
            ("dark", 1100, 820, "dark"),
            ("narrow", 360, 780, "light"),
        ] {
            self.resize(width, height);
            self.prefer_colours(scheme);
            // Entrances and changes of colour are over before the picture is taken; what turns for ever goes on.
            self.script("for (const animation of document.getAnimations()) try { animation.finish() } catch {}");
            let file = self.pictures.join(format!(
                "{}{:02}-{state}-{look}.png",
                self.prefix,
                self.taken.get()
            ));
            fs::write(&file, self.screenshot()).expect("the picture can be kept");
            let overflow = self.script("return document.documentElement.scrollWidth > innerWidth");
            assert_eq!(overflow, false, "{state} is wider than a window of {width}");
        }
        self.resize(1100, 820);
        self.prefer_colours("light");
    }
}

/// `ARTIFACTS_DIR`, or `artifacts` in the repository, which git ignores.
fn pictures_folder() -> PathBuf {
    env::var_os("ARTIFACTS_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../artifacts"),
        PathBuf::from,
    )
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
