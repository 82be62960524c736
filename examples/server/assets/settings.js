// The settings panel, which the server offers in a demo only. It reads and writes the relying party's settings as they
// are stored, and changes a few of them.

import { api } from "/api.js";
import { t } from "/i18n.js";
import { say } from "/notices.js";
import { $, refuse, sayError, setFieldError, withButton } from "/ui.js";

const FIVE_MINUTES = 300_000;

let changed = () => {};

/** Shows the panel; `onChange` is called with settings that apply from then on. */
export function offerSettings(onChange) {
  changed = onChange;
  $("settings").hidden = false;
}

function fill(settings) {
  $("setting-enabled").checked = settings.enabled;
  $("setting-autofill").checked = settings.autofill;
  $("setting-keep-last").checked = settings.keep_last_passkey;
  $("setting-reverify").checked = settings.reverification.before.includes("delete");
  $("setting-max").value = settings.max_passkeys_per_user;
  $("setting-second-factor").value = settings.second_factor;
}

/** The settings with what the form says. */
function withForm(settings) {
  const others = settings.reverification.before.filter((action) => action !== "delete");
  return {
    ...settings,
    enabled: $("setting-enabled").checked,
    autofill: $("setting-autofill").checked,
    keep_last_passkey: $("setting-keep-last").checked,
    reverification: $("setting-reverify").checked
      ? { max_age: FIVE_MINUTES, before: [...others, "delete"] }
      : { ...settings.reverification, before: others },
    max_passkeys_per_user: $("setting-max").valueAsNumber,
    second_factor: $("setting-second-factor").value,
  };
}

$("settings").addEventListener("toggle", async () => {
  if (!$("settings").open) return;
  try {
    fill(await api("GET", "/api/settings"));
  } catch (error) {
    sayError(error);
  }
});

$("setting-max").addEventListener("input", () => setFieldError($("setting-max"), $("setting-max-error"), null));

$("settings-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const max = $("setting-max");
  if (!max.checkValidity()) return refuse(max, $("setting-max-error"), t("setting_max_invalid"));
  withButton($("settings-apply"), async () => {
    const settings = await api("PUT", "/api/settings", withForm(await api("GET", "/api/settings")));
    fill(settings);
    changed(settings);
    say("good", t("settings_applied"));
  });
});
