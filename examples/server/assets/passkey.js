// How one passkey is shown: its icon, what is known of it, and the question before it is deleted.

import { browserName } from "/client.js";
import { nodes, t } from "/i18n.js";
import { initials, kindOf } from "/kinds.js";
import { state } from "/state.js";
import { time } from "/time.js";
import { $, ask, copyOf, withHint } from "/ui.js";

/** A row of a list, whose delete button does what is given. */
export function passkeyRow(passkey, remove) {
  const element = copyOf("passkey-template");
  const part = (selector) => element.querySelector(selector);
  element.dataset.id = passkey.id;
  const browser = state.account.passkey_browsers[passkey.id];
  const { icon, label } = kindOf(passkey, browser);
  part(".passkey-icon use").setAttribute("href", icon);
  part(".passkey-icon").setAttribute("aria-label", t(label));
  if (passkey.authenticator) part(".monogram text").textContent = initials(passkey.authenticator);
  else part(".monogram").remove();
  part(".passkey-name").textContent = passkey.name;
  part(".passkey-tags").append(...tags(passkey));
  const when = time(passkey.createdAt);
  part(".created").append(...(browser ? nodes("created_in", { when, where: browserName(browser) }) : nodes("created", { when })));
  part(".last-used").append(...(passkey.lastUsedAt === null ? [t("never_used")] : nodes("last_used", { when: time(passkey.lastUsedAt) })));
  part(".rename").setAttribute("aria-label", t("rename_passkey", { name: passkey.name }));
  part(".rename").title = t("rename");
  part(".delete").setAttribute("aria-label", t("delete_passkey", { name: passkey.name }));
  part(".delete").title = t("delete");
  part(".delete").addEventListener("click", ({ currentTarget }) => remove(currentTarget, passkey));
  return element;
}

function* tags({ id, authenticator, authenticatorAttested, backupEligible, synced }) {
  if (id === state.account.session_passkey) yield tag("this_session", "this_session_hint", "accent");
  if (backupEligible === false) yield tag("device_bound", "device_bound_hint");
  else if (synced === true) yield tag("synced", "synced_hint", "good");
  else if (synced === false) yield tag("not_synced", "not_synced_hint");
  // Anyone can claim to be any model; only an attested one is proved.
  if (authenticator) {
    const values = { model: authenticator };
    yield authenticatorAttested ? tag("attested", "attested_hint", "good", values) : tag("claimed", "claimed_hint", "", values);
  }
}

const tag = (key, hint, tone = "", values) => withHint(t(key, values), t(hint), `tag ${tone}`.trim());

/** Asks whether to delete a passkey, and says what follows from it. */
export async function isToBeDeleted({ name }, consequence) {
  $("delete-title").textContent = t("delete_title", { name });
  $("delete-text").textContent = t(consequence);
  return (await ask($("delete-dialog"))) === "delete";
}
