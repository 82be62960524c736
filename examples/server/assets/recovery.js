// Recovery codes: new ones to print, and the way back in with one of them.

import { leave, loadAccount, welcome } from "/account.js";
import { loadActivity } from "/activity.js";
import { api } from "/api.js";
import { client, verified } from "/client.js";
import { t } from "/i18n.js";
import { say } from "/notices.js";
import { isToBeDeleted, passkeyRow } from "/passkey.js";
import { emit, on, state } from "/state.js";
import { $, ask, focusHeading, refuse, setFieldError, withButton } from "/ui.js";
import { show } from "/views.js";

const LENGTH = 20;

// ---- codes to print ----

/** Shows how many codes there are. */
export function showRecoveryCodes() {
  const count = state.account.recovery_codes;
  $("codes-state").textContent = count > 0 ? t("codes_left", { count }) : t("codes_none");
  $("codes-create-label").textContent = t(count > 0 ? "codes_replace" : "codes_create");
}

$("codes-create").addEventListener("click", () => {
  withButton($("codes-create"), async () => {
    const { codes } = await verified(() => api("POST", "/api/recovery/codes"));
    await Promise.all([loadAccount(), loadActivity()]);
    $("codes-for").textContent = t("codes_for", { name: state.user.name, site: state.site.rp_name });
    $("codes").replaceChildren(...codes.map(codeItem));
    $("codes-copied").textContent = "";
    await ask($("codes-dialog"));
    // Shown once.
    $("codes").replaceChildren();
  });
});

function codeItem(code) {
  const element = document.createElement("li");
  element.append(Object.assign(document.createElement("code"), { textContent: code, dir: "ltr" }));
  return element;
}

$("codes-print").addEventListener("click", () => window.print());

$("codes-copy").addEventListener("click", async () => {
  const text = [...$("codes").children].map((code) => code.textContent).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    $("codes-copied").textContent = t("codes_copied");
  } catch {
    $("codes-copied").textContent = t("codes_copy_failed");
  }
});

// ---- the way back in ----

$("use-recovery").addEventListener("click", async () => {
  $("recovery-form").reset();
  setFieldError($("recovery-code"), $("recovery-error"), null);
  await ask($("recovery-dialog"));
});

$("recovery-code").addEventListener("input", () => setFieldError($("recovery-code"), $("recovery-error"), null));

$("recovery-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const [input, error] = [$("recovery-code"), $("recovery-error")];
  if (input.value.replace(/[\s-]/g, "").length !== LENGTH) return refuse(input, error, t("recovery_missing"));
  withButton($("recovery-continue"), async () => {
    try {
      const { user } = await api("POST", "/api/recovery/begin", { code: input.value });
      emit("session-changed");
      recover(user);
    } catch (failure) {
      refuse(input, error, failure.message);
    }
  });
});

/** Shows the one thing that a recovery code is good for. */
export function recover(user, { focus = true } = {}) {
  state.user = null;
  state.recovering = user;
  $("recovering-title").textContent = t("recovering_title", { name: user.name });
  showRoom(t("recovering_text"));
  show("recovering", { focus });
}

$("recover").addEventListener("click", () => {
  withButton($("recover"), async () => {
    try {
      await client.createPasskey();
    } catch (failure) {
      if (failure.code !== "passkey_limit_reached") throw failure;
      showRoom(failure.message, await client.passkeys());
      return focusHeading("recovering-title");
    }
    try {
      const { status } = await client.signIn();
      if (status === "complete") {
        await welcome({ withPasskey: true });
        return say("good", t(state.passkeys.length > 1 ? "recovered" : "recovered_only"));
      }
    } catch (error) {
      // The new passkey is there, whatever became of the first sign-in with it.
      if (!error.cancelled) console.warn(error);
    }
    leave();
    say("good", t("recovered_sign_in"));
  });
});

/** Shows what to do next: create the new passkey, or first delete one of those that leave no room for it. */
function showRoom(text, passkeys = []) {
  const isFull = passkeys.length > 0;
  $("recovering-text").textContent = text;
  $("recovering-passkeys").replaceChildren(...passkeys.map(removableRow));
  $("recovering-list").hidden = !isFull;
  $("recover").hidden = isFull;
}

function removableRow(passkey) {
  const element = passkeyRow(passkey, makeRoom);
  element.querySelector(".rename").remove();
  return element;
}

async function makeRoom(button, passkey) {
  if (!(await isToBeDeleted(passkey, "delete_text"))) return;
  await withButton(button, async () => {
    await passkey.delete();
    showRoom(t("recovering_text"));
    focusHeading("recovering-title");
    say("good", t("deleted", { name: passkey.name }));
  });
}

// The next user of this browser finds nothing of the account in the page.
on("view", (view) => {
  if (view !== "recovering") $("recovering-passkeys").replaceChildren();
});

$("recover-cancel").addEventListener("click", () => {
  withButton($("recover-cancel"), async () => {
    await api("DELETE", "/api/recovery");
    emit("session-changed");
    leave();
  });
});
