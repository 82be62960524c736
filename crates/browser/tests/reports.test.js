// Reports of what the browser failed with: to the server, if the page wants that, and in no one's way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PasskeyClient } from "../src/index.js";
import { created, flush, installBrowser, installClock, installPage, used } from "./support/browser.js";
import { refusal, server } from "./support/server.js";

const dom = (name) => new DOMException("secret detail", name);
const reports = ({ asked }) => asked.filter(({ operation }) => operation === "failure").map(({ input }) => input);

/** A client that reports, and the server that it reports to. */
function reporting(answers) {
  const site = server(answers);
  return { client: new PasskeyClient({ transport: site.transport, reportFailures: true }), site };
}

/** Starts an operation, lets the browser fail, and returns what the page gets. */
async function failing(browser, start, error) {
  const running = start();
  running.catch(() => {});
  await flush();
  browser.last().reject(error);
  return running.then(
    () => assert.fail("it failed"),
    (error) => error,
  );
}

test("reports the ceremony and the exception's name, and nothing else", async () => {
  const browser = installBrowser();
  const { client, site } = reporting();
  const starts = {
    createPasskey: () => client.createPasskey(),
    signUp: () => client.signUp({ name: "ada" }),
    signIn: () => client.signIn(),
    secondFactor: () => client.secondFactor(),
    reverify: () => client.reverify(),
  };
  for (const start of Object.values(starts)) {
    const cause = dom("NotAllowedError");
    assert.equal((await failing(browser, start, cause)).cause, cause);
  }
  assert.deepEqual(reports(site), Object.keys(starts).map(() => ({ ceremony: "c1", error: "NotAllowedError" })));
});

test("reports nothing unless the page asks for it", async () => {
  const browser = installBrowser();
  for (const reportFailures of [undefined, false]) {
    const site = server();
    const client = new PasskeyClient({ transport: site.transport, reportFailures });
    await failing(browser, () => client.signIn(), dom("NotAllowedError"));
    assert.deepEqual(site.operations(), ["sign-in/begin"]);
  }
});

test("reports a request that the browser aborted, and what cannot be read", async () => {
  const browser = installBrowser();
  const { client, site } = reporting();
  for (const name of ["AbortError", "SecurityError", "InvalidStateError", "UnknownError"]) {
    await failing(browser, () => client.createPasskey(), dom(name));
  }
  await failing(browser, () => client.createPasskey(), new TypeError("no options"));
  for (const strange of [undefined, "no", { name: 7 }, { name: "<script>" }, { name: "E".repeat(65) }]) {
    await failing(browser, () => client.createPasskey(), strange);
  }
  // The browser has no credential, or one without a signature.
  for (const credential of [null, used({ response: {} })]) {
    const running = client.signIn();
    running.catch(() => {});
    await flush();
    browser.last().resolve(credential);
    await assert.rejects(running);
  }
  const names = reports(site).map(({ error }) => error);
  assert.deepEqual(names, [
    ...["AbortError", "SecurityError", "InvalidStateError", "UnknownError", "TypeError"],
    ...["Error", "Error", "Error", "Error", "Error"],
    ...["NotAllowedError", "TypeError"],
  ]);
});

test("does not report what the page or another request stopped", async () => {
  const browser = installBrowser();
  const { client, site } = reporting();
  const controller = new AbortController();
  const stopped = client.signIn({ signal: controller.signal });
  stopped.catch(() => {});
  await flush();
  controller.abort();
  await assert.rejects(stopped, { code: "passkey_operation_aborted" });

  const displaced = client.signIn();
  displaced.catch(() => {});
  await flush();
  const second = client.signIn();
  await assert.rejects(displaced, { code: "passkey_operation_aborted" });
  await flush();
  browser.last().resolve(used());
  await second;
  assert.deepEqual(reports(site), []);
});

test("does not report what the server refused, or what never reached the browser", async () => {
  const browser = installBrowser();
  const refused = { "sign-in/begin": refusal(403, "passkeys_disabled"), "create/finish": refusal(400, "passkey_registration_failed") };
  const { client, site } = reporting(refused);
  await assert.rejects(client.signIn(), { code: "passkeys_disabled" });
  const creating = client.createPasskey();
  creating.catch(() => {});
  await flush();
  browser.last().resolve(created());
  await assert.rejects(creating, { code: "passkey_registration_failed" });
  assert.deepEqual(reports(site), []);
});

test("reports the failure of autofill, but not that it gave way", async () => {
  const clock = installClock();
  const browser = installBrowser();
  installPage();
  const { client, site } = reporting();
  const autofill = client.signIn({ flow: "autofill" });
  autofill.catch(() => {});
  await clock.advance(0);
  const pressed = client.createPasskey();
  await clock.advance(1_000);
  browser.last().resolve(created());
  await pressed;
  await clock.advance(1_000);
  assert.equal(browser.last().options.mediation, "conditional", "autofill continues");
  assert.deepEqual(reports(site), []);
  browser.last().reject(dom("SecurityError"));
  await assert.rejects(autofill, { code: "passkey_invalid_rpID_or_domain" });
  assert.deepEqual(reports(site), [{ ceremony: "c1", error: "SecurityError" }]);
});

test("a report neither delays nor replaces the failure", async () => {
  const browser = installBrowser();
  const answers = [
    () => new Promise(() => {}),
    () => Promise.reject(new TypeError("offline")),
    () => refusal(500, "internal_error"),
    () => refusal(400, "ceremony_expired", { signals: [{ type: "unknown_credential", rpId: "example.com", credentialId: "AQI" }] }),
    () => undefined,
  ];
  for (const failure of answers) {
    const { client } = reporting({ failure });
    const cause = dom("NotAllowedError");
    const error = await failing(browser, () => client.signIn(), cause);
    assert.deepEqual([error.code, error.cause], ["passkey_retrieval_cancelled", cause]);
  }
  // A host's transport that breaks its word.
  for (const broken of [() => assert.fail("synchronously"), () => undefined]) {
    const { transport } = server();
    const or = (operation, ...rest) => (operation === "failure" ? broken() : transport(operation, ...rest));
    const client = new PasskeyClient({ transport: or, reportFailures: true });
    assert.equal((await failing(browser, () => client.signIn(), dom("NotAllowedError"))).code, "passkey_retrieval_cancelled");
  }
  await flush();
  assert.deepEqual(browser.told, [], "the answer to a report tells the browser nothing");
});
