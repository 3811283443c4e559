-- Since when another channel than the password has proved the owner: for an hour no device is asked for a code.
ALTER TABLE accounts ADD COLUMN channel_proved_at timestamptz;

-- Devices that a member has proved to be theirs: each keeps a token, of which the digest is here.
CREATE TABLE devices (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    digest bytea NOT NULL UNIQUE,
    device text NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX devices_account ON devices (account_id);
CREATE INDEX devices_expires_at ON devices (expires_at);

-- Mailed codes that let a new device in.
CREATE TABLE device_checks (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    code_digest bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    cancelled_at timestamptz
);

-- A member waits for one code: a new one cancels the former.
CREATE UNIQUE INDEX device_checks_living ON device_checks (account_id) WHERE used_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX device_checks_account ON device_checks (account_id, created_at);
CREATE INDEX device_checks_expires_at ON device_checks (expires_at);
