// Signs up and in at the server's endpoints by SimpleWebAuthn. What a button led to is shown after its name.

import { startAuthentication, startRegistration } from "./node_modules/@simplewebauthn/browser/esm/index.js";

const $ = (id) => document.getElementById(id);

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.errors[0].code);
  return answer;
}

/** The last answer of an authenticator. */
let last;

async function ceremony(path, request, answer) {
  const { ceremony, publicKey } = await post(`${path}/begin`, request);
  const credential = await answer(publicKey);
  last = [`${path}/finish`, { ceremony, credential }];
  return post(...last);
}

const register = (optionsJSON) => startRegistration({ optionsJSON });
const authenticate = (optionsJSON) => startAuthentication({ optionsJSON });
const fill = (optionsJSON) => startAuthentication({ optionsJSON, useBrowserAutofill: true });
const name = () => $("name").value;

const actions = {
  "sign-up": async () => (await ceremony("/passkeys/sign-up", { name: name() }, register)).user.displayName,
  create: async () => (await ceremony("/passkeys/create", {}, register)).passkey.object,
  "sign-in": async () => (await ceremony("/passkeys/sign-in", { flow: "discoverable" }, authenticate)).status,
  "sign-in-by-name": async () =>
    (await ceremony("/passkeys/sign-in", { flow: "named", identifier: name() }, authenticate)).status,
  "sign-in-by-autofill": async () => (await ceremony("/passkeys/sign-in", { flow: "autofill" }, fill)).status,
  repeat: async () => (await post(...last)).status,
  "sign-out": async () => String((await post("/api/sign-out", {})).user),
};

for (const [id, action] of Object.entries(actions)) {
  $(id).addEventListener("click", async () => {
    const outcome = await action().catch((error) => error.code ?? error.message);
    $("outcome").textContent = `${id}: ${outcome}`;
  });
}
document.documentElement.dataset.ready = "";
