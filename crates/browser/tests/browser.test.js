// The module in real browsers, under the strictest policies that a page can have.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import * as chromium from "./browser/chromium.js";
import * as firefox from "./browser/firefox.js";
import { RelyingParty } from "./browser/relying-party.js";

const required = process.env.REQUIRE_BROWSER === "1";

for (const kind of [chromium, firefox]) {
  const skip = !kind.installed && !required && `${kind.name} is not installed`;

  describe(kind.name, { skip }, () => {
    const rp = new RelyingParty();
    let browser;
    let authenticator;
    let pages = 0;

    before(async () => {
      await rp.listen();
      browser = await kind.start();
      console.log(`${kind.name} ${browser.version}`);
    });
    after(async () => {
      await browser?.close();
      rp.close();
    });

    /** Opens a fresh page, with a fresh server and authenticator; returns what runs its steps. */
    async function fresh(origin = `http://localhost:${rp.port}`) {
      rp.reset();
      if (authenticator !== undefined) await browser.removeAuthenticator(authenticator);
      authenticator = await browser.addAuthenticator();
      const page = `page-${(pages += 1)}`;
      await browser.open(`${origin}/?page=${page}`);
      return (step, argument) => rp.run(page, step, argument);
    }

    async function until(what, check) {
      const end = Date.now() + 20_000;
      for (;;) {
        const found = await check();
        if (found) return found;
        assert.ok(Date.now() < end, `waited in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }

    test("signs up, in, by name, again, and as a second factor", async () => {
      const run = await fresh();
      const { passkey, user } = await run("signUp");
      assert.deepEqual([passkey?.name, user?.id], ["Test key", "u1"]);
      assert.equal((await browser.credentials(authenticator)).length, 1);
      assert.equal((await run("signIn")).status, "complete");
      assert.equal((await run("signIn", { flow: "named", identifier: "ada" })).status, "complete");
      assert.equal((await run("reverify")).status, "complete");
      const { status, passkey: used } = await run("secondFactor");
      assert.deepEqual([status, typeof used.lastUsedAt], ["complete", "string"]);
    });

    test("lists, renames and deletes", async () => {
      const run = await fresh();
      await run("createPasskey");
      assert.deepEqual((await run("passkeys")).map(({ name }) => name), ["Test key"]);
      assert.equal((await run("rename", "New <b>name</b>")).name, "New <b>name</b>");
      await run("delete");
      assert.deepEqual(await run("passkeys"), []);
      await run("eraseAccount");
      assert.equal((await run("settings")).rpId, "localhost");
    });

    test("works where the browser has no JSON methods, or broken ones", async () => {
      const run = await fresh();
      await run("withoutJson");
      assert.equal((await run("signUp")).passkey?.name, "Test key");
      assert.equal((await run("signIn")).status, "complete");
      assert.equal((await run("createPasskey")).code, "passkey_already_exists");
    });

    test("reports what the browser refuses", async () => {
      const run = await fresh();
      await run("signUp");
      assert.equal((await run("createPasskey")).code, "passkey_already_exists");
      rp.rpId = "example.com";
      const elsewhere = await run("signIn");
      assert.deepEqual([elsewhere.code, elsewhere.cause], ["passkey_invalid_rpID_or_domain", "SecurityError"]);
      assert.equal((await run("createPasskey")).code, "passkey_invalid_rpID_or_domain");
    });

    test("stops when its signal is aborted, and works afterwards", async (t) => {
      if (!browser.setPresent) return t.skip("requests cannot be left open");
      const run = await fresh();
      await run("signUp");
      await browser.setPresent(authenticator, false);
      assert.equal((await run("stopAfter", 300)).code, "passkey_operation_aborted");
      await browser.setPresent(authenticator, true);
      assert.equal((await run("signIn")).status, "complete");
    });

    test("of two clicks the second counts", async () => {
      const run = await fresh();
      await run("signUp");
      const [first, second] = await run("twice");
      assert.deepEqual([first.code, second.value?.status], ["passkey_operation_aborted", "complete"]);
    });

    test("signs in by autofill", async (t) => {
      const run = await fresh();
      if (!(await run("capabilities")).conditionalGet) return t.skip("no autofill");
      if (!browser.autofills) return t.skip("no user to pick a suggestion");
      await run("signUp");
      await run("startAutofill");
      const { value } = await until("a sign-in", async () => (await run("autofill")).outcome);
      assert.equal(value?.status, "complete");
    });

    test("renews an autofill request, and gives way to a button", async (t) => {
      const run = await fresh();
      if (!(await run("capabilities")).conditionalGet) return t.skip("no autofill");
      await run("signUp");
      rp.lifetime = 1_500;
      await browser.setPresent?.(authenticator, false);
      await run("startAutofill");
      await until("renewals", async () => (await run("autofill")).waiting >= 3);
      rp.lifetime = 300_000;
      const long = await until("a long request", async () => rp.lifetimes.at(-1) === 300_000 && (await run("autofill")).waiting);

      // A button's request ends without a sign-in: autofill goes on.
      if (browser.setPresent) {
        assert.equal((await run("stopAfter", 500)).code, "passkey_operation_aborted");
        await until("autofill to go on", async () => (await run("autofill")).waiting > long);
        await browser.setPresent(authenticator, true);
      }
      // One ends with a sign-in: autofill ends, too.
      assert.equal((await run("signIn")).status, "complete");
      const ended = await until("autofill to end", async () => (await run("autofill")).outcome);
      assert.equal(ended.code, "passkey_operation_aborted");
    });

    test("tells of a passkey that is gone, and the browser forgets it", async (t) => {
      const run = await fresh();
      await run("signUp");
      rp.passkeys.clear();
      assert.equal((await run("signIn")).code, "passkey_retrieval_failed");
      if (!(await run("capabilities")).signalUnknownCredential) return t.skip("no signals");
      await until("the browser to forget it", async () => (await browser.credentials(authenticator)).length === 0);
    });

    test("tells that a page needs a secure connection", async () => {
      const run = await fresh(`http://insecure.test:${rp.port}`);
      assert.equal((await run("capabilities")).reason, "insecure_context");
      assert.equal((await run("signUp")).code, "passkey_not_supported");
      assert.deepEqual(rp.posted, []);
    });

    test("tells that a frame needs permission", async () => {
      for (const allow of [null, "publickey-credentials-get; publickey-credentials-create"]) {
        const run = await fresh();
        await browser.setPresent?.(authenticator, false);
        rp.rpId = "other.localhost";
        const frame = `frame-${pages}`;
        await run("frame", { url: `http://other.localhost:${rp.port}/frame?page=${frame}`, allow });
        const { code, reason } = await rp.run(frame, "stopAfter", 500);
        if (allow) assert.ok(["passkey_operation_aborted", "passkey_retrieval_cancelled"].includes(code), code);
        else assert.deepEqual([code, reason], ["passkey_not_supported", "permissions_policy"]);
      }
    });

    test("runs the README's example", async () => {
      await fresh();
      await browser.open(`http://localhost:${rp.port}/readme`);
      await browser.click("#sign-up");
      await until("a sign-up", () => rp.entered === 1);
      assert.equal((await browser.credentials(authenticator)).length, 1);
      await browser.open(`http://localhost:${rp.port}/readme`);
      if (!browser.autofills) await browser.click("#sign-in");
      await until("a sign-in", () => rp.entered === 2);
    });

    test("breaks no policy and logs no error", async () => {
      const run = await fresh();
      await browser.errors();
      await run("signUp");
      await run("signIn");
      await run("passkeys");
      assert.deepEqual(await run("violations"), []);
      assert.deepEqual(await browser.errors(), []);
    });
  });
}
