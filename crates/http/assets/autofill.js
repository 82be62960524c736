// Passkeys among the suggestions of a form field: a request that stays open, possibly for hours, until the user picks one.

import { aborted, PasskeyError } from "./errors.js";
import { isVisible, renewal, shown } from "./renewal.js";
import { linked } from "./turn.js";

const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

/** @typedef {ReturnType<typeof import("./wire.js").readBegun>} Begun */

/**
 * @template T
 * @typedef {object} Steps
 * @property {(signal: AbortSignal) => Promise<Begun>} begin asks the server for a ceremony
 * @property {(begun: Begun, signal: AbortSignal) => Promise<any>} ask opens the request
 * @property {(begun: Begun, asked: any, signal: AbortSignal) => Promise<T>} finish
 * @property {(error: unknown) => void} refused the user picked a passkey, and the server refused it
 */

export class Autofill {
  #turn;
  /** @type {AbortController | null} */
  #session = null;
  #pauses = 0;
  /** @type {() => void} */
  #resumed = () => {};
  /** @type {Promise<void>} */
  #free = Promise.resolve();

  /** @param {import("./turn.js").Turn} turn */
  constructor(turn) {
    this.#turn = turn;
  }

  /** Whether a request that the user started is open. */
  get paused() {
    return this.#pauses > 0;
  }

  /** Lets another request go first. Returns a function that ends the pause. */
  pause() {
    if (this.#pauses++ === 0) this.#free = new Promise((resolve) => (this.#resumed = resolve));
    return () => {
      if (--this.#pauses === 0) this.#resumed();
    };
  }

  /** Ends the running session; its promise rejects with `passkey_operation_aborted`. */
  stop() {
    this.#session?.abort(new DOMException("Autofill ended.", "AbortError"));
  }

  /**
   * Offers passkeys until one is accepted. There is one session at a time: a new one ends the one before.
   *
   * @template T
   * @param {AbortSignal | undefined} outer
   * @param {Steps<T>} steps
   * @returns {Promise<T>}
   */
  async run(outer, steps) {
    this.stop();
    const { controller, unlink } = linked(outer);
    const { signal } = (this.#session = controller);
    let failures = 0;
    try {
      for (;;) {
        await this.#clear(signal);
        const started = Date.now();
        const picked = await this.#attempt(signal, steps);
        if (picked === AGAIN) continue;
        if (picked !== LATER) {
          try {
            return await steps.finish(picked.begun, picked.asked, signal);
          } catch (error) {
            if (signal.aborted) throw error;
            steps.refused(error);
          }
        }
        failures = Date.now() - started > LAST_RETRY ? 1 : failures + 1;
        await sleep(Math.min(FIRST_RETRY * 2 ** (failures - 1), LAST_RETRY), signal);
      }
    } finally {
      unlink();
    }
  }

  /**
   * Waits until no other request is open and the page is visible: a hidden one would ask the server for as long as its
   * tab exists.
   *
   * @param {AbortSignal} signal
   */
  async #clear(signal) {
    while (!signal.aborted && (this.paused || !isVisible())) {
      await settledOrAborted(this.#free, signal);
      await shown(signal);
    }
    if (signal.aborted) throw aborted(signal);
  }

  /**
   * One request, until the user picks a passkey.
   *
   * @template T
   * @param {AbortSignal} session
   * @param {Steps<T>} steps
   * @returns {Promise<{ begun: Begun, asked: any } | typeof AGAIN | typeof LATER>}
   */
  async #attempt(session, steps) {
    const { controller, unlink } = linked(session);
    let stopWaiting = () => {};
    try {
      return await this.#turn.take(controller.signal, async (signal) => {
        const begun = await steps.begin(signal);
        stopWaiting = renewal(begun.lifetime, () => controller.abort());
        return { begun, asked: await steps.ask(begun, signal) };
      });
    } catch (error) {
      // It is time to renew, or the session has ended, or another request took the turn.
      if (controller.signal.aborted || this.paused) return AGAIN;
      if (error instanceof PasskeyError && isPassing(error)) return LATER;
      throw error;
    } finally {
      stopWaiting();
      unlink();
    }
  }
}

/** When to make the next attempt. */
const AGAIN = Symbol("again");
const LATER = Symbol("later");

/**
 * Whether trying again may help: the user closed a dialog, or the server cannot answer at the moment.
 *
 * @param {PasskeyError} error
 */
function isPassing({ code, server }) {
  if (server) return server.status >= 500 || [408, 409, 425, 429].includes(server.status);
  return ["passkey_retrieval_cancelled", "passkey_operation_aborted", "network_error"].includes(code);
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/**
 * @param {Promise<void>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function settledOrAborted(promise, signal) {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener("abort", end);
      resolve();
    };
    signal.addEventListener("abort", end);
    promise.then(end);
  });
}
