// The two calls to `navigator.credentials`.

import { browserError } from "./errors.js";
import { attempt, creationOptions, isObject, requestOptions, responseJson } from "./json.js";
import { settled } from "./turn.js";

/**
 * Asks the browser to create a passkey, or to use one.
 *
 * @param {import("./support.js").Use} use
 * @param {import("./index.js").Json} options as the server sent them
 * @param {{ conditional: boolean, signal: AbortSignal }} how `conditional` opens no dialog
 * @returns {Promise<{ credential: import("./index.js").Json, extensions: import("./index.js").Json }>}
 */
export async function askBrowser(use, options, { conditional, signal }) {
  try {
    const publicKey = use === "create" ? creationOptions(options) : requestOptions(options);
    const request = /** @type {any} */ ({ publicKey, signal, ...(conditional ? { mediation: "conditional" } : {}) });
    const credential = await settled(navigator.credentials[use](request), signal);
    if (!credential) throw new DOMException("The browser returned no credential.", "NotAllowedError");
    const extensions = attempt(credential, "getClientExtensionResults");
    return { credential: responseJson(credential, use), extensions: isObject(extensions) ? extensions : {} };
  } catch (cause) {
    throw browserError(cause, use, signal);
  }
}
