// Options from JSON and responses to JSON: by the browser where it can, by hand where it cannot.

/**
 * @param {import("./index.js").Json} json
 * @returns {PublicKeyCredentialCreationOptions}
 */
export function creationOptions(json) {
  return parsed("parseCreationOptionsFromJSON", json, () => ({
    ...json,
    challenge: bytes(json["challenge"]),
    user: { ...object(json["user"]), id: bytes(object(json["user"])["id"]) },
    excludeCredentials: descriptors(json["excludeCredentials"]),
    ...extensions(json["extensions"]),
  }));
}

/**
 * @param {import("./index.js").Json} json
 * @returns {PublicKeyCredentialRequestOptions}
 */
export function requestOptions(json) {
  return parsed("parseRequestOptionsFromJSON", json, () => ({
    ...json,
    challenge: bytes(json["challenge"]),
    allowCredentials: descriptors(json["allowCredentials"]),
    ...extensions(json["extensions"]),
  }));
}

/**
 * @param {string} method
 * @param {import("./index.js").Json} json
 * @param {() => object} byHand
 * @returns {any}
 */
function parsed(method, json, byHand) {
  const api = /** @type {any} */ (globalThis.PublicKeyCredential);
  try {
    return api[method](json);
  } catch {
    // The method is missing, or does not know an extension. Options that really are malformed fail again.
    return byHand();
  }
}

/** @param {any} list */
function descriptors(list = []) {
  return list.map((/** @type {unknown} */ item) => ({ ...object(item), id: bytes(object(item)["id"]) }));
}

/**
 * The extension inputs that hold bytes; all others have the same form in JSON.
 *
 * @param {unknown} json
 */
function extensions(json) {
  if (json === undefined) return {};
  const inputs = { ...object(json) };
  if (inputs["prf"] !== undefined) {
    const { eval: all, evalByCredential: some, ...rest } = object(inputs["prf"]);
    const prf = /** @type {import("./index.js").Json} */ (rest);
    if (all !== undefined) prf["eval"] = prfInputs(all);
    if (some !== undefined) {
      prf["evalByCredential"] = Object.fromEntries(
        Object.entries(object(some)).map(([id, inputs]) => [id, prfInputs(inputs)]),
      );
    }
    inputs["prf"] = prf;
  }
  if (inputs["largeBlob"] !== undefined) {
    const largeBlob = { ...object(inputs["largeBlob"]) };
    if (largeBlob["write"] !== undefined) largeBlob["write"] = bytes(largeBlob["write"]);
    inputs["largeBlob"] = largeBlob;
  }
  if (inputs["credBlob"] !== undefined) inputs["credBlob"] = bytes(inputs["credBlob"]);
  return { extensions: inputs };
}

/** @param {unknown} json */
function prfInputs(json) {
  const { first, second } = object(json);
  return second === undefined ? { first: bytes(first) } : { first: bytes(first), second: bytes(second) };
}

/**
 * What is posted to the server for a credential.
 *
 * PRF outputs are removed: they are keys for this page, and the server must not learn them.
 *
 * @param {any} credential
 * @param {import("./support.js").Use} use
 * @returns {import("./index.js").Json}
 */
export function responseJson(credential, use) {
  const json = { ...(nativeJson(credential, use) ?? jsonByHand(credential, use)) };
  const results = json["clientExtensionResults"];
  if (isObject(results) && isObject(results["prf"]) && "results" in results["prf"]) {
    const { results: _, ...prf } = results["prf"];
    json["clientExtensionResults"] = { ...results, prf };
  }
  return json;
}

/**
 * What `toJSON()` returns, if it works. Some password managers hand out objects without it, with one that throws, or
 * with one that leaves buffers as they are.
 *
 * @param {any} credential
 * @param {import("./support.js").Use} use
 */
function nativeJson(credential, use) {
  try {
    const json = credential.toJSON();
    const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = json.response;
    const needed = use === "create" ? [attestationObject] : [authenticatorData, signature, userHandle ?? ""];
    const complete = [json.id, json.rawId, json.type, clientDataJSON, ...needed].every((part) => typeof part === "string");
    return complete ? json : null;
  } catch {
    return null;
  }
}

/**
 * @param {any} credential
 * @param {import("./support.js").Use} use
 */
function jsonByHand(credential, use) {
  const { rawId, type, authenticatorAttachment, response } = credential;
  const id = text(rawId);
  /** @type {import("./index.js").Json} */
  const json = { id, rawId: id, type: type ?? "public-key", clientExtensionResults: plain(attempt(credential, "getClientExtensionResults") ?? {}) };
  if (typeof authenticatorAttachment === "string") json["authenticatorAttachment"] = authenticatorAttachment;
  if (use === "create") {
    json["response"] = {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: attempt(response, "getTransports") ?? [],
    };
  } else {
    json["response"] = {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
    };
  }
  return json;
}

/**
 * Calls a method that may be missing or broken.
 *
 * @param {any} object
 * @param {string} method
 */
export function attempt(object, method) {
  try {
    return object[method]?.();
  } catch {
    return undefined;
  }
}

/**
 * A copy that JSON can hold: buffers as base64url.
 *
 * @param {any} value
 * @returns {any}
 */
function plain(value, depth = 0) {
  if (isBuffer(value)) return text(value);
  // No output of an extension is nested deeper.
  if (depth > 8) return null;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member, depth + 1)]));
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function object(value) {
  if (!isObject(value)) throw new TypeError("an object is missing");
  return value;
}

/**
 * Buffers of this page, and those of an extension's own world, which are not `instanceof` anything here.
 *
 * @param {any} value
 */
function isBuffer(value) {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** @param {unknown} base64url */
export function bytes(base64url) {
  if (typeof base64url !== "string" || !/^[\w-]*$/.test(base64url) || base64url.length % 4 === 1) {
    throw new TypeError("a value is not base64url");
  }
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** @param {any} buffer */
export function text(buffer) {
  if (!isBuffer(buffer)) throw new TypeError("a part of the credential is not a buffer");
  const view = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  // Character by character: a large buffer has more bytes than a call may have arguments.
  let binary = "";
  for (const byte of view) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
