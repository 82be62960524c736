// The largest post-quantum keys and signatures on their way through the module (ML-DSA-87, FIPS 204 table 2).

import assert from "node:assert/strict";
import { test } from "node:test";

import { PasskeyClient } from "../src/index.js";
import { created, flush, installBrowser, used } from "./support/browser.js";
import { server } from "./support/server.js";

const KEY = 2592;
const SIGNATURE = 4627;

/** That many bytes, of every value, so that no part is like another. */
const bytes = (length) => Uint8Array.from({ length }, (_, index) => (index * 167 + (index >> 8)) & 0xff);
const base64url = (view) => Buffer.from(view).toString("base64url");

/** Runs an operation with this credential. Returns what `fetch` was asked to send to the finish step. */
async function sent(start, credential) {
  const browser = installBrowser();
  const { transport } = server();
  let body;
  const fetch = async (url, init) => {
    const operation = url.slice("/passkeys/".length);
    if (operation.endsWith("/finish")) body = init.body;
    return Response.json((await transport(operation, {})).body);
  };
  const running = start(new PasskeyClient({ fetch }));
  await flush();
  browser.last().resolve(credential);
  await running;
  return JSON.parse(body).credential.response;
}

test("carries a creation with the largest key, attested with the largest signature", async () => {
  const attestationObject = bytes(KEY + SIGNATURE + 1200);
  const { response, ...rest } = created();
  const large = { ...response, attestationObject: attestationObject.buffer };
  const byHand = await sent((client) => client.createPasskey(), { ...rest, response: large });
  assert.deepEqual(Buffer.from(byHand.attestationObject, "base64url"), Buffer.from(attestationObject));

  const publicKey = base64url(bytes(KEY + 22));
  const native = {
    id: "AQI",
    rawId: "AQI",
    type: "public-key",
    response: { clientDataJSON: "Aw", attestationObject: base64url(attestationObject), publicKey, publicKeyAlgorithm: -50, transports: [] },
    clientExtensionResults: {},
  };
  assert.deepEqual(await sent((client) => client.createPasskey(), created({ toJSON: () => native })), native.response);
});

test("carries a sign-in with the largest signature", async () => {
  const signature = bytes(SIGNATURE);
  const { response, ...rest } = used();
  // A view into a larger buffer: only the signature is sent.
  const view = new Uint8Array(bytes(SIGNATURE + 2).buffer, 1, SIGNATURE);
  for (const [given, expected] of [[signature.buffer, signature], [view, view]]) {
    const byHand = await sent((client) => client.signIn(), { ...rest, response: { ...response, signature: given } });
    assert.deepEqual(Buffer.from(byHand.signature, "base64url"), Buffer.from(expected));
  }

  const native = {
    id: "AQI",
    rawId: "AQI",
    type: "public-key",
    response: { clientDataJSON: "Aw", authenticatorData: "BA", signature: base64url(signature), userHandle: "Bg" },
    clientExtensionResults: {},
  };
  assert.deepEqual(await sent((client) => client.signIn(), used({ toJSON: () => native })), native.response);
});
