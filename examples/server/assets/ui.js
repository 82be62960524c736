// What every part of the page uses: elements, busy buttons, field errors, dialogs, and explanations.

import { CodedError } from "/api.js";
import { t } from "/i18n.js";
import { hush, say } from "/notices.js";
import { PasskeyError } from "/passkeys/browser/index.js";
import { emit } from "/state.js";

export const $ = (id) => document.getElementById(id);

/** A copy of what a template holds. */
export const copyOf = (template) => $(template).content.cloneNode(true).firstElementChild;

/** Moves the focus to a heading, so that keyboard and screen reader go on from there. */
export function focusHeading(id) {
  $(id).focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

// ---- failures ----

/** Shows a failure. A cancelled request is no failure, so it is told calmly. */
export function sayError(error) {
  if (!(error instanceof CodedError || error instanceof PasskeyError)) {
    console.error(error);
    say("bad", t("page_failed"));
    return;
  }
  say(error.cancelled ? "info" : "bad", error.message, error.code);
}

/** Runs what a button stands for: once at a time, visibly, with its failure shown. */
export async function withButton(button, action) {
  if (button.getAttribute("aria-busy") === "true") return;
  hush();
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
  try {
    await action();
  } catch (error) {
    if ((error.server ?? error).status === 401) emit("session-ended");
    else sayError(error);
  } finally {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}

export function setFieldError(input, error, message) {
  error.hidden = !message;
  error.textContent = message ?? "";
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/** Refuses what was typed, and lets the user correct it. */
export function refuse(input, error, message) {
  setFieldError(input, error, message);
  input.focus();
}

// ---- dialogs ----

/** Opens a modal dialog; resolves with the value of the button that closed it. */
export function ask(dialog) {
  hush();
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

/** Closes whatever is open, when another part of the page is shown. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close("cancel");
}

for (const dialog of document.querySelectorAll("dialog")) {
  // What is shown only once is not closed by accident, in browsers that do not know the attribute either.
  if (dialog.getAttribute("closedby") === "none") {
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    continue;
  }
  // A click on the backdrop closes, as Escape does.
  dialog.addEventListener("click", (event) => {
    const box = dialog.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (event.target === dialog && outside) dialog.close("cancel");
  });
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close("cancel"));
}

// ---- explanations ----

let explained = 0;

/** A text with an explanation, which shows when the pointer is on it or when it has the focus. */
export function withHint(content, explanation, className) {
  const element = copyOf("hint-template");
  const [button, tooltip] = element.children;
  tooltip.id = `hint-${(explained += 1)}`;
  tooltip.textContent = explanation;
  button.className = className;
  button.setAttribute("aria-describedby", tooltip.id);
  button.append(content);
  // Escape hides it, until the pointer or the focus comes back.
  element.addEventListener("keydown", ({ key }) => key === "Escape" && element.classList.add("dismissed"));
  for (const event of ["pointerleave", "focusout"]) {
    element.addEventListener(event, () => element.classList.remove("dismissed"));
  }
  return element;
}
