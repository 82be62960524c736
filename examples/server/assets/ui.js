// What every part of the page uses: elements, notices, busy buttons, dialogs.

import { CodedError } from "/api.js";

export const $ = (id) => document.getElementById(id);

// ---- notices ----

const icons = { good: "check", bad: "alert", info: "info" };

export function say(tone, message, code) {
  hush();
  const notice = $("notice-template").content.cloneNode(true).firstElementChild;
  notice.classList.add(tone);
  notice.querySelector("use").setAttribute("href", `#icon-${icons[tone]}`);
  notice.querySelector(".notice-message").textContent = message;
  notice.querySelector(".notice-code").hidden = !code;
  notice.querySelector("code").textContent = code ?? "";
  notice.querySelector(".notice-close").addEventListener("click", () => {
    notice.remove();
    $("main").focus({ preventScroll: true });
  });
  $(tone === "bad" ? "alert" : "status").append(notice);
  if (notice.getBoundingClientRect().top < 0) window.scrollTo({ top: 0 });
}

export function hush() {
  $("status").replaceChildren();
  $("alert").replaceChildren();
}

/** Shows a failure. Cancelling is no mishap, so it is told calmly. */
export function sayError(error) {
  if (!(error instanceof CodedError)) {
    console.error(error);
    say("bad", "Something on this page went wrong. Reload it and try again.");
    return;
  }
  const calm = ["passkey_registration_cancelled", "passkey_retrieval_cancelled", "passkey_operation_aborted"];
  say(calm.includes(error.code) ? "info" : "bad", error.message, error.code);
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
    if (error.status === 401) document.dispatchEvent(new CustomEvent("session-ended", { detail: error }));
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

// ---- dialogs ----

/** Opens a modal dialog; resolves with the value of the button that closed it. */
export function ask(dialog) {
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

// A click on the backdrop closes, as Escape does.
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    const box = dialog.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (event.target === dialog && outside) dialog.close("cancel");
  });
}
