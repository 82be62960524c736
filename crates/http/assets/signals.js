// What the server wants password managers to know: which passkeys are gone, and what their owner is called.

/**
 * Passes signals on. Never throws and never waits: a browser may not support them, and does not report their effect.
 *
 * @param {import("./index.js").Signal[]} signals
 */
export function tellBrowser(signals) {
  const api = /** @type {any} */ (globalThis.PublicKeyCredential);
  for (const { method, options } of signals) {
    try {
      Promise.resolve(api?.[method]?.(options)).catch(() => {});
    } catch {
      // A signal is a hint, and the operation it came with is over.
    }
  }
}
