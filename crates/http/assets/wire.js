// The server's interface: every path and every member of JSON that this module knows, and nothing else knows any.

import { codeOfStatus, PasskeyError } from "./errors.js";
import { isObject } from "./json.js";

/** @typedef {import("./index.js").Json} Json */
/** @typedef {import("./index.js").Operation} Operation */

// ---- requests ----

/** @type {Record<Operation, [method: string, path: string]>} */
const endpoints = {
  "create/begin": ["POST", "/create/begin"],
  "create/finish": ["POST", "/create/finish"],
  "sign-up/begin": ["POST", "/sign-up/begin"],
  "sign-up/finish": ["POST", "/sign-up/finish"],
  "sign-in/begin": ["POST", "/sign-in/begin"],
  "sign-in/finish": ["POST", "/sign-in/finish"],
  "second-factor/begin": ["POST", "/second-factor/begin"],
  "second-factor/finish": ["POST", "/second-factor/finish"],
  "reverify/begin": ["POST", "/reverify/begin"],
  "reverify/finish": ["POST", "/reverify/finish"],
  "list": ["GET", ""],
  "rename": ["PATCH", "/{id}"],
  "delete": ["DELETE", "/{id}"],
  "erase": ["DELETE", ""],
  "settings": ["GET", "/settings"],
  "failure": ["POST", "/failure"],
};

/**
 * The HTTP request of an operation. `id` goes into the path, everything else into the body.
 *
 * @param {Operation} operation
 * @param {Json} input
 * @returns {{ method: string, path: string, body: Json | undefined }}
 */
export function request(operation, { id, ...body }) {
  const [method, path] = endpoints[operation];
  return {
    method,
    path: path.replace("{id}", () => encodeURIComponent(passkeyId(id))),
    body: method === "GET" || method === "DELETE" ? undefined : body,
  };
}

// ---- answers ----

/**
 * The body of a successful answer.
 *
 * @param {Operation} operation
 * @param {unknown} answer
 * @returns {Json}
 */
export function readAnswer(operation, answer) {
  if (!isObject(answer) || typeof answer["status"] !== "number") throw malformed(operation, "status");
  const { status, body } = answer;
  if (!(status >= 200 && status <= 299)) throw serverError(status, body);
  if (!isObject(body)) throw malformed(operation, "body");
  return body;
}

/**
 * The error that the server reports, as `{"errors":[{code, message, long_message, meta}]}`.
 *
 * @param {number} status
 * @param {unknown} body
 */
function serverError(status, body) {
  const [first] = isObject(body) && Array.isArray(body["errors"]) ? body["errors"] : [];
  const error = isObject(first) ? first : {};
  // Codes are compared, logged and looked up: nothing that is not one becomes one.
  const code = typeof error["code"] === "string" && /^\w{1,64}$/.test(error["code"]) ? error["code"] : codeOfStatus(status);
  return new PasskeyError(code, {
    server: {
      status,
      message: string(error["message"]) ?? "",
      longMessage: string(error["long_message"]) ?? "",
      meta: isObject(error["meta"]) ? error["meta"] : {},
    },
  });
}

/**
 * A ceremony that has begun. `lifetime` is in milliseconds from now, by the server's clock; `null` if not known.
 *
 * @param {Operation} operation
 * @param {Json} body
 * @param {number} now by the server's clock
 */
export function readBegun(operation, body, now) {
  const { ceremony, publicKey, expires_at: end } = body;
  if (typeof ceremony !== "string" || ceremony === "") throw malformed(operation, "ceremony");
  if (!isObject(publicKey)) throw malformed(operation, "publicKey");
  return { ceremony, publicKey, lifetime: typeof end === "number" ? end - now : null };
}

/**
 * @param {Operation} operation
 * @param {Json} body
 * @returns {{ status: "complete" | "needs_second_factor", passkey: import("./index.js").PasskeySummary, task: string | null }}
 */
export function readSignIn(operation, body) {
  const { status, task } = body;
  if (status !== "complete" && status !== "needs_second_factor") throw malformed(operation, "status");
  return { status, passkey: readPasskey(operation, body["passkey"]), task: string(task) };
}

/**
 * @param {Operation} operation
 * @param {Json} body
 */
export function readPasskeys(operation, body) {
  if (!Array.isArray(body["data"])) throw malformed(operation, "data");
  return body["data"].map((item) => readPasskey(operation, item));
}

/**
 * @param {Operation} operation
 * @param {unknown} json
 * @returns {import("./index.js").PasskeySummary}
 */
export function readPasskey(operation, json) {
  if (!isObject(json)) throw malformed(operation, "passkey");
  if (typeof json["name"] !== "string") throw malformed(operation, "name");
  const { attachment, transports } = json;
  return {
    id: passkeyId(json["id"], operation),
    name: json["name"],
    createdAt: date(operation, json["created_at"]),
    updatedAt: date(operation, json["updated_at"]),
    lastUsedAt: json["last_used_at"] == null ? null : date(operation, json["last_used_at"]),
    authenticator: string(json["authenticator"]),
    authenticatorAttested: boolean(json["authenticator_attested"]),
    attachment: attachment === "platform" || attachment === "cross-platform" ? attachment : null,
    transports: Array.isArray(transports) ? transports.filter((transport) => typeof transport === "string") : [],
    discoverable: boolean(json["discoverable"]),
    backupEligible: boolean(json["backup_eligible"]),
    synced: boolean(json["synced"]),
  };
}

/**
 * @param {Operation} operation
 * @param {Json} body
 * @returns {import("./index.js").Settings}
 */
export function readSettings(operation, body) {
  const { enabled, autofill, show_button: showButton, sign_up: signUp, rp_id: rpId } = body;
  if (typeof rpId !== "string") throw malformed(operation, "rp_id");
  for (const [name, value] of Object.entries({ enabled, autofill, show_button: showButton, sign_up: signUp })) {
    if (typeof value !== "boolean") throw malformed(operation, name);
  }
  return { enabled, autofill, showButton, signUp, rpId };
}

/**
 * The signals of an answer, whether it succeeded or not. What is not complete is dropped: browsers hide or remove
 * passkeys that are missing in a list, so that half a list is worse than none.
 *
 * @param {unknown} answer
 * @returns {import("./index.js").Signal[]}
 */
export function readSignals(answer) {
  const signals = isObject(answer) && isObject(answer["body"]) ? answer["body"]["signals"] : undefined;
  if (!Array.isArray(signals)) return [];
  return signals.flatMap((signal) => readSignal(signal) ?? []);
}

/**
 * @param {unknown} json
 * @returns {import("./index.js").Signal | null}
 */
function readSignal(json) {
  const { type, rpId, userId, credentialId, name, displayName, allAcceptedCredentialIds: all } = isObject(json) ? json : {};
  switch (type) {
    case "unknown_credential":
      if (!areStrings([rpId, credentialId])) return null;
      return { method: "signalUnknownCredential", options: { rpId, credentialId } };
    case "all_accepted_credentials":
      if (!areStrings([rpId, userId]) || !Array.isArray(all) || !areStrings(all)) return null;
      return { method: "signalAllAcceptedCredentials", options: { rpId, userId, allAcceptedCredentialIds: all } };
    case "current_user_details":
      if (!areStrings([rpId, userId, name, displayName])) return null;
      return { method: "signalCurrentUserDetails", options: { rpId, userId, name, displayName } };
    default:
      return null;
  }
}

/** @param {unknown[]} values */
function areStrings(values) {
  return values.every((value) => typeof value === "string");
}

/**
 * @param {Operation} operation
 * @param {string} member
 */
export function malformed(operation, member) {
  const cause = new TypeError(`the answer to ${operation} has no valid ${member}`);
  return new PasskeyError("unexpected_answer", { cause });
}

/**
 * An ID that is safe in a path. Empty or `..`, it would make "delete one" mean "delete all", or another path.
 *
 * @param {unknown} id
 * @param {Operation} operation
 */
function passkeyId(id, operation = "list") {
  if (typeof id !== "string" || !/^[\w-]{1,128}$/.test(id)) throw malformed(operation, "id");
  return id;
}

/**
 * @param {Operation} operation
 * @param {unknown} milliseconds
 */
function date(operation, milliseconds) {
  const date = new Date(typeof milliseconds === "number" ? milliseconds : NaN);
  if (Number.isNaN(date.getTime())) throw malformed(operation, "time");
  return date;
}

/** @param {unknown} value */
function string(value) {
  return typeof value === "string" ? value : null;
}

/** @param {unknown} value */
function boolean(value) {
  return typeof value === "boolean" ? value : null;
}
