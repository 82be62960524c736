import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { browserError, codeOfStatus, PasskeyError, sentence } from "../src/errors.js";
import ar from "../src/messages/ar.js";
import de from "../src/messages/de.js";
import en from "../src/messages/en.js";

const calm = new AbortController().signal;
const dom = (name, message = "") => new DOMException(message, name);

const codes = {
  create: {
    NotAllowedError: "passkey_registration_cancelled",
    InvalidStateError: "passkey_already_exists",
    SecurityError: "passkey_invalid_rpID_or_domain",
    AbortError: "passkey_operation_aborted",
    ConstraintError: "passkey_pa_not_supported",
    NotSupportedError: "passkey_pa_not_supported",
    UnknownError: "passkey_registration_failed",
    OperationError: "passkey_registration_failed",
    NotReadableError: "passkey_registration_failed",
    EncodingError: "passkey_registration_failed",
    TimeoutError: "passkey_registration_failed",
  },
  get: {
    NotAllowedError: "passkey_retrieval_cancelled",
    SecurityError: "passkey_invalid_rpID_or_domain",
    AbortError: "passkey_operation_aborted",
    ConstraintError: "passkey_pa_not_supported",
    InvalidStateError: "passkey_retrieval_failed",
    NotSupportedError: "passkey_retrieval_failed",
    UnknownError: "passkey_retrieval_failed",
    OperationError: "passkey_retrieval_failed",
    EncodingError: "passkey_retrieval_failed",
  },
};

for (const [use, table] of Object.entries(codes)) {
  test(`maps the errors of ${use}()`, () => {
    for (const [name, code] of Object.entries(table)) {
      const cause = dom(name);
      const error = browserError(cause, use, calm);
      assert.equal(error.code, code, name);
      assert.equal(error.cause, cause);
      assert.equal(error.message, en[code]);
      assert.equal(error.server, undefined);
      assert.equal(error.name, "PasskeyError");
      assert.ok(error instanceof PasskeyError && error instanceof Error);
    }
  });

  test(`maps what is no DOMException of ${use}()`, () => {
    const failed = use === "create" ? "passkey_registration_failed" : "passkey_retrieval_failed";
    for (const cause of [new TypeError("user.id"), undefined, null, "no", 7, {}, { name: {} }, { name: "__proto__" }, { name: "constructor" }]) {
      assert.equal(browserError(cause, use, calm).code, failed);
    }
  });
}

test("keeps errors that have a code already", () => {
  const error = new PasskeyError("ceremony_expired");
  assert.equal(browserError(error, "get", calm), error);
});

test("reports an aborted signal as such, regardless of what the browser rejects with", () => {
  for (const reason of [undefined, "stop", new DOMException("late", "TimeoutError"), new Error("mine")]) {
    const controller = new AbortController();
    controller.abort(reason);
    const error = browserError(dom("NotAllowedError"), "get", controller.signal);
    assert.equal(error.code, "passkey_operation_aborted");
    assert.equal(error.cause, controller.signal.reason);
  }
});

test("tells a frame without permission from a cancelled request", () => {
  const messages = [
    "The 'publickey-credentials-get' feature is not enabled in this document.",
    "The 'publickey-credentials-create' feature is not enabled in this document.",
    "CredentialsContainer request is not allowed.",
    "The origin of the document is not the same as its ancestors.",
  ];
  for (const message of messages) {
    const error = browserError(dom("NotAllowedError", message), "get", calm);
    assert.deepEqual([error.code, error.reason], ["passkey_not_supported", "permissions_policy"]);
  }
  const cancellations = [
    "The operation either timed out or was not allowed.",
    "The request is not allowed by the user agent or the platform in the current context, possibly because the user denied permission.",
  ];
  for (const message of cancellations) {
    assert.equal(browserError(dom("NotAllowedError", message), "get", calm).code, "passkey_retrieval_cancelled");
  }
});

test("knows which codes are cancellations", () => {
  const cancelled = Object.keys(en).filter((code) => new PasskeyError(code).cancelled);
  assert.deepEqual(cancelled.sort(), ["passkey_operation_aborted", "passkey_registration_cancelled", "passkey_retrieval_cancelled"]);
});

test("finds a code for every status", () => {
  const expected = { 401: "unauthenticated", 403: "forbidden", 429: "too_many_requests", 500: "internal_error", 503: "internal_error", 404: "unexpected_answer", 302: "unexpected_answer" };
  for (const [status, code] of Object.entries(expected)) assert.equal(codeOfStatus(Number(status)), code);
});

test("takes the sentence of the reason, the code, or the status", () => {
  const server = (status) => ({ status, message: "", longMessage: "", meta: {} });
  assert.equal(new PasskeyError("passkey_not_supported", { reason: "insecure_context" }).message, en["passkey_not_supported:insecure_context"]);
  assert.equal(new PasskeyError("passkey_not_supported", { reason: "no_api" }).message, en.passkey_not_supported);
  assert.equal(new PasskeyError("name_taken", { server: server(409) }).message, en.unexpected_answer);
  assert.equal(new PasskeyError("session_missing", { server: server(401) }).message, en.unauthenticated);
  assert.equal(sentence({}, new PasskeyError("last_passkey")), "last_passkey");
});

test("finds no sentence in the prototype of the messages", () => {
  for (const code of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert.equal(new PasskeyError(code).message, en.unexpected_answer);
  }
});

test("has every sentence in every language", () => {
  for (const messages of [en, de, ar]) {
    assert.deepEqual(Object.keys(messages), Object.keys(en));
    assert.equal(new Set(Object.values(messages)).size, Object.keys(en).length, "no sentence is used twice");
    for (const text of Object.values(messages)) assert.match(text, /^\S.*[.]$/su);
    assert.ok(Object.isFrozen(messages));
  }
  for (const text of Object.values(ar)) assert.match(text, /\p{Script=Arabic}/u);
});

test("has a sentence for every public code of the server", { skip: !existsSync(new URL("../../../ERRORS.md", import.meta.url)) }, () => {
  const document = readFileSync(new URL("../../../ERRORS.md", import.meta.url), "utf8");
  const flows = [...document.matchAll(/^\|[^|]+\|[^|]+\| \d{3} \| `(\w+)` \|/gm)].map(([, code]) => code);
  const browser = [...document.matchAll(/^\| `(passkey_\w+)` \| (?!client|policy|host|store|\d)/gm)].map(([, code]) => code);
  assert.ok(flows.length > 10 && browser.length === 9, "the tables are found");
  for (const code of [...flows, ...browser]) assert.ok(Object.hasOwn(en, code), code);
});
