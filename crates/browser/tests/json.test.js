import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

import { bytes, creationOptions, requestOptions, responseJson, text } from "../src/json.js";
import { buffer, created, installBrowser, setGlobal, used } from "./support/browser.js";
import { assertion, creation } from "./support/server.js";

const hex = (view) => Buffer.from(view.buffer ?? view).toString("hex");

test("encodes base64url without padding", () => {
  assert.equal(text(buffer()), "");
  assert.equal(text(buffer(0xfb, 0xff, 0xfe)), "-__-");
  assert.equal(text(buffer(0)), "AA");
});

test("encodes a view as the part that it shows", () => {
  assert.equal(text(new Uint8Array(buffer(1, 2, 3, 4), 1, 2)), "AgM");
  assert.equal(text(new DataView(buffer(1, 2, 3), 2)), "Aw");
});

test("encodes buffers of another realm", () => {
  assert.equal(text(vm.runInNewContext("Uint8Array.of(1, 2).buffer")), "AQI");
});

test("encodes buffers larger than an argument list", () => {
  const large = new Uint8Array(1 << 20).fill(0xff);
  assert.equal(text(large.buffer), Buffer.from(large).toString("base64url"));
});

test("rejects values that are not buffers", () => {
  for (const value of [undefined, null, 5, "AQI", {}, [1, 2], { byteLength: 2 }]) assert.throws(() => text(value), TypeError);
});

test("decodes every length", () => {
  for (const length of [0, 1, 2, 3, 4, 5]) {
    const original = Buffer.alloc(length, 0xfb);
    assert.equal(hex(bytes(original.toString("base64url"))), original.toString("hex"));
  }
});

test("rejects text that is not base64url", () => {
  for (const value of ["A", "AAAAA", "AQI=", "A+", "A/", "A Q", "AQ\n", "é", undefined, null, 7, ["AQ"]]) {
    assert.throws(() => bytes(value), TypeError, String(value));
  }
});

test("decodes options by hand where the browser cannot", () => {
  installBrowser();
  const options = creationOptions(creation);
  assert.equal(hex(options.challenge), "ffef");
  assert.equal(hex(options.user.id), "010203");
  assert.equal(options.user.name, "ada");
  assert.equal(hex(options.excludeCredentials[0].id), "0102");
  assert.deepEqual(options.excludeCredentials[0].transports, ["internal"]);
  assert.deepEqual(options.pubKeyCredParams, creation.pubKeyCredParams);
  assert.equal("extensions" in options, false);

  const request = requestOptions({ ...assertion, allowCredentials: [{ type: "public-key", id: "AQI" }] });
  assert.equal(hex(request.challenge), "ffef");
  assert.equal(hex(request.allowCredentials[0].id), "0102");
  assert.equal(request.rpId, "example.com");
  assert.deepEqual(requestOptions({ challenge: "AA" }).allowCredentials, []);
});

test("decodes extension inputs by hand", () => {
  installBrowser();
  const { extensions } = requestOptions({
    ...assertion,
    extensions: {
      credProps: true,
      prf: { eval: { first: "AQ", second: "Ag" }, evalByCredential: { AQI: { first: "Aw" } } },
      largeBlob: { write: "BA" },
      credBlob: "BQ",
    },
  });
  assert.equal(extensions.credProps, true);
  assert.equal(hex(extensions.prf.eval.first), "01");
  assert.equal(hex(extensions.prf.eval.second), "02");
  assert.equal(hex(extensions.prf.evalByCredential.AQI.first), "03");
  assert.equal("second" in extensions.prf.evalByCredential.AQI, false);
  assert.equal(hex(extensions.largeBlob.write), "04");
  assert.equal(hex(extensions.credBlob), "05");
  for (const inputs of [{ prf: {} }, { largeBlob: { read: true } }, { credProps: true }, {}]) {
    assert.deepEqual(requestOptions({ ...assertion, extensions: inputs }).extensions, inputs);
  }
});

test("does not change the options that it was given", () => {
  installBrowser();
  const options = { ...assertion, extensions: { prf: { eval: { first: "AQ" } }, largeBlob: { write: "BA" } } };
  const copy = structuredClone(options);
  requestOptions(options);
  assert.deepEqual(options, copy);
});

test("lets the browser decode options where it can", () => {
  const api = {
    parseCreationOptionsFromJSON: (json) => ({ parsed: json }),
    parseRequestOptionsFromJSON: (json) => ({ parsed: json }),
  };
  installBrowser({ api });
  assert.equal(creationOptions(creation).parsed, creation);
  assert.equal(requestOptions(assertion).parsed, assertion);
});

test("decodes by hand what the browser rejects", () => {
  const reject = () => {
    throw new DOMException("extensions", "NotSupportedError");
  };
  installBrowser({ api: { parseCreationOptionsFromJSON: reject, parseRequestOptionsFromJSON: reject } });
  assert.equal(hex(creationOptions(creation).challenge), "ffef");
  assert.equal(hex(requestOptions(assertion).challenge), "ffef");
});

test("rejects malformed options", () => {
  installBrowser();
  const malformed = [
    { ...creation, challenge: undefined },
    { ...creation, challenge: "A" },
    { ...creation, user: undefined },
    { ...creation, user: "ada" },
    { ...creation, user: { id: 1 } },
    { ...creation, excludeCredentials: {} },
    { ...creation, excludeCredentials: [null] },
    { ...creation, excludeCredentials: [{ id: "A+" }] },
    { ...creation, extensions: "prf" },
    { ...creation, extensions: { prf: { eval: {} } } },
  ];
  for (const options of malformed) assert.throws(() => creationOptions(options), TypeError, JSON.stringify(options));
  assert.throws(() => requestOptions({ ...assertion, allowCredentials: "all" }), TypeError);
});

const registrationJson = {
  id: "AQI",
  rawId: "AQI",
  type: "public-key",
  authenticatorAttachment: "platform",
  clientExtensionResults: {},
  response: { clientDataJSON: "Aw", attestationObject: "-_8", transports: ["internal"] },
};
const assertionJson = {
  id: "AQI",
  rawId: "AQI",
  type: "public-key",
  clientExtensionResults: {},
  response: { clientDataJSON: "Aw", authenticatorData: "BA", signature: "BQ", userHandle: "Bg" },
};

test("encodes responses by hand where toJSON is missing", () => {
  assert.deepEqual(responseJson(created(), "create"), registrationJson);
  assert.deepEqual(responseJson(used(), "get"), assertionJson);
});

test("takes the browser's JSON where it is complete", () => {
  const native = { ...registrationJson, response: { ...registrationJson.response, publicKeyAlgorithm: -7 } };
  assert.deepEqual(responseJson(created({ toJSON: () => native }), "create"), native);
  const nobody = { ...assertionJson, response: { ...assertionJson.response, userHandle: null } };
  assert.deepEqual(responseJson(used({ toJSON: () => nobody }), "get"), nobody);
});

test("encodes by hand where toJSON is broken", () => {
  const broken = [
    () => {
      throw new TypeError("Illegal invocation");
    },
    () => undefined,
    () => ({}),
    () => "{}",
    () => ({ ...registrationJson, rawId: buffer(1, 2) }),
    () => ({ ...registrationJson, id: undefined }),
    () => ({ ...registrationJson, type: undefined }),
    () => ({ ...registrationJson, response: { clientDataJSON: "Aw" } }),
    () => ({ ...registrationJson, response: { ...registrationJson.response, attestationObject: {} } }),
  ];
  for (const toJSON of broken) assert.deepEqual(responseJson(created({ toJSON }), "create"), registrationJson, toJSON.toString());
  for (const part of ["clientDataJSON", "authenticatorData", "signature", "userHandle"]) {
    const toJSON = () => ({ ...assertionJson, response: { ...assertionJson.response, [part]: { 0: 1 } } });
    assert.deepEqual(responseJson(used({ toJSON }), "get"), assertionJson, part);
  }
});

test("encodes credentials whose optional methods are missing or broken", () => {
  const fail = () => {
    throw new Error("not here");
  };
  for (const method of [undefined, fail]) {
    const credential = created({ getClientExtensionResults: method });
    credential.response.getTransports = method;
    assert.deepEqual(responseJson(credential, "create"), {
      ...registrationJson,
      response: { ...registrationJson.response, transports: [] },
    });
  }
  const untyped = used({ type: undefined });
  untyped.response.userHandle = null;
  const { userHandle: _, ...response } = assertionJson.response;
  assert.deepEqual(responseJson(untyped, "get"), { ...assertionJson, response });
});

test("rejects a credential with a part that is missing", () => {
  const credential = used();
  credential.response.signature = undefined;
  assert.throws(() => responseJson(credential, "get"), TypeError);
});

test("encodes the buffers in extension results", () => {
  const results = { largeBlob: { blob: buffer(1) }, uvm: [[2, 4, 2]], credProps: { rk: true }, list: [buffer(2)] };
  const json = responseJson(created({ getClientExtensionResults: () => results }), "create");
  assert.deepEqual(json.clientExtensionResults, {
    largeBlob: { blob: "AQ" },
    uvm: [[2, 4, 2]],
    credProps: { rk: true },
    list: ["Ag"],
  });
});

test("ends at a depth that no extension result has", () => {
  const loop = {};
  loop.self = loop;
  assert.match(JSON.stringify(responseJson(created({ getClientExtensionResults: () => loop }), "create")), /"self":null/);
});

test("does not send PRF outputs to the server", () => {
  const prf = { enabled: true, results: { first: buffer(1, 1, 1) } };
  const byHand = responseJson(used({ getClientExtensionResults: () => ({ prf, credProps: { rk: true } }) }), "get");
  assert.deepEqual(byHand.clientExtensionResults, { prf: { enabled: true }, credProps: { rk: true } });

  const native = { ...assertionJson, clientExtensionResults: { prf: { results: { first: "AQEB" } } } };
  assert.deepEqual(responseJson(used({ toJSON: () => native }), "get").clientExtensionResults, { prf: {} });
  assert.equal(native.clientExtensionResults.prf.results.first, "AQEB", "the browser's object is left alone");
});

test("keeps a __proto__ of the server's an ordinary member", () => {
  installBrowser();
  const options = creationOptions(JSON.parse(JSON.stringify(creation).replace("{", '{"__proto__":{"polluted":true},')));
  assert.equal(options.polluted, undefined);
  assert.equal({}.polluted, undefined);
  setGlobal("PublicKeyCredential", class {});
  assert.equal(creationOptions(creation).polluted, undefined);
});
