// Where users come in: by a passkey, by autofill, or by creating an account.

import { enter, welcome } from "/account.js";
import { client } from "/client.js";
import { askForCodeToo, asksForCode, forgetCode } from "/code.js";
import { t } from "/i18n.js";
import { hush, say } from "/notices.js";
import { emit, on, state } from "/state.js";
import { $, refuse, sayError, setFieldError, withButton } from "/ui.js";
import { isShown } from "/views.js";

// ---- autofill ----

/** Passkeys among the suggestions of the name field. The client renews the offer, and lets other requests go first. */
let offer = null;

function stopOffer() {
  offer?.abort();
  offer = null;
  delete document.documentElement.dataset.autofill;
}

/** Lasts as long as the offer. */
async function startOffer() {
  stopOffer();
  // A user who is about to enter a code is not asked for something else.
  if (!isShown("signed-out") || asksForCode()) return;
  if (!state.settings.enabled || !state.settings.autofill || !state.browser.conditionalGet) return;
  const { signal } = (offer = new AbortController());
  try {
    const signedIn = await client.signIn({
      flow: "autofill",
      signal,
      onWaiting: () => {
        if (!signal.aborted) document.documentElement.dataset.autofill = "ready";
      },
      onRefused: sayError,
    });
    hush();
    await finishSignIn(signedIn);
  } catch (error) {
    // It was stopped, or the user signed in another way.
    if (!signal.aborted && !error.cancelled) sayError(error);
  } finally {
    if (!signal.aborted) stopOffer();
  }
}

function resumeOffer() {
  if (!offer) startOffer();
}

on("view", (view) => {
  if (view !== "signed-out") return stopOffer();
  for (const form of ["sign-in-form", "sign-up-form"]) $(form).reset();
  setFieldError($("sign-up-name"), $("sign-up-error"), null);
  forgetCode();
  startOffer();
});
on("settings", startOffer);
on("code", (isAsked) => (isAsked ? stopOffer() : resumeOffer()));
// After it ended it is made again when the user comes back to the field.
$("sign-in-name").addEventListener("focus", resumeOffer);

// ---- sign in ----

$("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  withButton($("sign-in"), async () => {
    forgetCode();
    try {
      const identifier = $("sign-in-name").value.trim();
      await finishSignIn(await client.signIn(identifier ? { flow: "named", identifier } : {}));
    } finally {
      resumeOffer();
    }
  });
});

/** Goes on after a passkey was accepted: one more factor may be needed. */
export async function finishSignIn({ status }) {
  if (status === "complete") return welcome({ withPasskey: true });
  if (!state.site.demo_codes) return say("bad", t("one_more_factor"), status);
  await askForCodeToo();
  say("info", t("code_too"));
}

// ---- sign up ----

$("sign-up-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const [input, error] = [$("sign-up-name"), $("sign-up-error")];
  withButton($("sign-up"), async () => {
    const name = input.value.trim();
    if (!name) return refuse(input, error, t("sign_up_missing"));
    setFieldError(input, error, null);
    try {
      await client.signUp({ name, displayName: name });
    } catch (failure) {
      if (failure.code === "user_name_taken") return refuse(input, error, t("sign_up_taken"));
      if (failure.code === "user_name_invalid") return refuse(input, error, t("sign_up_invalid"));
      resumeOffer();
      throw failure;
    }
    emit("session-changed");
    await enter({ name });
    say("good", t("welcome_new", { name }));
  });
});

$("sign-up-name").addEventListener("input", () => setFieldError($("sign-up-name"), $("sign-up-error"), null));
