// What happened to the account lately: with which passkey, and from where.

import { api } from "/api.js";
import { browserName } from "/client.js";
import { has, nodes, t } from "/i18n.js";
import { state } from "/state.js";
import { time } from "/time.js";
import { $, copyOf } from "/ui.js";

/** How many entries are shown at first. */
const FEW = 5;

let entries = [];
let all = false;

/** Reads the entries. If that fails, the old ones stay: the action that led here was successful. */
export async function loadActivity() {
  try {
    ({ data: entries } = await api("GET", "/api/audit"));
    showActivity();
  } catch (error) {
    console.warn(error);
  }
}

export function showActivity() {
  $("activity-entries").replaceChildren(...entries.slice(0, all ? undefined : FEW).map(entryItem));
  $("activity-none").hidden = entries.length > 0;
  $("activity-more").hidden = all || entries.length <= FEW;
}

$("activity-more").addEventListener("click", () => {
  all = true;
  showActivity();
  $("activity-title").focus({ preventScroll: true });
});

/** The sentence about an entry. */
function keyOf({ event, action, backed_up: backedUp }) {
  if (event === "backup_state_changed" && !backedUp) return "activity_backup_lost";
  if (event === "refused") {
    if (action.endsWith("sign_in")) return "activity_refused_sign_in";
    if (action.endsWith("create")) return "activity_refused_create";
  }
  return has(`activity_${event}`) ? `activity_${event}` : "activity_unknown";
}

function entryItem(entry) {
  const element = copyOf("entry-template");
  element.dataset.event = entry.event;
  element.classList.toggle("bad", Boolean(entry.error) && entry.event !== "reverification_required");
  const name = state.passkeys.find(({ id }) => id === entry.passkey)?.name;
  const passkey = Object.assign(document.createElement("bdi"), { textContent: name ?? t("some_passkey") });
  if (name) passkey.className = "entry-passkey";
  element.querySelector(".entry-text").append(...nodes(keyOf(entry), { passkey }));
  const where = browserName(entry.client);
  const { address } = entry.client;
  element.querySelector(".entry-where").textContent = address ? t("activity_where", { where, address }) : where;
  element.querySelector(".entry-time").append(time(entry.at));
  return element;
}
