// Signing in with the demo's code: before a passkey, which the server may ask for as the second factor, or after one.

import { welcome } from "/account.js";
import { api } from "/api.js";
import { client } from "/client.js";
import { nodes, t } from "/i18n.js";
import { say } from "/notices.js";
import { emit } from "/state.js";
import { $, refuse, setFieldError, withButton } from "/ui.js";

export function offerCodes() {
  $("code").hidden = false;
}

/** Whether a passkey was shown before the code. */
let shownPasskey = false;

/** Asks for the code, after a passkey. */
export async function askForCodeToo() {
  askForCode(await api("POST", "/api/code/begin"));
  shownPasskey = true;
}

/** Shows the form, with the code that a real service would have sent. */
function askForCode({ demo_code: shown }) {
  shownPasskey = false;
  const code = Object.assign(document.createElement("strong"), { id: "demo-code", textContent: shown });
  $("code-hint").replaceChildren(...nodes("code_shown", { code }));
  $("code-form").hidden = false;
  emit("code", true);
  $("code-input").focus();
}

/** Whether the form is shown. */
export const asksForCode = () => !$("code-form").hidden;

/** Hides the form: each code counts once. */
export function forgetCode() {
  $("code-form").reset();
  $("code-form").hidden = true;
  $("code-hint").replaceChildren();
  setFieldError($("code-input"), $("code-error"), null);
  setFieldError($("sign-in-name"), $("sign-in-error"), null);
}

$("code-begin").addEventListener("click", () => {
  withButton($("code-begin"), async () => {
    forgetCode();
    const [input, error] = [$("sign-in-name"), $("sign-in-error")];
    const name = input.value.trim();
    if (!name) return refuse(input, error, t("code_name_missing"));
    try {
      askForCode(await api("POST", "/api/code/begin", { name }));
    } catch (failure) {
      if (failure.code !== "form_identifier_not_found") throw failure;
      refuse(input, error, failure.message);
    }
  });
});

$("sign-in-name").addEventListener("input", () => setFieldError($("sign-in-name"), $("sign-in-error"), null));
$("code-input").addEventListener("input", () => setFieldError($("code-input"), $("code-error"), null));

$("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = $("code-input").value.trim();
  if (!code) return refuse($("code-input"), $("code-error"), t("code_missing"));
  withButton($("code-finish"), async () => {
    try {
      const { status } = await api("POST", "/api/code/finish", { code });
      if (status === "needs_second_factor") await confirmWithPasskey();
      else await welcome({ withPasskey: shownPasskey });
    } catch (error) {
      // Whatever the server says to a code, that one is gone; if it said nothing, it may be sent again.
      if (error.status) forgetCode();
      throw error;
    } finally {
      emit("code", asksForCode());
    }
  });
});

/** The second factor, after the code. */
async function confirmWithPasskey() {
  forgetCode();
  say("info", t("code_then_passkey"));
  await client.secondFactor();
  await welcome({ withPasskey: true });
}
