-- Layout 2. Times are Unix milliseconds. The constraints carry the contract of `relying_party::store`, whatever the
-- statements say.

-- The layout of these tables: one row.
CREATE TABLE layout (version bigint PRIMARY KEY);

-- Demo accounts. A real host has a table of its own here; it needs a user handle for each account.
CREATE TABLE users (
  handle      bytea PRIMARY KEY CHECK (octet_length(handle) BETWEEN 1 AND 64),
  name        text NOT NULL,
  created_at  bigint NOT NULL
);
-- By the rules of "C", which are the same in every database and know no letters but those of ASCII.
CREATE UNIQUE INDEX users_by_name ON users (lower(name COLLATE "C"));

-- Browser sessions, signed in or not. Only the hash of the token: who reads the table cannot use the sessions.
-- `verified` is the proof of the last time at which its user was verified with a passkey.
CREATE TABLE sessions (
  token_hash  bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  user_handle bytea REFERENCES users (handle) ON DELETE CASCADE,
  expires_at  bigint NOT NULL,
  verified    json
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions (user_handle);

-- Which ceremony began in which browser session. Its end only counts there.
CREATE TABLE session_ceremonies (
  ceremony_id bytea PRIMARY KEY CHECK (octet_length(ceremony_id) = 16),
  token_hash  bytea NOT NULL REFERENCES sessions (token_hash) ON DELETE CASCADE,
  expires_at  bigint NOT NULL
);
CREATE INDEX session_ceremonies_by_session ON session_ceremonies (token_hash);
CREATE INDEX session_ceremonies_by_expiry ON session_ceremonies (expires_at);

-- Ceremonies that have begun: the record as JSON, and what it is found and dropped by.
CREATE TABLE ceremonies (
  id          bytea PRIMARY KEY CHECK (octet_length(id) = 16),
  expires_at  bigint NOT NULL,
  record      json NOT NULL
);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

-- Passkeys: the record as it was made, as JSON, and columns for its keys and for what changes. The JSON is `json`, not
-- `jsonb`, which has no U+0000 to give back.
CREATE TABLE passkeys (
  id              bytea PRIMARY KEY CHECK (octet_length(id) = 16),
  rp_id           text NOT NULL,
  credential_id   bytea NOT NULL CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
  user_handle     bytea NOT NULL REFERENCES users (handle) ON DELETE CASCADE,
  created_at      bigint NOT NULL,
  record          json NOT NULL,

  name            text NOT NULL,
  updated_at      bigint NOT NULL,
  last_used_at    bigint,
  sign_count      bigint NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  backup_eligible boolean,
  backup_state    boolean,
  uv_initialized  boolean NOT NULL,

  -- One owner for each credential. Without this a credential could be registered again to somebody else.
  UNIQUE (rp_id, credential_id)
);
CREATE INDEX passkeys_by_owner ON passkeys (rp_id, user_handle, created_at, id);
CREATE INDEX passkeys_by_user ON passkeys (user_handle);
