// Chromium through chromedriver, by WebDriver: https://www.w3.org/TR/webdriver2/ and WebAuthn §11.

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const has = (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

export const name = "Chromium";
export const installed = has("chromium") && has("chromedriver");

export async function start() {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
  const port = await new Promise((resolve, reject) => {
    driver.once("error", reject);
    driver.once("exit", () => reject(new Error("chromedriver does not start")));
    createInterface(driver.stdout).on("line", (line) => {
      const [, port] = /started successfully on port (\d+)/.exec(line) ?? [];
      if (port) resolve(port);
    });
  });
  const call = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}/session${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP insecure.test 127.0.0.1",
    `--user-data-dir=${profile}`,
  ];
  const { sessionId, capabilities } = await call("POST", "", {
    capabilities: {
      alwaysMatch: {
        browserName: "chrome",
        "goog:chromeOptions": { args },
        "goog:loggingPrefs": { browser: "ALL" },
        "webauthn:virtualAuthenticators": true,
      },
    },
  });
  const session = `/${sessionId}`;
  const devtools = (cmd, params) => call("POST", `${session}/goog/cdp/execute`, { cmd, params });
  return {
    version: capabilities.browserVersion,
    open: (url) => call("POST", `${session}/url`, { url }),
    async click(selector) {
      const element = await call("POST", `${session}/element`, { using: "css selector", value: selector });
      await call("POST", `${session}/element/${Object.values(element)[0]}/click`, {});
    },
    addAuthenticator: () =>
      call("POST", `${session}/webauthn/authenticator`, {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserConsenting: true,
        isUserVerified: true,
      }),
    removeAuthenticator: (id) => call("DELETE", `${session}/webauthn/authenticator/${id}`),
    credentials: (id) => call("GET", `${session}/webauthn/authenticator/${id}/credentials`),
    /** Whether the user touches the authenticator when asked; if not, requests stay open. */
    setPresent: (authenticatorId, enabled) => devtools("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    /** Whether an autofill request is answered as if the user had picked a suggestion. */
    autofills: true,
    errors: async () =>
      (await call("POST", `${session}/se/log`, { type: "browser" })).filter(({ level }) => level === "SEVERE").map(({ message }) => message),
    async close() {
      await call("DELETE", session).catch(() => {});
      driver.kill();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
