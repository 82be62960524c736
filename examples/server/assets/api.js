// The server's own JSON interface: one function, one kind of error. Passkeys go through the browser module instead.

import { has, passkeySentences, t } from "/i18n.js";

/** A failure with a code. The message is a sentence in the page's language; text from the server is never part of it. */
export class CodedError extends Error {
  constructor(code, { status = 0, cause } = {}) {
    super(sentence(code, status), { cause });
    this.code = code;
    this.status = status;
  }
}

function sentence(code, status) {
  if (has(`error_${code}`)) return t(`error_${code}`);
  const byStatus =
    status === 401 ? "unauthenticated"
    : status === 403 ? "forbidden"
    : status === 429 ? "too_many_requests"
    : status >= 500 ? "internal_error"
    : "unexpected_answer";
  return Object.hasOwn(passkeySentences, code) ? passkeySentences[code] : passkeySentences[byStatus];
}

/** Calls the server; resolves with its answer's JSON, rejects with a CodedError. */
export async function api(method, path, body) {
  const request = { method, headers: { accept: "application/json" }, credentials: "same-origin" };
  if (method !== "GET") {
    // Pages of other sites cannot send this type without asking first: part of the protection against CSRF.
    request.headers["content-type"] = "application/json";
    request.body = JSON.stringify(body ?? {});
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch (cause) {
    throw new CodedError("network_error", { cause });
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    // Reported below: an answer that is not JSON is not understood.
  }
  if (response.ok && answer !== null) return answer;
  const code = answer?.errors?.[0]?.code;
  throw new CodedError(typeof code === "string" ? code : "unexpected_answer", { status: response.status });
}
