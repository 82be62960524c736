// Signing in with the demo's code: before a passkey, which the server may ask for as the second factor, or after one.

import { api } from "/api.js";
import { $, say, setFieldError, withButton } from "/ui.js";
import { usePasskey } from "/webauthn.js";

let page = { stopAutofill() {}, startAutofill() {}, async finish() {} };

/**
 * Offers codes. `finish` sends the last step of a sign-in to a path, shows who is signed in, and returns the answer;
 * the other two stand back for the passkey, of which a browser asks for one at a time.
 */
export function offerCodes(callbacks) {
  page = callbacks;
  $("code").hidden = false;
}

/** Shows the form, with the code that a real service would have sent. */
export function askForCode(demoCode) {
  page.stopAutofill();
  $("demo-code").textContent = demoCode;
  $("code-form").hidden = false;
  $("code-input").focus();
}

/** Whether the form is shown. */
export const asksForCode = () => !$("code-form").hidden;

/** Hides the form: each code counts once. */
export function forgetCode() {
  $("code-form").reset();
  $("code-form").hidden = true;
  $("demo-code").textContent = "";
  setFieldError($("code-input"), $("code-error"), null);
  refuseName(null);
}

function refuseName(message) {
  setFieldError($("sign-in-name"), $("sign-in-error"), message);
  if (message) $("sign-in-name").focus();
}

$("code-begin").addEventListener("click", () => {
  withButton($("code-begin"), async () => {
    forgetCode();
    const name = $("sign-in-name").value.trim();
    if (!name) return refuseName("Please enter your name.");
    try {
      const { demo_code: demoCode } = await api("POST", "/api/sign-in/code/begin", { name });
      askForCode(demoCode);
    } catch (error) {
      if (error.meta?.param_name !== "name") throw error;
      refuseName(error.message);
    }
  });
});

$("sign-in-name").addEventListener("input", () => refuseName(null));
$("code-input").addEventListener("input", () => setFieldError($("code-input"), $("code-error"), null));

$("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = $("code-input");
  const code = input.value.trim();
  if (!code) {
    setFieldError(input, $("code-error"), "Please enter the code.");
    input.focus();
    return;
  }
  withButton($("code-finish"), async () => {
    page.stopAutofill();
    try {
      const answer = await page.finish("/api/sign-in/code/finish", { code });
      if (answer.status === "needs_second_factor") await confirmWithPasskey();
    } catch (error) {
      // Whatever the server says to a code, that one is gone; if it said nothing, it may be sent again.
      if (error.status) forgetCode();
      throw error;
    } finally {
      page.startAutofill();
    }
  });
});

/** The second factor, after the code. */
async function confirmWithPasskey() {
  forgetCode();
  say("info", "The code is right. Please confirm with a passkey, too.");
  const start = await api("POST", "/api/sign-in/second-factor/begin");
  const response = await usePasskey(start.public_key, { mediation: start.mediation });
  await page.finish("/api/sign-in/second-factor/finish", { ceremony_id: start.ceremony_id, response });
}
