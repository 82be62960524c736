-- Times are Unix milliseconds. The constraints carry the storage contract, regardless of what statements do.
-- Used by hand, this file creates the default names. The markers in comments are where `migrate` puts others.

-- One row for each account that has ever had a passkey. Changes to the number of passkeys lock it. The name, the display
-- name and the time are there only if this crate keeps the accounts.
CREATE TABLE /*schema*//*prefix*/passkey_accounts (
  rp_id        TEXT NOT NULL,
  user_handle  BLOB NOT NULL CHECK (length(user_handle) BETWEEN 1 AND 64),
  name         TEXT,
  display_name TEXT,
  created_at   INTEGER,
  PRIMARY KEY (rp_id, user_handle),
  UNIQUE (rp_id, name)
  /*foreign key*/
) STRICT, WITHOUT ROWID;

CREATE TABLE /*schema*//*prefix*/passkey_ceremonies (
  id          BLOB PRIMARY KEY CHECK (length(id) = 16),
  rp_id       TEXT NOT NULL,
  user_handle BLOB,
  expires_at  INTEGER NOT NULL,
  record      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX /*schema*//*prefix*/passkey_ceremonies_by_expiry ON /*prefix*/passkey_ceremonies (expires_at);
CREATE INDEX /*schema*//*prefix*/passkey_ceremonies_by_account ON /*prefix*/passkey_ceremonies (rp_id, user_handle)
  WHERE user_handle IS NOT NULL;

CREATE TABLE /*schema*//*prefix*/passkeys (
  id              BLOB PRIMARY KEY CHECK (length(id) = 16),
  rp_id           TEXT NOT NULL,
  user_handle     BLOB NOT NULL,
  credential_id   BLOB NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
  aaguid          BLOB NOT NULL CHECK (length(aaguid) = 16),
  anchor          BLOB CHECK (length(anchor) = 32),
  created_at      INTEGER NOT NULL,
  record          TEXT NOT NULL,
  -- What changes after the passkey was created.
  name            TEXT NOT NULL,
  updated_at      INTEGER NOT NULL,
  last_used_at    INTEGER,
  last_active_at  INTEGER NOT NULL,
  sign_count      INTEGER NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  backup_eligible INTEGER CHECK (backup_eligible IN (0, 1)),
  backup_state    INTEGER CHECK (backup_state IN (0, 1)),
  uv_initialized  INTEGER NOT NULL CHECK (uv_initialized IN (0, 1)),
  -- A credential has one owner. Otherwise it could be registered again to someone else.
  UNIQUE (rp_id, credential_id),
  FOREIGN KEY (rp_id, user_handle) REFERENCES /*prefix*/passkey_accounts (rp_id, user_handle) ON DELETE CASCADE
) STRICT;
CREATE INDEX /*schema*//*prefix*/passkeys_by_account ON /*prefix*/passkeys (rp_id, user_handle, created_at, id);
CREATE INDEX /*schema*//*prefix*/passkeys_by_model ON /*prefix*/passkeys (aaguid, id);
CREATE INDEX /*schema*//*prefix*/passkeys_by_anchor ON /*prefix*/passkeys (anchor, id) WHERE anchor IS NOT NULL;
CREATE INDEX /*schema*//*prefix*/passkeys_by_last_activity ON /*prefix*/passkeys (last_active_at, id);
