-- What the server keeps of an account beside its sessions and passkeys, in SQLite and PostgreSQL alike.
-- `user_handle` is base64url; `account` is the ID that the account has in audit entries.
CREATE TABLE IF NOT EXISTS recovery_codes (
  -- SHA-256 of the code. The code itself is on paper only.
  code_hash   TEXT PRIMARY KEY,
  user_handle TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS recovery_codes_by_user ON recovery_codes (user_handle);

-- In which browser a passkey was created.
CREATE TABLE IF NOT EXISTS passkey_clients (
  passkey TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  agent   TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passkey_clients_by_account ON passkey_clients (account);
