// One request at a time: browsers refuse a second one while the first is open.

/** How long a request may take to end after it was aborted. Some password managers never end it. */
const GRACE = 1_000;

/** Taking the turn aborts the holder before, and waits until it has let go. */
export class Turn {
  /** @type {{ controller: AbortController, done: Promise<void> } | null} */
  #holder = null;

  /**
   * @template T
   * @param {AbortSignal | undefined} outer aborts the action, too
   * @param {(signal: AbortSignal) => Promise<T>} action starts with an aborted signal if its turn is over already
   * @returns {Promise<T>}
   */
  async take(outer, action) {
    const { controller, unlink } = linked(outer);
    let letGo = () => {};
    const before = this.#holder;
    const holder = { controller, done: new Promise((/** @type {(nothing: void) => void} */ resolve) => (letGo = resolve)) };
    this.#holder = holder;
    try {
      before?.controller.abort(new DOMException("Another passkey request began.", "AbortError"));
      await before?.done;
      return await action(controller.signal);
    } finally {
      unlink();
      letGo();
    }
  }
}

/**
 * A controller that an outer signal aborts, too. `AbortSignal.any` would do, but is newer than passkeys.
 *
 * @param {AbortSignal | undefined} outer
 */
export function linked(outer) {
  const controller = new AbortController();
  const abort = () => controller.abort(outer?.reason);
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort, { once: true });
  return { controller, unlink: () => outer?.removeEventListener("abort", abort) };
}

/**
 * The outcome of a promise, or a rejection soon after the signal is aborted if the promise ignores that.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<T>}
 */
export function settled(promise, signal) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const abort = () => (timer = setTimeout(() => reject(signal.reason), GRACE));
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    promise.finally(end).then(resolve, reject);
  });
}
