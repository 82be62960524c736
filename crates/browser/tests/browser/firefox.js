// Firefox through its own remote protocol, Marionette, so that no driver is needed: messages are JSON with their length
// before them, and the commands are those of WebDriver.

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = ["firefox-esr", "firefox"].find((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0);

export const name = "Firefox";
export const installed = program !== undefined;

const preferences = {
  "security.webauth.webauthn_enable_softtoken": true,
  "security.webauth.webauthn_enable_usbtoken": false,
  "network.dns.localDomains": "insecure.test",
  "marionette.port": 0,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
  "app.update.enabled": false,
};

export async function start() {
  const profile = await mkdtemp(join(tmpdir(), "firefox-"));
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, "user.js"), lines.join(""));
  const browser = spawn(program, ["--headless", "--marionette", "--no-remote", "--profile", profile], { stdio: "ignore" });
  const ended = new Promise((resolve) => browser.once("exit", resolve));
  const port = await portOf(profile);
  const { call, hangUp } = await dial(port);
  const { capabilities } = await call("WebDriver:NewSession", { strictFileInteractability: true });
  return {
    version: capabilities.browserVersion,
    open: (url) => call("WebDriver:Navigate", { url }),
    async click(selector) {
      const { value } = await call("WebDriver:FindElement", { using: "css selector", value: selector });
      await call("WebDriver:ElementClick", { id: Object.values(value)[0] });
    },
    addAuthenticator: async () => {
      const { value } = await call("WebAuthn:AddVirtualAuthenticator", {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserConsenting: true,
        isUserVerified: true,
      });
      return value;
    },
    removeAuthenticator: (authenticatorId) => call("WebAuthn:RemoveVirtualAuthenticator", { authenticatorId }),
    credentials: async (authenticatorId) => {
      const credentials = await call("WebAuthn:GetCredentials", { authenticatorId });
      return credentials.value ?? credentials;
    },
    // The virtual authenticator of Firefox answers at once, or refuses.
    setPresent: null,
    autofills: false,
    errors: async () => [],
    async close() {
      await call("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
      hangUp();
      setTimeout(() => browser.kill("SIGKILL"), 5_000).unref();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function portOf(profile) {
  for (let attempts = 0; attempts < 600; attempts += 1) {
    const port = await readFile(join(profile, "MarionetteActivePort"), "utf8").catch(() => "");
    if (port) return Number(port);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Firefox does not start");
}

function dial(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const calls = new Map();
    let pending = Buffer.alloc(0);
    let next = 1;
    const call = (command, parameters) =>
      new Promise((resolve, reject) => {
        const message = JSON.stringify([0, next, command, parameters]);
        calls.set(next++, { resolve, reject, command });
        socket.write(`${Buffer.byteLength(message)}:${message}`);
      });
    socket.once("error", reject);
    socket.on("close", () => {
      for (const { reject, command } of calls.values()) reject(new Error(`${command}: Firefox is gone`));
    });
    socket.on("data", (data) => {
      pending = Buffer.concat([pending, data]);
      for (;;) {
        const colon = pending.indexOf(":");
        const length = Number(pending.subarray(0, colon));
        if (colon < 0 || pending.length < colon + 1 + length) return;
        const message = JSON.parse(pending.subarray(colon + 1, colon + 1 + length));
        pending = pending.subarray(colon + 1 + length);
        if (!Array.isArray(message)) {
          resolve({ call, hangUp: () => socket.destroy() });
          continue;
        }
        const [, id, error, result] = message;
        const waiting = calls.get(id);
        calls.delete(id);
        if (error) waiting.reject(new Error(`${waiting.command}: ${error.error}: ${error.message}`));
        else waiting.resolve(result);
      }
    });
  });
}
