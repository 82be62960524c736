// Notices: what just happened, above the page, so that nothing moves. Good news leaves by itself; failures stay until they
// are dismissed or the next action begins.

const $ = (id) => document.getElementById(id);
const icons = { good: "check", bad: "alert", info: "info" };
const SHOWN = 7_000;

export function say(tone, message, code) {
  hush();
  const notice = $("notice-template").content.cloneNode(true).firstElementChild;
  notice.classList.add(tone);
  notice.dataset.code = code ?? "";
  notice.querySelector("use").setAttribute("href", `#icon-${icons[tone]}`);
  notice.querySelector(".notice-message").textContent = message;
  notice.querySelector("details").hidden = tone !== "bad" || !code;
  notice.querySelector("code").textContent = code ?? "";
  notice.querySelector(".notice-close").addEventListener("click", () => dismiss(notice));
  $(tone === "bad" ? "alert" : "status").append(notice);
  if (tone !== "bad") leaveLater(notice);
}

export function hush() {
  $("status").replaceChildren();
  $("alert").replaceChildren();
  $("notices").classList.remove("above");
}

/** Not while someone reads it: with the pointer on it, or with the focus in it. */
function leaveLater(notice) {
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dismiss(notice), SHOWN);
  };
  const stop = () => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) notice.addEventListener(event, stop);
  for (const event of ["pointerleave", "focusout"]) notice.addEventListener(event, start);
  start();
}

// Browsers scroll to what gets the focus, but do not see that a notice is above it.
document.addEventListener("focusin", ({ target }) => {
  // A page that moves under a pressed button of the mouse gets no click.
  if (!target.matches(":focus-visible") || target.closest("dialog, .notices")) return;
  // After the browser has scrolled.
  requestAnimationFrame(() => {
    const notice = document.querySelector(".notice");
    if (!notice) return;
    $("notices").classList.remove("above");
    const hidden = () => target.getBoundingClientRect().bottom + 8 - notice.getBoundingClientRect().top;
    if (hidden() > 0) window.scrollBy({ top: hidden() });
    // At the end of the page there is nowhere to scroll to.
    if (hidden() > 0) $("notices").classList.add("above");
  });
});

function dismiss(notice) {
  const hadFocus = notice.contains(document.activeElement);
  notice.remove();
  if (hadFocus) $("main").focus({ preventScroll: true });
}
