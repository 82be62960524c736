-- For SQLite and PostgreSQL alike. Times are Unix seconds; tokens and credential IDs are base64url.
CREATE TABLE IF NOT EXISTS users (
  id   TEXT PRIMARY KEY,
  name TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS passkeys (
  credential_id TEXT PRIMARY KEY,
  user_id       TEXT NOT NULL REFERENCES users (id),
  -- `Passkey` as JSON.
  passkey       TEXT NOT NULL,
  last_used_at  BIGINT
);
CREATE TABLE IF NOT EXISTS ceremonies (
  -- What the browser has in a cookie until the ceremony ends.
  token      TEXT PRIMARY KEY,
  -- The state of the library as JSON.
  state      TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
  token      TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  expires_at BIGINT NOT NULL
);
