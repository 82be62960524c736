-- Layout 2. Times are Unix milliseconds. STRICT makes SQLite hold to the types; the constraints carry the
-- contract of `relying_party::store`, whatever the statements say.

-- Demo accounts. A real host has a table of its own here; it needs a user handle for each account.
CREATE TABLE users (
  handle      BLOB PRIMARY KEY CHECK (length(handle) BETWEEN 1 AND 64),
  name        TEXT NOT NULL UNIQUE COLLATE NOCASE,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Browser sessions, signed in or not. Only the hash of the token: who reads the file cannot use the sessions.
-- `verified` is the proof of the last time at which its user was verified with a passkey.
CREATE TABLE sessions (
  token_hash  BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
  user_handle BLOB REFERENCES users (handle) ON DELETE CASCADE,
  expires_at  INTEGER NOT NULL,
  verified    TEXT CHECK (json_valid(verified))
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_user ON sessions (user_handle);

-- Which ceremony began in which browser session. Its end only counts there.
CREATE TABLE session_ceremonies (
  ceremony_id BLOB PRIMARY KEY CHECK (length(ceremony_id) = 16),
  token_hash  BLOB NOT NULL REFERENCES sessions (token_hash) ON DELETE CASCADE,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_ceremonies_by_session ON session_ceremonies (token_hash);
CREATE INDEX session_ceremonies_by_expiry ON session_ceremonies (expires_at);

-- Ceremonies that have begun: the record as JSON, and what it is found and dropped by.
CREATE TABLE ceremonies (
  id          BLOB PRIMARY KEY CHECK (length(id) = 16),
  expires_at  INTEGER NOT NULL,
  record      TEXT NOT NULL CHECK (json_valid(record))
) STRICT;
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

-- Passkeys: the record as it was made, as JSON, and columns for its keys and for what changes.
CREATE TABLE passkeys (
  id              BLOB PRIMARY KEY CHECK (length(id) = 16),
  rp_id           TEXT NOT NULL,
  credential_id   BLOB NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
  user_handle     BLOB NOT NULL REFERENCES users (handle) ON DELETE CASCADE,
  created_at      INTEGER NOT NULL,
  record          TEXT NOT NULL CHECK (json_valid(record)),

  name            TEXT NOT NULL,
  updated_at      INTEGER NOT NULL,
  last_used_at    INTEGER,
  sign_count      INTEGER NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  backup_eligible INTEGER CHECK (backup_eligible IN (0, 1)),
  backup_state    INTEGER CHECK (backup_state IN (0, 1)),
  uv_initialized  INTEGER NOT NULL CHECK (uv_initialized IN (0, 1)),

  -- One owner for each credential. Without this a credential could be registered again to somebody else.
  UNIQUE (rp_id, credential_id)
) STRICT;
CREATE INDEX passkeys_by_owner ON passkeys (rp_id, user_handle, created_at, id);
CREATE INDEX passkeys_by_user ON passkeys (user_handle);
