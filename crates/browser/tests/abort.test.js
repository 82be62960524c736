// Who gives way to whom: a browser has only one request open at a time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PasskeyClient } from "../src/index.js";
import { settled } from "../src/turn.js";
import { created, flush, installBrowser, installClock, used } from "./support/browser.js";
import { server } from "./support/server.js";

const aborted = { code: "passkey_operation_aborted", cancelled: true };

test("a signal that is aborted before stops everything", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  const client = new PasskeyClient({ transport });
  const signal = AbortSignal.abort();
  for (const running of [
    client.createPasskey({ signal }),
    client.signUp({ name: "ada", signal }),
    client.signIn({ signal }),
    client.signIn({ flow: "autofill", signal }),
    client.secondFactor({ signal }),
    client.reverify({ signal }),
    client.passkeys({ signal }),
    client.eraseAccount({ signal }),
    client.settings({ signal }),
  ]) {
    await assert.rejects(running, aborted);
  }
  assert.deepEqual([asked, browser.requests], [[], []]);
});

test("a signal stops begin, browser and finish alike", async () => {
  for (const stage of ["sign-in/begin", "browser", "sign-in/finish"]) {
    const browser = installBrowser();
    const controller = new AbortController();
    const hang = (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
    const { transport } = server({ [stage]: hang });
    const running = new PasskeyClient({ transport }).signIn({ signal: controller.signal });
    await flush();
    if (stage === "sign-in/finish") browser.last().resolve(used());
    await flush();
    controller.abort("left the page");
    await assert.rejects(running, (error) => {
      assert.equal(error.code, "passkey_operation_aborted");
      assert.equal(error.cause, "left the page", stage);
      return true;
    });
    assert.equal(browser.requests.some(({ open }) => open), false);
  }
});

test("a signal stops the account page's calls", async () => {
  installBrowser();
  const [passkey] = await new PasskeyClient(server()).passkeys();
  const signal = AbortSignal.abort();
  await assert.rejects(passkey.update({ name: "New" }, { signal }), aborted);
  await assert.rejects(passkey.delete({ signal }), aborted);
});

test("a signal aborted later does no harm", async () => {
  const browser = installBrowser();
  const controller = new AbortController();
  const client = new PasskeyClient(server());
  const first = client.signIn({ signal: controller.signal });
  await flush();
  browser.last().resolve(used());
  await first;
  const second = client.signIn();
  await flush();
  controller.abort();
  await flush();
  browser.last().resolve(used());
  assert.equal((await second).status, "complete");
});

test("a second click takes over from the first", async () => {
  const browser = installBrowser();
  const client = new PasskeyClient(server());
  const first = client.signIn();
  first.catch(() => {});
  await flush();
  const second = client.signIn();
  await assert.rejects(first, aborted);
  await flush();
  assert.deepEqual(browser.requests.map(({ open }) => open), [false, true], "one after the other");
  browser.last().resolve(used());
  assert.equal((await second).status, "complete");
});

test("of many clicks the last one counts", async () => {
  const browser = installBrowser();
  const client = new PasskeyClient(server());
  const clicks = Array.from({ length: 5 }, () => client.signIn());
  const outcomes = Promise.allSettled(clicks);
  await flush();
  browser.last().resolve(used());
  assert.deepEqual((await outcomes).map(({ status }) => status), ["rejected", "rejected", "rejected", "rejected", "fulfilled"]);
  assert.equal(browser.requests.length, 1, "the others never asked the browser");
});

test("a request that has its passkey is not taken back", async () => {
  const browser = installBrowser();
  let answer;
  const { transport, answers } = server({ "create/finish": () => new Promise((resolve) => (answer = resolve)) });
  const client = new PasskeyClient({ transport });
  const first = client.createPasskey();
  await flush();
  browser.last().resolve(created());
  await flush();
  const second = client.reverify();
  await flush();
  assert.equal(browser.last().use, "get");
  answer((await server().transport("create/finish", {})).body);
  assert.equal((await first).id, "k1_-");
  browser.last().resolve(used());
  await second;
  assert.ok(answers);
});

test("creation without a dialog does not close an open dialog", async () => {
  const browser = installBrowser();
  const client = new PasskeyClient(server());
  const open = client.createPasskey();
  await flush();
  await assert.rejects(client.createPasskey({ conditional: true }), aborted);
  browser.last().resolve(created());
  await open;
});

test("a button closes a creation without a dialog", async () => {
  const browser = installBrowser();
  const client = new PasskeyClient(server());
  const silent = client.createPasskey({ conditional: true });
  silent.catch(() => {});
  await flush();
  const pressed = client.createPasskey();
  await assert.rejects(silent, aborted);
  await flush();
  browser.last().resolve(created());
  assert.equal((await pressed).id, "k1_-");
});

test("a request that ignores its signal is left behind", async () => {
  const clock = installClock();
  const browser = installBrowser({ stubborn: true });
  const client = new PasskeyClient(server());
  const first = client.signIn();
  first.catch(() => {});
  await flush();
  const second = client.signIn();
  await clock.advance(999);
  assert.equal(browser.requests.length, 1);
  browser.last().open = false; // Its owner forgot it.
  await clock.advance(1);
  await assert.rejects(first, aborted);
  assert.equal(browser.requests.length, 2);
  browser.last().resolve(used());
  assert.equal((await second).status, "complete");
  assert.equal(clock.timers, 0);
});

test("a transport that ignores its signal is left behind", async () => {
  const clock = installClock();
  installBrowser();
  const controller = new AbortController();
  const { transport } = server({ "sign-in/begin": () => new Promise(() => {}) });
  const running = new PasskeyClient({ transport }).signIn({ signal: controller.signal });
  running.catch(() => {});
  await flush();
  controller.abort();
  await clock.advance(1_000);
  await assert.rejects(running, aborted);
});

test("a promise that begins with an aborted signal may still settle, but not for long", async () => {
  const clock = installClock();
  assert.equal(await settled(Promise.resolve("late"), AbortSignal.abort()), "late");
  assert.equal(clock.timers, 0);
  const never = settled(new Promise(() => {}), AbortSignal.abort("enough"));
  never.catch(() => {});
  await clock.advance(1_000);
  await assert.rejects(never, (reason) => reason === "enough");
});

test("clients do not know of each other", async () => {
  const browser = installBrowser();
  const first = new PasskeyClient(server()).signIn();
  await flush();
  await assert.rejects(new PasskeyClient(server()).signIn(), { code: "passkey_retrieval_failed" });
  browser.requests[0].resolve(used());
  await first;
});
