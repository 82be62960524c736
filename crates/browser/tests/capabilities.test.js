import assert from "node:assert/strict";
import { test } from "node:test";

import { PasskeyClient } from "../src/index.js";
import { installBrowser, setGlobal } from "./support/browser.js";

const capabilities = () => new PasskeyClient({ transport: () => assert.fail("the server is not asked") }).capabilities();

const nothing = {
  supported: false,
  reason: "no_api",
  conditionalGet: null,
  conditionalCreate: null,
  hybridTransport: null,
  passkeyPlatformAuthenticator: null,
  userVerifyingPlatformAuthenticator: null,
  relatedOrigins: null,
  signalUnknownCredential: false,
  signalAllAcceptedCredentials: false,
  signalCurrentUserDetails: false,
};

test("knows nothing without support", async () => {
  setGlobal("PublicKeyCredential", undefined);
  assert.deepEqual(await capabilities(), nothing);
  installBrowser();
  setGlobal("isSecureContext", false);
  assert.deepEqual(await capabilities(), { ...nothing, reason: "insecure_context" });
  installBrowser();
  setGlobal("document", { featurePolicy: { features: () => ["publickey-credentials-create"], allowsFeature: () => false } });
  assert.deepEqual(await capabilities(), { ...nothing, reason: "permissions_policy" });
});

test("takes what the browser tells", async () => {
  const told = {
    conditionalCreate: true,
    conditionalGet: true,
    hybridTransport: true,
    passkeyPlatformAuthenticator: false,
    userVerifyingPlatformAuthenticator: true,
    relatedOrigins: true,
    signalUnknownCredential: true,
    signalAllAcceptedCredentials: false,
    "extension:prf": true,
  };
  installBrowser({ api: { getClientCapabilities: async () => told, isConditionalMediationAvailable: undefined } });
  assert.deepEqual(await capabilities(), {
    supported: true,
    reason: null,
    conditionalGet: true,
    conditionalCreate: true,
    hybridTransport: true,
    passkeyPlatformAuthenticator: false,
    userVerifyingPlatformAuthenticator: true,
    relatedOrigins: true,
    signalUnknownCredential: true,
    signalAllAcceptedCredentials: false,
    signalCurrentUserDetails: true,
  });
});

test("takes the older methods where they are", async () => {
  installBrowser({
    api: {
      getClientCapabilities: undefined,
      isConditionalMediationAvailable: async () => true,
      isUserVerifyingPlatformAuthenticatorAvailable: async () => false,
    },
  });
  const able = await capabilities();
  assert.deepEqual([able.conditionalGet, able.userVerifyingPlatformAuthenticator, able.conditionalCreate], [true, false, null]);
});

test("does not know what browsers do not tell, or tell in another form", async () => {
  const fail = () => {
    throw new DOMException("", "SecurityError");
  };
  for (const method of [undefined, fail, async () => fail(), async () => "yes", async () => null]) {
    installBrowser({
      api: {
        getClientCapabilities: method,
        isConditionalMediationAvailable: method,
        isUserVerifyingPlatformAuthenticatorAvailable: method,
        signalUnknownCredential: undefined,
      },
    });
    const able = await capabilities();
    assert.deepEqual(
      [able.supported, able.conditionalGet, able.conditionalCreate, able.userVerifyingPlatformAuthenticator, able.signalUnknownCredential],
      [true, null, null, null, false],
    );
  }
});
