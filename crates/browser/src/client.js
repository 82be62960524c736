// What a page calls.

import { Autofill } from "./autofill.js";
import { askBrowser } from "./credentials.js";
import { aborted, PasskeyError, sentence } from "./errors.js";
import english from "./messages/en.js";
import { Passkey } from "./passkey.js";
import { tellBrowser } from "./signals.js";
import { capabilities, requireConditional, requireSupport } from "./support.js";
import { httpTransport } from "./transport.js";
import { settled, Turn } from "./turn.js";
import { readAnswer, readBegun, readPasskey, readPasskeys, readSettings, readSignals, readSignIn } from "./wire.js";

/** @typedef {import("./index.js").Json} Json */
/** @typedef {import("./index.js").Operation} Operation */
/** @typedef {ReturnType<typeof readBegun>} Begun */
/** @typedef {import("./index.js").PasskeyClient} Client */

/** @implements {Client} */
export class PasskeyClient {
  #transport;
  #messages;
  #reportsFailures;
  #turn = new Turn();
  #autofill = new Autofill(this.#turn);

  /** @param {import("./index.js").ClientOptions} [options] */
  constructor({ base, fetch, transport, messages = {}, reportFailures = false } = {}) {
    this.#transport = transport ?? httpTransport({ base, fetch });
    this.#messages = { ...english, ...messages };
    this.#reportsFailures = reportFailures;
  }

  // ---- ceremonies ----

  /** @type {Client["createPasskey"]} */
  createPasskey({ name, attachment, conditional = false, signal } = {}) {
    return this.#told(async () => {
      const input = defined({ name, attachment, conditional: conditional || undefined });
      const { body } = await this.#ceremony("create", "create", input, { conditional, signal });
      return this.#passkey(readPasskey("create/finish", body["passkey"]));
    });
  }

  /** @type {Client["signUp"]} */
  signUp({ name, displayName, signal }) {
    return this.#told(async () => {
      const input = defined({ name, displayName });
      const { body } = await this.#ceremony("sign-up", "create", input, { signal, signsIn: true });
      const passkey = this.#passkey(readPasskey("sign-up/finish", body["passkey"]));
      return { passkey, user: body["user"], answer: body };
    });
  }

  /** @type {Client["signIn"]} */
  signIn({ flow = "discoverable", identifier, signal, onWaiting, onRefused } = {}) {
    return this.#told(async () => {
      if (!["discoverable", "autofill", "named"].includes(flow)) throw new TypeError(`unknown flow: ${flow}`);
      if (flow === "named" && !identifier) throw new TypeError("a named sign-in needs an identifier");
      if (flow === "autofill") return this.#offer(signal, { onWaiting, onRefused });
      const input = flow === "named" ? { flow, identifier } : { flow };
      return this.#signedIn("sign-in", await this.#ceremony("sign-in", "get", input, { signal, signsIn: true }));
    });
  }

  /** @type {Client["secondFactor"]} */
  secondFactor({ signal } = {}) {
    return this.#told(async () =>
      this.#signedIn("second-factor", await this.#ceremony("second-factor", "get", {}, { signal, signsIn: true })),
    );
  }

  /** @type {Client["reverify"]} */
  reverify({ signal } = {}) {
    return this.#told(async () => this.#signedIn("reverify", await this.#ceremony("reverify", "get", {}, { signal })));
  }

  // ---- the account page ----

  /** @type {Client["passkeys"]} */
  passkeys({ signal } = {}) {
    return this.#told(async () => {
      const { body } = await this.#call("list", {}, signal);
      return readPasskeys("list", body).map((summary) => this.#passkey(summary));
    });
  }

  /** @type {Client["eraseAccount"]} */
  eraseAccount({ signal } = {}) {
    return this.#told(async () => {
      await this.#call("erase", {}, signal);
    });
  }

  // ---- what can be done here ----

  /** @type {Client["settings"]} */
  settings({ signal } = {}) {
    return this.#told(async () => readSettings("settings", (await this.#call("settings", {}, signal)).body));
  }

  /** @type {Client["capabilities"]} */
  capabilities() {
    return capabilities();
  }

  // ---- within ----

  /**
   * Begin, browser, finish. The request displaces any other of this client, and autofill goes on after it unless the
   * user is then signed in.
   *
   * @param {"create" | "sign-up" | "sign-in" | "second-factor" | "reverify"} verb
   * @param {import("./support.js").Use} use
   * @param {Json} input
   * @param {{ signal: AbortSignal | undefined, conditional?: boolean, signsIn?: boolean }} how
   */
  async #ceremony(verb, use, input, { signal, conditional = false, signsIn = false }) {
    if (conditional) await requireConditional(use);
    else requireSupport(use);
    if (conditional && this.#autofill.paused) {
      // A request without a dialog must not close the dialog that the user has opened.
      throw new PasskeyError("passkey_operation_aborted", { cause: new Error("another request is open") });
    }
    const resume = this.#autofill.pause();
    try {
      const { begun, asked } = await this.#turn.take(signal, async (signal) => {
        const begun = await this.#begin(`${verb}/begin`, input, signal);
        return { begun, asked: await this.#ask(use, begun, { conditional, signal }) };
      });
      const finished = await this.#finish(`${verb}/finish`, begun, asked, signal);
      if (signsIn) this.#autofill.stop();
      return finished;
    } finally {
      resume();
    }
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @param {Pick<import("./index.js").SignInOptions, "onWaiting" | "onRefused">} callbacks
   */
  async #offer(signal, { onWaiting, onRefused }) {
    await requireConditional("get");
    const finished = await this.#autofill.run(signal, {
      begin: (signal) => this.#begin("sign-in/begin", { flow: "autofill" }, signal),
      ask: (begun, signal) => {
        const asked = this.#ask("get", begun, { conditional: true, signal });
        safely(onWaiting);
        return asked;
      },
      finish: (begun, asked, signal) => this.#finish("sign-in/finish", begun, asked, signal),
      refused: (error) => safely(onRefused, this.#inWords(/** @type {PasskeyError} */ (error))),
    });
    return this.#signedIn("sign-in", finished);
  }

  /**
   * @param {Operation} operation
   * @param {Json} input
   * @param {AbortSignal} signal
   */
  async #begin(operation, input, signal) {
    const { body, date } = await this.#call(operation, input, signal);
    return readBegun(operation, body, date ?? Date.now());
  }

  /**
   * Asks the browser, and reports its failure if the page wants that.
   *
   * @param {import("./support.js").Use} use
   * @param {Begun} begun
   * @param {{ conditional: boolean, signal: AbortSignal }} how
   */
  async #ask(use, begun, how) {
    try {
      return await askBrowser(use, begun.publicKey, how);
    } catch (error) {
      // What the page stopped, or another request of this client displaced, has not failed.
      if (this.#reportsFailures && !how.signal.aborted) this.#report(begun, /** @type {PasskeyError} */ (error));
      throw error;
    }
  }

  /**
   * Tells the server by which name the browser failed. No one waits for the answer, and it changes nothing.
   *
   * @param {Begun} begun
   * @param {PasskeyError} error
   */
  #report({ ceremony }, { cause }) {
    try {
      this.#transport("failure", { ceremony, error: nameOf(cause) }, {}).catch(() => {});
    } catch {
      // The page gets the failure of the browser, not this one.
    }
  }

  /**
   * @param {Operation} operation
   * @param {Begun} begun
   * @param {Awaited<ReturnType<typeof askBrowser>>} asked
   * @param {AbortSignal | undefined} signal
   */
  async #finish(operation, { ceremony }, { credential, extensions }, signal) {
    const { body } = await this.#call(operation, { ceremony, credential }, signal);
    return { body, extensions };
  }

  /**
   * Asks the server, and passes its signals on whether it agreed or not.
   *
   * @param {Operation} operation
   * @param {Json} input
   * @param {AbortSignal | undefined} signal
   */
  async #call(operation, input, signal) {
    let answer;
    try {
      if (signal?.aborted) throw aborted(signal);
      answer = await settled(Promise.resolve(this.#transport(operation, input, signal ? { signal } : {})), signal);
    } catch (cause) {
      if (signal?.aborted) throw aborted(signal);
      throw cause instanceof PasskeyError ? cause : new PasskeyError("network_error", { cause });
    }
    tellBrowser(readSignals(answer));
    const body = readAnswer(operation, answer);
    return { body, date: typeof answer.date === "number" ? answer.date : undefined };
  }

  /**
   * @param {"sign-in" | "second-factor" | "reverify"} verb
   * @param {{ body: Json, extensions: Json }} finished
   * @returns {import("./index.js").SignIn}
   */
  #signedIn(verb, { body, extensions }) {
    const { status, passkey, task } = readSignIn(`${verb}/finish`, body);
    return { status, passkey: this.#passkey(passkey), task, extensions, answer: body };
  }

  /**
   * @param {import("./index.js").PasskeySummary} summary
   * @returns {import("./index.js").Passkey}
   */
  #passkey(summary) {
    const { id } = summary;
    return new Passkey(summary, {
      update: ({ name }, { signal } = {}) =>
        this.#told(async () => {
          const { body } = await this.#call("rename", { id, name }, signal);
          return this.#passkey(readPasskey("rename", body["passkey"]));
        }),
      delete: ({ signal } = {}) =>
        this.#told(async () => {
          await this.#call("delete", { id }, signal);
        }),
    });
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T>}
   */
  async #told(action) {
    try {
      return await action();
    } catch (error) {
      throw error instanceof PasskeyError ? this.#inWords(error) : error;
    }
  }

  /** @param {PasskeyError} error */
  #inWords(error) {
    error.message = sentence(this.#messages, error);
    return error;
  }
}

/**
 * Without the members that are not defined.
 *
 * @param {Json} json
 * @returns {Json}
 */
function defined(json) {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined));
}

/**
 * The name of an exception. Password managers throw what they like, and only a name is sent.
 *
 * @param {unknown} cause
 */
function nameOf(cause) {
  const { name } = /** @type {{ name?: unknown }} */ (cause ?? {});
  return typeof name === "string" && /^\w{1,64}$/.test(name) ? name : "Error";
}

/**
 * Calls back without letting a mistake there end what goes on here.
 *
 * @template {unknown[]} A
 * @param {((...args: A) => void) | undefined} callback
 * @param {A} args
 */
function safely(callback, ...args) {
  try {
    callback?.(...args);
  } catch (error) {
    globalThis.reportError?.(error);
  }
}
