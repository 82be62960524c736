// The account of a signed-in user: coming in, going out, and deleting it.

import { loadActivity, showActivity } from "/activity.js";
import { api } from "/api.js";
import { client, verified } from "/client.js";
import { t } from "/i18n.js";
import { say } from "/notices.js";
import { createSilently, loadPasskeys } from "/passkeys.js";
import { showRecoveryCodes } from "/recovery.js";
import { loadSessions } from "/sessions.js";
import { emit, state, unknownAccount } from "/state.js";
import { $, ask, withButton } from "/ui.js";
import { show } from "/views.js";

/** Shows the account of a user who is signed in. */
export async function enter(user, { focus = true } = {}) {
  state.user = user;
  state.recovering = null;
  $("account-name").textContent = user.name;
  $("account-initial").textContent = [...user.name][0]?.toLocaleUpperCase() ?? "";
  await Promise.all([reload(), loadSessions()]);
  show("signed-in", { focus });
}

/** Shows how to sign in: nobody is. */
export function leave({ focus = true } = {}) {
  Object.assign(state, { user: null, recovering: null, passkeys: [], account: unknownAccount });
  // The next user of this browser finds nothing of the account in the page.
  for (const id of ["passkeys", "sessions", "activity-entries", "codes"]) $(id).replaceChildren();
  $("account-name").textContent = "";
  show("signed-out", { focus });
}

/** Shows the user who has just signed in. */
export async function welcome({ withPasskey }) {
  emit("session-changed");
  const { user } = await api("GET", "/api/session");
  await enter(user);
  say("good", t("welcome_back", { name: user.name }));
  // It goes on in the background.
  if (!withPasskey && state.passkeys.length === 0) createSilently();
}

/** Reads again what creating or deleting a passkey changes. */
export async function reload() {
  await Promise.all([loadAccount().then(loadPasskeys), loadActivity()]);
  // It names passkeys, which are known now.
  showActivity();
}

/** What is known of the account beside its passkeys. */
export async function loadAccount() {
  state.account = await api("GET", "/api/account");
  showRecoveryCodes();
}

// ---- sign out ----

$("sign-out").addEventListener("click", async () => {
  const { passkeys, account, site } = state;
  const comesBack = passkeys.length > 0 || account.recovery_codes > 0 || site.demo_codes;
  if (!comesBack && (await ask($("sign-out-dialog"))) !== "sign-out") return;
  withButton($("sign-out"), async () => {
    await api("POST", "/api/sign-out");
    emit("session-changed");
    leave();
    say("info", t("signed_out"));
  });
});

// ---- delete the account ----

$("erase").addEventListener("click", async () => {
  $("erase-title").textContent = t("erase_dialog_title", { name: state.user.name });
  if ((await ask($("erase-dialog"))) !== "erase") return;
  withButton($("erase"), async () => {
    await verified(() => client.eraseAccount());
    emit("session-changed");
    leave();
    say("info", t("erased"));
  });
});
