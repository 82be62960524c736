// A small relying party for the browsers' tests: it plays the options, checks what comes back, and hands out the next
// step to the page. It keeps one account, and knows as much of WebAuthn as that takes.

import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const root = new URL("../../", import.meta.url);
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "frame-src *",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export class RelyingParty {
  constructor() {
    this.reset();
    this.server = createServer((request, response) => this.#handle(request, response));
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "localhost", resolve));
    this.port = this.server.address().port;
    return this.port;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  reset() {
    this.passkeys = new Map();
    this.ceremonies = new Map();
    this.posted = [];
    /** What the next answers carry besides. */
    this.signals = [];
    this.lifetime = 300_000;
    this.lifetimes = [];
    this.entered = 0;
    this.rpId = "localhost";
    this.waiting = [];
    this.results = [];
  }

  /** Has a page of the tests run a step; resolves with what the step returns. */
  run(page, step, argument = null) {
    return new Promise((resolve) => {
      this.results.push({ page, step, argument, resolve });
      this.#hand(page);
    });
  }

  #hand(page) {
    const waiting = this.waiting.findIndex((other) => other.page === page);
    const task = this.results.find((task) => task.page === page && !task.sent);
    if (waiting < 0 || !task) return;
    task.sent = true;
    task.id = randomBytes(8).toString("hex");
    const [{ response }] = this.waiting.splice(waiting, 1);
    send(response, 200, { id: task.id, step: task.step, argument: task.argument });
  }

  async #handle(request, response) {
    const url = new URL(request.url, "http://localhost");
    let body = "";
    for await (const part of request) body += part;
    try {
      if (url.pathname === "/next") {
        const page = url.searchParams.get("page");
        this.waiting.push({ page, response });
        response.on("close", () => (this.waiting = this.waiting.filter((other) => other.response !== response)));
        return this.#hand(page);
      }
      if (url.pathname === "/result") {
        const { id, result } = JSON.parse(body);
        this.results.find((task) => task.id === id)?.resolve(result);
        return send(response, 200, {});
      }
      if (url.pathname.startsWith("/passkeys")) {
        if (request.method === "POST" && request.headers["content-type"] !== "application/json") return send(response, 415, {});
        this.posted.push(url.pathname);
        const answer = await this.#passkeys(request.method, url.pathname.slice("/passkeys".length), body ? JSON.parse(body) : {});
        const signals = this.signals.splice(0);
        return send(response, answer.errors ? 400 : 200, { ...answer, signals });
      }
      if (url.pathname.startsWith("/readme") || url.pathname === "/account") return await this.#readme(url.pathname, response);
      const path = url.pathname === "/" || url.pathname === "/frame" ? "tests/browser/page.html" : url.pathname.slice(1);
      if (!/^(src\/[\w/]+\.js|tests\/browser\/page\.(html|js))$/.test(path)) return send(response, 404, {});
      response.writeHead(200, {
        "content-type": path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8",
        "content-security-policy": policy,
        "cache-control": "no-store",
      });
      response.end(await readFile(new URL(path, root)));
    } catch (error) {
      send(response, 500, { errors: [{ code: "internal_error", message: String(error.stack) }] });
    }
  }

  /** The page that the README shows, as it stands there. */
  async #readme(path, response) {
    if (path === "/account") this.entered += 1;
    const text = await readFile(new URL("README.md", root), "utf8");
    const block = (language) => new RegExp("```" + language + "\\n(.*?)```", "s").exec(text)[1];
    const script = block("js").replace('"relying-party-browser"', '"/src/index.js"');
    const page = `<!doctype html><title>README</title>${block("html")}<script type="module" src="/readme.js"></script>`;
    response.writeHead(200, {
      "content-type": path.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8",
      "content-security-policy": policy,
    });
    response.end(path === "/account" ? "Welcome" : path.endsWith(".js") ? script : page);
  }

  async #passkeys(method, path, input) {
    switch (`${method} ${path}`) {
      case "POST /create/begin":
      case "POST /sign-up/begin":
        return this.#begin({
          rp: { id: this.rpId, name: "Test" },
          user: { id: "dXNlcg", name: input.name ?? "ada", displayName: "Ada" },
          pubKeyCredParams: [{ type: "public-key", alg: -7 }],
          excludeCredentials: [...this.passkeys.keys()].map((id) => ({ type: "public-key", id })),
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        });
      case "POST /create/finish":
      case "POST /sign-up/finish":
        return this.#created(input);
      case "POST /sign-in/begin":
        return this.#begin(this.#request(input.flow === "named"));
      case "POST /second-factor/begin":
      case "POST /reverify/begin":
        return this.#begin(this.#request(true));
      case "POST /sign-in/finish":
      case "POST /second-factor/finish":
      case "POST /reverify/finish":
        return this.#used(input);
      case "GET ":
        return { data: [...this.passkeys.values()].map(({ summary }) => summary), total_count: this.passkeys.size };
      case "GET /settings":
        return { enabled: true, autofill: true, show_button: true, sign_up: true, rp_id: this.rpId };
      case "DELETE ":
        this.passkeys.clear();
        return { deleted: true };
    }
    const [id, passkey] = [...this.passkeys].find(([, { summary }]) => path === `/${summary.id}`) ?? [];
    if (!passkey) return refusal("passkey_not_found");
    if (method === "PATCH") {
      passkey.summary.name = input.name;
      return { passkey: passkey.summary };
    }
    this.passkeys.delete(id);
    return { object: "passkey", id: passkey.summary.id, deleted: true };
  }

  #request(named) {
    const allowCredentials = named ? [...this.passkeys.keys()].map((id) => ({ type: "public-key", id })) : [];
    return { rpId: this.rpId, allowCredentials, userVerification: "required" };
  }

  #begin(options) {
    const ceremony = randomBytes(8).toString("hex");
    const challenge = randomBytes(32).toString("base64url");
    this.ceremonies.set(ceremony, challenge);
    this.lifetimes.push(this.lifetime);
    return { ceremony, publicKey: { challenge, timeout: 60_000, ...options }, expires_at: Date.now() + this.lifetime };
  }

  #take({ ceremony, credential }, type) {
    const challenge = this.ceremonies.get(ceremony);
    this.ceremonies.delete(ceremony);
    const clientData = JSON.parse(decode(credential.response.clientDataJSON));
    return challenge !== undefined && clientData.challenge === challenge && clientData.type === type;
  }

  #created(input) {
    if (!this.#take(input, "webauthn.create")) return refusal("passkey_registration_failed");
    const { credential } = input;
    // The authenticator data is at the end of a `none` attestation object, and the key is at its end: 77 bytes of ES256,
    // whose coordinates are 10 bytes from the beginning, with 3 bytes between them.
    const key = decode(credential.response.attestationObject).subarray(-77);
    const jwk = { kty: "EC", crv: "P-256", x: key.subarray(10, 42).toString("base64url"), y: key.subarray(45, 77).toString("base64url") };
    const now = Date.now();
    const summary = { object: "passkey", id: `pk_${this.passkeys.size}`, name: "Test key", created_at: now, updated_at: now, last_used_at: null, transports: credential.response.transports };
    this.passkeys.set(credential.id, { key: createPublicKey({ key: jwk, format: "jwk" }), summary });
    return { passkey: summary, user: { id: "u1" } };
  }

  #used(input) {
    const { id, response } = input.credential;
    const passkey = this.passkeys.get(id);
    if (!this.#take(input, "webauthn.get")) return refusal("ceremony_expired");
    if (!passkey) {
      this.signals.push({ type: "unknown_credential", rpId: this.rpId, credentialId: id });
      return refusal("passkey_retrieval_failed");
    }
    const hash = createHash("sha256").update(decode(response.clientDataJSON)).digest();
    const signed = Buffer.concat([decode(response.authenticatorData), hash]);
    if (!verify("sha256", signed, passkey.key, decode(response.signature))) return refusal("passkey_retrieval_failed");
    passkey.summary.last_used_at = Date.now();
    return { status: "complete", passkey: passkey.summary };
  }
}

const decode = (base64url) => Buffer.from(base64url, "base64url");
const refusal = (code) => ({ errors: [{ code, message: code, long_message: code, meta: {} }] });

function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
