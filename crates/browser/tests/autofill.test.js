import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { PasskeyClient } from "../src/index.js";
import de from "../src/messages/de.js";
import { created, flush, installBrowser, installClock, installPage, setGlobal, used } from "./support/browser.js";
import { assertion, refusal, server } from "./support/server.js";

const MINUTE = 60_000;
/** Longer than any retry waits. */
const LONG = 60_000;

/** A page whose form offers passkeys: `expires` is how long the server's ceremonies live. */
async function form({ expires = 5 * MINUTE, skew = 0, date = true, answers = {}, options = {}, ...browserOptions } = {}) {
  const clock = installClock();
  const page = installPage();
  const browser = installBrowser(browserOptions);
  const begin = () => {
    const now = clock.now() + skew;
    const body = { ceremony: `c${asked.length}`, publicKey: assertion, ...(expires === null ? {} : { expires_at: now + expires }) };
    return date ? { status: 200, body, date: now } : body;
  };
  const { transport, asked, operations } = server({ "sign-in/begin": begin, ...answers });
  const client = new PasskeyClient({ transport, messages: options.messages });
  const seen = { waiting: 0, refused: [] };
  const controller = new AbortController();
  const start = () => {
    const running = client.signIn({
      flow: "autofill",
      signal: controller.signal,
      onWaiting: () => (seen.waiting += 1),
      onRefused: (error) => seen.refused.push(error.code),
      ...options,
    });
    running.catch(() => {});
    return running;
  };
  const running = start();
  await flush();
  const begun = () => operations().filter((operation) => operation === "sign-in/begin").length;
  const open = () => browser.requests.filter((request) => request.open);
  return { clock, page, browser, client, asked, operations, seen, controller, running, start, begun, open };
}

test("waits until the user picks a passkey", async () => {
  const { browser, running, asked, seen, clock } = await form();
  assert.deepEqual(asked[0].input, { flow: "autofill" });
  assert.equal(browser.last().options.mediation, "conditional");
  assert.equal(seen.waiting, 1);
  browser.last().resolve(used());
  const signIn = await running;
  assert.equal(signIn.status, "complete");
  assert.equal(asked[1].input.ceremony, "c1");
  assert.equal(clock.timers, 0, "no timer is left");
});

test("renews its request before the ceremony expires", async () => {
  const { clock, browser, running, begun, open, seen, asked } = await form({ expires: 5 * MINUTE });
  await clock.advance(4 * MINUTE - 1);
  assert.equal(begun(), 1);
  await clock.advance(1);
  assert.deepEqual([begun(), open().length, seen.waiting], [2, 1, 2]);
  await clock.advance(40 * MINUTE);
  assert.deepEqual([begun(), open().length], [12, 1]);
  browser.last().resolve(used());
  assert.equal((await running).status, "complete");
  assert.equal(asked.at(-1).input.ceremony, "c12", "the last ceremony is finished");
  assert.equal(clock.timers, 0);
});

test("goes by the server's clock and lifetime", async () => {
  for (const [skew, date] of [[-3_600_000, true], [3_600_000, true], [0, false]]) {
    const { clock, begun } = await form({ skew, date, expires: 10 * MINUTE });
    await clock.advance(8 * MINUTE - 1);
    assert.equal(begun(), 1);
    await clock.advance(1);
    assert.equal(begun(), 2);
  }
});

test("assumes the usual lifetime where the clocks differ, or nothing is known", async () => {
  for (const unknown of [{ date: false, skew: -3_600_000 }, { expires: null }, { expires: 0 }, { expires: -5 }, { expires: NaN }]) {
    const { clock, begun } = await form(unknown);
    await clock.advance(4 * MINUTE - 1);
    assert.equal(begun(), 1, JSON.stringify(unknown));
    await clock.advance(1);
    assert.equal(begun(), 2);
  }
});

test("bounds how often it renews, and how late", async () => {
  const short = await form({ expires: 1 });
  await short.clock.advance(10_000);
  assert.ok(short.begun() <= 11, String(short.begun()));

  const long = await form({ expires: 1e15 });
  await long.clock.advance(MINUTE);
  assert.equal(long.begun(), 1, "a long delay does not overflow");
});

test("does not renew while the page is hidden", async () => {
  const { clock, page, begun, open } = await form();
  page.hide();
  await clock.advance(600 * MINUTE);
  assert.equal(begun(), 1);
  page.show();
  await flush();
  assert.deepEqual([begun(), open().length], [2, 1]);
});

test("does not renew too early when the page is shown again", async () => {
  const { clock, page, begun } = await form();
  page.hide();
  await clock.advance(MINUTE);
  page.show();
  await flush();
  assert.equal(begun(), 1);
  await clock.advance(3 * MINUTE);
  assert.equal(begun(), 2);
});

test("renews when the computer has slept", async () => {
  const { clock, page, begun } = await form();
  page.hide();
  clock.sleep(5 * MINUTE);
  page.show();
  await flush();
  assert.equal(begun(), 2);
});

test("renews when the page comes out of the back/forward cache", async () => {
  const { page, begun, open } = await form();
  page.load();
  await flush();
  assert.equal(begun(), 1);
  page.restore();
  await flush();
  assert.deepEqual([begun(), open().length], [2, 1]);
});

test("does not begin on a page that is not shown yet", async () => {
  const page = installPage();
  page.hide();
  const browser = installBrowser();
  const { transport, asked } = server();
  const running = new PasskeyClient({ transport }).signIn({ flow: "autofill" });
  await flush();
  assert.equal(asked.length, 0);
  page.show();
  await flush();
  assert.equal(asked.length, 1);
  browser.last().resolve(used());
  await running;
});

test("leaves the browser's dialog open a little longer", async () => {
  const { clock, page, begun } = await form();
  page.focus(false);
  await clock.advance(4 * MINUTE + 30_000);
  assert.equal(begun(), 1);
  await clock.advance(20_000);
  assert.equal(begun(), 2, "but not until the ceremony has expired");

  const other = await form();
  other.page.focus(false);
  await other.clock.advance(4 * MINUTE + 1_000);
  other.page.focus(true);
  await other.clock.advance(1_000);
  assert.equal(other.begun(), 2, "and no longer than it takes");
});

test("looks at the focus once, however often the page is shown", async () => {
  const { clock, page, begun } = await form();
  page.focus(false);
  await clock.advance(4 * MINUTE);
  page.hide();
  page.show();
  page.show();
  assert.deepEqual([begun(), clock.timers], [1, 1]);
});

test("leaves nothing behind", async () => {
  const { page, controller, browser, clock, client, running, asked } = await form();
  for (let times = 0; times < 3; times += 1) {
    await clock.advance(4 * MINUTE);
    page.restore();
    await flush();
    page.hide();
    browser.last().reject(new DOMException("", "NotAllowedError"));
    await clock.advance(LONG);
    page.show();
    await flush();
    client.signIn({ signal: controller.signal }).catch(() => {});
    await flush();
    browser.last().reject(new DOMException("", "NotAllowedError"));
    await flush();
  }
  // One of the session, and those of one request.
  assert.equal(getEventListeners(controller.signal, "abort").length, 1);
  assert.deepEqual(page.listeners(), { visibilitychange: 1, pageshow: 1 });
  const { signal } = browser.last().options;
  browser.last().resolve(used());
  await running;
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  assert.equal(getEventListeners(asked.at(-1).signal, "abort").length, 0, "the session's own signal");
  assert.deepEqual(page.listeners(), { visibilitychange: 0, pageshow: 0 });
  assert.equal(getEventListeners(signal, "abort").length, 1, "the browser's own");
  assert.equal(clock.timers, 0);
});

test("works where there is no page", async () => {
  installClock();
  const browser = installBrowser();
  setGlobal("document", undefined);
  setGlobal("addEventListener", undefined);
  setGlobal("removeEventListener", undefined);
  const running = new PasskeyClient(server()).signIn({ flow: "autofill" });
  await flush();
  browser.last().resolve(used());
  assert.equal((await running).status, "complete");
});

// ---- other requests ----

test("gives way to a button, and goes on after the user cancels", async () => {
  const { browser, client, operations, open, running, begun } = await form();
  const pressed = client.signIn();
  pressed.catch(() => {});
  await flush();
  assert.equal(browser.requests[0].open, false, "the conditional request is aborted");
  assert.equal(open().length, 1);
  assert.equal("mediation" in browser.last().options, false);
  browser.last().reject(new DOMException("", "NotAllowedError"));
  await assert.rejects(pressed, { code: "passkey_retrieval_cancelled" });
  await flush();
  assert.deepEqual([begun(), open().length, browser.last().options.mediation], [3, 1, "conditional"]);
  browser.last().resolve(used());
  assert.equal((await running).status, "complete");
  assert.equal(operations().at(-1), "sign-in/finish");
});

test("does not begin again while a button's request is open", async () => {
  const { client, clock, page, open, browser, begun } = await form();
  client.signIn().catch(() => {});
  await flush();
  page.hide();
  page.show();
  page.restore();
  await clock.advance(60 * MINUTE);
  assert.equal(begun(), 2);
  assert.deepEqual(open(), [browser.last()]);
  assert.equal("mediation" in browser.last().options, false);
});

test("gives way while its own ceremony has not begun yet", async () => {
  const hang = (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  let times = 0;
  const { client, browser, open } = await form({
    answers: { "sign-in/begin": (input, signal) => (times++ === 0 ? hang(input, signal) : { ceremony: "c", publicKey: assertion }) },
  });
  assert.equal(open().length, 0);
  const pressed = client.signIn();
  await flush();
  assert.equal("mediation" in browser.last().options, false);
  browser.last().resolve(used());
  assert.equal((await pressed).status, "complete");
});

test("ends when the user signs in another way", async () => {
  for (const other of ["signIn", "signUp", "secondFactor"]) {
    const { client, browser, running, clock, open } = await form();
    const pressed = client[other]({ name: "ada" });
    await flush();
    browser.last().resolve(other === "signUp" ? created() : used());
    await pressed;
    await assert.rejects(running, { code: "passkey_operation_aborted", cancelled: true });
    await clock.advance(60 * MINUTE);
    assert.equal(open().length, 0, other);
    assert.equal(clock.timers, 0);
  }
});

test("goes on after requests that sign no one in", async () => {
  for (const other of ["createPasskey", "reverify"]) {
    const { client, browser, open } = await form();
    const pressed = client[other]();
    await flush();
    browser.last().resolve(other === "createPasskey" ? created() : used());
    await pressed;
    await flush();
    assert.deepEqual([open().length, browser.last().options.mediation], [1, "conditional"]);
  }
});

test("goes on after the server refused a button's passkey", async () => {
  let refuse = true;
  const { client, browser, open } = await form({
    answers: { "sign-in/finish": () => (refuse ? refusal(400, "passkey_retrieval_failed") : { status: "complete" }) },
  });
  const pressed = client.signIn();
  await flush();
  browser.last().resolve(used());
  await assert.rejects(pressed, { code: "passkey_retrieval_failed" });
  refuse = false;
  await flush();
  assert.equal(open()[0].options.mediation, "conditional");
});

test("waits for two buttons that overlap", async () => {
  const { client, browser, open } = await form();
  const first = client.signIn();
  first.catch(() => {});
  await flush();
  const second = client.signIn();
  second.catch(() => {});
  await flush();
  assert.equal(open().length, 1);
  assert.equal("mediation" in open()[0].options, false);
  browser.last().reject(new DOMException("", "NotAllowedError"));
  await flush();
  assert.equal(open()[0].options.mediation, "conditional");
});

test("is replaced by a new one", async () => {
  const { running, start, open, begun } = await form();
  const next = start();
  await assert.rejects(running, { code: "passkey_operation_aborted" });
  await flush();
  assert.deepEqual([open().length, begun()], [1, 2]);
  open()[0].resolve(used());
  assert.equal((await next).status, "complete");
});

test("ends with its signal, wherever it is", async () => {
  const stop = async ({ controller, running, clock, open }) => {
    controller.abort();
    await flush();
    await assert.rejects(running, { code: "passkey_operation_aborted" });
    assert.deepEqual([open().length, clock.timers], [0, 0]);
    await clock.advance(60 * MINUTE);
    assert.equal(open().length, 0);
  };
  await stop(await form());

  const retrying = await form();
  retrying.browser.last().reject(new DOMException("", "NotAllowedError"));
  await flush();
  await stop(retrying);

  const hidden = await form();
  hidden.page.hide();
  hidden.browser.last().reject(new DOMException("", "NotAllowedError"));
  await hidden.clock.advance(2_000);
  await stop(hidden);
});

test("ends with its signal while the server verifies the passkey", async () => {
  const hang = (_, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const { browser, controller, running, seen } = await form({ answers: { "sign-in/finish": hang } });
  browser.last().resolve(used());
  await flush();
  controller.abort();
  await assert.rejects(running, { code: "passkey_operation_aborted" });
  assert.deepEqual(seen.refused, []);
});

test("ends with its signal when a callback aborts it", async () => {
  const { browser, controller, running, clock } = await form({
    answers: { "sign-in/finish": refusal(400, "passkey_retrieval_failed") },
    options: { onRefused: () => controller.abort() },
  });
  browser.last().resolve(used());
  await assert.rejects(running, { code: "passkey_operation_aborted" });
  assert.equal(clock.timers, 0);
});

test("waits for a page that is hidden while a button's request is open", async () => {
  const { client, page, browser, open, begun } = await form();
  client.signIn().catch(() => {});
  await flush();
  page.hide();
  browser.last().reject(new DOMException("", "NotAllowedError"));
  await flush();
  assert.deepEqual([open().length, begun()], [0, 2]);
  page.show();
  await flush();
  assert.deepEqual([open().length, begun()], [1, 3]);
});

test("ends with its signal while a button's request is open", async () => {
  const { client, controller, running, open } = await form();
  client.signIn().catch(() => {});
  await flush();
  controller.abort();
  await assert.rejects(running, { code: "passkey_operation_aborted" });
  assert.equal(open().length, 1, "the button's goes on");
});

// ---- what goes wrong ----

test("offers passkeys again after the user closed a dialog, and slower each time", async () => {
  const { browser, clock, begun, seen } = await form();
  for (const [attempt, wait] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
    browser.last().reject(new DOMException("", "NotAllowedError"));
    await clock.advance(wait * 1_000 - 1);
    assert.equal(begun(), attempt + 1);
    await clock.advance(1);
    assert.equal(begun(), attempt + 2);
  }
  assert.deepEqual(seen.refused, [], "no one needs to be told");
});

test("is patient again after a request that stayed open", async () => {
  const { browser, clock, begun } = await form();
  for (let times = 0; times < 5; times += 1) {
    browser.last().reject(new DOMException("", "NotAllowedError"));
    await clock.advance(MINUTE);
  }
  await clock.advance(2 * MINUTE);
  const before = begun();
  browser.last().reject(new DOMException("", "NotAllowedError"));
  await clock.advance(1_000);
  assert.equal(begun(), before + 1);
});

test("does not hammer a browser that aborts by itself", async () => {
  const { browser, clock, begun } = await form();
  browser.last().reject(new DOMException("", "AbortError"));
  await flush();
  assert.equal(begun(), 1);
  await clock.advance(1_000);
  assert.equal(begun(), 2);
});

test("waits for a server that cannot answer", async () => {
  const passing = [
    () => Promise.reject(new TypeError("Failed to fetch")),
    () => refusal(500, "internal_error"),
    () => refusal(503, "x"),
    () => refusal(429, "too_many_requests"),
    () => refusal(409, "conflict"),
  ];
  for (const fail of passing) {
    let broken = true;
    const { clock, browser, begun, open, running } = await form({
      answers: { "sign-in/begin": () => (broken ? fail() : { ceremony: "c", publicKey: assertion }) },
    });
    assert.deepEqual([begun(), open().length], [1, 0]);
    broken = false;
    await clock.advance(1_000);
    browser.last().resolve(used());
    assert.equal((await running).status, "complete");
  }
});

test("gives up where trying again does not help", async () => {
  const answers = [
    [refusal(403, "passkey_autofill_disabled"), "passkey_autofill_disabled"],
    [refusal(403, "passkeys_disabled"), "passkeys_disabled"],
    [refusal(404, "x"), "x"],
    [{ status: 200, body: {} }, "unexpected_answer"],
  ];
  for (const [answer, code] of answers) {
    const { running, clock } = await form({ answers: { "sign-in/begin": answer } });
    await assert.rejects(running, { code });
    assert.equal(clock.timers, 0);
  }
  for (const [name, code] of [["SecurityError", "passkey_invalid_rpID_or_domain"], ["UnknownError", "passkey_retrieval_failed"]]) {
    const { running, browser } = await form();
    browser.last().reject(new DOMException("", name));
    await assert.rejects(running, { code });
  }
});

test("tells of a passkey that the server refused, and goes on", async () => {
  let times = 0;
  const { browser, clock, seen, running } = await form({
    answers: { "sign-in/finish": () => (times++ === 0 ? refusal(400, "passkey_retrieval_failed") : undefined) ?? { status: "complete", passkey: undefined } },
  });
  browser.last().resolve(used());
  await flush();
  assert.deepEqual(seen.refused, ["passkey_retrieval_failed"]);
  await clock.advance(1_000);
  assert.equal(browser.requests.length, 2);
  browser.last().resolve(used());
  await assert.rejects(running, { code: "unexpected_answer" });
});

test("tells of it in the page's language", async () => {
  const errors = [];
  const { browser } = await form({
    answers: { "sign-in/finish": refusal(400, "passkey_retrieval_failed") },
    options: { messages: de, onRefused: (error) => errors.push(error.message) },
  });
  browser.last().resolve(used());
  await flush();
  assert.deepEqual(errors, [de.passkey_retrieval_failed]);
});

test("survives callbacks that throw", async () => {
  const reported = [];
  setGlobal("reportError", (error) => reported.push(error.message));
  const fail = (message) => () => {
    throw new Error(message);
  };
  const { browser, clock, open } = await form({
    answers: { "sign-in/finish": refusal(400, "passkey_retrieval_failed") },
    options: { onWaiting: fail("waiting"), onRefused: fail("refused") },
  });
  browser.last().resolve(used());
  await clock.advance(1_000);
  assert.equal(open().length, 1);
  assert.deepEqual(reported, ["waiting", "refused", "waiting"]);
});

test("does without callbacks", async () => {
  const { browser, clock, open } = await form({
    answers: { "sign-in/finish": refusal(400, "passkey_retrieval_failed") },
    options: { onWaiting: undefined, onRefused: undefined },
  });
  browser.last().resolve(used());
  await clock.advance(1_000);
  assert.equal(open().length, 1);
});
