// What the module makes of answers that are malformed, hostile, or not what it asked for.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PasskeyClient } from "../src/index.js";
import en from "../src/messages/en.js";
import { created, flush, installBrowser, used } from "./support/browser.js";
import { assertion, creation, refusal, server, summary, usual } from "./support/server.js";

const actions = {
  createPasskey: (client) => client.createPasskey(),
  signUp: (client) => client.signUp({ name: "ada" }),
  signIn: (client) => client.signIn(),
  secondFactor: (client) => client.secondFactor(),
  reverify: (client) => client.reverify(),
  passkeys: (client) => client.passkeys(),
  settings: (client) => client.settings(),
  eraseAccount: (client) => client.eraseAccount(),
  update: async (client) => (await client.passkeys())[0].update({ name: "New" }),
  delete: async (client) => (await client.passkeys())[0].delete(),
};

/** Runs an action in a browser that answers every request. */
async function run(action, answers) {
  const browser = installBrowser();
  const { transport, asked } = server(answers);
  const running = actions[action](new PasskeyClient({ transport }));
  running.catch(() => {});
  await flush();
  const request = browser.last();
  request?.resolve(request.use === "create" ? created() : used());
  const outcome = await running.then((value) => ({ value }), (error) => ({ error }));
  return { ...outcome, asked, browser };
}

const nothing = [null, undefined, "", "ok", 7, true, []];
const without = (object, member) => ({ ...object, [member]: undefined });
const wrongPasskeys = [
  ...nothing,
  {},
  without(summary, "id"),
  { ...summary, id: "" },
  { ...summary, id: ".." },
  { ...summary, id: "a/b" },
  { ...summary, id: 7 },
  { ...summary, id: "a".repeat(129) },
  without(summary, "name"),
  { ...summary, name: ["<img>"] },
  without(summary, "created_at"),
  { ...summary, created_at: "today" },
  { ...summary, created_at: 1e300 },
  { ...summary, updated_at: null },
  { ...summary, last_used_at: "never" },
];
const wrongBeginnings = (publicKey) => [
  ...nothing,
  {},
  { publicKey },
  { ceremony: "", publicKey },
  { ceremony: 7, publicKey },
  { ceremony: "c1" },
  { ceremony: "c1", publicKey: null },
  { ceremony: "c1", publicKey: [] },
  { ceremony: "c1", publicKey: "{}" },
];
const wrongSignIns = [
  ...nothing,
  {},
  { passkey: summary },
  { status: "ok", passkey: summary },
  { status: true, passkey: summary },
  ...wrongPasskeys.map((passkey) => ({ status: "complete", passkey })),
];
const wrongSettings = ["enabled", "autofill", "show_button", "sign_up", "rp_id"].map((member) => ({
  enabled: true,
  autofill: true,
  show_button: true,
  sign_up: true,
  rp_id: "example.com",
  [member]: 7,
}));

const malformed = [
  ["createPasskey", "create/begin", wrongBeginnings(creation)],
  ["createPasskey", "create/finish", [...nothing, ...wrongPasskeys.map((passkey) => ({ passkey }))]],
  ["signUp", "sign-up/begin", wrongBeginnings(creation)],
  ["signUp", "sign-up/finish", [...nothing, ...wrongPasskeys.map((passkey) => ({ passkey }))]],
  ["signIn", "sign-in/begin", wrongBeginnings(assertion)],
  ["signIn", "sign-in/finish", wrongSignIns],
  ["secondFactor", "second-factor/begin", wrongBeginnings(assertion)],
  ["secondFactor", "second-factor/finish", wrongSignIns],
  ["reverify", "reverify/begin", wrongBeginnings(assertion)],
  ["reverify", "reverify/finish", wrongSignIns],
  ["passkeys", "list", [...nothing, {}, { data: {} }, { data: "all" }, ...wrongPasskeys.map((passkey) => ({ data: [summary, passkey] }))]],
  ["settings", "settings", [...nothing, {}, ...wrongSettings]],
  ["eraseAccount", "erase", nothing],
  ["update", "rename", [...nothing, ...wrongPasskeys.map((passkey) => ({ passkey }))]],
  ["delete", "delete", nothing],
];

for (const [action, operation, bodies] of malformed) {
  test(`rejects malformed answers to ${operation}`, async () => {
    for (const body of bodies) {
      const { error, browser } = await run(action, { [operation]: { status: 200, body } });
      const shown = JSON.stringify(body);
      assert.equal(error?.code, "unexpected_answer", shown);
      assert.match(error.cause.message, new RegExp(`^the answer to ${operation} has no valid \\w+$`), shown);
      if (operation.endsWith("/begin")) assert.equal(browser.requests.length, 0, "the browser is not asked");
    }
  });
}

test("rejects options that the browser cannot read", async () => {
  const unreadable = { ceremony: "c1", publicKey: { challenge: "A+" } };
  assert.equal((await run("createPasskey", { "create/begin": unreadable })).error.code, "passkey_registration_failed");
  assert.equal((await run("signIn", { "sign-in/begin": unreadable })).error.code, "passkey_retrieval_failed");
});

test("rejects what is no answer", async () => {
  for (const answer of [null, undefined, 7, "ok", [], {}, { status: "200", body: {} }]) {
    installBrowser();
    const client = new PasskeyClient({ transport: async () => answer });
    await assert.rejects(client.settings(), { code: "unexpected_answer" });
  }
});

test("rejects every status that is no success", async () => {
  for (const status of [0, 100, 199, 300, 302, 404, 600, -1, NaN]) {
    const { error } = await run("settings", { settings: { status, body: usual.settings } });
    assert.ok(["unexpected_answer", "internal_error"].includes(error?.code), String(status));
  }
});

test("reads a refusal", async () => {
  for (const [action, operation] of malformed) {
    const { error } = await run(action, { [operation]: refusal(409, "conflict") });
    assert.equal(error.code, "conflict", operation);
    assert.equal(error.message, en.conflict);
    assert.deepEqual(error.server, { status: 409, message: "for developers", longMessage: "for users", meta: { max: 10 } });
    assert.equal(error.cause, undefined);
  }
});

test("reads codes that it does not know", async () => {
  const { error } = await run("signUp", { "sign-up/begin": refusal(409, "name_taken") });
  assert.equal(error.code, "name_taken");
  assert.equal(error.message, en.unexpected_answer);
});

test("makes a code of the status where the body has none", async () => {
  const bodies = [
    undefined,
    null,
    "<h1>Bad gateway</h1>",
    {},
    { errors: null },
    { errors: {} },
    { errors: [] },
    { errors: [null] },
    { errors: ["conflict"] },
    { errors: [{ code: 7 }] },
    { errors: [{ code: "" }] },
    { errors: [{ code: "<script>" }] },
    { errors: [{ code: "a b" }] },
    { errors: [{ code: "a".repeat(65) }] },
  ];
  for (const [status, code] of [[401, "unauthenticated"], [403, "forbidden"], [429, "too_many_requests"], [502, "internal_error"], [418, "unexpected_answer"]]) {
    for (const body of bodies) {
      const { error } = await run("passkeys", { list: { status, body } });
      assert.equal(error.code, code, JSON.stringify(body));
      assert.equal(error.message, en[code]);
      assert.deepEqual(error.server, { status, message: "", longMessage: "", meta: {} });
    }
  }
});

test("puts no text of the server into its sentences", async () => {
  const hostile = "<img src=x onerror=alert(1)>";
  const errors = [{ code: "constructor", message: hostile, long_message: hostile, meta: hostile }];
  const { error } = await run("signIn", { "sign-in/begin": { status: 400, body: { errors } } });
  assert.equal(error.message, en.unexpected_answer);
  assert.equal(error.server.longMessage, hostile, "there it is, for a page that wants it");
  assert.deepEqual(error.server.meta, {});
});

test("keeps what it does not understand of a passkey out", async () => {
  const odd = { attachment: "usb", transports: ["usb", 7, null], discoverable: "yes", backup_eligible: 1, synced: {}, authenticator: 7, authenticator_attested: "yes" };
  const { value: [passkey] } = await run("passkeys", { list: { data: [{ ...summary, ...odd, extra: "x" }] } });
  assert.deepEqual(
    [passkey.attachment, passkey.transports, passkey.discoverable, passkey.backupEligible, passkey.synced, passkey.authenticator, passkey.authenticatorAttested, passkey.extra],
    [null, ["usb"], null, null, null, null, null, undefined],
  );
  const { value: [bare] } = await run("passkeys", { list: { data: [{ ...summary, transports: "usb", last_used_at: undefined }] } });
  assert.deepEqual([bare.transports, bare.lastUsedAt], [[], null]);
});

test("reports a server that cannot be reached", async () => {
  installBrowser();
  const cause = new TypeError("Failed to fetch");
  for (const transport of [() => Promise.reject(cause), () => { throw cause; }]) {
    await assert.rejects(new PasskeyClient({ transport }).passkeys(), { code: "network_error", message: en.network_error, cause });
  }
});

// ---- signals ----

const unknown = { type: "unknown_credential", rpId: "example.com", credentialId: "AQI" };
const all = { type: "all_accepted_credentials", rpId: "example.com", userId: "AQ", allAcceptedCredentialIds: ["AQI"] };
const details = { type: "current_user_details", rpId: "example.com", userId: "AQ", name: "ada", displayName: "Ada" };
const arguments_ = ({ type: _, ...options }) => options;

test("passes signals on", async () => {
  for (const [action, operation] of malformed) {
    if (operation.endsWith("/begin")) continue;
    const usual = await server().transport(operation, {});
    const { browser } = await run(action, { [operation]: { ...usual.body, signals: [unknown, all, details] } });
    assert.deepEqual(browser.told, [["unknown", arguments_(unknown)], ["all", arguments_(all)], ["details", arguments_(details)]], operation);
  }
});

test("passes the signals of a refusal on", async () => {
  const { browser, error } = await run("signIn", { "sign-in/finish": refusal(400, "passkey_retrieval_failed", { signals: [unknown] }) });
  assert.equal(error.code, "passkey_retrieval_failed");
  assert.deepEqual(browser.told, [["unknown", arguments_(unknown)]]);
});

test("passes an empty list on, since it may be meant", async () => {
  const { browser } = await run("delete", { delete: { deleted: true, signals: [{ ...all, allAcceptedCredentialIds: [] }] } });
  assert.deepEqual(browser.told, [["all", arguments_({ ...all, allAcceptedCredentialIds: [] })]]);
});

test("drops signals that are not complete", async () => {
  const incomplete = [
    ...nothing,
    {},
    { type: "__proto__" },
    { type: "signalUnknownCredential", ...arguments_(unknown) },
    ...Object.keys(arguments_(unknown)).map((member) => without(unknown, member)),
    ...Object.keys(arguments_(all)).map((member) => without(all, member)),
    ...Object.keys(arguments_(details)).map((member) => without(details, member)),
    { ...all, allAcceptedCredentialIds: "AQI" },
    { ...all, allAcceptedCredentialIds: ["AQI", null] },
    { ...unknown, credentialId: 7 },
  ];
  const { browser, value } = await run("passkeys", { list: { data: [], signals: [...incomplete, unknown] } });
  assert.deepEqual(value, []);
  assert.deepEqual(browser.told, [["unknown", arguments_(unknown)]], "one that is complete still counts");
  for (const signals of [null, "all", { 0: unknown }]) {
    assert.deepEqual((await run("passkeys", { list: { data: [], signals } })).browser.told, []);
  }
});

test("passes on a list of any length", async () => {
  const many = Array.from({ length: 200_000 }, () => "AQI");
  const { browser } = await run("passkeys", { list: { data: [], signals: [{ ...all, allAcceptedCredentialIds: many }] } });
  assert.equal(browser.told[0][1].allAcceptedCredentialIds.length, many.length);
});

test("passes on no member that is not part of the signal", async () => {
  const { browser } = await run("passkeys", { list: { data: [], signals: [{ ...unknown, extra: 1 }] } });
  assert.deepEqual(browser.told, [["unknown", arguments_(unknown)]]);
});

test("ignores a browser that does not take signals", async () => {
  const broken = [
    undefined,
    "no function",
    () => { throw new TypeError("no"); },
    () => Promise.reject(new DOMException("no", "SecurityError")),
    () => new Promise(() => {}),
    () => ({ then() { throw new Error("no"); } }),
  ];
  for (const method of broken) {
    installBrowser({ api: { signalUnknownCredential: method } });
    const { transport } = server({ list: { data: [], signals: [unknown] } });
    assert.deepEqual(await new PasskeyClient({ transport }).passkeys(), []);
    await flush();
  }
});
