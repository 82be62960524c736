// Which part of the page is shown.

import { t } from "/i18n.js";
import { emit, state } from "/state.js";
import { $, closeDialogs, focusHeading } from "/ui.js";

const headings = { failed: "failed-title", elsewhere: "elsewhere-title", "signed-out": "signed-out-title", recovering: "recovering-title", "signed-in": "passkeys-title" };
const titles = { "signed-out": "title_sign_in", recovering: "title_recovery", "signed-in": "title_passkeys" };

let shown = "loading";
export const isShown = (name) => shown === name;

/** Shows one view. `focus` moves the focus to its heading: after what the user did, not when the page is opened. */
export function show(name, { focus = true } = {}) {
  shown = name;
  closeDialogs();
  for (const view of document.querySelectorAll(".view")) view.hidden = view.id !== `view-${name}`;
  $("account").hidden = name !== "signed-in";
  const title = titles[name];
  document.title = title ? t(title, { site: state.site.rp_name }) : state.site.rp_name || $("brand-name").textContent;
  if (focus && headings[name]) focusHeading(headings[name]);
  emit("view", name);
}
