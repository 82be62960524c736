// The list of passkeys: create, rename, delete.

import { reload } from "/account.js";
import { loadActivity } from "/activity.js";
import { client, verified } from "/client.js";
import { t } from "/i18n.js";
import { say } from "/notices.js";
import { isToBeDeleted, passkeyRow } from "/passkey.js";
import { PasskeyError } from "/passkeys/browser/index.js";
import { on, state } from "/state.js";
import { $, ask, focusHeading, refuse, setFieldError, withButton } from "/ui.js";

export async function loadPasskeys() {
  // The client tells the browser, which forgets passkeys that are gone.
  state.passkeys = await client.passkeys();
  showPasskeys();
}

function showPasskeys() {
  const { passkeys, site } = state;
  $("passkeys").replaceChildren(...passkeys.map(passkeyItem));
  $("passkeys-empty").hidden = passkeys.length > 0;
  $("passkeys-empty-text").textContent = t(site.demo_codes ? "empty_text_codes" : "empty_text");
  $("passkeys-summary").textContent =
    passkeys.length === 0 ? t("passkeys_none")
    : passkeys.length === 1 ? t("passkeys_one")
    : t("passkeys_many", { count: passkeys.length });
}

const item = (id) => [...$("passkeys").children].find((element) => element.dataset.id === id);

function passkeyItem(passkey) {
  const element = passkeyRow(passkey, deletePasskey);
  element.querySelector(".rename").addEventListener("click", () => startRename(element, passkey));
  return element;
}

// ---- create ----

for (const [button, attachment] of [["create", undefined], ["add-key", "cross-platform"]]) {
  $(button).addEventListener("click", async () => {
    $("create-title").textContent = t(attachment ? "add_key" : "create");
    $("create-text").textContent = t(attachment ? "add_key_text" : "create_text");
    $("create-form").reset();
    if ((await ask($("create-dialog"))) !== "create") return;
    const name = $("create-name").value.trim() || undefined;
    withButton($(button), async () => created(await verified(() => client.createPasskey({ name, attachment }))));
  });
}

async function created(passkey) {
  await reload();
  item(passkey.id)?.classList.add("new");
  say("good", t("created_notice", { name: passkey.name }));
}

/**
 * After a sign-in by other means, a browser may create a passkey without asking. The user did not ask for it, so a
 * refusal shows no notice.
 */
let silent = null;

export async function createSilently() {
  silent?.abort();
  const { signal } = (silent = new AbortController());
  try {
    if (state.settings.enabled) await created(await client.createPasskey({ conditional: true, signal }));
  } catch (error) {
    if (!(error instanceof PasskeyError)) console.error(error);
  }
}

on("view", (view) => {
  if (view !== "signed-in") silent?.abort();
});

// ---- rename ----

function startRename(element, passkey) {
  const form = element.querySelector(".rename-form");
  const name = element.querySelector(".passkey-name");
  const input = form.querySelector("input");
  const error = form.querySelector(".field-error");
  const label = form.querySelector("label");
  input.id = `name-${passkey.id}`;
  error.id = `name-error-${passkey.id}`;
  label.htmlFor = input.id;
  label.textContent = t("rename_label", { name: passkey.name });
  input.setAttribute("aria-describedby", error.id);
  input.value = passkey.name;
  setFieldError(input, error, null);

  const stop = () => {
    form.hidden = true;
    name.hidden = false;
    element.classList.remove("renaming");
    element.querySelector(".rename").focus();
  };
  form.onkeydown = (event) => {
    if (event.key === "Escape") stop();
  };
  form.querySelector(".rename-cancel").onclick = stop;
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!input.value.trim()) return refuse(input, error, t("rename_missing"));
    if (input.value.trim() === passkey.name) return stop();
    withButton(form.querySelector("[type=submit]"), async () => {
      try {
        const renamed = await verified(() => passkey.update({ name: input.value }));
        state.passkeys = state.passkeys.map((other) => (other.id === renamed.id ? renamed : other));
        const replacement = passkeyItem(renamed);
        element.replaceWith(replacement);
        replacement.querySelector(".rename").focus();
        await loadActivity();
        say("good", t("renamed", { name: renamed.name }));
      } catch (failure) {
        if (failure.code !== "passkey_name_invalid") throw failure;
        refuse(input, error, failure.message);
      }
    });
  };

  element.classList.add("renaming");
  name.hidden = true;
  form.hidden = false;
  input.focus();
  input.select();
}

// ---- delete ----

async function deletePasskey(button, passkey) {
  const { passkeys, site, account } = state;
  const consequence =
    passkeys.length > 1 ? "delete_text"
    : site.demo_codes ? "delete_last_codes"
    : account.recovery_codes > 0 ? "delete_last_recovery"
    : "delete_last";
  if (!(await isToBeDeleted(passkey, consequence))) return;
  await withButton(button, async () => {
    await verified(() => passkey.delete());
    await reload();
    focusHeading("passkeys-title");
    say("good", t("deleted", { name: passkey.name }));
  });
}
