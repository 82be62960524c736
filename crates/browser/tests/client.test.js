import assert from "node:assert/strict";
import { test } from "node:test";

import { PasskeyClient, PasskeyError } from "../src/index.js";
import ar from "../src/messages/ar.js";
import de from "../src/messages/de.js";
import en from "../src/messages/en.js";
import { buffer, created, flush, installBrowser, setGlobal, used } from "./support/browser.js";
import { creation, refusal, server, summary } from "./support/server.js";

/** Starts an operation and answers the request that it makes. */
async function through(browser, running, credential) {
  await flush();
  browser.last().resolve(credential);
  return running;
}

test("creates a passkey", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  const passkey = await through(browser, new PasskeyClient({ transport }).createPasskey(), created());
  assert.deepEqual(asked.map(({ operation, input }) => [operation, Object.keys(input)]), [
    ["create/begin", []],
    ["create/finish", ["ceremony", "credential"]],
  ]);
  assert.equal(asked[1].input.ceremony, "c1");
  assert.equal(asked[1].input.credential.response.attestationObject, "-_8");
  const { options, use } = browser.last();
  assert.equal(use, "create");
  assert.equal(options.publicKey.user.name, "ada");
  assert.equal("mediation" in options, false);

  assert.equal(passkey.id, "k1_-");
  assert.equal(passkey.name, "1Password");
  assert.equal(passkey.createdAt.getTime(), summary.created_at);
  assert.equal(passkey.updatedAt.getTime(), summary.updated_at);
  assert.equal(passkey.lastUsedAt, null);
  assert.deepEqual(passkey.transports, ["internal", "hybrid"]);
  assert.deepEqual([passkey.attachment, passkey.discoverable, passkey.backupEligible, passkey.synced], ["platform", true, true, false]);
  assert.ok(Object.isFrozen(passkey));
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(passkey))).length, 12, "can be put into JSON");
});

test("asks for the name and the attachment that the page wants", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  await through(browser, new PasskeyClient({ transport }).createPasskey({ name: "Key", attachment: "cross-platform" }), created());
  assert.deepEqual(asked[0].input, { name: "Key", attachment: "cross-platform" });
});

test("creates a passkey without a dialog", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  await through(browser, new PasskeyClient({ transport }).createPasskey({ conditional: true }), created());
  assert.deepEqual(asked[0].input, { conditional: true });
  assert.equal(browser.last().options.mediation, "conditional");
});

test("opens no dialog that the server asks for, and does open the one that the page asks for", async () => {
  const browser = installBrowser();
  const begun = (mediation) => ({ ceremony: "c1", publicKey: creation, mediation });
  const client = (mediation) => new PasskeyClient(server({ "create/begin": begun(mediation) }));
  await through(browser, client("required").createPasskey({ conditional: true }), created());
  assert.equal(browser.last().options.mediation, "conditional");
  await through(browser, client("conditional").createPasskey(), created());
  assert.equal("mediation" in browser.last().options, false);
});

test("signs up", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  const signedUp = await through(browser, new PasskeyClient({ transport }).signUp({ name: "ada", displayName: "Ada" }), created());
  assert.deepEqual(asked[0], { operation: "sign-up/begin", input: { name: "ada", displayName: "Ada" }, signal: asked[0].signal });
  assert.equal(asked[1].operation, "sign-up/finish");
  assert.equal(signedUp.passkey.name, "1Password");
  assert.deepEqual(signedUp.user, { id: "u1" });
});

test("signs in by button", async () => {
  const browser = installBrowser();
  const { transport, asked } = server({ "sign-in/finish": { status: "needs_second_factor", passkey: summary, task: "totp", next: "/" } });
  const signIn = await through(browser, new PasskeyClient({ transport }).signIn(), used());
  assert.deepEqual(asked[0].input, { flow: "discoverable" });
  assert.equal(asked[1].input.ceremony, "c1");
  assert.equal(asked[1].input.credential.response.signature, "BQ");
  assert.deepEqual([signIn.status, signIn.task, signIn.passkey.id, signIn.answer.next], ["needs_second_factor", "totp", "k1_-", "/"]);
  assert.equal("mediation" in browser.last().options, false);
});

test("signs a named user in", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  const signIn = await through(browser, new PasskeyClient({ transport }).signIn({ flow: "named", identifier: "ada" }), used());
  assert.deepEqual(asked[0].input, { flow: "named", identifier: "ada" });
  assert.deepEqual([signIn.status, signIn.task], ["complete", null]);
});

test("proves a second factor, and verifies again", async () => {
  const browser = installBrowser();
  for (const [method, path] of [["secondFactor", "second-factor"], ["reverify", "reverify"]]) {
    const { transport, operations } = server();
    const proof = await through(browser, new PasskeyClient({ transport })[method](), used());
    assert.deepEqual(operations(), [`${path}/begin`, `${path}/finish`]);
    assert.equal(proof.status, "complete");
  }
});

test("keeps PRF outputs in the page", async () => {
  const browser = installBrowser();
  const { transport, asked } = server();
  const prf = { results: { first: buffer(1, 2, 3) } };
  const signIn = await through(browser, new PasskeyClient({ transport }).signIn(), used({ getClientExtensionResults: () => ({ prf }) }));
  assert.equal(signIn.extensions.prf.results.first.byteLength, 3);
  assert.deepEqual(asked[1].input.credential.clientExtensionResults, { prf: {} });
});

test("lists, renames, deletes and erases", async () => {
  installBrowser();
  const { transport, asked } = server();
  const client = new PasskeyClient({ transport });
  const [passkey] = await client.passkeys();
  const renamed = await passkey.update({ name: "New" });
  assert.deepEqual([passkey.name, renamed.name], ["1Password", "New"]);
  assert.equal(await renamed.delete(), undefined);
  assert.equal(await client.eraseAccount(), undefined);
  assert.deepEqual(asked.map(({ operation, input }) => [operation, input]), [
    ["list", {}],
    ["rename", { id: "k1_-", name: "New" }],
    ["delete", { id: "k1_-" }],
    ["erase", {}],
  ]);
});

test("reads the settings", async () => {
  const settings = await new PasskeyClient(server()).settings();
  assert.deepEqual(settings, { enabled: true, autofill: true, showButton: false, signUp: true, rpId: "example.com" });
});

test("lists and deletes without support for passkeys", async () => {
  setGlobal("PublicKeyCredential", undefined);
  setGlobal("navigator", undefined);
  const [passkey] = await new PasskeyClient(server()).passkeys();
  await passkey.delete();
});

// ---- languages ----

test("speaks the page's language", async () => {
  installBrowser();
  for (const messages of [de, ar]) {
    const client = new PasskeyClient({ ...server({ list: refusal(401, "session_missing") }), messages });
    await assert.rejects(client.passkeys(), { code: "session_missing", message: messages.unauthenticated });
  }
});

test("replaces single sentences, and has those of the page's own codes", async () => {
  installBrowser();
  const messages = { last_passkey: "Keep it.", name_taken: "That name is taken." };
  const client = (code) => new PasskeyClient({ ...server({ erase: refusal(403, code) }), messages });
  await assert.rejects(client("last_passkey").eraseAccount(), { message: "Keep it." });
  await assert.rejects(client("name_taken").eraseAccount(), { message: "That name is taken." });
  await assert.rejects(client("conflict").eraseAccount(), { message: en.conflict });
});

test("gives passkeys the client's language, too", async () => {
  installBrowser();
  const client = new PasskeyClient({ ...server({ rename: refusal(422, "passkey_name_invalid"), delete: refusal(403, "last_passkey") }), messages: de });
  const [passkey] = await client.passkeys();
  await assert.rejects(passkey.update({ name: "" }), { message: de.passkey_name_invalid });
  await assert.rejects(passkey.delete(), { message: de.last_passkey });
});

// ---- what is missing ----

const ceremonies = {
  createPasskey: (client) => client.createPasskey(),
  conditional: (client) => client.createPasskey({ conditional: true }),
  signUp: (client) => client.signUp({ name: "ada" }),
  signIn: (client) => client.signIn(),
  autofill: (client) => client.signIn({ flow: "autofill" }),
  secondFactor: (client) => client.secondFactor(),
  reverify: (client) => client.reverify(),
};

async function rejectsWithout(reason, install, names = Object.keys(ceremonies)) {
  for (const name of names) {
    installBrowser();
    install();
    const { transport, asked } = server();
    await assert.rejects(ceremonies[name](new PasskeyClient({ transport })), (error) => {
      assert.ok(error instanceof PasskeyError);
      assert.deepEqual([error.code, error.reason], ["passkey_not_supported", reason], name);
      assert.equal(error.message, en[`passkey_not_supported:${reason}`] ?? en.passkey_not_supported);
      return true;
    });
    assert.deepEqual(asked, [], "the server is not asked in vain");
  }
}

test("needs a secure context", () => rejectsWithout("insecure_context", () => setGlobal("isSecureContext", false)));

test("needs PublicKeyCredential", async () => {
  await rejectsWithout("no_api", () => setGlobal("PublicKeyCredential", undefined));
  await rejectsWithout("no_api", () => setGlobal("PublicKeyCredential", {}));
});

test("needs navigator.credentials", async () => {
  for (const navigator of [undefined, {}, { credentials: {} }]) await rejectsWithout("no_api", () => setGlobal("navigator", navigator));
});

test("needs the page's permission", async () => {
  const creating = ["createPasskey", "conditional", "signUp"];
  const using = ["signIn", "autofill", "secondFactor", "reverify"];
  const policy = (denied) => ({ features: () => ["publickey-credentials-create", "publickey-credentials-get"], allowsFeature: (name) => name !== denied });
  for (const member of ["featurePolicy", "permissionsPolicy"]) {
    await rejectsWithout("permissions_policy", () => setGlobal("document", { [member]: policy("publickey-credentials-create") }), creating);
    await rejectsWithout("permissions_policy", () => setGlobal("document", { [member]: policy("publickey-credentials-get") }), using);
  }
});

test("asks browsers that give permission, or do not tell", async () => {
  const silent = [
    undefined,
    {},
    { featurePolicy: {} },
    { featurePolicy: { features: () => [], allowsFeature: () => false } },
    { featurePolicy: { features() { throw new Error("no"); } } },
    { featurePolicy: { features: () => ["publickey-credentials-get"], allowsFeature: () => true } },
  ];
  for (const document of silent) {
    const browser = installBrowser();
    setGlobal("document", document);
    const signIn = await through(browser, new PasskeyClient(server()).signIn(), used());
    assert.equal(signIn.status, "complete");
  }
});

test("needs autofill for autofill, and nothing else does", async () => {
  await rejectsWithout("no_autofill", () => installBrowser({ autofill: false }), ["autofill"]);
  const browser = installBrowser({ autofill: false });
  await through(browser, new PasskeyClient(server()).signIn(), used());
});

test("needs no autofill for creation without a dialog, but conditional creation", async () => {
  const browser = installBrowser({ autofill: false });
  assert.equal((await through(browser, new PasskeyClient(server()).createPasskey({ conditional: true }), created())).id, "k1_-");
  rejectsWithout("no_conditional_create", () => installBrowser({ api: { getClientCapabilities: async () => ({}) } }), ["conditional"]);
});

// ---- what goes wrong in the browser ----

test("reports what the browser reports, and does not finish", async () => {
  const table = [
    ["createPasskey", "InvalidStateError", "passkey_already_exists"],
    ["createPasskey", "NotAllowedError", "passkey_registration_cancelled"],
    ["signUp", "ConstraintError", "passkey_pa_not_supported"],
    ["signIn", "NotAllowedError", "passkey_retrieval_cancelled"],
    ["signIn", "SecurityError", "passkey_invalid_rpID_or_domain"],
    ["secondFactor", "AbortError", "passkey_operation_aborted"],
    ["reverify", "UnknownError", "passkey_retrieval_failed"],
  ];
  for (const [name, thrown, code] of table) {
    const browser = installBrowser();
    const { transport, asked } = server();
    const running = ceremonies[name](new PasskeyClient({ transport }));
    await flush();
    browser.last().reject(new DOMException("", thrown));
    await assert.rejects(running, { code, message: en[code] });
    assert.equal(asked.length, 1);
  }
});

test("takes no credential for a cancelled request", async () => {
  const browser = installBrowser();
  await assert.rejects(through(browser, new PasskeyClient(server()).createPasskey(), null), { code: "passkey_registration_cancelled" });
  await assert.rejects(through(browser, new PasskeyClient(server()).signIn(), undefined), { code: "passkey_retrieval_cancelled" });
});

test("reports a credential that cannot be encoded", async () => {
  const browser = installBrowser();
  const broken = created({ response: {} });
  await assert.rejects(through(browser, new PasskeyClient(server()).createPasskey(), broken), { code: "passkey_registration_failed" });
});

test("reports a browser that throws at once", async () => {
  for (const [use, run, code] of [["create", "createPasskey", "passkey_registration_failed"], ["get", "signIn", "passkey_retrieval_failed"]]) {
    const browser = installBrowser();
    globalThis.navigator.credentials[use] = () => {
      throw new TypeError("Illegal invocation");
    };
    await assert.rejects(ceremonies[run](new PasskeyClient(server())), { code });
    assert.equal(browser.requests.length, 0);
  }
});

test("rejects wrong calls as such", async () => {
  installBrowser();
  const { transport, asked } = server();
  const client = new PasskeyClient({ transport });
  await assert.rejects(client.signIn({ flow: "button" }), TypeError);
  await assert.rejects(client.signIn({ flow: "named" }), TypeError);
  await assert.rejects(client.signIn({ flow: "named", identifier: "" }), TypeError);
  assert.deepEqual(asked, []);
});
