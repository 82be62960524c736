//! Client extension outputs of §10 that the core reads. All others pass through to the host unread.

use serde::Deserialize;

/// `credProps.rk`: whether the credential is discoverable (§10.1.3). It is unsigned and tells the user interface
/// something, never a security decision, so that whatever does not parse counts as not said.
pub(crate) fn cred_props_rk(client_extension_results: Option<&str>) -> Option<bool> {
    #[derive(Deserialize)]
    struct Outputs {
        #[serde(rename = "credProps")]
        cred_props: Option<CredProps>,
    }

    #[derive(Deserialize)]
    struct CredProps {
        rk: Option<bool>,
    }

    let outputs = serde_json::from_str::<Outputs>(client_extension_results?).ok()?;
    outputs.cred_props?.rk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cred_props_says_yes_no_or_nothing() {
        assert_eq!(cred_props_rk(Some(r#"{"credProps":{"rk":true},"x":[]}"#)), Some(true));
        assert_eq!(cred_props_rk(Some(r#"{"credProps":{"rk":false}}"#)), Some(false));
        for nothing in [r#"{"credProps":{}}"#, "{}", r#"{"credProps":{"rk":"x"}}"#, "[]"] {
            assert_eq!(cred_props_rk(Some(nothing)), None, "{nothing}");
        }
        assert_eq!(cred_props_rk(None), None);
    }
}
