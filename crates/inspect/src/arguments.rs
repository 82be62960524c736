//! The command line.

pub(crate) const HELP: &str = "\
Decodes the JSON of a passkey's response, and names the step of WebAuthn that it fails.

Usage: relying-party-inspect FILE|- [OPTION VALUE]...
       relying-party-inspect import --help

  --options FILE       the options that the browser was given: they hold the RP ID, the challenge and the demands
  --rp-id ID           the RP ID
  --challenge TEXT     the challenge, in base64url
  --origin ORIGIN      an accepted origin; may be repeated; by default https://RP-ID
  --uv DEMAND          user verification: required, preferred or discouraged
  --attestation LEVEL  how strictly to verify the attestation statement: ignored, statement or trusted
  --anchors FILE       PEM certificates that are trusted to vouch for authenticators
  --passkey FILE       for a sign-in: the stored passkey, or the response that registered it
  --help               print this help

The response is verified if the RP ID and the challenge are known, and for a sign-in the passkey too.
Of the extensions in the options, only appid is taken into account.
";

/// The arguments, not yet interpreted.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) file: String,
    pub(crate) options: Option<String>,
    pub(crate) rp_id: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) user_verification: Option<String>,
    pub(crate) attestation: Option<String>,
    pub(crate) anchors: Option<String>,
    pub(crate) passkey: Option<String>,
}

impl Arguments {
    /// Returns `None` if the user asked for help.
    pub(crate) fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let mut parsed = Self::default();
        let mut file = None;
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let place = match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--origin" => {
                    parsed.origins.push(value(argument, rest.next())?);
                    continue;
                }
                "--options" => &mut parsed.options,
                "--rp-id" => &mut parsed.rp_id,
                "--challenge" => &mut parsed.challenge,
                "--uv" => &mut parsed.user_verification,
                "--attestation" => &mut parsed.attestation,
                "--anchors" => &mut parsed.anchors,
                "--passkey" => &mut parsed.passkey,
                path if path == "-" || !path.starts_with('-') => {
                    if file.replace(path.to_owned()).is_some() {
                        return Err(
                            "more than one response was given; inspect one at a time".into()
                        );
                    }
                    continue;
                }
                unknown => return Err(format!("unknown option {unknown}")),
            };
            if place.replace(value(argument, rest.next())?).is_some() {
                return Err(format!("{argument} is given twice"));
            }
        }
        parsed.file = file.ok_or("no response was given; name a file, or - for standard input")?;
        Ok(Some(parsed))
    }
}

fn value(option: &str, value: Option<&String>) -> Result<String, String> {
    value.cloned().ok_or_else(|| format!("{option} needs a value"))
}
