// The passkeys of this site, by the browser module. The whole page shares one client: it keeps one request open at a time.

import { passkeySentences, t } from "/i18n.js";
import { say } from "/notices.js";
import { PasskeyClient } from "/passkeys/browser/index.js";

export const client = new PasskeyClient({ messages: passkeySentences, reportFailures: true });

/** Does something sensitive. If the server wants its user verified first, asks for a passkey and does it again. */
export async function verified(action) {
  try {
    return await action();
  } catch (error) {
    if (error.code !== "reverification_required") throw error;
  }
  say("info", t("confirm_first"));
  await client.reverify();
  return await action();
}

/** A browser as people call it: Chrome on macOS. */
export function browserName({ browser, system }) {
  if (browser && system) return t("browser_on_system", { browser, system });
  return browser ?? system ?? t("unknown_browser");
}
