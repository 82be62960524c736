-- Times are Unix milliseconds. The constraints carry the storage contract, regardless of what statements do.
-- MySQL commits every statement that creates a table. If the file fails halfway, run it again.
-- Used by hand, this file creates the default names. The markers in comments are where `migrate` puts others.

-- One row for each account that has ever had a passkey. Changes to the number of passkeys lock it. The name, the display
-- name and the time are there only if this crate keeps the accounts. The name is binary: other types ignore spaces at
-- the end in comparisons.
CREATE TABLE IF NOT EXISTS /*schema*//*prefix*/passkey_accounts (
  rp_id        VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_handle  VARBINARY(64) NOT NULL,
  name         VARBINARY(256),
  display_name VARCHAR(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  created_at   BIGINT,
  PRIMARY KEY (rp_id, user_handle),
  UNIQUE INDEX by_name (rp_id, name)
  /*foreign key*/
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS /*schema*//*prefix*/passkey_ceremonies (
  id          BINARY(16) NOT NULL PRIMARY KEY,
  rp_id       VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_handle VARBINARY(64),
  expires_at  BIGINT NOT NULL,
  record      MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  INDEX by_expiry (expires_at),
  INDEX by_account (rp_id, user_handle)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS /*schema*//*prefix*/passkeys (
  id              BINARY(16) NOT NULL PRIMARY KEY,
  rp_id           VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  user_handle     VARBINARY(64) NOT NULL,
  credential_id   VARBINARY(1023) NOT NULL,
  aaguid          BINARY(16) NOT NULL,
  anchor          BINARY(32),
  created_at      BIGINT NOT NULL,
  record          MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  -- What changes after the passkey was created.
  name            VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  updated_at      BIGINT NOT NULL,
  last_used_at    BIGINT,
  last_active_at  BIGINT NOT NULL,
  sign_count      BIGINT NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  backup_eligible BOOLEAN,
  backup_state    BOOLEAN,
  uv_initialized  BOOLEAN NOT NULL,
  -- A credential has one owner. Otherwise it could be registered again to someone else.
  UNIQUE INDEX by_credential (rp_id, credential_id),
  INDEX by_account (rp_id, user_handle, created_at, id),
  INDEX by_model (aaguid, id),
  INDEX by_anchor (anchor, id),
  INDEX by_last_activity (last_active_at, id),
  FOREIGN KEY (rp_id, user_handle) REFERENCES /*schema*//*prefix*/passkey_accounts (rp_id, user_handle) ON DELETE CASCADE
) ENGINE = InnoDB;
