// What the page knows, and events about changes that concern more than one part of it.

/** What is known of an account beside its passkeys, before the server has told. */
export const unknownAccount = Object.freeze({ session_passkey: null, passkey_browsers: {}, recovery_codes: 0 });

export const state = {
  /** What the server says about the site. */
  site: { rp_id: location.hostname, rp_name: "", url: location.href, related_origins: [], demo_settings: false, demo_codes: false },
  /** What the server offers. */
  settings: { enabled: true, autofill: true, sign_in_button: true },
  /** What the browser can do. */
  browser: { supported: true, reason: null },
  /** Who is signed in. */
  user: null,
  /** Whose recovery code was used. */
  recovering: null,
  passkeys: [],
  /** What is known of the account beside its passkeys. */
  account: unknownAccount,
};

const events = new EventTarget();

/**
 * Events: `view` (another part is shown), `settings`, `code` (one is asked for), `session-changed` (other tabs must know),
 * `session-ended`.
 */
export const on = (name, action) => events.addEventListener(name, ({ detail }) => action(detail));
export const emit = (name, detail) => events.dispatchEvent(new CustomEvent(name, { detail }));

/** Whether the browser lets passkeys of the site be used on this page; it decides for itself, too. */
export function inScope() {
  const { rp_id, related_origins } = state.site;
  const host = location.hostname;
  return host === rp_id || host.endsWith(`.${rp_id}`) || related_origins.includes(location.origin);
}
