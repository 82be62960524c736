// What is sensitive may need the passkey once more.

import { api } from "/api.js";
import { say } from "/ui.js";
import { usePasskey } from "/webauthn.js";

/** Does something; if the server wants its user verified first, asks for the passkey and does it again. */
export async function verified(action) {
  try {
    return await action();
  } catch (error) {
    if (error.code !== "reverification_required") throw error;
  }
  say("info", "Please confirm with a passkey that it is you.");
  const start = await api("POST", "/api/reverify/begin");
  const response = await usePasskey(start.public_key, { mediation: start.mediation });
  await api("POST", "/api/reverify/finish", { ceremony_id: start.ceremony_id, response });
  return await action();
}
