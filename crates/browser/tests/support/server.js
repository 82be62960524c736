// A server with canned answers, as a transport: what it was asked, and what it says.

export const summary = {
  object: "passkey",
  id: "k1_-",
  name: "1Password",
  verification: { status: "verified", strategy: "passkey" },
  created_at: 1_700_000_000_000,
  updated_at: 1_700_000_000_001,
  last_used_at: null,
  authenticator: "1Password",
  attachment: "platform",
  transports: ["internal", "hybrid"],
  discoverable: true,
  backup_eligible: true,
  synced: false,
};

export const creation = {
  rp: { id: "example.com", name: "Example" },
  user: { id: "AQID", name: "ada", displayName: "Ada" },
  challenge: "_-8",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  excludeCredentials: [{ type: "public-key", id: "AQI", transports: ["internal"] }],
};

export const assertion = { rpId: "example.com", challenge: "_-8", allowCredentials: [], userVerification: "required" };

/** What the server answers unless a test says otherwise, by operation. */
export const usual = {
  "create/begin": { ceremony: "c1", publicKey: creation },
  "create/finish": { passkey: summary },
  "sign-up/begin": { ceremony: "c1", publicKey: creation },
  "sign-up/finish": { passkey: summary, user: { id: "u1" } },
  "sign-in/begin": { ceremony: "c1", publicKey: assertion },
  "sign-in/finish": { status: "complete", passkey: summary },
  "second-factor/begin": { ceremony: "c1", publicKey: assertion },
  "second-factor/finish": { status: "complete", passkey: summary },
  "reverify/begin": { ceremony: "c1", publicKey: assertion },
  "reverify/finish": { status: "complete", passkey: summary },
  "list": { data: [summary], total_count: 1 },
  "rename": { passkey: { ...summary, name: "New" } },
  "delete": { object: "passkey", id: "k1_-", deleted: true },
  "erase": { deleted: true },
  "settings": { enabled: true, autofill: true, show_button: false, sign_up: true, rp_id: "example.com" },
  "failure": { reported: true },
};

export const refusal = (status, code, more = {}) => ({
  status,
  body: { errors: [{ code, message: "for developers", long_message: "for users", meta: { max: 10 } }], ...more },
});

/** `answers` replaces answers: bodies, whole answers with a `status`, or functions that return either. */
export function server(answers = {}) {
  const asked = [];
  const transport = async (operation, input, { signal } = {}) => {
    asked.push({ operation, input, signal });
    const answer = Object.hasOwn(answers, operation) ? answers[operation] : usual[operation];
    const given = typeof answer === "function" ? await answer(input, signal) : answer;
    return typeof given?.status === "number" ? given : { status: 200, body: given };
  };
  return { transport, asked, operations: () => asked.map(({ operation }) => operation), answers };
}
