// The page: what is shown when it opens, and when another tab or the server says that something changed.

import "/account.js";
import { enter, leave } from "/account.js";
import { api } from "/api.js";
import { client } from "/client.js";
import { offerCodes } from "/code.js";
import "/entrance.js";
import { t } from "/i18n.js";
import { say } from "/notices.js";
import { recover } from "/recovery.js";
import { offerSettings } from "/settings.js";
import { emit, inScope, on, state } from "/state.js";
import { $ } from "/ui.js";
import { isShown, show } from "/views.js";

async function load() {
  show("loading", { focus: false });
  try {
    const session = await api("GET", "/api/session");
    state.site = session.site;
    state.browser = await client.capabilities();
    $("brand-name").textContent = state.site.rp_name;
    $("belongs-to").textContent = t("belongs_to", { domain: state.site.rp_id });
    if (!inScope()) return sendElsewhere();
    if (state.site.demo_settings) offerSettings((settings) => follow(settings));
    if (state.site.demo_codes) offerCodes();
    await follow(session.settings);
    await open(session, { focus: false });
  } catch (error) {
    console.error(error);
    show("failed", { focus: false });
  }
}

/** Shows what belongs to a session. */
async function open({ user, recovering }, { focus }) {
  if (user) await enter(user, { focus });
  else if (recovering) recover(recovering, { focus });
  else leave({ focus });
}

/** Offers what the settings allow. The server holds to them whatever the page does. */
async function follow(settings) {
  state.settings = settings;
  const { supported, reason } = state.browser;
  for (const button of document.querySelectorAll("[data-needs-passkeys]")) button.disabled = !supported || !settings.enabled;
  $("sign-in").hidden = !settings.sign_in_button;
  $("passkeys-disabled").hidden = settings.enabled;
  $("unsupported").hidden = supported;
  if (!supported) {
    const { PasskeyError } = await import("/passkeys/browser/index.js");
    const { passkeySentences } = await import("/i18n.js");
    const { code } = new PasskeyError("passkey_not_supported", { reason });
    $("unsupported").textContent = passkeySentences[`${code}:${reason}`] ?? passkeySentences[code];
  }
  emit("settings");
}

/** Where no passkey works, there is nothing to do but to go where they do. */
function sendElsewhere() {
  const { rp_id: domain, url } = state.site;
  const here = location.hostname;
  const isAddress = /^[\d.]+$|^\[/.test(here);
  $("elsewhere-text").textContent = isAddress ? t("elsewhere_ip", { here }) : t("elsewhere_domain", { here, domain });
  $("elsewhere-link").href = url;
  $("elsewhere-link").textContent = t("elsewhere_open", { url });
  show("elsewhere", { focus: false });
}

// ---- what happens elsewhere ----

/** Asks who is signed in now. Another tab may have signed in or out, or the page comes back from the browser's cache. */
async function refresh() {
  if (!["signed-in", "signed-out", "recovering"].some(isShown)) return;
  try {
    const session = await api("GET", "/api/session");
    const [before, now] = [state.user?.name, session.user?.name];
    if (before === now && state.recovering?.name === session.recovering?.name) return;
    await open(session, { focus: true });
  } catch (error) {
    // Whatever is done next tells.
    console.warn(error);
  }
}

const tabs = new BroadcastChannel("session");
tabs.addEventListener("message", refresh);
on("session-changed", () => tabs.postMessage(null));
addEventListener("pageshow", ({ persisted }) => persisted && refresh());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

on("session-ended", () => {
  leave();
  say("info", t("session_ended"), "unauthenticated");
});

$("retry").addEventListener("click", load);
load();
