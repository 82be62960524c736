// A browser that does what a test tells it to: globals that the module reads, and nothing else.

import { getEventListeners } from "node:events";
import { after, afterEach } from "node:test";

const before = new Map();

/** Sets a global until the test is over. */
export function setGlobal(name, value) {
  if (!before.has(name)) before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

function restoreGlobals() {
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else delete globalThis[name];
  }
  before.clear();
}
afterEach(restoreGlobals);
after(restoreGlobals);

export const buffer = (...bytes) => Uint8Array.from(bytes).buffer;

/** A credential as browsers return it from `create()`. */
export function created(changes = {}) {
  return {
    id: "AQI",
    rawId: buffer(1, 2),
    type: "public-key",
    authenticatorAttachment: "platform",
    response: {
      clientDataJSON: buffer(3),
      attestationObject: buffer(0xfb, 0xff),
      getTransports: () => ["internal"],
    },
    getClientExtensionResults: () => ({}),
    ...changes,
  };
}

/** A credential as browsers return it from `get()`. */
export function used(changes = {}) {
  return {
    id: "AQI",
    rawId: buffer(1, 2),
    type: "public-key",
    authenticatorAttachment: null,
    response: {
      clientDataJSON: buffer(3),
      authenticatorData: buffer(4),
      signature: buffer(5),
      userHandle: buffer(6),
    },
    getClientExtensionResults: () => ({}),
    ...changes,
  };
}

/**
 * Installs a browser. Its requests stay open until a test settles them, and end when they are aborted, as real ones do:
 * `browser.requests` has each as `{ use, options, resolve, reject, open }`.
 */
export function installBrowser({ api = {}, autofill = true, stubborn = false } = {}) {
  const requests = [];
  const told = [];
  const open = (use) => (options) =>
    new Promise((resolve, reject) => {
      const request = { use, options, open: true };
      if (requests.some((other) => other.open)) return reject(new DOMException("A request is already pending.", "OperationError"));
      requests.push(request);
      request.resolve = (credential) => ((request.open = false), resolve(credential));
      request.reject = (error) => ((request.open = false), reject(error));
      const { signal } = options;
      if (signal.aborted) request.reject(signal.reason);
      signal.addEventListener("abort", () => stubborn || request.reject(new DOMException("aborted", "AbortError")));
    });
  class PublicKeyCredential {}
  Object.assign(PublicKeyCredential, {
    isConditionalMediationAvailable: async () => autofill,
    getClientCapabilities: async () => ({ conditionalCreate: true, conditionalGet: autofill }),
    signalUnknownCredential: async (options) => void told.push(["unknown", options]),
    signalAllAcceptedCredentials: async (options) => void told.push(["all", options]),
    signalCurrentUserDetails: async (options) => void told.push(["details", options]),
    ...api,
  });
  setGlobal("isSecureContext", true);
  setGlobal("PublicKeyCredential", PublicKeyCredential);
  setGlobal("navigator", { credentials: { create: open("create"), get: open("get") } });
  return { requests, told, last: () => requests.at(-1) };
}

/** Installs a page that can be hidden, lose focus, and come out of the back/forward cache. */
export function installPage() {
  const document = Object.assign(new EventTarget(), { visibilityState: "visible", focused: true, hasFocus: () => document.focused });
  const window = new EventTarget();
  setGlobal("document", document);
  for (const name of ["addEventListener", "removeEventListener"]) setGlobal(name, window[name].bind(window));
  const change = (state) => {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  return {
    hide: () => change("hidden"),
    show: () => change("visible"),
    focus: (focused) => (document.focused = focused),
    listeners: () => ({
      visibilitychange: getEventListeners(document, "visibilitychange").length,
      pageshow: getEventListeners(window, "pageshow").length,
    }),
    restore: () => window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true })),
    load: () => window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false })),
  };
}

/** Installs a clock that stands still until it is advanced. */
export function installClock(now = 1_000_000) {
  const timers = new Map();
  let next = 1;
  setGlobal("setTimeout", (callback, delay = 0) => {
    // As browsers do: a longer delay would overflow, and fire at once.
    timers.set(next, { callback, at: now + (delay > 0x7fff_ffff ? 0 : delay) });
    return next++;
  });
  setGlobal("clearTimeout", (id) => timers.delete(id));
  setGlobal("Date", class extends Date {
    static now = () => now;
  });
  return {
    now: () => now,
    get timers() {
      return timers.size;
    },
    /** Moves the time on without running timers, as a computer does that sleeps. */
    sleep: (milliseconds) => (now += milliseconds),
    async advance(milliseconds) {
      const end = now + milliseconds;
      await flush();
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
        if (!due) break;
        now = Math.max(now, due[1].at);
        timers.delete(due[0]);
        due[1].callback();
        await flush();
      }
      now = end;
    },
  };
}

/** Lets everything happen that waits for nothing but its turn. */
export async function flush() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
