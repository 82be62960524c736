// Compiled, never run: uses of the module as pages write them, and uses that must not compile.

import { PasskeyClient, PasskeyError, httpTransport } from "relying-party-browser";
import type { BrowserErrorCode, Capabilities, Messages, Passkey, SignIn, SignUp, Transport } from "relying-party-browser";
import ar from "relying-party-browser/messages/ar";
import de from "relying-party-browser/messages/de";
import en from "relying-party-browser/messages/en";
import { PasskeyClient as Implementation } from "../src/client.js";
import { PasskeyError as ErrorImplementation } from "../src/errors.js";

/** Fails to compile unless both types are the same. */
function same<A>() {
  return <B>(..._: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]) => {};
}

// The declarations are those of the code.
const declared: PasskeyClient = new Implementation();
const declaredError: Pick<PasskeyError, "code" | "message" | "cancelled"> = new ErrorImplementation("internal_error");

const client = new PasskeyClient({ base: "/passkeys", messages: de });
new PasskeyClient();
new PasskeyClient({ fetch: (input, init) => fetch(input, { ...init, headers: { "x-csrf": "1" } }) });
new PasskeyClient({ messages: { passkey_already_exists: "Already there.", name_taken: "That name is taken." } });
new PasskeyClient({ reportFailures: true });
// @ts-expect-error: reports are on or off
new PasskeyClient({ reportFailures: "NotAllowedError" });
// @ts-expect-error: a base is a path
new PasskeyClient({ base: 1 });
// @ts-expect-error: sentences are text
new PasskeyClient({ messages: { last_passkey: 1 } });

const { signal } = new AbortController();
same<Promise<Passkey>>()<ReturnType<typeof client.createPasskey>>();
client.createPasskey();
client.createPasskey({ name: "Laptop", attachment: "platform", signal });
client.createPasskey({ conditional: true }).catch(() => null);
// @ts-expect-error: no such attachment
client.createPasskey({ attachment: "usb" });

same<Promise<SignIn>>()<ReturnType<typeof client.signIn>>();
client.signIn();
client.signIn({ flow: "named", identifier: "ada@example.com" });
client.signIn({ flow: "autofill", signal, onWaiting() {}, onRefused: (error) => same<PasskeyError>()<typeof error>() });
// @ts-expect-error: no such flow
client.signIn({ flow: "button" });

same<Promise<SignUp>>()<ReturnType<typeof client.signUp>>();
client.signUp({ name: "ada@example.com", displayName: "Ada" });
// @ts-expect-error: an account needs a name
client.signUp({});

client.secondFactor().then(({ status }) => same<"complete" | "needs_second_factor">()<typeof status>());
client.reverify({ signal });
client.eraseAccount();

const [passkey] = await client.passkeys();
if (passkey) {
  same<Date | null>()<typeof passkey.lastUsedAt>();
  same<Promise<Passkey>>()<ReturnType<typeof passkey.update>>();
  passkey.update({ name: "Work laptop" });
  passkey.delete({ signal });
  // @ts-expect-error: passkeys are renamed by the server
  passkey.name = "Mine";
}

const able: Capabilities = await client.capabilities();
same<boolean | null>()<typeof able.conditionalGet>();
const { rpId } = await client.settings();
same<string>()<typeof rpId>();

try {
  await client.signIn();
} catch (error) {
  if (error instanceof PasskeyError && !error.cancelled) {
    const code: string = error.code;
    const known: BrowserErrorCode[] = ["passkey_not_supported", "passkey_invalid_rpID_or_domain"];
    error.server?.longMessage.length;
    if (error.code === "reverification_required") await client.reverify();
    // @ts-expect-error: codes do not change
    error.code = known[0] ?? code;
  }
}

const languages: Messages[] = [en, de, ar];
const transport: Transport = async (operation, input, options) => {
  if (operation === "sign-in/begin") return { status: 200, body: {}, date: Date.now() };
  return httpTransport()(operation, input, options);
};
new PasskeyClient({ transport });

export { declared, declaredError, languages };
