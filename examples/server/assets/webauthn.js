// The browser's side of the ceremonies: options from JSON, responses to JSON, failures to codes.

import { CodedError } from "/api.js";

export const supported =
  window.isSecureContext && typeof window.PublicKeyCredential === "function" && typeof navigator.credentials?.create === "function";

/** Whether the browser can offer passkeys while the user fills in a form field. */
export async function autofillSupported() {
  if (!supported) return false;
  try {
    return (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
  } catch {
    return false;
  }
}

/** Whether the browser can create a passkey without asking, right after a sign-in by other means. */
export async function silentCreationSupported() {
  if (!supported) return false;
  try {
    return (await PublicKeyCredential.getClientCapabilities?.())?.conditionalCreate === true;
  } catch {
    return false;
  }
}

/** Makes a passkey; resolves with a RegistrationResponseJSON. `mediation` stands beside the options, as it came. */
export async function createPasskey(publicKeyJson, { signal, mediation } = {}) {
  requireSupport();
  try {
    const request = { publicKey: creationOptions(publicKeyJson), signal };
    if (mediation) request.mediation = mediation;
    const credential = await navigator.credentials.create(request);
    if (!credential) throw new DOMException("no credential", "NotAllowedError");
    return responseJson(credential, clientResponseOfRegistration);
  } catch (error) {
    throw coded(error, "registration");
  }
}

/** Signs a challenge; resolves with an AuthenticationResponseJSON. `mediation` stands beside the options, as it came. */
export async function usePasskey(publicKeyJson, { signal, mediation } = {}) {
  requireSupport();
  try {
    const request = { publicKey: requestOptions(publicKeyJson), signal };
    if (mediation) request.mediation = mediation;
    const credential = await navigator.credentials.get(request);
    if (!credential) throw new DOMException("no credential", "NotAllowedError");
    return responseJson(credential, clientResponseOfAuthentication);
  } catch (error) {
    throw coded(error, "retrieval");
  }
}

/** Tells the password manager which passkeys the account still has, or that one is unknown. Never fails. */
export async function tellAuthenticator(method, payload) {
  try {
    if (supported && payload) await PublicKeyCredential[method]?.(payload);
  } catch (error) {
    console.info(`${method} was not taken:`, error);
  }
}

function requireSupport() {
  if (supported) return;
  throw new CodedError(
    "passkey_not_supported",
    window.isSecureContext
      ? "This browser does not support passkeys. Use a current version of Chrome, Edge, Firefox or Safari."
      : "Passkeys need a secure connection: open this page by https, or at localhost.",
  );
}

/** What went wrong, as a code and a sentence. The specification keeps some reasons from pages on purpose. */
function coded(cause, kind) {
  if (cause instanceof CodedError) return cause;
  const creating = kind === "registration";
  const [code, message] = {
    NotAllowedError: creating
      ? ["passkey_registration_cancelled", "No passkey was created: it was cancelled, not confirmed, or took too long."]
      : ["passkey_retrieval_cancelled", "You are not signed in: it was cancelled, not confirmed, or took too long."],
    InvalidStateError: creating
      ? ["passkey_already_exists", "This device or security key already has a passkey for your account. You can use that one, or create another on a different device."]
      : undefined,
    SecurityError: ["passkey_invalid_rpID_or_domain", "The browser does not allow this site’s passkeys at this address. Open the site at the address they were made for."],
    AbortError: ["passkey_operation_aborted", "The request was stopped before it was finished."],
    ConstraintError: ["passkey_pa_not_supported", "No authenticator here can do what is asked: keep a passkey and verify that it is you. Set up a screen lock, or use another device."],
    NotSupportedError: creating
      ? ["passkey_pa_not_supported", "The authenticator supports none of the kinds of key that this site accepts. Use another device or security key."]
      : undefined,
  }[cause?.name] ?? (creating
    ? ["passkey_registration_failed", "The passkey could not be created. Try again, or use another device."]
    : ["passkey_retrieval_failed", "The passkey could not be used. Try again, or use another one."]);
  return new CodedError(code, message, { cause });
}

// ---- JSON, natively where the browser has it, by hand elsewhere ----

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json,
    challenge: bytes(json.challenge),
    user: { ...json.user, id: bytes(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(descriptor),
  };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: bytes(json.challenge), allowCredentials: (json.allowCredentials ?? []).map(descriptor) };
}

const descriptor = (json) => ({ ...json, id: bytes(json.id) });

function responseJson(credential, clientResponse) {
  // Some password managers hand out objects without toJSON, or with one that throws.
  try {
    if (typeof credential.toJSON === "function") return credential.toJSON();
  } catch (error) {
    console.info("toJSON failed, written by hand instead:", error);
  }
  const json = {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults?.() ?? {},
    response: clientResponse(credential.response),
  };
  if (credential.authenticatorAttachment) json.authenticatorAttachment = credential.authenticatorAttachment;
  return json;
}

function clientResponseOfRegistration(response) {
  return {
    clientDataJSON: text(response.clientDataJSON),
    attestationObject: text(response.attestationObject),
    transports: response.getTransports?.() ?? [],
  };
}

function clientResponseOfAuthentication(response) {
  const json = {
    clientDataJSON: text(response.clientDataJSON),
    authenticatorData: text(response.authenticatorData),
    signature: text(response.signature),
  };
  if (response.userHandle) json.userHandle = text(response.userHandle);
  return json;
}

function bytes(base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
