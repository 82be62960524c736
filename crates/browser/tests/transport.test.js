import assert from "node:assert/strict";
import { test } from "node:test";

import { httpTransport, PasskeyClient } from "../src/index.js";
import { setGlobal } from "./support/browser.js";

/** A `fetch` that records what it was asked. */
function recorder(answer = () => Response.json({})) {
  const calls = [];
  const fetch = async (...call) => {
    calls.push(call);
    return answer(...call);
  };
  return { fetch, calls };
}

const operations = {
  "create/begin": [{ name: "Laptop" }, "POST", "/p/create/begin", { name: "Laptop" }],
  "create/finish": [{ ceremony: "c" }, "POST", "/p/create/finish", { ceremony: "c" }],
  "sign-up/begin": [{ name: "ada" }, "POST", "/p/sign-up/begin", { name: "ada" }],
  "sign-up/finish": [{}, "POST", "/p/sign-up/finish", {}],
  "sign-in/begin": [{ flow: "autofill" }, "POST", "/p/sign-in/begin", { flow: "autofill" }],
  "sign-in/finish": [{}, "POST", "/p/sign-in/finish", {}],
  "second-factor/begin": [{}, "POST", "/p/second-factor/begin", {}],
  "second-factor/finish": [{}, "POST", "/p/second-factor/finish", {}],
  "reverify/begin": [{}, "POST", "/p/reverify/begin", {}],
  "reverify/finish": [{}, "POST", "/p/reverify/finish", {}],
  "list": [{}, "GET", "/p", undefined],
  "rename": [{ id: "k1_-", name: "New" }, "PATCH", "/p/k1_-", { name: "New" }],
  "delete": [{ id: "k1_-" }, "DELETE", "/p/k1_-", undefined],
  "erase": [{}, "DELETE", "/p", undefined],
  "settings": [{}, "GET", "/p/settings", undefined],
  "failure": [{ ceremony: "c", error: "E" }, "POST", "/p/failure", { ceremony: "c", error: "E" }],
};

for (const [operation, [input, method, path, body]] of Object.entries(operations)) {
  test(`sends ${operation} as ${method}`, async () => {
    const { fetch, calls } = recorder();
    await httpTransport({ base: "/p", fetch })(operation, input, {});
    const [[url, init]] = calls;
    assert.equal(url, path);
    assert.equal(init.method, method);
    assert.equal(init.credentials, "same-origin");
    assert.equal(init.mode, "same-origin");
    assert.equal(init.redirect, "error");
    assert.equal(init.cache, "no-store");
    assert.equal(init.headers.accept, "application/json");
    assert.equal(init.headers["content-type"], body && "application/json");
    assert.deepEqual(init.body && JSON.parse(init.body), body);
    assert.equal("signal" in init, false);
    assert.equal(init.keepalive, operation === "failure" ? true : undefined);
  });
}

test("uses the default base, without a slash at its end", async () => {
  for (const [base, path] of [[undefined, "/passkeys"], ["/auth/", "/auth"], ["/auth//", "/auth"], ["", ""], ["/", ""]]) {
    const { fetch, calls } = recorder();
    await httpTransport({ base, fetch })("settings", {}, {});
    assert.equal(calls[0][0], `${path}/settings`);
  }
});

test("passes the signal on", async () => {
  const { fetch, calls } = recorder();
  const { signal } = new AbortController();
  await httpTransport({ fetch })("list", {}, { signal });
  assert.equal(calls[0][1].signal, signal);
});

test("calls fetch without an object, as browsers demand", async () => {
  function fetch() {
    assert.equal(this, undefined);
    return Response.json({ enabled: true, autofill: true, show_button: true, sign_up: false, rp_id: "a.example" });
  }
  assert.equal((await new PasskeyClient({ fetch }).settings()).rpId, "a.example");
  // The global one is looked up when it is needed: pages may replace it.
  const client = new PasskeyClient();
  setGlobal("fetch", fetch);
  assert.equal((await client.settings()).signUp, false);
});

test("returns status, JSON and the server's time", async () => {
  const headers = { date: "Tue, 14 Nov 2023 22:13:20 GMT" };
  const { fetch } = recorder(() => Response.json({ a: 1 }, { status: 403, headers }));
  assert.deepEqual(await httpTransport({ fetch })("list", {}, {}), { status: 403, body: { a: 1 }, date: 1_700_000_000_000 });
});

test("returns no body where there is no JSON, and no time where it cannot be read", async () => {
  for (const body of ["<html>", "", "{", "undefined"]) {
    const { fetch } = recorder(() => new Response(body, { headers: { date: "yesterday" } }));
    assert.deepEqual(await httpTransport({ fetch })("list", {}, {}), { status: 200, body: undefined });
  }
});

test("refuses an ID that would make another path", async () => {
  const { fetch, calls } = recorder();
  for (const operation of ["delete", "rename"]) {
    for (const id of ["", ".", "..", "a/b", "a?b", "a#b", "%2e", " ", "a".repeat(129), null, undefined, 7, ["a"]]) {
      await assert.rejects(httpTransport({ fetch })(operation, { id }, {}), { code: "unexpected_answer" });
    }
  }
  assert.deepEqual(calls, []);
});

test("does not read replacement patterns in an ID", async () => {
  const { fetch } = recorder();
  await assert.rejects(httpTransport({ fetch })("delete", { id: "$&" }, {}), { code: "unexpected_answer" });
});
