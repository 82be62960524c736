-- Times are Unix milliseconds. The constraints carry the storage contract, regardless of what statements do.
-- Used by hand, this file creates the default names. The markers in comments are where `migrate` puts others.

-- One row for each account that has ever had a passkey. Changes to the number of passkeys lock it. The name, the display
-- name and the time are there only if this crate keeps the accounts.
CREATE TABLE /*schema*//*prefix*/passkey_accounts (
  rp_id        text COLLATE "C" NOT NULL,
  user_handle  bytea NOT NULL CHECK (octet_length(user_handle) BETWEEN 1 AND 64),
  name         text COLLATE "C",
  display_name text,
  created_at   bigint,
  PRIMARY KEY (rp_id, user_handle),
  UNIQUE (rp_id, name)
  /*foreign key*/
);

CREATE TABLE /*schema*//*prefix*/passkey_ceremonies (
  id          bytea PRIMARY KEY CHECK (octet_length(id) = 16),
  rp_id       text COLLATE "C" NOT NULL,
  user_handle bytea,
  expires_at  bigint NOT NULL,
  record      text NOT NULL
);
CREATE INDEX /*prefix*/passkey_ceremonies_by_expiry ON /*schema*//*prefix*/passkey_ceremonies (expires_at);
CREATE INDEX /*prefix*/passkey_ceremonies_by_account ON /*schema*//*prefix*/passkey_ceremonies (rp_id, user_handle)
  WHERE user_handle IS NOT NULL;

CREATE TABLE /*schema*//*prefix*/passkeys (
  id              bytea PRIMARY KEY CHECK (octet_length(id) = 16),
  rp_id           text COLLATE "C" NOT NULL,
  user_handle     bytea NOT NULL,
  credential_id   bytea NOT NULL CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
  aaguid          bytea NOT NULL CHECK (octet_length(aaguid) = 16),
  anchor          bytea CHECK (octet_length(anchor) = 32),
  created_at      bigint NOT NULL,
  record          text NOT NULL,
  -- What changes after the passkey was created.
  name            text NOT NULL,
  updated_at      bigint NOT NULL,
  last_used_at    bigint,
  last_active_at  bigint NOT NULL,
  sign_count      bigint NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  backup_eligible boolean,
  backup_state    boolean,
  uv_initialized  boolean NOT NULL,
  -- A credential has one owner. Otherwise it could be registered again to someone else.
  UNIQUE (rp_id, credential_id),
  FOREIGN KEY (rp_id, user_handle) REFERENCES /*schema*//*prefix*/passkey_accounts (rp_id, user_handle) ON DELETE CASCADE
);
CREATE INDEX /*prefix*/passkeys_by_account ON /*schema*//*prefix*/passkeys (rp_id, user_handle, created_at, id);
CREATE INDEX /*prefix*/passkeys_by_model ON /*schema*//*prefix*/passkeys (aaguid, id);
CREATE INDEX /*prefix*/passkeys_by_anchor ON /*schema*//*prefix*/passkeys (anchor, id) WHERE anchor IS NOT NULL;
CREATE INDEX /*prefix*/passkeys_by_last_activity ON /*schema*//*prefix*/passkeys (last_active_at, id);
