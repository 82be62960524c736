// The server's JSON interface: one function, one kind of error.

/** A failure with a stable code, as the server or the browser side of a ceremony gives it. */
export class CodedError extends Error {
  constructor(code, message, { status = 0, meta = {}, cause } = {}) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.meta = meta;
  }
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
    throw new CodedError("network", "The server cannot be reached. Check your connection and try again.", { cause });
  }
  let answer = null;
  try {
    answer = await response.json();
  } catch {
    // Said below: an answer that is not JSON is no answer.
  }
  if (response.ok && answer !== null) return answer;
  const [error] = answer?.errors ?? [];
  throw new CodedError(error?.code ?? `http_${response.status}`, error?.long_message ?? error?.message ?? "The server gave no answer that this page understands.", {
    status: response.status,
    meta: error?.meta ?? {},
  });
}
