// When an autofill request has to be made again: before its ceremony expires, and after the page was asleep.

/** Assumed where the server does not tell, or where the clocks differ too much. */
const USUAL = 300_000;
/** Delays between these do not pester the server, and do not overflow the browser's timers. */
const SHORTEST = 1_000;
const LONGEST = 0x7fff_ffff;
/** How soon a page without focus looks again. */
const RECHECK = 2_000;

/**
 * Calls `renew` once, when it is time; returns a function that stops waiting.
 *
 * A page without focus may be showing the browser's own dialog, so it waits a little longer.
 *
 * @param {number | null} lifetime of the ceremony, in milliseconds
 * @param {() => void} renew
 */
export function renewal(lifetime, renew) {
  const known = lifetime !== null && lifetime > 0 ? lifetime : USUAL;
  const began = Date.now();
  const early = Math.min(Math.max(known * 0.8, SHORTEST), LONGEST);
  const late = Math.max(known * 0.95, early);

  const due = () => {
    if (globalThis.document?.hasFocus?.() === false && Date.now() < began + late) timer = setTimeout(due, RECHECK);
    else renew();
  };
  let timer = setTimeout(due, early);
  // Timers stand still while a page is asleep.
  const onVisible = () => {
    if (!isVisible() || Date.now() < began + early) return;
    clearTimeout(timer);
    due();
  };
  // A page that comes out of the back/forward cache has lost its request.
  const onShow = (/** @type {any} */ event) => event.persisted && renew();

  globalThis.document?.addEventListener("visibilitychange", onVisible);
  globalThis.addEventListener?.("pageshow", onShow);
  return () => {
    clearTimeout(timer);
    globalThis.document?.removeEventListener("visibilitychange", onVisible);
    globalThis.removeEventListener?.("pageshow", onShow);
  };
}

export function isVisible() {
  return globalThis.document?.visibilityState !== "hidden";
}

/**
 * Resolves when the page is shown or hidden the next time, or when the signal is aborted; at once if it is visible.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function shown(signal) {
  return new Promise((resolve) => {
    if (signal.aborted || isVisible()) return resolve();
    const end = () => {
      document.removeEventListener("visibilitychange", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    document.addEventListener("visibilitychange", end);
    signal.addEventListener("abort", end);
  });
}
