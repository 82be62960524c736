// How requests reach the server. A host with another way passes its own function instead.

import { request } from "./wire.js";

/**
 * Requests by `fetch`, to the page's own origin.
 *
 * @param {{ base?: string | undefined, fetch?: typeof globalThis.fetch | undefined }} [options]
 * @returns {import("./index.js").Transport}
 */
export function httpTransport({ base = "/passkeys", fetch } = {}) {
  let root = base;
  while (root.endsWith("/")) root = root.slice(0, -1);

  return async (operation, input, { signal }) => {
    const { method, path, body } = request(operation, input);
    /** @type {RequestInit} */
    const init = {
      method,
      headers: { accept: "application/json" },
      credentials: "same-origin",
      mode: "same-origin",
      // A redirect would carry a credential to an address that was not configured.
      redirect: "error",
      cache: "no-store",
    };
    if (signal) init.signal = signal;
    // A report has to arrive even if the page is left right after the failure.
    if (operation === "failure") init.keepalive = true;
    if (body !== undefined) {
      init.headers = { ...init.headers, "content-type": "application/json" };
      init.body = JSON.stringify(body);
    }
    const response = await (fetch ?? globalThis.fetch)(root + path, init);
    const date = Date.parse(response.headers.get("date") ?? "");
    return { status: response.status, body: await json(response), ...(Number.isNaN(date) ? {} : { date }) };
  };
}

/**
 * The body as JSON; `undefined` if it is something else. Rejects if the connection breaks.
 *
 * @param {Response} response
 * @returns {Promise<unknown>}
 */
async function json(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
