// The page: what is shown, and what its buttons do.

import { loadActivity } from "/activity.js";
import { CodedError, api } from "/api.js";
import { askForCode, asksForCode, forgetCode, offerCodes } from "/code.js";
import { verified } from "/reverify.js";
import { offerSettings } from "/settings.js";
import { time } from "/time.js";
import { $, ask, hush, say, sayError, setFieldError, withButton } from "/ui.js";
import { autofillSupported, createPasskey, silentCreationSupported, supported, tellAuthenticator, usePasskey } from "/webauthn.js";

/** What the server last said. */
let site = { rp_id: location.hostname, rp_name: "", url: location.href, related_origins: [], demo_settings: false, demo_codes: false };
let settings = { enabled: true, autofill: true, sign_in_button: true };
let user = null;
let passkeys = [];

// ---- views ----

const views = ["loading", "failed", "signed-out", "signed-in"];

function show(name) {
  for (const view of views) $(`view-${view}`).hidden = view !== name;
  $("account").hidden = name !== "signed-in";
}

/** Moves the focus to a view's heading, so that keyboard and screen reader go on from there. */
function focusHeading(id) {
  $(id).focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

function showSignedOut({ focus = true } = {}) {
  silently.stop();
  user = null;
  passkeys = [];
  document.title = `Sign in – ${site.rp_name}`;
  show("signed-out");
  if (focus) focusHeading("signed-out-title");
  autofill.start();
}

/** `signal` has the names that the browser is to show with the account's passkeys. */
async function showSignedIn({ user: signedIn, signal }, { focus = true } = {}) {
  autofill.stop();
  user = signedIn;
  tellAuthenticator("signalCurrentUserDetails", signal);
  document.title = `Your passkeys – ${site.rp_name}`;
  $("account-name").textContent = user.name;
  $("account-initial").textContent = [...user.name][0]?.toLocaleUpperCase() ?? "";
  for (const form of ["sign-in-form", "sign-up-form"]) $(form).reset();
  setFieldError($("sign-up-name"), $("sign-up-error"), null);
  forgetCode();
  await loadPasskeys();
  show("signed-in");
  if (focus) focusHeading("passkeys-title");
}

async function load() {
  show("loading");
  try {
    const session = await api("GET", "/api/session");
    ({ site, settings } = session);
    $("brand-name").textContent = site.rp_name;
    $("rp-id").textContent = site.rp_id;
    warnOfSurroundings();
    if (site.demo_settings) offerSettings(followSettings);
    $("passkeys-empty-hint").textContent = site.demo_codes
      ? "Create one now: without it, signing in takes a code."
      : "Create one now: it is the only way back into this demo account once you sign out.";
    if (site.demo_codes) offerCodes({ stopAutofill: () => autofill.stop(), startAutofill: resumeAutofill, finish: finishSignIn });
    followSettings(settings);
    if (session.user) await showSignedIn(session, { focus: false });
    else showSignedOut({ focus: false });
  } catch (error) {
    console.error(error);
    show("failed");
  }
}

/** Offers what the settings allow. The server holds to them whatever the page does. */
function followSettings(now) {
  settings = now;
  for (const id of ["sign-in", "create"]) $(id).disabled = !supported || !inScope() || !settings.enabled;
  $("sign-in").hidden = !settings.sign_in_button;
  $("passkeys-disabled").hidden = settings.enabled;
  if (!user && !$("view-signed-out").hidden) autofill.start();
}

/** Says at once what would only fail later. */
function warnOfSurroundings() {
  if (!inScope()) {
    say("bad", `Passkeys of “${site.rp_id}” do not work at “${location.hostname}”.`, "passkey_invalid_rpID_or_domain");
    const link = document.createElement("a");
    link.href = site.url;
    link.textContent = `Open ${site.url} instead.`;
    document.querySelector(".notice-message").append(" ", link);
  } else if (!supported) {
    say("bad", window.isSecureContext
      ? "This browser does not support passkeys. Use a current version of Chrome, Edge, Firefox or Safari."
      : "Passkeys need a secure connection: open this page by https, or at localhost.", "passkey_not_supported");
  }
}

/** Whether the browser lets passkeys of the site be used on this page; it decides for itself, too. */
function inScope() {
  const host = location.hostname;
  return host === site.rp_id || host.endsWith(`.${site.rp_id}`) || site.related_origins.includes(location.origin);
}

// ---- sign in ----

/**
 * Offers passkeys in the name field while nobody has pressed anything. Such a request may stay open for hours,
 * longer than its challenge lives, so it is renewed before that; and a browser has only one request at a time,
 * so it is stopped before another begins.
 */
const autofill = {
  controller: null,
  timer: 0,
  renewAt: 0,

  /** Stays under way for as long as the request is open; nobody waits for it. */
  async start() {
    this.stop();
    const controller = (this.controller = new AbortController());
    // Whoever is to enter a code is not asked for something else.
    if (asksForCode() || !settings.enabled || !settings.autofill || !inScope() || !(await autofillSupported()) || controller.signal.aborted) return;
    let begun = false;
    try {
      const start = await api("POST", "/api/sign-in/begin", { autofill: true });
      if (controller.signal.aborted) return;
      begun = true;
      const wait = Math.max(start.expires_in * 0.8, 1_000);
      this.renewAt = Date.now() + wait;
      this.timer = setTimeout(() => this.start(), wait);
      document.documentElement.dataset.autofill = "ready";
      const response = await usePasskey(start.public_key, { mediation: start.mediation, signal: controller.signal });
      clearTimeout(this.timer);
      hush();
      await finishSignIn("/api/sign-in/finish", { ceremony_id: start.ceremony_id, response });
    } catch (error) {
      if (controller.signal.aborted) return;
      this.stop();
      // Whoever did not touch the field need not know that nothing was offered in it.
      if (error.code === "passkey_retrieval_cancelled" || error.code === "network") return;
      sayError(error);
      // A passkey that was refused may be followed by another; a server that will not begin is not pestered.
      if (error.status) this.timer = setTimeout(() => this.start(), begun ? 1_000 : 60_000);
    }
  },

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.controller?.abort();
    this.controller = null;
    delete document.documentElement.dataset.autofill;
  },

  /** Timers stand still while a tab sleeps. */
  wake() {
    if (this.controller && this.renewAt && Date.now() > this.renewAt) this.start();
  },
};

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") autofill.wake();
});

// After it was cancelled it is offered again to whoever comes back to the field.
$("sign-in-name").addEventListener("focus", () => {
  // While a request by a button is open, the browser would refuse another.
  if (!autofill.controller && !document.querySelector("#view-signed-out [aria-busy=true]")) autofill.start();
});

$("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  withButton($("sign-in"), async () => {
    autofill.stop();
    forgetCode();
    try {
      const name = $("sign-in-name").value.trim();
      const start = await api("POST", "/api/sign-in/begin", name ? { name } : {});
      const response = await usePasskey(start.public_key, { mediation: start.mediation });
      await finishSignIn("/api/sign-in/finish", { ceremony_id: start.ceremony_id, response });
    } finally {
      resumeAutofill();
    }
  });
});

function resumeAutofill() {
  if (!user) autofill.start();
}

/** Sends the last step of a sign-in; returns the answer, which may be that one more factor is needed. */
async function finishSignIn(path, body) {
  try {
    const answer = await api("POST", path, body);
    if (answer.status === "complete") {
      await showSignedIn(answer);
      say("good", `Welcome back, ${answer.user.name}.`);
      // Nobody waits for it.
      if (!answer.passkey_id && passkeys.length === 0) silently.create();
    } else if (answer.demo_code) {
      askForCode(answer.demo_code);
      say("info", "The passkey is right. Please enter the code, too.");
    }
    return answer;
  } catch (error) {
    await tellAuthenticator("signalUnknownCredential", error.meta?.signal);
    throw error;
  }
}

// ---- sign up, sign out ----

$("sign-up-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = $("sign-up-name");
  const refuse = (message) => {
    setFieldError(input, $("sign-up-error"), message);
    input.focus();
  };
  withButton($("sign-up"), async () => {
    if (!input.value.trim()) return refuse("Please enter a name.");
    setFieldError(input, $("sign-up-error"), null);
    try {
      const signedUp = await api("POST", "/api/sign-up", { name: input.value });
      await showSignedIn(signedUp);
      say("good", `Welcome, ${signedUp.user.name}. Now create a passkey, so that you can come back.`);
    } catch (error) {
      if (error.meta?.param_name !== "name") throw error;
      refuse(error.message);
    }
  });
});

$("sign-up-name").addEventListener("input", () => setFieldError($("sign-up-name"), $("sign-up-error"), null));

$("sign-out").addEventListener("click", async () => {
  if (passkeys.length === 0 && !site.demo_codes && (await ask($("sign-out-dialog"))) !== "sign-out") return;
  withButton($("sign-out"), async () => {
    await api("POST", "/api/sign-out");
    showSignedOut();
    say("info", "You are signed out.");
  });
});

document.addEventListener("session-ended", ({ detail: error }) => {
  if (user) showSignedOut();
  say("info", "Your session has ended. Please sign in again.", error.code);
});

// ---- create ----

/**
 * After a sign-in by other means, a browser may make a passkey without asking. Whether it does is its business: nobody
 * has pressed a button, so that nothing is said of a refusal.
 */
const silently = {
  controller: null,

  async create() {
    this.stop();
    const controller = (this.controller = new AbortController());
    try {
      if (!settings.enabled || !inScope() || !(await silentCreationSupported()) || controller.signal.aborted) return;
      const start = await api("POST", "/api/passkeys/create/begin", { conditional: true });
      if (controller.signal.aborted) return;
      const response = await createPasskey(start.public_key, { mediation: start.mediation, signal: controller.signal });
      const { passkey } = await api("POST", "/api/passkeys/create/finish", { ceremony_id: start.ceremony_id, response });
      await loadPasskeys({ highlight: passkey.id });
      say("good", `Passkey “${passkey.name}” created. You can sign in with it from now on.`);
    } catch (error) {
      if (!(error instanceof CodedError)) console.error(error);
    }
  },

  /** A browser has only one request at a time. */
  stop() {
    this.controller?.abort();
    this.controller = null;
  },
};

$("create").addEventListener("click", () => {
  withButton($("create"), async () => {
    silently.stop();
    const start = await verified(() => api("POST", "/api/passkeys/create/begin"));
    const response = await createPasskey(start.public_key);
    const { passkey } = await api("POST", "/api/passkeys/create/finish", { ceremony_id: start.ceremony_id, response });
    await loadPasskeys({ highlight: passkey.id });
    say("good", `Passkey “${passkey.name}” created. You can sign in with it from now on.`);
  });
});

// ---- list, rename, delete ----

async function loadPasskeys({ highlight } = {}) {
  const list = await api("GET", "/api/passkeys");
  passkeys = list.data;
  // The full list, as the server has just read it: the browser forgets passkeys that are gone.
  tellAuthenticator("signalAllAcceptedCredentials", list.signal);
  $("passkeys").replaceChildren(...passkeys.map(passkeyItem));
  $("passkeys-empty").hidden = passkeys.length > 0;
  $("passkeys-summary").textContent =
    passkeys.length === 0 ? "Sign in with a fingerprint, your face or a PIN."
    : passkeys.length === 1 ? "One passkey. A second one on another device keeps you from being locked out."
    : `${passkeys.length} passkeys`;
  if (highlight) item(highlight)?.classList.add("new");
  await loadActivity();
}

const item = (id) => [...$("passkeys").children].find((element) => element.dataset.id === id);

function passkeyItem(passkey) {
  const element = $("passkey-template").content.cloneNode(true).firstElementChild;
  const part = (selector) => element.querySelector(selector);
  element.dataset.id = passkey.id;
  part(".passkey-name").textContent = passkey.name;
  part(".passkey-icon use").setAttribute("href", passkey.synced ? "#icon-cloud" : passkey.attachment === "cross-platform" ? "#icon-key" : "#icon-device");
  part(".passkey-tags").append(...tags(passkey));
  part(".created").append(time(passkey.created_at));
  part(".last-used").append(passkey.last_used_at === null ? "Never" : time(passkey.last_used_at));
  part(".rename").setAttribute("aria-label", `Rename ${passkey.name}`);
  part(".rename").title = "Rename";
  part(".delete").setAttribute("aria-label", `Delete ${passkey.name}`);
  part(".delete").title = "Delete";
  part(".rename").addEventListener("click", () => startRename(element, passkey));
  part(".delete").addEventListener("click", () => deletePasskey(element, passkey));
  return element;
}

function tags(passkey) {
  const texts = [];
  if (passkey.authenticator && !passkey.name.startsWith(passkey.authenticator)) texts.push([passkey.authenticator]);
  if (passkey.synced === true) texts.push(["Synced", "good"]);
  if (passkey.synced === false) texts.push([passkey.backup_eligible ? "Not synced yet" : "Device-bound"]);
  return texts.map(([text, tone]) => {
    const tag = document.createElement("span");
    tag.className = `tag ${tone ?? ""}`.trim();
    tag.textContent = text;
    return tag;
  });
}

function startRename(element, passkey) {
  const form = element.querySelector(".rename-form");
  const name = element.querySelector(".passkey-name");
  const input = form.querySelector("input");
  const error = form.querySelector(".field-error");
  const label = form.querySelector("label");
  input.id = `name-${passkey.id}`;
  error.id = `name-error-${passkey.id}`;
  label.htmlFor = input.id;
  label.textContent = `New name for ${passkey.name}`;
  input.setAttribute("aria-describedby", error.id);
  input.value = passkey.name;
  setFieldError(input, error, null);

  const stop = () => {
    form.hidden = true;
    name.hidden = false;
    element.classList.remove("renaming");
    element.querySelector(".rename").focus();
  };
  const refuse = (message) => {
    setFieldError(input, error, message);
    input.focus();
  };
  form.onkeydown = (event) => {
    if (event.key === "Escape") stop();
  };
  form.querySelector(".rename-cancel").onclick = stop;
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!input.value.trim()) return refuse("A passkey needs a name.");
    if (input.value.trim() === passkey.name) return stop();
    withButton(form.querySelector("[type=submit]"), async () => {
      try {
        const renamed = await verified(() => api("PATCH", `/api/passkeys/${passkey.id}`, { name: input.value }));
        const position = passkeys.findIndex((other) => other.id === passkey.id);
        passkeys[position] = renamed;
        const replacement = passkeyItem(renamed);
        element.replaceWith(replacement);
        replacement.querySelector(".rename").focus();
        await loadActivity();
        say("good", `Renamed to “${renamed.name}”.`);
      } catch (error) {
        if (error.meta?.param_name !== "name") throw error;
        refuse(error.message);
      }
    });
  };

  element.classList.add("renaming");
  name.hidden = true;
  form.hidden = false;
  input.focus();
  input.select();
}

async function deletePasskey(element, passkey) {
  const name = document.createElement("strong");
  name.textContent = passkey.name;
  const rest = passkeys.length === 1 && !site.demo_codes
    ? " is your only passkey. Without it you cannot get back into this account once you sign out."
    : " will no longer sign you in. This cannot be undone.";
  $("delete-text").replaceChildren(name, rest);
  if ((await ask($("delete-dialog"))) !== "delete") return;
  await withButton(element.querySelector(".delete"), async () => {
    const deleted = await verified(() => api("DELETE", `/api/passkeys/${passkey.id}`));
    await tellAuthenticator("signalAllAcceptedCredentials", deleted.signal);
    await loadPasskeys();
    focusHeading("passkeys-title");
    say("good", `Passkey “${passkey.name}” deleted.`);
  });
}

$("retry").addEventListener("click", load);
load();
