//! The command line.

pub(crate) const HELP: &str = "\
Decodes the JSON of a passkey's response, and says which step of WebAuthn it fails.

inspect FILE|- [OPTION VALUE]...

  --options FILE       the options that the browser was given; they tell RP ID, challenge and demands
  --rp-id ID           the RP ID
  --challenge TEXT     the challenge, in base64url
  --origin ORIGIN      an origin that is accepted, as often as you like; https://RP-ID if there is none
  --uv DEMAND          required, preferred or discouraged
  --attestation LEVEL  ignored or statement: whether the attestation statement is judged
  --passkey FILE       for a sign-in: the stored passkey, or the response with which it was registered
  --help               this

The response is judged if RP ID and challenge are known, a sign-in if the passkey is known too.
Of the extensions in the options, appid alone is taken into account.
";

/// What was asked for.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) file: String,
    pub(crate) options: Option<String>,
    pub(crate) rp_id: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) user_verification: Option<String>,
    pub(crate) attestation: Option<String>,
    pub(crate) passkey: Option<String>,
}

impl Arguments {
    /// `None` if help was asked for.
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
                "--passkey" => &mut parsed.passkey,
                path if path == "-" || !path.starts_with('-') => {
                    if file.replace(path.to_owned()).is_some() {
                        return Err("one response at a time".into());
                    }
                    continue;
                }
                unknown => return Err(format!("unknown option {unknown}")),
            };
            if place.replace(value(argument, rest.next())?).is_some() {
                return Err(format!("{argument} stands twice"));
            }
        }
        parsed.file = file.ok_or("no response to read")?;
        Ok(Some(parsed))
    }
}

fn value(option: &str, value: Option<&String>) -> Result<String, String> {
    value.cloned().ok_or_else(|| format!("{option} needs a value"))
}
