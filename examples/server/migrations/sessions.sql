-- Browser sessions, in SQLite and PostgreSQL alike. Passkeys, ceremonies and accounts are in the tables of
-- relying-party-sqlx. Times are Unix milliseconds; `token_hash` and `user_handle` are base64url.
CREATE TABLE IF NOT EXISTS sessions (
  -- SHA-256 of the token. The token itself is in the browser only.
  token_hash  TEXT PRIMARY KEY,
  -- Who is signed in. While no one is, there is a row only if something is pending.
  user_handle TEXT,
  -- The last verification with a passkey in this session, as JSON.
  proof       TEXT,
  -- A sign-in that waits for another factor, as JSON.
  pending     TEXT,
  -- What the browser calls itself.
  agent       TEXT NOT NULL,
  -- Its IP address, when the session began.
  address     TEXT,
  -- The passkey with which the session began.
  passkey     TEXT,
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user_handle) WHERE user_handle IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (expires_at);
