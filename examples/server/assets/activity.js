// The panel that shows the account's entries of the audit log.

import { api } from "/api.js";
import { time } from "/time.js";
import { $, sayError } from "/ui.js";

const texts = {
  passkey_created: () => "A passkey was created",
  signed_in: () => "Signed in with a passkey",
  second_factor_needed: () => "A passkey was used; a second factor is needed",
  reverified: () => "Confirmed again with a passkey",
  counter_regressed: (entry) => `A passkey’s counter went back from ${entry.stored} to ${entry.found}: it may have been copied`,
  backup_state_changed: (entry) => (entry.backed_up ? "A passkey is synced now" : "A passkey is no longer synced"),
  passkey_renamed: () => "A passkey was renamed",
  passkey_deleted: (entry) => `A passkey was deleted; ${entry.remaining} left`,
  limit_reached: (entry) => `Refused: there are ${entry.max} passkeys already`,
  ceremony_not_found: () => "Refused: used already, or unknown",
  ceremony_expired: () => "Refused: it took too long",
  reverification_required: () => "Refused until confirmed with a passkey",
  refused: () => "Refused",
  failed: () => "Failed on the server’s side",
};

/** Reads the entries, if they are shown. */
export async function loadActivity() {
  if (!$("activity").open) return;
  const { data } = await api("GET", "/api/audit");
  $("activity-entries").replaceChildren(...data.map(entryItem));
  $("activity-empty").hidden = data.length > 0;
}

function entryItem(entry) {
  const element = $("entry-template").content.cloneNode(true).firstElementChild;
  element.dataset.event = entry.event;
  element.classList.toggle("bad", Boolean(entry.error));
  element.querySelector(".entry-text").textContent = texts[entry.event]?.(entry) ?? entry.event;
  element.querySelector(".entry-code").hidden = !entry.error;
  element.querySelector(".entry-code").textContent = entry.error?.code ?? "";
  element.querySelector(".entry-time").append(time(entry.at));
  return element;
}

$("activity").addEventListener("toggle", () => loadActivity().catch(sayError));
