// What this browser can do on this page.

import { PasskeyError } from "./errors.js";

/** @typedef {"create" | "get"} Use */

/**
 * Why passkeys cannot be used here, if so.
 *
 * @param {Use} use
 * @returns {import("./index.js").Reason | null}
 */
function obstacle(use) {
  if (globalThis.isSecureContext === false) return "insecure_context";
  const { credentials } = globalThis.navigator ?? {};
  if (typeof globalThis.PublicKeyCredential !== "function" || typeof credentials?.[use] !== "function") return "no_api";
  return allowedByPolicy(`publickey-credentials-${use}`) ? null : "permissions_policy";
}

/**
 * Whether the page's permissions policy allows a feature. Browsers that do not tell allow it here, and reject the
 * request later.
 *
 * @param {string} feature
 */
function allowedByPolicy(feature) {
  try {
    const { permissionsPolicy, featurePolicy } = /** @type {any} */ (globalThis.document) ?? {};
    const policy = permissionsPolicy ?? featurePolicy;
    // A browser that does not know the feature reports it as not allowed.
    if (!policy?.features().includes(feature)) return true;
    return policy.allowsFeature(feature);
  } catch {
    return true;
  }
}

/** @param {Use} use */
export function requireSupport(use) {
  const reason = obstacle(use);
  if (reason) throw new PasskeyError("passkey_not_supported", { reason });
}

/**
 * Requires support for requests that open no dialog: suggestions in a form field, or creation without asking.
 *
 * @param {Use} use
 */
export async function requireConditional(use) {
  requireSupport(use);
  const { conditionalGet, conditionalCreate } = await capabilities();
  if (use === "get" ? conditionalGet : conditionalCreate) return;
  throw new PasskeyError("passkey_not_supported", { reason: use === "get" ? "no_autofill" : "no_conditional_create" });
}

/**
 * What the browser says about itself. Never rejects: what a browser does not tell is `null`.
 *
 * @returns {Promise<import("./index.js").Capabilities>}
 */
export async function capabilities() {
  const reason = obstacle("get") ?? obstacle("create");
  // Where passkeys are blocked nothing else matters, and asking may throw.
  const api = reason ? null : /** @type {any} */ (globalThis.PublicKeyCredential);
  const [told, conditional, verifying] = await Promise.all([
    ask(api, "getClientCapabilities"),
    ask(api, "isConditionalMediationAvailable"),
    ask(api, "isUserVerifyingPlatformAuthenticatorAvailable"),
  ]);

  /** @param {string} name */
  const tell = (name) => (typeof told?.[name] === "boolean" ? told[name] : null);
  /** @param {string} name */
  const method = (name) => typeof api?.[name] === "function" && tell(name) !== false;
  return {
    supported: reason === null,
    reason,
    conditionalGet: typeof conditional === "boolean" ? conditional : tell("conditionalGet"),
    conditionalCreate: tell("conditionalCreate"),
    hybridTransport: tell("hybridTransport"),
    passkeyPlatformAuthenticator: tell("passkeyPlatformAuthenticator"),
    userVerifyingPlatformAuthenticator:
      typeof verifying === "boolean" ? verifying : tell("userVerifyingPlatformAuthenticator"),
    relatedOrigins: tell("relatedOrigins"),
    signalUnknownCredential: method("signalUnknownCredential"),
    signalAllAcceptedCredentials: method("signalAllAcceptedCredentials"),
    signalCurrentUserDetails: method("signalCurrentUserDetails"),
  };
}

/**
 * @param {any} api
 * @param {string} method
 * @returns {Promise<any>}
 */
async function ask(api, method) {
  try {
    return await api?.[method]?.();
  } catch {
    return undefined;
  }
}
