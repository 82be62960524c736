// Drives SimpleWebAuthn: see driver.rs for the protocol.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  SettingsService,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

const entry = import.meta.resolve("@simplewebauthn/server");
const root = entry.slice(0, entry.indexOf("/server/") + "/server/".length);
const { version } = JSON.parse(readFileSync(new URL("package.json", root)));
const expected = {
  expectedChallenge: Buffer.alloc(16, 0x5c).toString("base64url"),
  expectedRPID: "example.com",
  expectedOrigin: "https://example.com",
  requireUserVerification: true,
};

async function judge({ response: text, passkey, format, root }) {
  const response = JSON.parse(text);
  if (passkey === null) {
    const certificates = root === null ? [] : [root];
    if (format !== "none") SettingsService.setRootCertificates({ identifier: format, certificates });
    const supportedAlgorithmIDs = [-8, -7, -257];
    return verifyRegistrationResponse({ response, supportedAlgorithmIDs, ...expected });
  }
  // To find the passkey by the ID, and to compare the user, is the caller's part.
  if (String(response.id).replace(/=+$/, "") !== passkey.id) throw new Error("no such passkey");
  const publicKey = new Uint8Array(Buffer.from(passkey.publicKey, "base64url"));
  const credential = { id: passkey.id, publicKey, counter: passkey.signCount };
  return verifyAuthenticationResponse({ response, credential, ...expected });
}

console.log(`SimpleWebAuthn ${version}`);
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { verified } = await judge(JSON.parse(line));
    answer = verified ? "accepted" : "rejected: not verified";
  } catch (error) {
    const reason = `${error.name} ${error.message}`.replace(/[^ -~]+/g, " ");
    answer = `rejected: ${reason.slice(0, 100)}`;
  }
  console.log(answer);
}
