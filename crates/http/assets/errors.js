// Failures as codes: what the browser, the server, or the network reported.

import english from "./messages/en.js";

/** A failed passkey operation. `message` is a sentence for the user; `code` is for programs. */
export class PasskeyError extends Error {
  /**
   * @param {string} code
   * @param {{ reason?: import("./index.js").Reason | undefined, server?: import("./index.js").ServerError | undefined, cause?: unknown }} [details]
   */
  constructor(code, { reason, server, cause } = {}) {
    super("", { cause });
    this.name = "PasskeyError";
    this.code = code;
    this.reason = reason;
    this.server = server;
    this.message = sentence(english, this);
  }

  /** Whether the user or the page stopped the operation, so that nothing needs to be reported. */
  get cancelled() {
    return cancellations.has(this.code);
  }
}

const cancellations = new Set([
  "passkey_operation_aborted",
  "passkey_retrieval_cancelled",
  "passkey_registration_cancelled",
]);

/**
 * The sentence for an error. Text from the server is never part of it.
 *
 * @param {Readonly<Record<string, string>>} messages
 * @param {PasskeyError} error
 * @returns {string}
 */
export function sentence(messages, { code, reason, server }) {
  for (const key of [`${code}:${reason}`, code, codeOfStatus(server?.status ?? 0), "unexpected_answer"]) {
    // Own members only: a server that sends the code "constructor" gets no function.
    if (Object.hasOwn(messages, key)) return /** @type {string} */ (messages[key]);
  }
  return code;
}

/**
 * The code for an answer that has no code, or one that this module has no sentence for.
 *
 * @param {number} status
 */
export function codeOfStatus(status) {
  if (status === 401) return "unauthenticated";
  if (status === 403) return "forbidden";
  if (status === 429) return "too_many_requests";
  if (status >= 500) return "internal_error";
  return "unexpected_answer";
}

/**
 * The error for an operation whose signal was aborted, regardless of what the browser reports.
 *
 * @param {AbortSignal} signal
 */
export function aborted(signal) {
  return new PasskeyError("passkey_operation_aborted", { cause: signal.reason });
}

/**
 * The error for what `navigator.credentials` rejected with. Browsers hide some reasons on purpose: `NotAllowedError`
 * covers everything from a closed dialog to a timeout.
 *
 * @param {unknown} cause
 * @param {import("./support.js").Use} use
 * @param {AbortSignal} signal
 */
export function browserError(cause, use, signal) {
  if (cause instanceof PasskeyError) return cause;
  if (signal.aborted) return aborted(signal);
  const { name, message } = /** @type {{ name?: unknown, message?: unknown }} */ (cause ?? {});
  if (name === "NotAllowedError" && namesPolicy.test(String(message))) {
    return new PasskeyError("passkey_not_supported", { reason: "permissions_policy", cause });
  }
  const code = codesOfNames[use].get(name) ?? failures[use];
  return new PasskeyError(code, { cause });
}

/** How Chromium, Firefox, and WebKit, in this order, report a page that may not use passkeys. */
const namesPolicy = /publickey-credentials-(get|create)|CredentialsContainer request is not allowed|not the same as its ancestors/;

const failures = { create: "passkey_registration_failed", get: "passkey_retrieval_failed" };

/** @type {Record<import("./support.js").Use, Map<unknown, string>>} */
const codesOfNames = {
  create: new Map([
    ["NotAllowedError", "passkey_registration_cancelled"],
    ["InvalidStateError", "passkey_already_exists"],
    ["SecurityError", "passkey_invalid_rpID_or_domain"],
    ["AbortError", "passkey_operation_aborted"],
    ["ConstraintError", "passkey_pa_not_supported"],
    ["NotSupportedError", "passkey_pa_not_supported"],
  ]),
  get: new Map([
    ["NotAllowedError", "passkey_retrieval_cancelled"],
    ["SecurityError", "passkey_invalid_rpID_or_domain"],
    ["AbortError", "passkey_operation_aborted"],
    ["ConstraintError", "passkey_pa_not_supported"],
  ]),
};
