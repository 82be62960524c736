// The page of the browsers' tests: asks the server for steps and runs them, since a strict policy allows no script from
// outside.

import { PasskeyClient } from "/src/index.js";

const page = new URLSearchParams(location.search).get("page");
const client = new PasskeyClient();
const violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));

const autofill = { waiting: 0, outcome: null, refused: [], controller: null };

const steps = {
  violations: () => violations,
  capabilities: () => client.capabilities(),
  settings: () => client.settings(),
  signUp: () => client.signUp({ name: "ada" }),
  createPasskey: (options) => client.createPasskey(options ?? {}),
  signIn: (options) => client.signIn(options ?? {}),
  secondFactor: () => client.secondFactor(),
  reverify: () => client.reverify(),
  passkeys: () => client.passkeys(),
  rename: async (name) => (await client.passkeys())[0].update({ name }),
  delete: async () => (await client.passkeys())[0].delete(),
  eraseAccount: () => client.eraseAccount(),
  twice: () => outcomes([client.signIn(), client.signIn()]),
  stopAfter: (milliseconds) => client.signIn({ signal: AbortSignal.timeout(milliseconds) }),
  startAutofill() {
    Object.assign(autofill, { waiting: 0, outcome: null, refused: [], controller: new AbortController() });
    outcomes([
      client.signIn({
        flow: "autofill",
        signal: autofill.controller.signal,
        onWaiting: () => (autofill.waiting += 1),
        onRefused: ({ code }) => autofill.refused.push(code),
      }),
    ]).then(([outcome]) => (autofill.outcome = outcome));
  },
  stopAutofill: () => autofill.controller.abort(),
  autofill: () => ({ waiting: autofill.waiting, outcome: autofill.outcome, refused: autofill.refused }),
  // The browser without the methods that newer ones have, and with a credential as some password managers make them.
  withoutJson() {
    for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"]) delete PublicKeyCredential[name];
    PublicKeyCredential.prototype.toJSON = () => {
      throw new TypeError("Illegal invocation");
    };
  },
  frame({ url, allow }) {
    const frame = document.createElement("iframe");
    if (allow) frame.allow = allow;
    frame.src = url;
    document.body.append(frame);
  },
};

async function outcomes(promises) {
  const settled = await Promise.allSettled(promises);
  return settled.map(({ value, reason }) => (reason ? failure(reason) : { value }));
}

const failure = (error) => ({ code: error.code ?? String(error), reason: error.reason, message: error.message, cause: error.cause?.name });

for (;;) {
  const { id, step, argument } = await (await fetch(`/next?page=${page}`)).json();
  const [result] = await outcomes([Promise.resolve().then(() => steps[step](argument))]);
  await fetch("/result", { method: "POST", body: JSON.stringify({ id, result: result.value ?? (result.code ? result : null) }) });
}
